using System.Globalization;
using System.Reflection;
using System.Text;
using Zaguan.Login;

namespace Zaguan.Passwords;

/*
 * NIST SP 800-63B-4 §3.1.1.2: length, and what attackers try first; no rules of composition, no expiry.
 *
 * - Characters are code points of the composed (NFC) password.
 * - Common passwords: the list of twenty thousand that Royce Williams compiled from leaked ones, and that Django ships too. Compared ignoring case;
 *   one of them written several times over is it as well, and so is a single piece written over and over.
 * - The user's own, and the house's: what is left of the password without the user's names, the words of the house, digits and signs has to be more
 *   than a few letters.
 * - Breached: SHA-1 of UTF-8, looked up in a sorted file on this machine; nothing is asked over the network.
 */

/// <summary>Which new passwords are taken.</summary>
internal sealed class PasswordPolicy(PasswordSettings settings)
{
    /// <summary>Shorter names are syllables of ordinary words.</summary>
    public const int ShortestName = 3;

    /// <summary>What everybody who logs in here may have seen.</summary>
    private const string OwnName = "Zaguan";

    /// <summary>So many letters beside one's own names and digits are the password.</summary>
    private const int EnoughOtherLetters = 5;

    /// <summary>A piece of up to so many characters, written over and over, is no longer password than the piece.</summary>
    private const int LongestPiece = 6;

    private static readonly Lazy<HashSet<string>> Common = new(ReadCommon);

    /// <summary>Everything that speaks against it, as English sentences; empty: it is taken.</summary>
    /// <inheritdoc cref="Weigh"/>
    public IReadOnlyList<string> Objections(Secret password, params IEnumerable<string?> names) => [.. Weigh(password, names).Select(o => o.English)];

    /// <summary>Everything that speaks against it; empty: it is taken.</summary>
    /// <param name="names">The user's: user name, e-mail address, given and family name; nulls are none.</param>
    /// <exception cref="IOException">The file of breached hashes cannot be read.</exception>
    public IReadOnlyList<PasswordObjection> Weigh(Secret password, params IEnumerable<string?> names)
    {
        string text;
        try
        {
            text = Encoding.UTF8.GetString(password.Reveal()).Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // .NET has no way to ask first.
            return [new("Esta contraseña tiene un carácter que no existe en Unicode (U+FFFE y semejantes).", "This password holds a code point that Unicode gives to nobody (U+FFFE and its like).")];
        }

        var objections = new List<PasswordObjection>();
        var length = text.EnumerateRunes().Count();
        if (length < settings.Shortest)
        {
            objections.Add(new($"Una contraseña tiene al menos {settings.Shortest} caracteres; esta tiene {length}.", $"A password has at least {settings.Shortest} characters; this one has {length}."));
        }

        if (length > settings.Longest)
        {
            objections.Add(new($"Una contraseña tiene como mucho {settings.Longest} caracteres; esta tiene {length}.", $"A password has at most {settings.Longest} characters; this one has {length}."));
        }

        if (Common.Value.Contains(text.ToUpperInvariant()) || Common.Value.Contains(Piece(text.ToUpperInvariant())))
        {
            objections.Add(new("Esta contraseña es de las primeras que prueba cualquiera, porque la usa mucha gente.", "This password is among the first that anybody tries, because many people use it."));
        }
        else if (Piece(text) is { Length: <= LongestPiece } piece && piece.Length < text.Length)
        {
            objections.Add(new("Esta contraseña es un trozo corto escrito una y otra vez.", "This password is one short piece written over and over."));
        }

        if (IsMadeOf(text, names))
        {
            objections.Add(new("Esta contraseña está hecha con los nombres de su propio dueño.", "This password is made of the user's own names."));
        }
        else if (IsMadeOf(text, [.. names, .. settings.HouseWords, OwnName]))
        {
            objections.Add(new("Esta contraseña está hecha con palabras que aquí conoce cualquiera, como el nombre de la casa.", "This password is made of words that anybody here knows, like the name of the house."));
        }

        if (settings.BreachedHashesFile is { } file && BreachedHashes.Contain(file, Encoding.UTF8.GetBytes(text)))
        {
            objections.Add(new("Esta contraseña se conoce por una filtración en otro sitio.", "This password is known from a breach elsewhere."));
        }

        return objections;
    }

    /// <summary>The shortest piece that, written over and over, is the text; the text itself where there is none.</summary>
    private static string Piece(string text)
    {
        for (var length = 1; length <= text.Length / 2; length++)
        {
            if (text.Length % length == 0 && string.CompareOrdinal(text, length, text, 0, text.Length - length) == 0)
            {
                return text[..length];
            }
        }

        return text;
    }

    /// <summary>What of a name is looked for in a password.</summary>
    public static IEnumerable<string> PartsOf(string name) => name.Split(' ', '@', '.', '-', '_').Select(Plain).Where(n => n.Length >= ShortestName);

    private static bool IsMadeOf(string text, IEnumerable<string?> names)
    {
        var parts = names.OfType<string>().SelectMany(PartsOf).Distinct(StringComparer.Ordinal).OrderByDescending(n => n.Length);
        var left = Plain(text);
        var without = parts.Aggregate(left, (rest, name) => rest.Replace(name, "", StringComparison.Ordinal));
        return without.Length < left.Length && without.Length < EnoughOtherLetters;
    }

    /// <summary>Its letters, without accents and case: García is garcia.</summary>
    private static string Plain(string text) =>
        string.Concat(text.Normalize(NormalizationForm.FormD).Where(c => char.IsLetter(c) && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)).ToUpperInvariant();

    private static HashSet<string> ReadCommon()
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("common-passwords.txt")!);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(p => p.ToUpperInvariant())];
    }
}

/// <summary>What speaks against a password, for whoever chose it.</summary>
internal sealed record PasswordObjection(string Spanish, string English);
