using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Microsoft.Extensions.Primitives;
using Zaguan.Login;
using Zaguan.Sources;

namespace Zaguan.Contracts.Learning;

/// <summary>A password in every form in which an answer may say it back: as it is, and escaped for JSON, for an address or for a page.</summary>
internal sealed partial class PasswordForms
{
    /// <summary>A form within a form: a page in JSON, a percent sign in a page.</summary>
    private const int MostLayers = 2;

    private readonly string plain;

    /// <summary>Those that can be cut out of a text; a text with another one is hidden whole.</summary>
    private readonly string[] encoded;

    public PasswordForms(Secret password)
    {
        plain = Encoding.UTF8.GetString(password.Reveal());
        encoded = [.. new[] { Uri.EscapeDataString(plain), WebUtility.UrlEncode(plain), WebUtility.HtmlEncode(plain) }.Where(f => !string.Equals(f, plain, StringComparison.Ordinal))];
    }

    public bool AreIn(string text) => AreIn(text, MostLayers);

    public string Hide(string text)
    {
        var hidden = encoded.Aggregate(text.Replace(plain, Candidates.Hidden, StringComparison.Ordinal), (t, form) => t.Replace(form, Candidates.Hidden, StringComparison.OrdinalIgnoreCase));
        return AreIn(hidden) ? Candidates.Hidden : hidden;
    }

    /// <summary>There are endpoints that say the password back.</summary>
    public Reply Hide(Reply reply, Notes notes)
    {
        var text = Utf8.IsValid(reply.Body.Span) ? Encoding.UTF8.GetString(reply.Body.Span) : Encoding.Latin1.GetString(reply.Body.Span);
        var isInHeaders = reply.Headers.Any(h => AreIn(h.Key) || h.Value.Any(v => v is not null && AreIn(v)));
        if (!isInHeaders && !AreIn(text))
        {
            return reply;
        }

        notes.Add($"The endpoint says the password back. Zaguan never does: {Candidates.Hidden} stands there in the file.");
        var headers = new HeaderDictionary();
        foreach (var (name, values) in reply.Headers.Where(h => !AreIn(h.Key)))
        {
            headers[name] = new StringValues([.. values.Select(v => v is null ? null : Hide(v))]);
        }

        return reply with { Headers = headers, Body = Exchange.Parse(reply.Body) is { } json ? Hide(json) : Encoding.UTF8.GetBytes(Hide(text)) };
    }

    private byte[] Hide(JsonElement json)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, json);
        }

        return buffer.ToArray();
    }

    private void Write(Utf8JsonWriter writer, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject())
                {
                    writer.WritePropertyName(Hide(member.Name));
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var element in json.EnumerateArray())
                {
                    Write(writer, element);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Hide(json.GetString()!));
                break;
            case JsonValueKind.Number when string.Equals(json.GetRawText(), plain, StringComparison.Ordinal):
                writer.WriteStringValue(Candidates.Hidden);
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }

    private bool AreIn(string text, int layers) => text.Contains(plain, StringComparison.Ordinal)
        || (layers > 0 && Readings(text).Any(r => !string.Equals(r, text, StringComparison.Ordinal) && AreIn(r, layers - 1)));

    /// <summary>A text as those read it for whom it may be written.</summary>
    private static IEnumerable<string> Readings(string text)
    {
        yield return Escape().Replace(text, Unescaped);
        yield return Uri.UnescapeDataString(text);
        yield return Uri.UnescapeDataString(text.Replace('+', ' '));
        yield return WebUtility.HtmlDecode(text);
        // Headers come as Latin 1, whatever they are.
        if (text.All(c => c <= 'ÿ'))
        {
            yield return Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text));
        }
    }

    /// <summary>RFC 8259 §7.</summary>
    private static string Unescaped(Match escape) => escape.Value[1] switch
    {
        'u' => ((char)ushort.Parse(escape.ValueSpan[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString(),
        'b' => "\b",
        'f' => "\f",
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        var other => other.ToString(),
    };

    [GeneratedRegex(@"\\(u[0-9a-fA-F]{4}|[""\\/bfnrt])", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Escape();
}
