using System.Globalization;
using System.Text.Json;
using Zaguan.Contracts.Answers;

namespace Zaguan.Contracts.Templates;

/// <summary><c>{"$match": "{user.active}", "true": "A", "false": "I", "else": …}</c>: by a value. Without "else", what no case is for is null.</summary>
internal sealed record MatchTemplate(Placeholder Placeholder, IReadOnlyList<(string Case, Template Value)> Cases, Template Else) : Template
{
    /// <summary>The case of a value that is not there.</summary>
    public const string OfNull = "null";

    public override bool IsConstant => false;

    public override bool IsNull(AnswerValues values) => Choose(values).IsNull(values);

    public override IEnumerable<Placeholder> Values => Cases.SelectMany(c => c.Value.Values).Concat(Else.Values).Prepend(Placeholder);

    public override void Write(Utf8JsonWriter writer, AnswerValues values) => Choose(values).Write(writer, values);

    public override void WriteElements(Utf8JsonWriter writer, AnswerValues values) => Choose(values).WriteElements(writer, values);

    /// <summary>The first case that could have been answered tells the value; "else" tells nothing.</summary>
    public override bool Unify(JsonElement reply, Bindings bindings) => Unify(bindings, value => value.Unify(reply, bindings) ? 1 : 0) > 0;

    public override int UnifyElements(IReadOnlyList<JsonElement> elements, int from, Bindings bindings) => Unify(bindings, value => value.UnifyElements(elements, from, bindings));

    private int Unify(Bindings bindings, Func<Template, int> unify)
    {
        var mark = bindings.Mark;
        foreach (var (@case, value) in Cases)
        {
            if (bindings.TryBind(Placeholder, AsJson(@case)) && unify(value) is > 0 and var count)
            {
                return count;
            }

            bindings.Undo(mark);
        }

        return unify(Else);
    }

    public override Template CamelCased() => this with { Cases = [.. Cases.Select(c => (c.Case, c.Value.CamelCased()))], Else = Else.CamelCased() };

    private Template Choose(AnswerValues values)
    {
        var value = Placeholder.Read(values);
        var text = value.Kind == ValueKind.Null ? OfNull : value.ToText();
        foreach (var (@case, template) in Cases)
        {
            if (string.Equals(@case, text, StringComparison.Ordinal))
            {
                return template;
            }
        }

        return Else;
    }

    private JsonElement AsJson(string @case) => (Placeholder.Kind, @case) switch
    {
        (_, OfNull) => JsonElement.Parse("null"),
        (ValueKind.Text or ValueKind.Instant, _) => JsonSerializer.SerializeToElement(@case),
        (_, "true") => JsonElement.Parse("true"),
        (_, "false") => JsonElement.Parse("false"),
        _ when long.TryParse(@case, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonSerializer.SerializeToElement(number),
        _ => JsonSerializer.SerializeToElement(@case),
    };
}
