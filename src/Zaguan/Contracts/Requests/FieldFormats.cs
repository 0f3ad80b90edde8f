using System.Collections.Frozen;
using Zaguan.Users;

namespace Zaguan.Contracts.Requests;

/// <summary>What a field can be asked to be, by name. Documents of identity are read with or without their points, hyphens, slashes and blanks.</summary>
internal static class FieldFormats
{
    private const string NifLetters = "TRWAGMYFPDXBNJZSQVHLCKE";

    private static readonly int[] ElevenDigits = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

    private static readonly FrozenDictionary<FieldFormat, Func<string, bool>> Known = new Dictionary<FieldFormat, Func<string, bool>>
    {
        [FieldFormat.Digits] = text => text.Length > 0 && text.All(char.IsAsciiDigit),
        [FieldFormat.Email] = text => Names.IsEmail(text),
        [FieldFormat.Uuid] = text => Guid.TryParseExact(text, "D", out _),
        [FieldFormat.Cpf] = text => IsCpf(Bare(text)),
        [FieldFormat.Cnpj] = text => IsCnpj(Bare(text)),
        [FieldFormat.Rut] = text => IsRut(Bare(text)),
        [FieldFormat.Nif] = text => IsNif(Bare(text)),
        [FieldFormat.Cuit] = text => IsCuit(Bare(text)),
        [FieldFormat.Ruc] = text => IsRuc(Bare(text)),
    }.ToFrozenDictionary();

    public static bool Fits(FieldFormat format, string text) => Known[format](text);

    public static string Normalise(Normalisation normalisation, string text) => normalisation switch
    {
        Normalisation.None => text,
        Normalisation.Digits => string.Concat(text.Where(char.IsAsciiDigit)),
        Normalisation.Alphanumeric => string.Concat(text.Where(char.IsLetterOrDigit)).ToUpperInvariant(),
        Normalisation.Lower => text.Trim().ToLowerInvariant(),
        Normalisation.Upper => text.Trim().ToUpperInvariant(),
    };

    private static string Bare(string text) => string.Concat(text.Where(c => c is not ('.' or '-' or '/' or ' '))).ToUpperInvariant();

    /// <summary>Brazil's number of persons: two check digits, modulo 11.</summary>
    private static bool IsCpf(string text) => IsDigits(text, 11) && text.Distinct().Count() > 1
        && CheckDigit(text, [10, 9, 8, 7, 6, 5, 4, 3, 2]) == text[9] - '0' && CheckDigit(text, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) == text[10] - '0';

    /// <summary>Brazil's number of companies.</summary>
    private static bool IsCnpj(string text) => IsDigits(text, 14) && text.Distinct().Count() > 1
        && CheckDigit(text, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == text[12] - '0' && CheckDigit(text, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == text[13] - '0';

    /// <summary>Chile's: up to eight digits, and a check digit that may be K.</summary>
    private static bool IsRut(string text)
    {
        if (text.Length is < 2 or > 9 || !text[..^1].All(char.IsAsciiDigit))
        {
            return false;
        }

        var sum = text[..^1].Reverse().Select((c, i) => (c - '0') * (2 + (i % 6))).Sum();
        return text[^1] == (11 - (sum % 11)) switch { 11 => '0', 10 => 'K', var digit => (char)('0' + digit) };
    }

    /// <summary>Spain's DNI, and NIE with its X, Y or Z: the number modulo 23 is a letter.</summary>
    private static bool IsNif(string text)
    {
        if (text.Length != 9)
        {
            return false;
        }

        var digits = text[0] switch { 'X' => '0', 'Y' => '1', 'Z' => '2', var first => first } + text[1..8];
        return digits.All(char.IsAsciiDigit) && text[8] == NifLetters[int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture) % 23];
    }

    /// <summary>Argentina's CUIT and CUIL.</summary>
    private static bool IsCuit(string text) => IsDigits(text, 11) && (11 - (Sum(text, ElevenDigits) % 11)) switch { 11 => 0, 10 => 9, var digit => digit } == text[10] - '0';

    /// <summary>Peru's.</summary>
    private static bool IsRuc(string text) => IsDigits(text, 11) && text[..2] is "10" or "15" or "16" or "17" or "20"
        && (11 - (Sum(text, ElevenDigits) % 11)) % 10 == text[10] - '0';

    private static bool IsDigits(string text, int length) => text.Length == length && text.All(char.IsAsciiDigit);

    private static int CheckDigit(string text, int[] weights) => (Sum(text, weights) % 11) switch { < 2 => 0, var rest => 11 - rest };

    private static int Sum(string text, int[] weights) => weights.Select((w, i) => w * (text[i] - '0')).Sum();
}
