using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.BackEnds;

namespace Zaguan.Tests.House;

/// <summary>A back-end that asks about tokens, with a key of its own.</summary>
internal sealed class BackEndClient(HttpClient client, string key)
{
    public string Key => key;

    public static async Task<BackEndClient> AddAsync(TestHouse house, string application, string? name = null) =>
        new(house.Client, (await house.Services.GetRequiredService<BackEndStore>().AddAsync(name ?? application, application)).ShouldNotBeNull());

    public async Task<JsonElement> IntrospectAsync(string token)
    {
        using var answer = await SendAsync(HttpMethod.Post, "/zaguan/introspect", Form(token));
        answer.EnsureSuccessStatusCode();
        return JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync());
    }

    public async Task<bool> IsActiveAsync(string token) => (await IntrospectAsync(token)).GetProperty("active").GetBoolean();

    public Task<HttpResponseMessage> RevokeAsync(string token) => SendAsync(HttpMethod.Post, "/zaguan/revoke", Form(token));

    public async Task<JsonElement> FeedAsync(long after, int wait = 0)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"/zaguan/revocations?after={after}&wait={wait}");
        answer.EnsureSuccessStatusCode();
        return JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync());
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, AuthenticationHeaderValue? credentials = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = credentials ?? new("Bearer", key);
        return await client.SendAsync(request);
    }

    public static FormUrlEncodedContent Form(string token) => new([new("token", token)]);
}
