using System.Globalization;
using System.Text.Json;

namespace Zaguan.Contracts;

/// <summary>What may follow a name behind a bar: <c>{now|unix}</c>, <c>{config.JWT_EXPIRES|default:8h}</c>. A fixed table.</summary>
internal static class Filters
{
    /// <summary>What a date is written with; the rest stands for itself, letters between apostrophes.</summary>
    private const string DateLetters = "yMdHhmsft";

    /// <summary>Of "join", in characters: it is written as often as a list has elements.</summary>
    private const int LongestSeparator = 16;

    private static readonly Dictionary<string, Filter> Known = new(StringComparer.Ordinal)
    {
        ["default"] = new((value, argument) => value.Kind == ValueKind.Null ? Value.Of(argument) : value) { TakesArgument = true, Reverse = ReverseDefault },
        ["unix"] = new((value, _) => Value.Of(value.Instant.ToUnixTimeSeconds())) { Takes = ValueKind.Instant, Gives = ValueKind.Number },
        ["unixms"] = new((value, _) => Value.Of(value.Instant.ToUnixTimeMilliseconds())) { Takes = ValueKind.Instant, Gives = ValueKind.Number },
        ["iso"] = new((value, _) => Value.Of(Format(value, "yyyy-MM-dd'T'HH:mm:ss") + Zone(value))) { Takes = ValueKind.Instant, Gives = ValueKind.Text },
        ["rfc1123"] = new((value, _) => Value.Of(value.Instant.ToString("r", CultureInfo.InvariantCulture))) { Takes = ValueKind.Instant, Gives = ValueKind.Text },
        ["format"] = new((value, argument) => Value.Of(Format(value, argument!))) { TakesArgument = true, Takes = ValueKind.Instant, Gives = ValueKind.Text, ObjectionTo = ObjectionToFormat },
        ["zone"] = new((value, argument) => value.InZone(Offset(argument!)!.Value)) { TakesArgument = true, Takes = ValueKind.Instant, ObjectionTo = a => Offset(a) is null ? "A zone is a distance to UTC: -05:00, +01:00." : null },
        ["minutes"] = new((value, _) => value.Number is { } seconds ? Value.Of(seconds / 60) : Value.Null) { Takes = ValueKind.Number, Gives = ValueKind.Number },
        ["upper"] = new((value, _) => value.Kind == ValueKind.Null ? value : Value.Of(value.ToText().ToUpperInvariant())) { Gives = ValueKind.Text },
        ["lower"] = new((value, _) => value.Kind == ValueKind.Null ? value : Value.Of(value.ToText().ToLowerInvariant())) { Gives = ValueKind.Text },
        ["text"] = new((value, _) => value.Kind == ValueKind.Null ? value : Value.Of(value.ToText())) { Gives = ValueKind.Text, Reverse = ReverseText },
        ["join"] = new((value, argument) => value.Kind == ValueKind.Null ? value : Value.Of(Join(value, argument!))) { TakesArgument = true, Gives = ValueKind.Text, ObjectionTo = a => a.Length <= LongestSeparator ? null : $"What stands between two elements of a list has at most {LongestSeparator} characters." },
        ["number"] = new((value, _) => long.TryParse(value.ToText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? Value.Of(number) : Value.Null) { Gives = ValueKind.Number, Reverse = ReverseNumber },
        ["pad"] = new((value, argument) => value.Kind == ValueKind.Null ? value : Value.Of(value.ToText().PadLeft(int.Parse(argument!, CultureInfo.InvariantCulture), '0'))) { TakesArgument = true, Gives = ValueKind.Text, Reverse = ReverseText, ObjectionTo = a => int.TryParse(a, NumberStyles.None, CultureInfo.InvariantCulture, out var width) && width is >= 1 and <= 64 ? null : "\"pad\" has the number of characters, 1 to 64." },
    };

    public static IEnumerable<string> Names => Known.Keys;

    public static Filter? Find(string name) => Known.GetValueOrDefault(name);

    /// <summary>The elements of a list as a text; of what is no list, the text that it is.</summary>
    private static string Join(Value value, string separator)
    {
        var text = value.ToText();
        if (value.Kind != ValueKind.Json || !text.StartsWith('['))
        {
            return text;
        }

        return string.Join(separator, JsonElement.Parse(text).EnumerateArray().Select(e => Value.Of(e).ToText()));
    }

    private static string Format(Value value, string format) => value.Local.ToString(format, CultureInfo.InvariantCulture);

    private static string Zone(Value value) => value.Local.Offset == TimeSpan.Zero ? "Z" : value.Local.ToString("zzz", CultureInfo.InvariantCulture);

    private static TimeSpan? Offset(string written) =>
        written is ['+' or '-', _, _, ':', _, _] && TimeSpan.TryParseExact(written[1..], @"hh\:mm", CultureInfo.InvariantCulture, out var offset) && offset <= TimeSpan.FromHours(14)
            ? written[0] == '-' ? -offset : offset
            : null;

    private static string? ObjectionToFormat(string format)
    {
        var quoted = false;
        foreach (var letter in format)
        {
            quoted ^= letter == '\'';
            if (!quoted && letter is not ('\'' or '-' or '/' or '.' or ':' or ',' or ' ') && !DateLetters.Contains(letter, StringComparison.Ordinal))
            {
                return $"A date is written with {string.Join(", ", DateLetters.ToCharArray())} and signs; letters that mean themselves stand between apostrophes: dd/MM/yyyy HH:mm:ss, yyyy-MM-dd'T'HH:mm.";
            }
        }

        if (quoted || format.Length is < 2 or > 40)
        {
            return "A date's format has 2 to 40 characters, and as many opening apostrophes as closing ones.";
        }

        try
        {
            _ = DateTimeOffset.UnixEpoch.ToString(format, CultureInfo.InvariantCulture);
            return null;
        }
        catch (FormatException)
        {
            return $"No date can be written as \"{format}\"; of the fractions of a second (f) there are at most 7 digits.";
        }
    }

    // What the filter put there says nothing of the user.
    private static JsonElement? ReverseDefault(JsonElement value, ValueKind? inner, string? argument) =>
        value.ValueKind == JsonValueKind.String && string.Equals(value.GetString(), argument, StringComparison.Ordinal) ? JsonElement.Parse("null") : value;

    private static JsonElement? ReverseText(JsonElement value, ValueKind? inner, string? argument) =>
        inner == ValueKind.Number && value.ValueKind == JsonValueKind.String && long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? JsonSerializer.SerializeToElement(number)
            : inner is ValueKind.Text ? value : null;

    private static JsonElement? ReverseNumber(JsonElement value, ValueKind? inner, string? argument) =>
        inner == ValueKind.Text && value.ValueKind == JsonValueKind.Number ? JsonSerializer.SerializeToElement(value.GetRawText()) : null;
}

/// <param name="Apply">The value, and the argument behind the colon.</param>
internal sealed record Filter(Func<Value, string?, Value> Apply)
{
    public bool TakesArgument { get; init; }

    /// <summary>The only kind of value that it can be applied to; null: every kind.</summary>
    public ValueKind? Takes { get; init; }

    /// <summary>The kind that it makes of it; null: the same.</summary>
    public ValueKind? Gives { get; init; }

    /// <summary>What is wrong with an argument, as a sentence; null: nothing is.</summary>
    public Func<string, string?>? ObjectionTo { get; init; }

    /// <summary>What stood before the filter, of what stands behind it: the value, the kind that it had before, and the argument. Null, or no such function: nobody can tell.</summary>
    public Func<JsonElement, ValueKind?, string?, JsonElement?>? Reverse { get; init; }
}
