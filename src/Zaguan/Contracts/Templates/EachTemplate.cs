using System.Text.Json;
using Zaguan.Contracts.Answers;

namespace Zaguan.Contracts.Templates;

/// <summary>
/// <c>{"$each": "{invalid}", "item": …}</c> in a list: one element per item; with <c>"items"</c> as many as it says. With <c>"key"</c> it stands for an object: one member per item, that is called so.
/// </summary>
internal sealed record EachTemplate(string Name, WordList List, Template Item, TextTemplate? Key) : Template
{
    /// <summary>Each item is several elements of the list: those of <see cref="Item"/>, which is a list or a $match of lists.</summary>
    public bool Spreads { get; init; }

    public override bool IsConstant => false;

    public override void Write(Utf8JsonWriter writer, AnswerValues values)
    {
        if (Key is not null)
        {
            WriteObject(writer, values, Key);
            return;
        }

        foreach (var item in List.Read(values))
        {
            var of = values with { Item = item };
            if (Spreads)
            {
                Item.WriteElements(writer, of);
            }
            else
            {
                Item.Write(writer, of);
            }
        }
    }

    public override bool Unify(JsonElement reply, Bindings bindings)
    {
        if (Key is null)
        {
            return UnifyAll([reply], bindings);
        }

        return reply.ValueKind == JsonValueKind.Object && UnifyItems(
            reply.EnumerateObject().Select(m => (Func<Bindings, bool>)(of => Key.UnifyText(m.Name, of) && Item.Unify(m.Value, of))), bindings);
    }

    /// <summary>Elements of a list, as many as there are.</summary>
    public bool UnifyAll(IReadOnlyList<JsonElement> elements, Bindings bindings) =>
        UnifyItems(Spreads ? Runs(elements) : elements.Select(e => (Func<Bindings, bool>)(of => Item.Unify(e, of))), bindings);

    /// <summary>One item after another, each with as many elements as it has; an item that has none leaves no trace.</summary>
    private IEnumerable<Func<Bindings, bool>> Runs(IReadOnlyList<JsonElement> elements)
    {
        var (at, taken) = (0, 0);
        while (at < elements.Count)
        {
            yield return of => (taken = Item.UnifyElements(elements, at, of)) > 0;
            at += taken;
        }
    }

    public override Template CamelCased() => this with { Item = Item.CamelCased() };

    private void WriteObject(Utf8JsonWriter writer, AnswerValues values, TextTemplate key)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        writer.WriteStartObject();
        foreach (var item in List.Read(values))
        {
            var of = values with { Item = item };
            var name = key.Render(of);
            if (written.Add(name))
            {
                writer.WritePropertyName(name);
                Item.Write(writer, of);
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>What the items were is put together again: a list of the user's attributes, or the user's role.</summary>
    private bool UnifyItems(IEnumerable<Func<Bindings, bool>> items, Bindings bindings)
    {
        var read = new List<Bindings>();
        foreach (var unify in items)
        {
            var of = new Bindings(bindings);
            if (!unify(of))
            {
                return false;
            }

            read.Add(of);
        }

        if (Name.StartsWith(Vocabulary.AttributePrefix, StringComparison.Ordinal))
        {
            return bindings.TryBind(Name, JsonSerializer.SerializeToElement(read.Select(Rebuilt)));
        }

        return Name is not "roles" || read is not [var role] || role.All.All(m => bindings.TryBind($"role.{m.Key["item.".Length..]}", m.Value));
    }

    /// <summary>The item, which may be null, or the object that its members are.</summary>
    private static JsonElement Rebuilt(Bindings item) => item.All.FirstOrDefault(m => m.Key is Vocabulary.ItemName) is { Key: not null } whole
        ? whole.Value
        : JsonSerializer.SerializeToElement(item.All.ToDictionary(m => m.Key[(Vocabulary.ItemName.Length + 1)..], m => m.Value, StringComparer.Ordinal));
}
