using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Operations;

[Trait("Database", TestDatabase.FileOnly)]
public sealed class TelemetryExportTests
{
    private static readonly DemoLogin Login = DemoLogin.Ambiotec;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Meters_and_spans_arrive_by_OTLP_wherever_the_collector_is_configured(bool inTheFile)
    {
        await using var collector = await Collector.StartAsync();
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        await DemoDatabase.CopyToAsync(Path.Combine(folder, "data"));
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
        if (inTheFile)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "zaguan.json"), JsonSerializer.Serialize(variables));
        }

        await using (var server = await ServerProcess.StartAsync(new() { Folder = folder, Environment = inTheFile ? [] : variables }))
        {
            using var answer = await server.PostAsync(Login.Path, Login.RightBody);
            server.Terminate();
            (await server.ExitAsync()).ShouldBe(0);
        }

        var metrics = collector.Received("/v1/metrics");
        foreach (var name in new[] { "zaguan.logins", "zaguan.login.step.duration", "zaguan.hashing.queue", "zaguan.hashes", "zaguan.application", "ambiotec", "zaguan.outcome", "Granted", "http.server.request.duration" })
        {
            metrics.ShouldContain(name);
        }

        var spans = collector.Received("/v1/traces");
        foreach (var name in new[] { "find", "charge", "verify", "record", "service.name", "Zaguan", "http.request.method" })
        {
            spans.ShouldContain(name);
        }

        $"{metrics}{spans}".ShouldNotContain(Login.Password);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_collector_that_is_not_there_costs_no_login_and_no_start()
    {
        await using var server = await ServerProcess.StartAsync(new() { Environment = { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9", ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" } });
        using var answer = await server.PostAsync(Login.Path, Login.RightBody);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(Login.GrantedMark);
        server.Terminate();
        (await server.ExitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Outside_Development_every_line_of_the_log_is_JSON()
    {
        await using var server = await ServerProcess.StartAsync(new()
        {
            IsDevelopment = false,
            Environment =
            {
                ["Applications__sistema-venta__Contract"] = "sistema-venta",
                ["Applications__romsoft__JWT_SECRET_KEY"] = FourApplications.Secret,
                ["Applications__romsoft__JWT_ISSUER_TOKEN"] = "zaguan",
                ["Applications__romsoft__JWT_AUDIENCE_TOKEN"] = "zaguan",
            },
        });
        using var answer = await server.PostAsync(DemoLogin.Romsoft.Path, DemoLogin.Romsoft.Body("admin", "planted")[..^1] + ",\"ValidacionAD\":true}");
        server.Terminate();
        (await server.ExitAsync()).ShouldBe(0);

        var lines = server.Output.Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        // Two notices of configuration: an application that discloses accounts, and a client that asks for a directory.
        lines.ShouldContain(l => l.GetProperty("EventId").GetInt32() == 1301);
        lines.ShouldContain(l => l.GetProperty("EventId").GetInt32() == 1002);
        // When it was, by the clock of all nodes.
        lines.ShouldAllBe(l => l.GetProperty("Timestamp").GetString()!.EndsWith('Z') && (TimeProvider.System.GetUtcNow() - l.GetProperty("Timestamp").GetDateTimeOffset()).Duration() < TimeSpan.FromMinutes(10));
        server.Output.ShouldNotContain("planted");
    }

    /// <summary>What stands where a collector would: it keeps what it is sent.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication app;
        private readonly ConcurrentQueue<(string Path, byte[] Body)> received = new();

        private Collector(WebApplication app) => this.app = app;

        public string Address => app.Urls.First();

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var collector = new Collector(builder.Build());
            collector.app.Run(collector.KeepAsync);
            await collector.app.StartAsync();
            return collector;
        }

        /// <summary>Protobuf writes texts as they are.</summary>
        public string Received(string path) =>
            string.Concat(received.Where(r => string.Equals(r.Path, path, StringComparison.Ordinal)).Select(r => Encoding.Latin1.GetString(r.Body)));

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task KeepAsync(HttpContext http)
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            received.Enqueue((http.Request.Path, body.ToArray()));
        }
    }
}
