using System.Security.Cryptography;

namespace Zaguan.Argon2;

/// <summary>H' of RFC 9106 §3.3: BLAKE2b for outputs of any length.</summary>
internal static class LongHash
{
    private const int HalfDigest = Blake2b.LongestDigest / 2;

    public static void Compute(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var hash = new Blake2b(Math.Min(output.Length, Blake2b.LongestDigest));
        hash.Append((uint)output.Length);
        hash.Append(input);
        Span<byte> v = stackalloc byte[Blake2b.LongestDigest];
        // Half of each digest, until what is missing fits into a whole one.
        for (; output.Length > Blake2b.LongestDigest; output = output[HalfDigest..])
        {
            hash.Finish(v);
            v[..HalfDigest].CopyTo(output);
            hash = new(Math.Min(output.Length - HalfDigest, Blake2b.LongestDigest));
            hash.Append(v);
        }

        hash.Finish(output);
        CryptographicOperations.ZeroMemory(v);
    }
}
