using System.Security.Cryptography;
using System.Text;

namespace Zaguan.Passwords.Formats;

/// <summary>
/// A password as SASLprep (RFC 4013) leaves it: some letters mapped, the rest composed (NFKC). Without its prohibitions, since PostgreSQL takes what it prohibits as it is.
/// </summary>
internal static class SaslPrep
{
    /// <summary>In UTF-16 units. Composing what is longer takes a time that grows with its square; a password of that length is used as it is, as one that SASLprep prohibits.</summary>
    private const int LongestPrepared = 1_024;

    /// <summary>No letter grows more in NFKC (UAX #15 §12).</summary>
    private const int MostGrowth = 18;

    /// <param name="compute">Is given the prepared password, of which nothing is left afterwards.</param>
    public static byte[] Use(ReadOnlySpan<byte> password, Prepare compute)
    {
        if (Ascii.IsValid(password) || !System.Text.Unicode.Utf8.IsValid(password) || Encoding.UTF8.GetCharCount(password) > LongestPrepared)
        {
            return compute(password);
        }

        Span<char> mapped = stackalloc char[LongestPrepared];
        Span<char> composed = stackalloc char[MostGrowth * LongestPrepared];
        Span<byte> bytes = stackalloc byte[MostGrowth * LongestPrepared * 3];
        try
        {
            var length = Map(mapped[..Encoding.UTF8.GetChars(password, mapped)]);
            return mapped[..length].TryNormalize(composed, out var composedLength, NormalizationForm.FormKC)
                ? compute(bytes[..Encoding.UTF8.GetBytes(composed[..composedLength], bytes)])
                : compute(password);
        }
        catch (ArgumentException)
        {
            // U+FFFE and its like have no composed form.
            return compute(password);
        }
        finally
        {
            mapped.Clear();
            composed.Clear();
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>RFC 3454: B.1 is mapped to nothing, C.1.2 to a blank.</summary>
    private static int Map(Span<char> text)
    {
        var length = 0;
        foreach (var c in text)
        {
            if (c is not ('\u00AD' or '\u034F' or '\u1806' or (>= '\u180B' and <= '\u180D') or (>= '\u200B' and <= '\u200D') or '\u2060' or (>= '\uFE00' and <= '\uFE0F') or '\uFEFF'))
            {
                text[length++] = c is '\u00A0' or '\u1680' or (>= '\u2000' and <= '\u200A') or '\u202F' or '\u205F' or '\u3000' ? ' ' : c;
            }
        }

        return length;
    }
}
