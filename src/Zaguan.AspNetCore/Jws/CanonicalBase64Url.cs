using System.Buffers;
using System.Buffers.Text;

namespace Zaguan.AspNetCore.Jws;

/// <summary>base64url (RFC 4648 §5) as JWS writes it: no padding, no blanks, and of the spellings that mean the same bytes only the one that an encoder makes.</summary>
internal static class CanonicalBase64Url
{
    private static readonly SearchValues<byte> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <param name="destination">At least three quarters as long as <paramref name="text"/>.</param>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination, out int written)
    {
        written = 0;
        var lastBits = (text.Length % 4) switch
        {
            // Letters of which only the first two or four bits count: the others must be 0.
            2 => 0b1111,
            3 => 0b11,
            1 => -1,
            _ => 0,
        };
        return lastBits >= 0
            && !text.ContainsAnyExcept(Alphabet)
            && (lastBits == 0 || (ValueOf(text[^1]) & lastBits) == 0)
            && Base64Url.TryDecodeFromUtf8(text, destination, out written);
    }

    private static int ValueOf(byte letter) => letter switch
    {
        >= (byte)'A' and <= (byte)'Z' => letter - 'A',
        >= (byte)'a' and <= (byte)'z' => letter - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => letter - '0' + 52,
        (byte)'-' => 62,
        _ => 63,
    };
}
