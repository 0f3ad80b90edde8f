using System.Text.Json;

namespace Zaguan.Contracts.Templates;

/// <summary><c>{"$each": "{invalid}", "item": …}</c> in a list: one element per item.</summary>
internal sealed record EachTemplate(Func<AnswerValues, IReadOnlyList<string>> List, Template Item) : Template
{
    public override bool IsConstant => false;

    public override void Write(Utf8JsonWriter writer, AnswerValues values)
    {
        foreach (var item in List(values))
        {
            Item.Write(writer, values with { Item = item });
        }
    }

    /// <summary>One element of a list; how many there are is not for the template to say.</summary>
    public override bool Unify(JsonElement reply, Bindings bindings) => Item.Unify(reply, bindings);

    public override Template CamelCased() => this with { Item = Item.CamelCased() };
}
