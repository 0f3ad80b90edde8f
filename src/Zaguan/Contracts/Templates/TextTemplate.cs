using System.Text.Json;

namespace Zaguan.Contracts.Templates;

/// <summary><c>"{item.field} is required"</c>: a text built of literal parts and placeholders.</summary>
internal sealed record TextTemplate(IReadOnlyList<TextPart> Parts) : Template
{
    public override bool IsConstant => false;

    public override bool IsText => Parts.All(p => p.Placeholder is null or { IsSetting: true });

    public override void Write(Utf8JsonWriter writer, AnswerValues values) => writer.WriteStringValue(Render(values));

    public string Render(AnswerValues values) => string.Concat(Parts.Select(p => p.Placeholder?.Read(values).ToText() ?? p.Literal));
}

/// <summary>A placeholder, or else a literal.</summary>
internal sealed record TextPart(string Literal, Placeholder? Placeholder);
