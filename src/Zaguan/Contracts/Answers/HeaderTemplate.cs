using System.Globalization;
using System.Text.Json;
using Zaguan.Contracts.Templates;

namespace Zaguan.Contracts.Answers;

/// <summary>A header of an answer. No value breaks out of it: what is not printable ASCII is percent-encoded.</summary>
internal sealed record HeaderTemplate(string Name, TextTemplate Value)
{
    /// <summary>In characters: whatever the request said that is said back, the head of an answer stays small.</summary>
    private const int Longest = 8_192;

    /// <summary>Null: it is left out.</summary>
    public string? Render(AnswerValues values) => Value.IsNull(values) ? null
        : Value.Render(values, static text => Escaping.Percent(text, "")) is { Length: <= Longest } value ? value.Trim(' ') : null;
}

/// <summary>A cookie of an answer (RFC 6265 §4.1).</summary>
internal sealed record CookieTemplate(string Name, TextTemplate Value, string Attributes)
{
    /// <summary>Browsers keep no longer one (RFC 6265 §6.1).</summary>
    private const int Longest = 4_096;

    /// <summary>Null: it is left out.</summary>
    public string? Render(AnswerValues values) => Value.IsNull(values) ? null
        : Value.Render(values, static text => Escaping.Percent(text, "\",;\\ ")) is { Length: <= Longest } value ? $"{Name}={value}{Attributes}" : null;

    public static string AttributesOf(CookieFile cookie) => string.Concat(
        cookie.Path is { } path ? $"; Path={path}" : "",
        cookie.MaxAge is { } age ? string.Create(CultureInfo.InvariantCulture, $"; Max-Age={(long)age.TotalSeconds}") : "",
        cookie.Secure ? "; Secure" : "",
        cookie.HttpOnly ? "; HttpOnly" : "",
        cookie.SameSite == SameSite.Unsaid ? "" : $"; SameSite={Reading.RecordReader.SpellingOf(cookie.SameSite)}");
}

/// <summary>Where a browser is sent. Its host is the contract's to say; what placeholders stand for is percent-encoded, so that it stays a part of path or query.</summary>
internal sealed record Redirection(string Written, TextTemplate Template)
{
    /// <summary>In characters, as for any header.</summary>
    private const int Longest = 8_192;

    /// <summary>What is too long is left out; the contract's own part stays.</summary>
    public string Render(AnswerValues values) => Template.Render(values, Uri.EscapeDataString) is { Length: <= Longest } address ? address : Template.Render(values, static _ => "");

    public bool Unify(string location, Bindings bindings) => Template.UnifyText(location, bindings, Uri.UnescapeDataString);
}

/// <summary>What must hold for an answer, or a lifetime: values that names have.</summary>
internal sealed record Condition(IReadOnlyList<(Placeholder Name, IReadOnlyList<JsonElement> Values)> Terms)
{
    public bool Holds(AnswerValues values)
    {
        foreach (var (name, allowed) in Terms)
        {
            var value = name.Read(values);
            if (!allowed.Any(a => Is(value, a)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Is(Value value, JsonElement expected) => (value.Kind, expected.ValueKind) switch
    {
        (ValueKind.Null, var kind) => kind == JsonValueKind.Null,
        (ValueKind.Text, JsonValueKind.String) => string.Equals(value.ToText(), expected.GetString(), StringComparison.Ordinal),
        (ValueKind.Boolean, JsonValueKind.True or JsonValueKind.False) or (ValueKind.Number or ValueKind.Json, JsonValueKind.Number) => string.Equals(value.ToText(), expected.GetRawText(), StringComparison.Ordinal),
        _ => false,
    };
}
