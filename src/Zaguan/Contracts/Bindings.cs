using System.Text.Json;
using Zaguan.Contracts.Templates;

namespace Zaguan.Contracts;

/// <summary>What the placeholders of a template stand for in a reply that was matched with it.</summary>
/// <param name="around">What is bound outside the element of a list that this is about; null: this is about the whole reply.</param>
internal sealed class Bindings(Bindings? around = null)
{
    private readonly OrderedDictionary<string, JsonElement> values = new(StringComparer.Ordinal);

    /// <summary>How much is bound, here and then around: what to go back to.</summary>
    public IReadOnlyList<int> Mark => [values.Count, .. around?.Mark ?? []];

    /// <summary>What the placeholder {NAME} stood for; null: it stands nowhere, or the reply has null there.</summary>
    public JsonElement? Find(string name) => values.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public string? Text(string name) => Find(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public long? Number(string name) => Find(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;

    public IEnumerable<KeyValuePair<string, JsonElement>> All => values;

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

        return !placeholder.Binds || placeholder.Unfilter(value) is not { } stood || TryBind(placeholder.Name, stood);
    }

    public bool TryBind(string name, JsonElement value)
    {
        if (around is not null && !IsOfItem(name))
        {
            return around.TryBind(name, value);
        }

        if (values.TryGetValue(name, out var before))
        {
            return JsonElement.DeepEquals(before, value);
        }

        values.Add(name, value);
        return true;
    }

    /// <summary>Forgets what was bound behind a mark.</summary>
    public void Undo(IReadOnlyList<int> mark)
    {
        while (values.Count > mark[0])
        {
            values.RemoveAt(values.Count - 1);
        }

        around?.Undo([.. mark.Skip(1)]);
    }

    private static bool IsOfItem(string name) => name is Vocabulary.ItemName || name.StartsWith(Vocabulary.ItemName + ".", StringComparison.Ordinal);
}
