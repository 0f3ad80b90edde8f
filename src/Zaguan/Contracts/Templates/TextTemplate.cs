using System.Globalization;
using System.Text.Json;
using Zaguan.Contracts.Answers;

namespace Zaguan.Contracts.Templates;

/// <summary><c>"{item.field} is required"</c>: a text built of literal parts and placeholders.</summary>
internal sealed record TextTemplate(IReadOnlyList<TextPart> Parts) : Template
{
    public override bool IsConstant => false;

    public override bool IsText => Parts.All(p => p.Placeholder is null or { IsSetting: true });

    public override void Write(Utf8JsonWriter writer, AnswerValues values) => writer.WriteStringValue(Render(values));

    /// <summary>
    /// Literals must stand where they stand; what lies between two of them is bound. "Juan Carlos Pérez" for "{user.givenName} {user.familyName}"
    /// can be read in two ways; the first placeholder takes the least. Two placeholders without a literal between them bind nothing.
    /// </summary>
    public override bool Unify(JsonElement reply, Bindings bindings) => reply.ValueKind == JsonValueKind.String && UnifyText(reply.GetString()!, bindings);

    /// <param name="unescape">What was done to what placeholders stood for, in reverse; null: nothing.</param>
    public bool UnifyText(string text, Bindings bindings, Func<string, string>? unescape = null)
    {
        var position = 0;
        for (var i = 0; i < Parts.Count; i++)
        {
            if (Parts[i].Placeholder is null)
            {
                if (!text.AsSpan(position).StartsWith(Parts[i].Literal, StringComparison.Ordinal))
                {
                    return false;
                }

                position += Parts[i].Literal.Length;
                continue;
            }

            var from = i;
            while (i + 1 < Parts.Count && Parts[i + 1].Placeholder is not null)
            {
                i++;
            }

            var end = EndOf(text, position, i + 1);
            if (end < 0 || (i == from && !TryBind(Parts[i].Placeholder!, unescape is null ? text[position..end] : unescape(text[position..end]), bindings)))
            {
                return false;
            }

            position = end;
        }

        return position == text.Length;
    }

    /// <summary>Where what a placeholder stands for ends: at the next literal, the last one at the end of the text; less than 0: nowhere.</summary>
    private int EndOf(string text, int from, int next) => (Parts.Count - next) switch
    {
        0 => text.Length,
        1 => text.AsSpan(from).EndsWith(Parts[next].Literal, StringComparison.Ordinal) ? text.Length - Parts[next].Literal.Length : -1,
        _ => text.IndexOf(Parts[next].Literal, from, StringComparison.Ordinal),
    };

    private static bool TryBind(Placeholder placeholder, string text, Bindings bindings) => placeholder.Kind switch
    {
        ValueKind.Number => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && bindings.TryBind(placeholder, JsonSerializer.SerializeToElement(number)),
        ValueKind.Text => bindings.TryBind(placeholder, JsonSerializer.SerializeToElement(text.Length == 0 ? null : text)),
        // In a text one cannot tell 5 from "5", nor how an instant was written.
        null or ValueKind.Boolean or ValueKind.Instant or ValueKind.Json or ValueKind.Null => true,
    };

    public string Render(AnswerValues values) => string.Concat(Parts.Select(p => p.Placeholder?.Read(values).ToText() ?? p.Literal));

    /// <param name="escape">What is done to what placeholders stand for; what the contract itself says stays as it is.</param>
    public string Render(AnswerValues values, Func<string, string> escape) => string.Concat(Parts.Select(p => p.Placeholder is { } placeholder ? escape(placeholder.Read(values).ToText()) : p.Literal));

    /// <summary>Whether it is one placeholder that stands for nothing.</summary>
    public override bool IsNull(AnswerValues values) => Parts is [{ Placeholder: { } only }] && only.Read(values).Kind == ValueKind.Null;
}

/// <summary>A placeholder, or else a literal.</summary>
internal sealed record TextPart(string Literal, Placeholder? Placeholder);
