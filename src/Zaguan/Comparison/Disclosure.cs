using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Zaguan.Login;

namespace Zaguan.Comparison;

/// <summary>What a difference may say of a value: itself, or no more than its kind.</summary>
/// <param name="secrets">What was sent and may not be repeated.</param>
internal sealed class Disclosure(IReadOnlyList<Secret> secrets)
{
    /// <summary>Enough to know a message by.</summary>
    private const int Longest = 200;

    /// <summary>How every JWT begins: <c>{"</c> in base64url.</summary>
    private const string TokenMark = "eyJ";

    private const string Hidden = " (not shown)";

    // On one line, whatever the text; letters stay letters.
    private static readonly JsonSerializerOptions OnOneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Show(JsonElement value, Place place) => value.ValueKind switch
    {
        JsonValueKind.String => Show(value.GetString()!, place.MayBeShown, t => JsonSerializer.Serialize(t, OnOneLine), "text"),
        JsonValueKind.Number => Show(value.GetRawText(), place.MayBeShown, n => n, "number"),
        JsonValueKind.True or JsonValueKind.False => Show(value.GetRawText(), place.MayBeShown, f => f, "boolean"),
        JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Undefined => KindInWords(value),
    };

    /// <summary>With its kind, where that is what differs.</summary>
    public string ShowWithKind(JsonElement value, Place place)
    {
        var (kind, shown) = (KindInWords(value), Show(value, place));
        return shown.StartsWith(kind, StringComparison.Ordinal) ? shown : $"{kind} {shown}";
    }

    /// <summary>Of a header, or a key.</summary>
    public string Show(string text) => Show(text, isFree: true, t => t, "text");

    public static string KindInWords(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "text",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Null or JsonValueKind.Undefined => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "list",
    };

    private string Show(string text, bool isFree, Func<string, string> write, string kind)
    {
        if (!isFree || text.Contains(TokenMark, StringComparison.Ordinal) || Repeats(text))
        {
            return kind + Hidden;
        }

        return write(Cut(text));
    }

    /// <summary>Never through the middle of a surrogate pair.</summary>
    private static string Cut(string text) => text.Length <= Longest ? text : $"{text[..(char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)]}…";

    private bool Repeats(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return secrets.Any(s => s.Length > 0 && bytes.AsSpan().IndexOf(s.Reveal()) >= 0);
    }
}
