using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Zaguan.Tests.Contracts.Learning;

/// <summary>What a login endpoint is asked.</summary>
/// <param name="Fields">The body, where it is a JSON object.</param>
internal sealed record Asked(string Method, string Origin, IHeaderDictionary Headers, string Body, JsonObject? Fields);

/// <summary>What it answers.</summary>
internal sealed record Answered(int Status, string Body, string ContentType = "application/json; charset=utf-8")
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}

/// <summary>A login endpoint on a real port, of its own code and without a line of Zaguan's.</summary>
internal sealed class Endpoint : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly List<Asked> requests = [];

    private Endpoint(WebApplication app, string path)
    {
        this.app = app;
        Path = path;
    }

    public string Path { get; }

    public string Url => app.Urls.First() + Path;

    public IReadOnlyList<Asked> Requests => requests;

    public static async Task<Endpoint> StartAsync(string path, Func<Asked, Answered> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var endpoint = new Endpoint(builder.Build(), path);
        endpoint.app.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync();
            var asked = new Asked(http.Request.Method, $"{http.Request.Scheme}://{http.Request.Host}", new HeaderDictionary(http.Request.Headers.ToDictionary()), body, Parse(body));
            endpoint.requests.Add(asked);
            var answered = !string.Equals(http.Request.Path.Value, path, StringComparison.Ordinal) ? new(404, "")
                : asked.Method is "POST" ? answer(asked)
                : new Answered(405, "") { Headers = [("Allow", "POST")] };
            http.Response.StatusCode = answered.Status;
            http.Response.ContentType = answered.Body.Length > 0 ? answered.ContentType : null;
            http.Response.Headers.Server = "Microsoft-IIS/7.5";
            foreach (var (name, value) in answered.Headers)
            {
                http.Response.Headers.Append(name, value);
            }

            await http.Response.WriteAsync(answered.Body);
        });
        await endpoint.app.StartAsync();
        return endpoint;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    /// <summary>A JSON Web Token, signed with HS256.</summary>
    public static string Jwt(long iat, long seconds, params (string Name, JsonNode? Value)[] claims)
    {
        var payload = new JsonObject();
        foreach (var (name, value) in claims.Append(("iat", iat)).Append(("exp", iat + seconds)))
        {
            payload[name] = value;
        }

        var signed = $"{Base64("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Base64(Encoding.UTF8.GetBytes(payload.ToJsonString()))}";
        return $"{signed}.{Base64(HMACSHA256.HashData("un secreto de la casa vieja"u8, Encoding.ASCII.GetBytes(signed)))}";
    }

    public static long Seconds => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    public static string Letters(int length) => RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", length);

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A text that is not empty, or what is wrong with it.</summary>
    public static (string? Text, string? Wrong) Text(JsonObject? fields, string name) => fields?[name] switch
    {
        null => (null, "missing"),
        JsonValue value when value.TryGetValue<string>(out var text) => text.Length > 0 ? (text, null) : (null, "empty"),
        _ => (null, "type"),
    };

    private static string Base64(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static JsonObject? Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
