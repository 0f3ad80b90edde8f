namespace Zaguan.Contracts;

/// <summary>What may follow a name behind a bar: <c>{now|unix}</c>, <c>{config.JWT_EXPIRES|default:8h}</c>. A fixed table.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Filter> Known = new(StringComparer.Ordinal)
    {
        ["default"] = new(TakesArgument: true, (value, argument) => value.Kind == ValueKind.Null ? Value.Of(argument) : value),
        ["unix"] = new(TakesArgument: false, (value, _) => value.Kind == ValueKind.Instant ? Value.Of(value.Instant.ToUnixTimeSeconds()) : value),
    };

    public static IEnumerable<string> Names => Known.Keys;

    public static Filter? Find(string name) => Known.GetValueOrDefault(name);
}

/// <param name="Apply">The value, and the argument behind the colon.</param>
internal sealed record Filter(bool TakesArgument, Func<Value, string?, Value> Apply);
