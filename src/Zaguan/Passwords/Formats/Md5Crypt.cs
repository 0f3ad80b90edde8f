using System.Security.Cryptography;

namespace Zaguan.Passwords.Formats;

/// <summary>
/// Poul-Henning Kamp's MD5 password of FreeBSD 2.0 (lib/libcrypt/crypt-md5.c): a thousand rounds. Under the name <c>$apr1$</c> it is Apache's
/// (apr_md5.c), and then libcrypt does not know it.
/// </summary>
internal static class Md5Crypt
{
    public const int DigestLetters = 22;

    private const int Rounds = 1_000;

    /// <summary>The bytes of the digest as the original's triples come to be written.</summary>
    private static readonly int[] Order = [12, 6, 0, 13, 7, 1, 14, 8, 2, 15, 9, 3, 5, 10, 4, 11];

    public static byte[] Hash(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> magic)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(password);
        md5.AppendData(salt);
        md5.AppendData(password);
        var digest = md5.GetHashAndReset();

        md5.AppendData(password);
        md5.AppendData(magic);
        md5.AppendData(salt);
        for (var left = password.Length; left > 0; left -= digest.Length)
        {
            md5.AppendData(digest.AsSpan(0, int.Min(left, digest.Length)));
        }

        // "Then something really weird", says the original: a NUL for each one, the first letter for each zero of the length's bits.
        for (var bits = password.Length; bits != 0; bits >>= 1)
        {
            md5.AppendData((bits & 1) != 0 ? [0] : password[..1]);
        }

        digest = md5.GetHashAndReset();
        for (var round = 0; round < Rounds; round++)
        {
            md5.AppendData(round % 2 != 0 ? password : digest);
            md5.AppendData(round % 3 != 0 ? salt : []);
            md5.AppendData(round % 7 != 0 ? password : []);
            md5.AppendData(round % 2 != 0 ? digest : password);
            md5.GetHashAndReset(digest);
        }

        return Crypt64.Encode([.. Order.Select(i => digest[i])]);
    }
}
