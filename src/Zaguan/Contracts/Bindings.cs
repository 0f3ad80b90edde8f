using System.Text.Json;
using Zaguan.Contracts.Templates;

namespace Zaguan.Contracts;

/// <summary>What the placeholders of a template stand for in a reply that was matched with it.</summary>
internal sealed class Bindings
{
    private readonly Dictionary<string, JsonElement> values = new(StringComparer.Ordinal);

    /// <summary>What the placeholder {NAME} stood for; null: it stands nowhere, or the reply has null there.</summary>
    public JsonElement? Find(string name) => values.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public string? Text(string name) => Find(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public long? Number(string name) => Find(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;

    /// <summary>What of a user is kept beside the fields that every user has, by name.</summary>
    public IEnumerable<(string Name, JsonElement Value)> Attributes => values
        .Where(v => v.Key.StartsWith(Vocabulary.AttributePrefix, StringComparison.Ordinal) && v.Value.ValueKind != JsonValueKind.Null)
        .Select(v => (v.Key[Vocabulary.AttributePrefix.Length..], v.Value));

    /// <summary>False: the value is none that this placeholder would ever have stood for, or not the one that it stood for before.</summary>
    public bool TryBind(Placeholder placeholder, JsonElement value)
    {
        if (!placeholder.Fits(value))
        {
            return false;
        }

        if (!placeholder.Binds)
        {
            return true;
        }

        if (values.TryGetValue(placeholder.Name, out var before))
        {
            return JsonElement.DeepEquals(before, value);
        }

        values.Add(placeholder.Name, value);
        return true;
    }
}
