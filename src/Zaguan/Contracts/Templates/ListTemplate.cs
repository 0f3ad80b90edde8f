using System.Text.Json;
using Zaguan.Contracts.Answers;

namespace Zaguan.Contracts.Templates;

/// <summary><c>[…]</c>: a list, whose elements may be <c>$each</c>.</summary>
internal sealed record ListTemplate(IReadOnlyList<Template> Items) : Template
{
    public override bool IsConstant => Items.All(i => i.IsConstant);

    public override void Write(Utf8JsonWriter writer, AnswerValues values)
    {
        writer.WriteStartArray();
        WriteElements(writer, values);
        writer.WriteEndArray();
    }

    public override void WriteElements(Utf8JsonWriter writer, AnswerValues values)
    {
        foreach (var item in Items)
        {
            item.Write(writer, values);
        }
    }

    public override int UnifyElements(IReadOnlyList<JsonElement> elements, int from, Bindings bindings) =>
        from + Items.Count <= elements.Count && Items.Index().All(i => i.Item.Unify(elements[from + i.Index], bindings)) ? Items.Count : 0;

    public override IEnumerable<Placeholder> Values => Items.SelectMany(i => i.Values);

    public override bool Unify(JsonElement reply, Bindings bindings)
    {
        if (reply.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        var elements = reply.EnumerateArray().ToList();
        // What stands before the $each and what stands behind it is one element each; the $each takes the rest.
        var each = Items.ToList().FindIndex(i => i is EachTemplate { Key: null });
        var rest = elements.Count - Items.Count + 1;
        if (each < 0)
        {
            return elements.Count == Items.Count && Items.Zip(elements).All(i => i.First.Unify(i.Second, bindings));
        }

        return rest >= 0
            && Items.Take(each).Zip(elements).All(i => i.First.Unify(i.Second, bindings))
            && ((EachTemplate)Items[each]).UnifyAll(elements.GetRange(each, rest), bindings)
            && Items.Skip(each + 1).Zip(elements.Skip(each + rest)).All(i => i.First.Unify(i.Second, bindings));
    }

    public override Template CamelCased() => new ListTemplate([.. Items.Select(i => i.CamelCased())]);
}
