using System.Net;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Operations;

/// <summary>What a server in production shows to whoever looks around: nothing that is not there for somebody.</summary>
public sealed class ExposureTests
{
    private static readonly string[] Nothing =
    [
        "/", "/.git/config", "/.env", "/zaguan.json", "/appsettings.json", "/data/zaguan.db", "/zaguan.dll", "/contracts", "/contracts/ambiotec.json", "/contracts/contract.schema.json", "/secrets/master.key", "/data/secrets/master.key",
        "/zaguan/assets", "/zaguan/assets/", "/zaguan/assets/..%2f..%2fzaguan.json", "/zaguan/assets/README.md", "/zaguan/assets/common-passwords.txt", "/swagger", "/swagger/index.html", "/openapi/v1.json", "/metrics", "/debug", "/trace", "/server-status", "/health", "/health/", "/.well-known/", "/.well-known/security.txt",
    ];

    [Fact]
    public async Task There_is_no_folder_no_file_and_no_page_but_those_that_are_documented()
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var path in Nothing)
        {
            using var answer = await house.Client.GetAsync(path);

            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            (await answer.Content.ReadAsStringAsync()).ShouldBeEmpty(path);
        }
    }

    [Fact]
    public async Task A_request_is_not_sent_back()
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var path in new[] { "/api/login", "/zaguan/enter", "/zaguan/introspect", "/health/live", "/nowhere" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Trace, path);
            request.Headers.Add("X-Planted", "sembrado");

            using var answer = await house.Client.SendAsync(request);

            answer.StatusCode.ShouldBeOneOf(HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotFound);
            (await answer.Content.ReadAsStringAsync()).ShouldNotContain("sembrado");
        }
    }
}
