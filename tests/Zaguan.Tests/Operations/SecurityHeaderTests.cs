using System.Net;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Operations;

public sealed class SecurityHeaderTests
{
    private static readonly Dictionary<string, string?> Production = new(StringComparer.Ordinal)
    {
        ["Applications:ambiotec:JWT_SECRET"] = FourApplications.Secret,
        ["Network:TrustedProxies:0"] = "127.0.0.1",
    };

    [Theory]
    [InlineData("/api/login")]
    [InlineData("/zaguan/health/live")]
    [InlineData("/zaguan/health/ready")]
    [InlineData("/health/ready")]
    [InlineData("/nothing/here")]
    public async Task Every_answer_carries_the_security_headers_and_none_that_names_the_server(string path)
    {
        await using var house = await TestHouse.OpenAsync();
        using var answer = path is "/api/login" ? await house.PostAsync(path, "{}") : await house.Client.GetAsync(path);

        Header(answer, "X-Content-Type-Options").ShouldBe("nosniff");
        Header(answer, "X-Frame-Options").ShouldBe("DENY");
        Header(answer, "Cache-Control").ShouldBe("no-store");
        Header(answer, "Content-Security-Policy").ShouldBe("default-src 'none'; frame-ancestors 'none'");
        Header(answer, "Referrer-Policy").ShouldBe("no-referrer");
        Header(answer, "Server").ShouldBeNull();
        Header(answer, "X-Powered-By").ShouldBeNull();
        Header(answer, "Strict-Transport-Security").ShouldBeNull();
    }

    [Theory]
    [InlineData(true, "https", null)]
    [InlineData(false, "http", null)]
    [InlineData(false, "https", "max-age=31536000")]
    public async Task Browsers_are_kept_to_HTTPS_outside_Development_and_only_over_HTTPS(bool isDevelopment, string scheme, string? expected)
    {
        await using var house = await TestHouse.OpenAsync(new() { IsDevelopment = isDevelopment, Settings = new(Production, StringComparer.Ordinal) });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/zaguan/health/live") { Headers = { Host = "entrada.example" } };
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        request.Headers.Add("X-Forwarded-Proto", scheme);
        using var answer = await house.Client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        Header(answer, "Strict-Transport-Security").ShouldBe(expected);
    }

    [Fact]
    public async Task Health_says_in_JSON_that_it_lives_and_is_ready()
    {
        await using var house = await TestHouse.OpenAsync();
        foreach (var prefix in new[] { "/zaguan/health", "/health" })
        {
            (await house.Client.GetStringAsync($"{prefix}/live")).ShouldBe("""{"is":"live"}""");
            (await house.Client.GetStringAsync($"{prefix}/ready")).ShouldBe("""{"is":"ready"}""");
        }
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;
}
