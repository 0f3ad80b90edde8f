using System.Security.Cryptography;

namespace Zaguan.Passwords.Formats;

/// <summary>
/// Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512" (https://www.akkadia.org/drepper/SHA-crypt.txt), the former, for MySQL: its salts of 20
/// bytes are more than crypt(3) takes.
/// </summary>
internal static class Sha256Crypt
{
    public const int DigestLetters = 43;

    private const int Length = SHA256.HashSizeInBytes;

    private static readonly int[] Order = [20, 10, 0, 11, 1, 21, 2, 22, 12, 23, 13, 3, 14, 4, 24, 5, 25, 15, 26, 16, 6, 17, 7, 27, 8, 28, 18, 29, 19, 9, 30, 31];

    public static byte[] Hash(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int rounds)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(password);
        sha.AppendData(salt);
        sha.AppendData(password);
        var alternate = sha.GetHashAndReset();

        sha.AppendData(password);
        sha.AppendData(salt);
        for (var left = password.Length; left > 0; left -= Length)
        {
            sha.AppendData(alternate.AsSpan(0, int.Min(left, Length)));
        }

        for (var bits = password.Length; bits != 0; bits >>= 1)
        {
            sha.AppendData((bits & 1) != 0 ? alternate : password);
        }

        var digest = sha.GetHashAndReset();
        var p = Sequence(sha, password, password.Length);
        var s = Sequence(sha, salt, 16 + digest[0]);
        for (var round = 0; round < rounds; round++)
        {
            sha.AppendData(round % 2 != 0 ? p : digest);
            sha.AppendData(round % 3 != 0 ? s : []);
            sha.AppendData(round % 7 != 0 ? p : []);
            sha.AppendData(round % 2 != 0 ? digest : p);
            sha.GetHashAndReset(digest);
        }

        CryptographicOperations.ZeroMemory(p);
        return Crypt64.Encode([.. Order.Select(i => digest[i])]);
    }

    /// <summary>As many bytes as the text has, of the digest of the text repeated so often.</summary>
    private static byte[] Sequence(IncrementalHash sha, ReadOnlySpan<byte> text, int times)
    {
        for (var i = 0; i < times; i++)
        {
            sha.AppendData(text);
        }

        var digest = sha.GetHashAndReset();
        var sequence = new byte[text.Length];
        for (var i = 0; i < sequence.Length; i++)
        {
            sequence[i] = digest[i % Length];
        }

        return sequence;
    }
}
