using System.Security.Cryptography;
using System.Text;

namespace Zaguan.Passwords.Formats;

/// <summary>The digests that .NET computes, by the name that the formats write.</summary>
internal static class Digests
{
    /// <summary>
    /// Of the formats whose text says nothing of its digest's length: those that are chosen. Whatever else is there was cut off, and half a digest
    /// of PBKDF2 is the digest of half the length, which is right.
    /// </summary>
    private static readonly int[] UsualLengths = [16, 20, 24, 28, 32, 48, 64];

    private static readonly Dictionary<string, HashAlgorithmName> ByName = new(StringComparer.Ordinal)
    {
        ["md5"] = HashAlgorithmName.MD5,
        ["sha1"] = HashAlgorithmName.SHA1,
        ["sha256"] = HashAlgorithmName.SHA256,
        ["sha384"] = HashAlgorithmName.SHA384,
        ["sha512"] = HashAlgorithmName.SHA512,
    };

    public static IEnumerable<string> Names => ByName.Keys;

    public static HashAlgorithmName? Find(string name) => ByName.TryGetValue(name, out var found) ? found : null;

    /// <summary>Of two things behind one another, of which one is a password: put into one array, it would be there twice.</summary>
    public static byte[] Of(HashAlgorithmName algorithm, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        hash.AppendData(first);
        hash.AppendData(second);
        return hash.GetHashAndReset();
    }

    public static byte[] Md5(ReadOnlySpan<byte> bytes) => CryptographicOperations.HashData(HashAlgorithmName.MD5, bytes);

    /// <summary>As PHP's md5() gives it, for what hashes it again.</summary>
    public static byte[] Md5Hex(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Md5(bytes)));

    public static byte[] Sha1(ReadOnlySpan<byte> bytes) => CryptographicOperations.HashData(HashAlgorithmName.SHA1, bytes);

    public static int LengthOf(HashAlgorithmName algorithm) => CryptographicOperations.HashData(algorithm, []).Length;

    public static bool IsUsualLength(int length) => UsualLengths.Contains(length);

    /// <summary>Null where it is not as long as this.</summary>
    public static byte[]? OfLength(this byte[]? bytes, int length) => bytes?.Length == length ? bytes : null;

    public static byte[]? OfLength(this byte[]? bytes, HashAlgorithmName algorithm) => bytes.OfLength(LengthOf(algorithm));

    /// <summary>One round of a digest: guessed by the billion in a second.</summary>
    public static StoredHash Fast(string cost, byte[] digest, Prepare compute, string recipe) => new()
    {
        Cost = cost,
        IsWeak = true,
        Digest = digest,
        Compute = (password, _) => compute(password),
        Recipe = recipe,
    };
}

/// <summary>What becomes of a password before it is hashed, or when it is.</summary>
internal delegate byte[] Prepare(ReadOnlySpan<byte> password);
