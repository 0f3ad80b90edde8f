using System.Text.Json;
using Zaguan.Contracts.Answers;

namespace Zaguan.Contracts.Templates;

/// <summary><c>{"token?": "{token}"}</c>: an object; a key that ends in ? is left out when its value is null.</summary>
internal sealed record ObjectTemplate(IReadOnlyList<MemberTemplate> Members) : Template
{
    public override bool IsConstant => Members.All(m => m.Value.IsConstant);

    public override void Write(Utf8JsonWriter writer, AnswerValues values)
    {
        writer.WriteStartObject();
        WriteMembers(writer, values);
        writer.WriteEndObject();
    }

    /// <summary>Into an object that the caller has begun.</summary>
    public void WriteMembers(Utf8JsonWriter writer, AnswerValues values)
    {
        foreach (var member in Members)
        {
            if (!member.Optional || !member.Value.IsNull(values))
            {
                writer.WritePropertyName(member.Name);
                member.Value.Write(writer, values);
            }
        }
    }

    public override IEnumerable<Placeholder> Values => Members.SelectMany(m => m.Value.Values);

    public override bool Unify(JsonElement reply, Bindings bindings) => reply.ValueKind == JsonValueKind.Object
        && Members.All(m => reply.TryGetProperty(m.Name, out var value) ? m.Value.Unify(value, bindings) : m.Optional);

    public override Template CamelCased() =>
        new ObjectTemplate([.. Members.Select(m => m with { Name = JsonNamingPolicy.CamelCase.ConvertName(m.Name), Value = m.Value.CamelCased() })]);
}

internal sealed record MemberTemplate(string Name, bool Optional, Template Value);
