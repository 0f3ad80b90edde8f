using System.Text.Json;

namespace Zaguan.Contracts.Templates;

/// <summary><c>"{user.number}"</c>: the value, with its type.</summary>
internal sealed record PlaceholderTemplate(Placeholder Placeholder) : Template
{
    public override bool IsConstant => false;

    public override bool IsText => Placeholder.IsSetting;

    public override bool IsNull(AnswerValues values) => Placeholder.Read(values).Kind == ValueKind.Null;

    public override void Write(Utf8JsonWriter writer, AnswerValues values) => Placeholder.Read(values).Write(writer);
}

/// <summary>A name of the vocabulary with its filters, ready to be read.</summary>
/// <param name="Written">As it stands between the braces.</param>
internal sealed record Placeholder(string Written, string Name, Func<AnswerValues, Value> Read)
{
    public bool IsSetting => Name.StartsWith(Vocabulary.SettingPrefix, StringComparison.Ordinal);
}
