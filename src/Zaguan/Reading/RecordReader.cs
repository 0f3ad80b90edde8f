using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Zaguan.Reading;

/// <summary>How a document spells things: a contract is strict JSON, configuration arrives as texts whose names ignore case.</summary>
internal sealed record Spelling(bool CamelCase, StringComparison Names, bool TextsOnly)
{
    public static readonly Spelling Contract = new(CamelCase: true, StringComparison.Ordinal, TextsOnly: false);

    public static readonly Spelling Configuration = new(CamelCase: false, StringComparison.OrdinalIgnoreCase, TextsOnly: true);

    public string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
        ?? (CamelCase ? JsonNamingPolicy.CamelCase.ConvertName(property.Name) : property.Name);
}

/// <summary>
/// A tree → the record that says what may stand in it, or the list of everything that is wrong with it.
/// The same record gives the JSON schema (<see cref="JsonSchema"/>), so the two cannot disagree.
/// </summary>
internal sealed class RecordReader(Spelling spelling, Problems problems)
{
    /// <summary>
    /// The record, as far as it could be read; whoever asks looks at the problems before using it.
    /// What is missing or wrong is null even where the record says that it is required.
    /// </summary>
    public T Read<T>(SourceNode node)
        where T : class => (T)ReadRecord(Activator.CreateInstance<T>(), node);

    /// <summary>The properties that a document may set.</summary>
    public static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(p => p.CanWrite && p.GetCustomAttribute<JsonIgnoreAttribute>() is null && p.GetCustomAttribute<JsonExtensionDataAttribute>() is null);

    public static bool IsRequired(PropertyInfo property) => property.GetCustomAttribute<RequiredMemberAttribute>() is not null;

    public static string SpellingOf(Enum value) =>
        value.GetType().GetField(value.ToString())!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
        ?? JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private object ReadRecord(object record, SourceNode node)
    {
        var shape = RecordShape.Of(record.GetType(), spelling);
        shape.Node?.SetValue(record, node);
        if (node.Kind is NodeKind.Text or NodeKind.List && shape.Shorthand is { } shorthand)
        {
            ReadMember(record, shorthand, node);
            return record;
        }

        if (node.Kind != NodeKind.Object)
        {
            // An empty section of configuration reads as an empty text.
            if (!spelling.TextsOnly || node.Text.Length > 0)
            {
                problems.Add(node, $"Here belongs an object, not {node.KindInWords}.");
            }

            return record;
        }

        var extra = new Dictionary<string, SourceNode>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in node.Members)
        {
            if (shape.Members.TryGetValue(member.Name, out var known))
            {
                ReadMember(record, known, member.Value);
            }
            else if (shape.Rest is not null)
            {
                extra[member.Name] = member.Value;
            }
            else
            {
                problems.Add(member.Value, $"\"{member.Name}\" is not known here.{Nearest.Suggestion(member.Name, shape.Members.Keys)}");
            }
        }

        shape.Rest?.SetValue(record, extra);
        foreach (var name in shape.Required.Where(name => !node.Members.Any(m => string.Equals(m.Name, name, spelling.Names))))
        {
            problems.Add(node, $"\"{name}\" is missing.");
        }

        return record;
    }

    private void ReadMember(object record, RecordMember member, SourceNode node)
    {
        if (member.IsOneOrMany && node is { Kind: NodeKind.List, Items.Count: 0 })
        {
            problems.Add(node, "This list is empty; here belongs at least one.");
            return;
        }

        // What may be one thing or a list of them, and is one.
        var isAlone = member.IsOneOrMany && node.Kind != NodeKind.List;
        var written = isAlone ? new SourceNode { Kind = NodeKind.List, Origin = node.Origin, Line = node.Line, Pointer = node.Pointer, Items = [node] } : node;
        if (ReadValue(member.Property.PropertyType, written, member.Property.GetValue(record)) is { } value)
        {
            CheckConstraint(member.Constraint, value, written);
            member.Property.SetValue(record, value);
        }
    }

    private void CheckConstraint(ConstraintAttribute? constraint, object value, SourceNode node)
    {
        if (constraint is null)
        {
            return;
        }

        var written = value is IReadOnlyList<string> ? node.Items.Where(i => i.Kind == NodeKind.Text).Select(i => ((object)i.Text, i)) : [(value, node)];
        foreach (var (one, at) in written)
        {
            if (constraint.Objection(one) is { } objection)
            {
                problems.Add(at, objection);
            }
        }
    }

    /// <param name="absent">What holds where the document says nothing: a section that is written in part keeps the rest of it.</param>
    private object? ReadValue(Type declared, SourceNode node, object? absent = null)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(SourceNode))
        {
            return node;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return ReadDictionary(type.GenericTypeArguments[1], node);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return ReadList(type.GenericTypeArguments[0], node);
        }

        if (type.IsClass && type != typeof(string))
        {
            return ReadRecord(absent ?? Activator.CreateInstance(type)!, node);
        }

        return ReadScalar(type, node);
    }

    private object? ReadScalar(Type type, SourceNode node)
    {
        var text = node.Kind is NodeKind.Text ? node.Text : null;
        if (type == typeof(string))
        {
            return text ?? Refuse(node, "a text");
        }

        if (type == typeof(bool))
        {
            return (node.Kind is NodeKind.Boolean || spelling.TextsOnly) && bool.TryParse(node.Text, out var flag) ? flag : Refuse(node, "true or false");
        }

        if (type == typeof(int))
        {
            return (node.Kind is NodeKind.Number || spelling.TextsOnly) && int.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : Refuse(node, "a whole number");
        }

        if (type == typeof(TimeSpan))
        {
            return text is not null && Duration.TryParse(text, out var duration) ? duration : Refuse(node, $"a length of time such as \"30s\", \"15m\", \"8h\" or \"20d\"{Duration.BoundFor(node.Text)}");
        }

        if (type.IsEnum)
        {
            var known = RecordShape.NamesOf(type, spelling);
            return text is not null && known.TryGetValue(text, out var value)
                ? value
                : Refuse(node, $"one of {string.Join(", ", known.Keys.Select(k => $"\"{k}\""))}", text is null ? "" : Nearest.Suggestion(text, known.Keys));
        }

        throw new NotSupportedException($"A document cannot set a {type.Name}.");
    }

    private object? Refuse(SourceNode node, string expected, string suggestion = "")
    {
        problems.Add(node, $"Here belongs {expected}, not {node.InWords}.{suggestion}");
        return null;
    }

    private object? ReadDictionary(Type valueType, SourceNode node)
    {
        if (node.Kind != NodeKind.Object)
        {
            return spelling.TextsOnly && node.Text.Length == 0 ? null : Refuse(node, "an object");
        }

        var read = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), valueType), StringComparer.FromComparison(spelling.Names))!;
        foreach (var member in node.Members)
        {
            if (ReadValue(valueType, member.Value) is { } value)
            {
                read[member.Name] = value;
            }
        }

        return read;
    }

    private object? ReadList(Type itemType, SourceNode node)
    {
        // Configuration spells a list as an object with the names 0, 1, 2, …
        var items = node.Kind switch
        {
            NodeKind.List => node.Items,
            NodeKind.Object when spelling.TextsOnly => [.. node.Members.Select(m => m.Value)],
            NodeKind.Text when spelling.TextsOnly && node.Text.Length == 0 => [],
            _ => null,
        };
        if (items is null)
        {
            return Refuse(node, "a list");
        }

        var read = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(itemType))!;
        foreach (var item in items)
        {
            if (ReadValue(itemType, item) is { } value)
            {
                read.Add(value);
            }
        }

        return read;
    }
}
