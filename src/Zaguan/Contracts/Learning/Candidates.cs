using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Zaguan.Comparison;

namespace Zaguan.Contracts.Learning;

/// <summary>A way in which a template could write one value.</summary>
/// <param name="Json">The template, as JSON.</param>
/// <param name="Score">Of several the one with the highest is meant.</param>
internal readonly record struct Candidate(string Json, int Score);

/// <summary>Whether a place has the same value in all answers of one kind.</summary>
internal enum Variety
{
    Same,
    Differs,

    /// <summary>There is one answer, so that nobody knows.</summary>
    Once,
}

/// <summary>All ways in which a template could write a value: itself, a name, a name with a filter, a text with names in it.</summary>
internal static partial class Candidates
{
    private const int ByKey = 200;
    private const int Whole = 100;
    private const int Instant = 90;
    private const int Made = 80;
    private const int Part = 70;
    private const int Literal = 50;
    private const int Unlikely = 20;

    /// <summary>What stands where a secret stood.</summary>
    public const string Hidden = "***";

    /// <summary>A shorter text, or a smaller number, stands in many answers for other reasons.</summary>
    private const int ShortestText = 3;
    private const int SmallestNumber = 10;

    /// <param name="key">Under which it stands.</param>
    /// <param name="variety">Of what stands in this place.</param>
    public static IEnumerable<Candidate> Of(JsonElement value, Facts facts, string key, Variety variety)
    {
        yield return new(LiteralOf(value), Literal);
        foreach (var fact in facts.Known.Where(f => JsonElement.DeepEquals(f.Value, value)))
        {
            yield return new(Quoted($"{{{fact.Name}}}"), ScoreOf(fact, key));
        }

        if (Instants.Name(value, facts) is { } instant)
        {
            yield return new(Quoted(instant), Instant);
        }

        var more = value.ValueKind switch
        {
            JsonValueKind.String => OfText(value.GetString()!, facts, key, facts.MayBeMade ? variety : Variety.Same),
            JsonValueKind.Number => OfNumber(value, facts, key),
            _ => [],
        };
        foreach (var candidate in more)
        {
            yield return candidate;
        }
    }

    /// <summary>A value of the contract's own: braces doubled. A token is none: it would be good for whoever reads the file.</summary>
    public static string LiteralOf(JsonElement value) => value.ValueKind != JsonValueKind.String ? value.GetRawText()
        : ReadToken.Of(value.GetString()!) is null ? Quoted(Doubled(ReadToken.Without(value.GetString()!))) : Quoted(Hidden);

    /// <summary>Whether a value is called as secrets are and looks like one: a long text with digits in it.</summary>
    public static bool IsSecret(JsonElement value, string key) => SecretNames.Has(key) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text && SecretText().IsMatch(text) && text.Any(char.IsAsciiDigit);

    public static string Doubled(string text) => text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);

    public static string Quoted(string text) => JsonValue.Create(text).ToJsonString(LearnedContract.AsWritten);

    private static IEnumerable<Candidate> OfText(string text, Facts facts, string key, Variety variety)
    {
        foreach (var fact in facts.Known)
        {
            foreach (var filter in FiltersOf(text, fact))
            {
                yield return new(Quoted($"{{{fact.Name}|{filter}}}"), fact.HintIn(key) > 0 ? Whole + fact.HintIn(key) - 1 : text.Length >= ShortestText ? Whole - 1 : Unlikely);
            }
        }

        // A field can be called with the names that it lies in, or without them.
        foreach (var (left, penalty) in new[] { (".name", 0), (".field", 1) })
        {
            if (Substitute(text, [.. facts.Known.Where(f => !f.Name.EndsWith(left, StringComparison.Ordinal))]) is { } built)
            {
                yield return new(Quoted(built), Part - penalty);
            }
        }

        if (variety != Variety.Same && MadeOf(text, variety) is { } made)
        {
            yield return new(Quoted($"{{{made}}}"), Made);
        }
    }

    private static IEnumerable<Candidate> OfNumber(JsonElement value, Facts facts, string key)
    {
        if (facts.Lifetime is not { } lifetime || !value.TryGetInt64(out var number))
        {
            yield break;
        }

        if (Math.Abs(number - lifetime.TotalSeconds) <= 1)
        {
            yield return new(Quoted("{token.expiresIn}"), Instant);
        }
        else if (number == (long)lifetime.TotalMinutes && ExpiryKey().IsMatch(key))
        {
            yield return new(Quoted("{token.expiresIn|minutes}"), Instant);
        }
    }

    private static int ScoreOf(Fact fact, string key)
    {
        var hint = fact.HintIn(key);
        var isTelling = fact.Value.ValueKind switch
        {
            JsonValueKind.String => fact.Text!.Length >= ShortestText,
            JsonValueKind.Number => Math.Abs(fact.Number ?? SmallestNumber) >= SmallestNumber,
            JsonValueKind.Object or JsonValueKind.Array => true,
            _ => false,
        };
        // Where a field lies in no other, its two names are one; the one with all of it goes before.
        return (hint > 0 ? ByKey + hint : isTelling ? Whole : Unlikely) - (fact.Name is "invalid.name" or "item.name" ? 1 : 0);
    }

    private static IEnumerable<string> FiltersOf(string text, Fact fact)
    {
        if (fact.Text is { } known && !string.Equals(known, text, StringComparison.Ordinal))
        {
            if (string.Equals(known.ToUpperInvariant(), text, StringComparison.Ordinal))
            {
                yield return "upper";
            }
            else if (string.Equals(known.ToLowerInvariant(), text, StringComparison.Ordinal))
            {
                yield return "lower";
            }
        }
        else if (fact.Number is { } number)
        {
            var digits = number.ToString(CultureInfo.InvariantCulture);
            if (string.Equals(digits, text, StringComparison.Ordinal))
            {
                yield return "text";
            }
            else if (number > 0 && text.Length is > 1 and <= 64 && text.All(char.IsAsciiDigit) && string.Equals(text.TrimStart('0'), digits, StringComparison.Ordinal))
            {
                yield return $"pad:{text.Length.ToString(CultureInfo.InvariantCulture)}";
            }
        }
    }

    /// <summary>A text in which known words are replaced by their names; null: there is none in it.</summary>
    private static string? Substitute(string text, IReadOnlyList<Fact> facts)
    {
        var known = facts.Where(IsWord).OrderByDescending(f => f.InText!.Length).ToList();
        var built = new StringBuilder();
        var isLiteral = true;
        for (var i = 0; i < text.Length;)
        {
            var here = known.Find(f => string.CompareOrdinal(text, i, f.InText, 0, f.InText!.Length) == 0 && IsWordAt(text, i, f.InText.Length));
            if (here is null)
            {
                built.Append(Doubled(text[i].ToString()));
                i++;
                continue;
            }

            built.Append('{').Append(here.Name).Append('}');
            i += here.InText!.Length;
            isLiteral = false;
        }

        return isLiteral ? null : built.ToString();
    }

    private static bool IsWord(Fact fact) => fact.InText is { } text && (fact.Text is null
        ? fact.Name is "invalid.more" or "access.id"
        : text.Length >= ShortestText || fact.Name.StartsWith("invalid.", StringComparison.Ordinal) || fact.Name.StartsWith("item.", StringComparison.Ordinal));

    private static bool IsWordAt(string text, int at, int length) =>
        (at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (at + length == text.Length || !char.IsLetterOrDigit(text[at + length]));

    /// <summary>What is made of chance and looks so; null: nothing that a template can make. Of what was heard once one has to be sure.</summary>
    public static string? MadeOf(string text, Variety variety = Variety.Once) => Guid.TryParseExact(text, "D", out _) ? "generated.uuid"
        : TraceParent().IsMatch(text) ? "generated.traceparent"
        : Hexadecimal().IsMatch(text) ? string.Create(CultureInfo.InvariantCulture, $"generated.hex{text.Length}")
        : Letters().IsMatch(text) && (variety == Variety.Differs || (text.Length >= 20 && text.Any(char.IsAsciiDigit) && text.Any(char.IsAsciiLetterUpper) && text.Any(char.IsAsciiLetterLower))) ? string.Create(CultureInfo.InvariantCulture, $"generated.letters{text.Length}")
        : null;

    [GeneratedRegex("^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$", RegexOptions.NonBacktracking)]
    private static partial Regex TraceParent();

    [GeneratedRegex("^(?=.*[0-9])[0-9a-f]{16,128}$", RegexOptions.None, 1000)]
    private static partial Regex Hexadecimal();

    // base64url is letters and digits with two signs more; nobody reads such a text by its letters.
    [GeneratedRegex("^[A-Za-z0-9_-]{16,128}$", RegexOptions.NonBacktracking)]
    private static partial Regex Letters();

    [GeneratedRegex(@"^[A-Za-z0-9+/=._~|-]{16,}$", RegexOptions.NonBacktracking)]
    private static partial Regex SecretText();

    [GeneratedRegex("expir|timeout|minut|vigencia", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex ExpiryKey();
}
