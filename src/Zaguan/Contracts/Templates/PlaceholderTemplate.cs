using System.Text.Json;
using Zaguan.Contracts.Answers;

namespace Zaguan.Contracts.Templates;

/// <summary><c>"{user.number}"</c>: the value, with its type.</summary>
internal sealed record PlaceholderTemplate(Placeholder Placeholder) : Template
{
    public override bool IsConstant => false;

    public override bool IsText => Placeholder.IsSetting;

    public override bool IsNull(AnswerValues values) => Placeholder.Read(values).Kind == ValueKind.Null;

    public override IEnumerable<Placeholder> Values => [Placeholder];

    public override bool Unify(JsonElement reply, Bindings bindings) => bindings.TryBind(Placeholder, reply);

    public override void Write(Utf8JsonWriter writer, AnswerValues values) => Placeholder.Read(values).Write(writer);
}

/// <summary>A name of the vocabulary with its filters, ready to be read.</summary>
/// <param name="Written">As it stands between the braces.</param>
/// <param name="Kind">What its value is where it is not null, filters included; null: only the answer tells.</param>
internal sealed record Placeholder(string Written, string Name, ValueKind? Kind, Func<AnswerValues, Value> Read)
{
    public bool IsSetting => Name.StartsWith(Vocabulary.SettingPrefix, StringComparison.Ordinal);

    /// <summary>Its filters in reverse: what a value of the answer stood for; null: nobody can tell.</summary>
    public Func<JsonElement, JsonElement?> Unfilter { get; init; } = static value => value;

    /// <summary>In reverse: whether what it stood for is data of the user's. The rest (tokens, instants, numbers of records) is another in every reply.</summary>
    public bool Binds { get; } = Name.StartsWith("user.", StringComparison.Ordinal) || Name.StartsWith("role.", StringComparison.Ordinal) || Name is Vocabulary.ItemName || Name.StartsWith(Vocabulary.ItemName + ".", StringComparison.Ordinal);

    /// <summary>In reverse: whether a value is one that the placeholder could have stood for.</summary>
    public bool Fits(JsonElement value) => (Name, Kind, value.ValueKind) switch
    {
        // Whoever is granted is active, has a number where the contract answers one, and gets a token that is one.
        ("user.active", ValueKind.Boolean, var kind) => kind == JsonValueKind.True,
        ("user.number", ValueKind.Number, var kind) => kind == JsonValueKind.Number && value.TryGetInt64(out _),
        (Vocabulary.Token, _, var kind) => kind == JsonValueKind.String && value.GetString()!.Length > 0,
        (_, _, JsonValueKind.Null) => true,
        (_, ValueKind.Text, var kind) => kind == JsonValueKind.String,
        (_, ValueKind.Number, var kind) => kind == JsonValueKind.Number && value.TryGetInt64(out _),
        (_, ValueKind.Boolean, var kind) => kind is JsonValueKind.True or JsonValueKind.False,
        (_, ValueKind.Instant, var kind) => kind is JsonValueKind.String or JsonValueKind.Number,
        _ => true,
    };
}
