namespace Zaguan.Contracts;

/// <summary>What may follow a name behind a bar: <c>{now|unix}</c>, <c>{config.JWT_EXPIRES|default:8h}</c>. A fixed table.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Filter> Known = new(StringComparer.Ordinal)
    {
        ["default"] = new(TakesArgument: true, Takes: null, Gives: null, (value, argument) => value.Kind == ValueKind.Null ? Value.Of(argument) : value),
        ["unix"] = new(TakesArgument: false, Takes: ValueKind.Instant, Gives: ValueKind.Number, (value, _) => Value.Of(value.Instant.ToUnixTimeSeconds())),
    };

    public static IEnumerable<string> Names => Known.Keys;

    public static Filter? Find(string name) => Known.GetValueOrDefault(name);
}

/// <param name="Takes">The only kind of value that it can be applied to; null: every kind.</param>
/// <param name="Gives">The kind that it makes of it; null: the same.</param>
/// <param name="Apply">The value, and the argument behind the colon.</param>
internal sealed record Filter(bool TakesArgument, ValueKind? Takes, ValueKind? Gives, Func<Value, string?, Value> Apply);
