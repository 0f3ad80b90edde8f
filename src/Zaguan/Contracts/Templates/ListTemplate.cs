using System.Text.Json;

namespace Zaguan.Contracts.Templates;

/// <summary><c>[…]</c>: a list, whose elements may be <c>$each</c>.</summary>
internal sealed record ListTemplate(IReadOnlyList<Template> Items) : Template
{
    public override bool IsConstant => Items.All(i => i.IsConstant);

    public override void Write(Utf8JsonWriter writer, AnswerValues values)
    {
        writer.WriteStartArray();
        foreach (var item in Items)
        {
            item.Write(writer, values);
        }

        writer.WriteEndArray();
    }

    public override Template CamelCased() => new ListTemplate([.. Items.Select(i => i.CamelCased())]);
}
