using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Zaguan.Reading;

/// <summary>What a record type lets a document say, looked up once: reflection builds an attribute, and the expression in it, anew for every question.</summary>
internal sealed class RecordShape
{
    private static readonly ConcurrentDictionary<(Type, Spelling), RecordShape> Shapes = [];
    private static readonly ConcurrentDictionary<(Type, Spelling), FrozenDictionary<string, Enum>> Names = [];

    private RecordShape(Type type, Spelling spelling)
    {
        var members = RecordReader.Properties(type).ToDictionary(spelling.NameOf, p => new RecordMember(p), StringComparer.Ordinal);
        Members = members.ToFrozenDictionary(StringComparer.FromComparison(spelling.Names));
        Required = [.. members.Where(m => RecordReader.IsRequired(m.Value.Property)).Select(m => m.Key)];
        Node = type.GetProperty("Node");
        Rest = type.GetProperties().SingleOrDefault(p => p.GetCustomAttribute<JsonExtensionDataAttribute>() is not null);
        Shorthand = type.GetCustomAttribute<ShorthandAttribute>() is { } shorthand ? members.Values.Single(m => string.Equals(m.Property.Name, shorthand.Property, StringComparison.Ordinal)) : null;
    }

    /// <summary>What a document may set, by how it is written.</summary>
    public FrozenDictionary<string, RecordMember> Members { get; }

    public IReadOnlyList<string> Required { get; }

    /// <summary>Holds where the record was written.</summary>
    public PropertyInfo? Node { get; }

    /// <summary>Holds what no member is called.</summary>
    public PropertyInfo? Rest { get; }

    /// <summary>What a text or a list in the record's place is.</summary>
    public RecordMember? Shorthand { get; }

    public static RecordShape Of(Type type, Spelling spelling) => Shapes.GetOrAdd((type, spelling), key => new(key.Item1, key.Item2));

    /// <summary>The values of an enumeration by how they are written.</summary>
    public static FrozenDictionary<string, Enum> NamesOf(Type type, Spelling spelling) =>
        Names.GetOrAdd((type, spelling), key => Enum.GetValuesAsUnderlyingType(key.Item1).Cast<object>()
            .Select(v => (Enum)Enum.ToObject(key.Item1, v)).ToFrozenDictionary(RecordReader.SpellingOf, StringComparer.FromComparison(key.Item2.Names)));
}

/// <summary>One property that a document may set.</summary>
internal sealed class RecordMember(PropertyInfo property)
{
    public PropertyInfo Property => property;

    public bool IsOneOrMany { get; } = property.GetCustomAttribute<OneOrManyAttribute>() is not null;

    public ConstraintAttribute? Constraint { get; } = property.GetCustomAttribute<ConstraintAttribute>();
}
