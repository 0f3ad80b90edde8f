using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Zaguan.Contracts.Answers;
using Zaguan.Sources;

namespace Zaguan.Contracts.Learning;

/// <summary>What was asked, what was answered, and when.</summary>
internal sealed class Exchange(Question question, Reply reply, DateTimeOffset at)
{
    /// <summary>What servers say of themselves, and of this one request.</summary>
    private static readonly string[] OfServers = ["Accept-Ranges", "ETag", "Last-Modified", "Server-Timing", "X-AspNet-Version", "X-AspNetMvc-Version", "X-Powered-By", "X-Runtime"];

    public Question Question => question;

    public Reply Reply => reply;

    public DateTimeOffset At => at;

    /// <summary>The password that was asked with, so that nobody writes it; null: none was.</summary>
    public PasswordForms? Password { get; init; }

    /// <summary>The body, where it is JSON.</summary>
    public JsonElement? Json { get; } = Parse(reply.Body);

    public string Text { get; } = Utf8.IsValid(reply.Body.Span) ? Encoding.UTF8.GetString(reply.Body.Span) : "";

    /// <summary>Those that a contract could say.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; } =
    [
        .. reply.Headers.Where(h => !AnswerCompiler.IsReserved(h.Key) && !OfServers.Contains(h.Key, StringComparer.OrdinalIgnoreCase) && !h.Key.StartsWith("X-RateLimit", StringComparison.OrdinalIgnoreCase))
            .Select(h => (h.Key, h.Value.ToString())),
    ];

    public IReadOnlyList<HeardCookie> Cookies { get; } = [.. reply.Headers.SetCookie.OfType<string>().Select(HeardCookie.Read).OfType<HeardCookie>()];

    public string Location => reply.Headers.Location.ToString();

    /// <summary>Somebody wrote it down: wildcards in it stand for what is not known.</summary>
    public bool IsWritten { get; init; }

    /// <summary>Every single value of the answer, with its place and what it is called there.</summary>
    public IEnumerable<(string At, string Key, JsonElement Value)> Values =>
        (Json is { } json ? Leaves(json, "", "") : [])
        .Concat(Headers.Select(h => ($"header:{h.Name}", h.Name, JsonSerializer.SerializeToElement(h.Value))))
        .Concat(Cookies.Select(c => ($"cookie:{c.Name}", c.Name, JsonSerializer.SerializeToElement(c.Value))));

    /// <summary>Null: it is no JSON, or a text in it is none.</summary>
    public static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            body = body[Encoding.UTF8.Preamble.Length..];
        }

        try
        {
            return Utf8.IsValid(body.Span) && JsonElement.Parse(body.Span) is var json && HasWholeTexts(json) ? json : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or with half a surrogate pair in it: then it is a text, whatever it calls itself.
            return null;
        }
    }

    private static IEnumerable<(string At, string Key, JsonElement Value)> Leaves(JsonElement json, string at, string key) => json.ValueKind switch
    {
        JsonValueKind.Object when json.EnumerateObject().Any() => json.EnumerateObject().SelectMany(m => Leaves(m.Value, Reading.SourceNode.Step(at, m.Name), m.Name)),
        JsonValueKind.Array when json.GetArrayLength() > 0 => json.EnumerateArray().SelectMany((e, i) => Leaves(e, Reading.SourceNode.Step(at, i.ToString(System.Globalization.CultureInfo.InvariantCulture)), key)),
        _ => [(at, key, json)],
    };

    /// <exception cref="InvalidOperationException">It has not.</exception>
    private static bool HasWholeTexts(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().All(m => m.Name is not null && HasWholeTexts(m.Value)),
        JsonValueKind.Array => json.EnumerateArray().All(HasWholeTexts),
        JsonValueKind.String => json.GetString() is not null,
        _ => true,
    };
}
