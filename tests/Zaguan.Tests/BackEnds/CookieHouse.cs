using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Tests.House;
using Zaguan.Tokens;

namespace Zaguan.Tests.BackEnds;

/// <summary>What a granted login gave its client.</summary>
/// <param name="Cookie">name=value; null: none.</param>
/// <param name="Token">Null: none.</param>
internal sealed record LoggedIn(string? SetCookie, string? Cookie, string? Token, string Body);

/// <summary>Logs in and asks as browsers and proxies do.</summary>
internal static class CookieHouse
{
    public static async Task<LoggedIn> LogInAsync(this TestHouse house, DemoLogin login, params (string Name, string Value)[] headers)
    {
        using var answer = await house.PostAsync(login.Path, Encoding.UTF8.GetBytes(login.RightBody), headers: headers);
        var body = await answer.Content.ReadAsStringAsync();
        body.ShouldContain(login.GrantedMark);
        var set = answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.ShouldHaveSingleItem() : null;
        var token = JsonDocument.Parse(body).RootElement.TryGetProperty("token", out var found) ? found.GetString() : null;
        return new(set, set?.Split(';')[0], token, body);
    }

    /// <summary>Asks as a proxy does: the request was GET https://inventario.example/api/productos unless the headers say otherwise.</summary>
    public static Task<HttpResponseMessage> VerifyAsync(this TestHouse house, string application, params (string Name, string Value)[] headers)
    {
        var told = new[] { ("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", "/api/productos"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "inventario.example") };
        var rest = told.Where(t => !headers.Any(h => string.Equals(h.Name, t.Item1, StringComparison.OrdinalIgnoreCase)));
        return house.SendAsync(HttpMethod.Get, $"/zaguan/verify?application={application}", [.. headers, .. rest]);
    }

    public static async Task<HttpResponseMessage> SendAsync(this TestHouse house, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers.Where(h => h.Value.Length > 0))
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        return await house.Client.SendAsync(request);
    }

    public static async Task<int> StatusAsync(this Task<HttpResponseMessage> asking)
    {
        using var answer = await asking;
        return (int)answer.StatusCode;
    }

    public static Task<IReadOnlyList<SessionEntry>> SessionsAsync(this TestHouse house) =>
        house.Services.GetRequiredService<SessionStore>().ListAsync(new(null, null, null, WithRevoked: false, 100));

    public static string? Header(this HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
