using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Zaguan.Operations;

namespace Zaguan.Benchmarks.House;

/// <summary>The whole server in this process, on a real port, where its allocations and its meters can be seen.</summary>
internal sealed class ServerInside : IAsyncDisposable
{
    private readonly WebApplication server;

    private ServerInside(WebApplication server) => this.server = server;

    public IPEndPoint Address =>
        IPEndPoint.Parse(new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Authority);

    public Meter Meter => server.Services.GetRequiredService<Telemetry>().Meter;

    public static async Task<ServerInside> StartAsync(BenchmarkHouse house)
    {
        var setup = Setup.Read(new(house.ConfigurationFile, "http://127.0.0.1:0", IsDevelopment: false));
        var app = await Server.BuildAsync(setup, TimeProvider.System, builder => builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning));
        await app.StartAsync();
        return new(app);
    }

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync();
        await server.DisposeAsync();
    }
}
