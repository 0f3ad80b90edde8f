using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Zaguan.AspNetCore;
using Zaguan.Tests.House;

namespace Zaguan.Tests.AspNetCore;

/// <summary>An application that the package guards, on a real port. It takes tokens of <see cref="TokenForge"/>.</summary>
internal sealed class BackEnd : IAsyncDisposable
{
    public const string Origin = "http://localhost:44390";

    /// <summary>Tells who asks, whoever that is.</summary>
    public const string Open = "/api/abierto";

    /// <summary>Tells who asks, and asks for a user.</summary>
    public const string Closed = "/api/cerrado";

    /// <summary>Asks for the role "caja".</summary>
    public const string Cashier = "/api/caja";

    /// <summary>Asks for a user, and then does not.</summary>
    public const string Anybody = "/api/todos";

    public const string Login = "/api/Account/Login";

    public const string Nobody = "nadie";

    private readonly WebApplication app;
    private readonly HttpClient client;

    private BackEnd(WebApplication app, TestHouse.Lines log)
    {
        (this.app, Log) = (app, log);
        client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new(app.Urls.First()), Timeout = TimeSpan.FromMinutes(2) };
    }

    public TestHouse.Lines Log { get; }

    public Uri Address => client.BaseAddress!;

    /// <param name="configure">On top of the secret, the issuer and the audience of the tests.</param>
    /// <param name="furnish">More schemes, more of anything.</param>
    /// <param name="useZaguan">By the package's one middleware, and not by ASP.NET Core's two.</param>
    public static async Task<BackEnd> StartAsync(Action<ZaguanOptions>? configure = null, TimeProvider? clock = null, Action<WebApplicationBuilder>? furnish = null, string environment = "Production", bool useZaguan = false)
    {
        var log = new TestHouse.Lines();
        var application = Build(
            options =>
            {
                (options.Secret, options.Issuer, options.Audience) = (TokenForge.Secret, Origin, Origin);
                configure?.Invoke(options);
            },
            builder =>
            {
                builder.Logging.AddProvider(log);
                builder.Services.AddSingleton(clock ?? TimeProvider.System);
                furnish?.Invoke(builder);
            },
            environment,
            useZaguan);
        try
        {
            await application.StartAsync();
            return new(application, log);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    private static WebApplication Build(Action<ZaguanOptions> configure, Action<WebApplicationBuilder> furnish, string environment, bool useZaguan)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddAuthentication(ZaguanDefaults.AuthenticationScheme).AddZaguan(configure);
        builder.Services.AddAuthorization();
        builder.Services.AddHealthChecks().AddZaguan();
        // Nothing here is protected by these keys, and making them writes into the home of whoever runs the tests.
        foreach (var keys in builder.Services.Where(s => s.ImplementationType?.Name is "DataProtectionHostedService").ToList())
        {
            builder.Services.Remove(keys);
        }

        furnish(builder);
        var application = builder.Build();
        if (useZaguan)
        {
            application.UseZaguan();
        }

        application.MapGet(Open, Name);
        application.MapGet(Closed, Name).RequireAuthorization();
        application.MapGet(Login, Name);
        application.MapGet($"{Login}/otra", Name);
        application.MapGet(Cashier, Name).RequireAuthorization(policy => policy.RequireRole("caja"));
        application.MapGet(Anybody, Name).RequireAuthorization().AllowAnonymous();
        application.MapGet("/api/claims", (ClaimsPrincipal user) => string.Join('\n', user.Claims.Select(c => $"{c.Type} {Short(c.ValueType)} {c.Value}"))).RequireAuthorization();
        application.MapHealthChecks("/salud", new HealthCheckOptions
        {
            ResponseWriter = (http, report) => http.Response.WriteAsync($"{report.Status}: {report.Entries.Single().Value.Description}"),
        });
        return application;

        static string Name(ClaimsPrincipal user) => user.Identity?.Name ?? Nobody;

        static string Short(string type) => type.Split('#')[^1];
    }

    /// <summary>A token of the tests' application, good for an hour.</summary>
    /// <param name="more">Claims, as JSON: "jti":"1".</param>
    public static string Token(string name = "admin", string? more = null, TimeProvider? clock = null, string secret = TokenForge.Secret) =>
        TokenForge.Sign(Claims(name, more, clock), secret: secret);

    public static string Claims(string name = "admin", string? more = null, TimeProvider? clock = null)
    {
        var now = (clock ?? TimeProvider.System).GetUtcNow().ToUnixTimeSeconds();
        return string.Create(CultureInfo.InvariantCulture, $$"""{"unique_name":"{{name}}","iss":"{{Origin}}","aud":"{{Origin}}","iat":{{now}},"exp":{{now + 3_600}}{{(more is null ? "" : $",{more}")}}}""");
    }

    public async Task<Answer> GetAsync(string path, params string[] authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await client.SendAsync(request);
        return new((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers);
    }

    /// <summary>With each value in a header of its own; HttpClient would write one header.</summary>
    public async Task<string> GetRawAsync(string path, params string[] authorization)
    {
        var headers = string.Concat(authorization.Select(a => $"Authorization: {a}\r\n"));
        return await RawHttp.ExchangeAsync(client.BaseAddress!, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
    }

    public async Task<string> HealthAsync() => (await GetAsync("/salud")).Body;

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    internal sealed record Answer(int Status, string Body, HttpResponseHeaders Headers)
    {
        /// <summary>"200 admin", "401 ".</summary>
        public string Line => string.Create(CultureInfo.InvariantCulture, $"{Status} {Body}");
    }
}
