using System.Globalization;
using System.Text;

namespace Zaguan.Users;

/// <summary>How names and e-mail addresses are compared: trimmed, composed (NFC), ignoring case. One rule for storing and finding.</summary>
internal static class Names
{
    /// <summary>The longest user name or e-mail address that is stored, in characters.</summary>
    public const int Longest = 256;

    /// <summary>Bytes of the attributes of a user: far more than an application keeps beside one; every login reads them.</summary>
    public const int MostAttributeBytes = 16 * 1024;

    /// <summary>
    /// As it is compared; null for what cannot be anybody's name: too long even in decomposed letters (putting marks in order
    /// takes a time that grows with the square of their number), with a code point that Unicode gives to nobody, or with a NUL, which PostgreSQL stores nowhere.
    /// </summary>
    public static string? TryKey(string name)
    {
        var trimmed = name.AsSpan().Trim();
        if (trimmed.Length > 4 * Longest || trimmed.Contains('\0'))
        {
            return null;
        }

        try
        {
            return Key(trimmed.ToString());
        }
        catch (ArgumentException)
        {
            // U+FFFE and its like; .NET has no way to ask first.
            return null;
        }
    }

    /// <summary>Latin letters that Unicode does not take apart, and databases do; in capitals, where they have them.</summary>
    private static readonly Dictionary<int, string> Plain = new()
    {
        ['Ø'] = "O",
        ['Ł'] = "L",
        ['Đ'] = "D",
        ['Ð'] = "D",
        ['Ħ'] = "H",
        ['Ŧ'] = "T",
        ['Ŋ'] = "N",
        ['Æ'] = "AE",
        ['Œ'] = "OE",
        ['Þ'] = "TH",
        ['ẞ'] = "SS",
        ['ß'] = "SS",
        ['ı'] = "I",
    };

    /// <summary>
    /// A key without what other databases do not see in a name: marks, letters of another width or form, invisible ones. Two names here can be one over
    /// there; whoever guesses at it over there guesses under one budget.
    /// </summary>
    public static string Fold(string key)
    {
        var folded = new StringBuilder(key.Length);
        foreach (var rune in key.Normalize(NormalizationForm.FormKD).EnumerateRunes().Where(r => Rune.GetUnicodeCategory(r) is not (
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.Control)))
        {
            folded.Append(Plain.GetValueOrDefault(rune.Value) ?? rune.ToString());
        }

        return Key(folded.ToString());
    }

    /// <summary>Upper case, because fewer letters are lost that way than in lower case (ς and σ are both Σ); composed again, because changing case can decompose.</summary>
    public static string Key(string name) => name.Trim().Normalize(NormalizationForm.FormC).ToUpperInvariant().Normalize(NormalizationForm.FormC);

    /// <summary>Something, an at sign, something, and no blanks: what is more than that only a message that arrives can tell.</summary>
    public static bool IsEmail(string text) => text.IndexOf('@', StringComparison.Ordinal) > 0 && text[^1] != '@' && !text.Any(char.IsWhiteSpace);

    /// <summary>Why a text cannot be stored as a name, as a sentence; null where it can.</summary>
    /// <param name="what">What it would be: "A user name".</param>
    public static string? Objection(string what, string name) => name switch
    {
        _ when string.IsNullOrWhiteSpace(name) => $"{what} is not empty.",
        { Length: > Longest } => $"{what} has at most {Longest} characters, not {name.Length}.",
        _ when HasHalfPair(name) => $"{what} holds half a character (a lone surrogate); write it anew.",
        _ when TryKey(name) is null => $"{what} holds a character that is none (U+FFFE and its like); write it anew.",
        _ when name.Any(char.IsControl) => $"{what} has no control characters: no tabs, no line ends.",
        _ => null,
    };

    private static bool HasHalfPair(string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var length) != System.Buffers.OperationStatus.Done)
            {
                return true;
            }

            rest = rest[length..];
        }

        return false;
    }
}
