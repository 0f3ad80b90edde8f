using System.Buffers.Binary;
using System.Numerics;

namespace Zaguan.Passwords.Formats;

/// <summary>MD4 (RFC 1320), which .NET never had and OpenSSL keeps in its legacy provider. For NTLM's hashes, and for nothing else.</summary>
internal static class Md4
{
    public const int DigestLength = 16;

    private const int BlockLength = 64;

    // RFC 1320 §3.4: the order of the words and the rotations of the three rounds.
    private static readonly int[][] Words =
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
        [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    ];

    private static readonly int[][] Rotations = [[3, 7, 11, 19], [3, 5, 9, 13], [3, 9, 11, 15]];

    private static readonly uint[] Constants = [0, 0x5A827999, 0x6ED9EBA1];

    public static byte[] HashData(ReadOnlySpan<byte> text)
    {
        uint[] state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476];
        var whole = text.Length / BlockLength * BlockLength;
        for (var at = 0; at < whole; at += BlockLength)
        {
            Mix(state, text.Slice(at, BlockLength));
        }

        // The rest, a one, zeros, and the length in bits: one block or two.
        Span<byte> last = stackalloc byte[2 * BlockLength];
        last.Clear();
        var rest = text[whole..];
        rest.CopyTo(last);
        last[rest.Length] = 0x80;
        last = last[..(rest.Length < BlockLength - 8 ? BlockLength : 2 * BlockLength)];
        BinaryPrimitives.WriteUInt64LittleEndian(last[^8..], (ulong)text.Length * 8);
        for (var at = 0; at < last.Length; at += BlockLength)
        {
            Mix(state, last.Slice(at, BlockLength));
        }

        last.Clear();
        var digest = new byte[DigestLength];
        for (var i = 0; i < state.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(digest.AsSpan(4 * i), state[i]);
        }

        return digest;
    }

    private static void Mix(uint[] state, ReadOnlySpan<byte> block)
    {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 16; i++)
            {
                var mixed = round switch
                {
                    0 => (b & c) | (~b & d),
                    1 => (b & c) | (b & d) | (c & d),
                    _ => b ^ c ^ d,
                };
                var word = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * Words[round][i])..]);
                (a, b, c, d) = (d, BitOperations.RotateLeft(a + mixed + word + Constants[round], Rotations[round][i % 4]), b, c);
            }
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }
}
