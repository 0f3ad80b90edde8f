using System.Buffers;

namespace Zaguan.Passwords.Formats;

/// <summary>Base64 as crypt(3) has written it since 1979: another alphabet, six low bits first, no padding.</summary>
internal static class Crypt64
{
    public const string Alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    /// <summary>The letter whose bits are all zero.</summary>
    public const char Zero = '.';

    /// <summary>As ASCII.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> bytes)
    {
        var letters = new byte[(bytes.Length * 8 + 5) / 6];
        var (bits, count, at) = (0, 0, 0);
        foreach (var b in bytes)
        {
            bits |= b << count;
            for (count += 8; count >= 6; count -= 6)
            {
                letters[at++] = (byte)Alphabet[bits & 63];
                bits >>= 6;
            }
        }

        if (count > 0)
        {
            letters[at] = (byte)Alphabet[bits];
        }

        return letters;
    }

    /// <summary>A number in letters of which the first has the lowest bits.</summary>
    public static int Number(ReadOnlySpan<char> letters)
    {
        var number = 0;
        for (var i = letters.Length - 1; i >= 0; i--)
        {
            number = number << 6 | Alphabet.IndexOf(letters[i], StringComparison.Ordinal);
        }

        return number;
    }

    public static bool IsAll(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Letters);
}
