using System.Text.Json;
using Zaguan.Contracts.Answers;

namespace Zaguan.Contracts.Templates;

/// <summary><c>"Credenciales inválidas"</c>, <c>42</c>, <c>true</c>, <c>null</c>: itself. A text arrives with its doubled braces undone.</summary>
internal sealed record ConstantTemplate(string Json) : Template
{
    public override bool IsConstant => true;

    public override bool IsText => Text is not null;

    /// <summary>Null where it is no text.</summary>
    public string? Text => Json.StartsWith('"') ? JsonElement.Parse(Json).GetString() : null;

    public override bool IsNull(AnswerValues values) => string.Equals(Json, "null", StringComparison.Ordinal);

    public override bool Unify(JsonElement reply, Bindings bindings) => JsonElement.DeepEquals(JsonElement.Parse(Json), reply);

    // It was read or written as JSON when the contract was compiled.
    public override void Write(Utf8JsonWriter writer, AnswerValues values) => writer.WriteRawValue(Json, skipInputValidation: true);
}
