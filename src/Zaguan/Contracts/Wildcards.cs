using System.Text.RegularExpressions;

namespace Zaguan.Contracts;

/// <summary>What stands in examples for what nobody can foretell: ‹…›, at least one character. A text of JSON that is nothing else, and a piece of a header, may be &lt;…&gt; too; in pages that is a tag.</summary>
internal static partial class Wildcards
{
    /// <summary>Whether there is one in a text.</summary>
    public static bool AreIn(string text) => InText().IsMatch(text);

    /// <summary>Whether a text of JSON, or a header, holds one.</summary>
    public static bool AreInValue(string text) => InText().IsMatch(text) || IsWhole(text);

    /// <summary>Whether a text is one and nothing else.</summary>
    public static bool IsWhole(string text) => Whole().IsMatch(text);

    public static bool AreInHeader(string text) => InHeader().IsMatch(text);

    public static string WithoutInText(string text) => InText().Replace(text, "");

    public static string Without(string text) => InHeader().Replace(text, "");

    public static bool IsText(string actual, string expected) => IsLike(actual, InText().Split(expected), StringComparison.Ordinal);

    public static bool IsHeader(string actual, string expected, StringComparison comparison = StringComparison.Ordinal) => IsLike(actual, InHeader().Split(expected), comparison);

    /// <param name="pieces">What stands between the wildcards, in their order.</param>
    private static bool IsLike(string actual, string[] pieces, StringComparison comparison)
    {
        if (pieces.Length == 1)
        {
            return string.Equals(actual, pieces[0], comparison);
        }

        if (!actual.StartsWith(pieces[0], comparison))
        {
            return false;
        }

        var at = pieces[0].Length;
        foreach (var piece in pieces[1..^1])
        {
            var found = at < actual.Length ? actual.IndexOf(piece, at + 1, comparison) : -1;
            if (found < 0)
            {
                return false;
            }

            at = found + piece.Length;
        }

        return at + 1 + pieces[^1].Length <= actual.Length && actual.EndsWith(pieces[^1], comparison);
    }

    [GeneratedRegex("‹[^‹›]*›", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex InText();

    [GeneratedRegex("‹[^‹›]*›|<[^<>]+>", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex InHeader();

    [GeneratedRegex(@"^(‹[^‹›]*›|<[^<>]+>)\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Whole();
}
