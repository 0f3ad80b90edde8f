using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Zaguan.Passwords.Formats;

/*
 * ASP.NET's own.
 *
 * - Identity (src/Identity/Extensions.Core/src/PasswordHasher.cs in dotnet/aspnetcore), Base64 of bytes. Version 2: 0, 16 of salt, 32 of
 *   PBKDF2-SHA1 with 1000 iterations. Version 3: 1, then big-endian the algorithm (0 SHA-1, 1 SHA-256, 2 SHA-512), the iterations and the salt's
 *   length; the salt, and 32 bytes of digest.
 * - Membership (System.Web.Security.MembershipProvider.EncodePassword in .NET Framework) keeps digest and salt in two columns, both Base64: here
 *   DIGEST:SALT, declared. The digest is of salt and password in UTF-16; HMACs take the salt, repeated to the length of their default key
 *   (a block: 64 bytes, 128 for SHA-512), as key, and the password alone.
 */
internal static class DotNetFormats
{
    private const string IdentitySource = "https://github.com/dotnet/aspnetcore, src/Identity/Extensions.Core/src/PasswordHasher.cs";
    private const string MembershipSource = "https://referencesource.microsoft.com/#System.Web/Security/SQLMembershipProvider.cs, EncodePassword";

    private const int Version2Salt = 16;
    private const int Version2Iterations = 1_000;
    private const int Version3Header = 13;
    private const int DigestLength = 32;

    private static readonly HashAlgorithmName[] Version3Algorithms = [HashAlgorithmName.SHA1, HashAlgorithmName.SHA256, HashAlgorithmName.SHA512];

    public static IEnumerable<HashFormat> Rows =>
    [
        new("aspnet identity v3", IdentitySource, ReadVersion3),
        new("aspnet identity v2", IdentitySource, ReadVersion2),
    ];

    public static IEnumerable<HashFormat> DeclaredRows =>
    [
        Membership("aspnet membership sha1", HashAlgorithmName.SHA1),
        Membership("aspnet membership sha256", HashAlgorithmName.SHA256),
        Membership("aspnet membership hmacsha256", HashAlgorithmName.SHA256, keyLength: 64),
        Membership("aspnet membership hmacsha512", HashAlgorithmName.SHA512, keyLength: 128),
    ];

    private static HashReading? ReadVersion2(string text)
    {
        // A zero byte, and in all 49, are 68 letters of Base64 of which the first is A.
        if (text is not { Length: 68 } || Encoded.Base64(text) is not [0, .. { Length: Version2Salt + DigestLength } bytes])
        {
            return null;
        }

        var salt = bytes[..Version2Salt];
        return PhcFormats.ReadPbkdf2("ASP.NET Core Identity", HashAlgorithmName.SHA1, Version2Iterations, salt, bytes[Version2Salt..], Convert.ToBase64String([0, .. salt, .. new byte[DigestLength]]));
    }

    private static HashReading? ReadVersion3(string text)
    {
        // 1, and the three high bytes of an algorithm that is 0, 1 or 2.
        if (!text.StartsWith("AQAAA", StringComparison.Ordinal))
        {
            return null;
        }

        if (Encoded.Base64(text) is not { Length: > Version3Header + DigestLength } bytes
            || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)) is var prf && prf >= Version3Algorithms.Length
            || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(9)) is var saltLength && saltLength != bytes.Length - Version3Header - DigestLength)
        {
            return HashReading.Refused("This ASP.NET Core Identity hash cannot be read, or it is cut off: the lengths in it are not its own.");
        }

        var iterations = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5));
        var digestAt = bytes.Length - DigestLength;
        return PhcFormats.ReadPbkdf2("ASP.NET Core Identity", Version3Algorithms[prf], iterations <= int.MaxValue ? (int)iterations : null, bytes[Version3Header..digestAt], bytes[digestAt..],
            Convert.ToBase64String([.. bytes[..digestAt], .. new byte[DigestLength]]));
    }

    private static HashFormat Membership(string name, HashAlgorithmName algorithm, int? keyLength = null) => new(name, MembershipSource, text =>
    {
        if (text.Split(':') is not [var digest64, var salt64] || Encoded.Base64(digest64).OfLength(algorithm) is not { } digest || Encoded.Base64(salt64) is not { Length: > 0 and <= 128 } salt)
        {
            return HashReading.Refused($"This {name} hash cannot be read, or it is cut off; it should be DIGEST:SALT, both in Base64.");
        }

        return HashReading.Of(Digests.Fast(
            algorithm.Name!.ToLowerInvariant(),
            digest,
            password => Encoded.AsUtf16(password, units => keyLength is { } length ? CryptographicOperations.HmacData(algorithm, Key(salt, length), units) : Digests.Of(algorithm, salt, units)),
            $"{Convert.ToBase64String(new byte[digest.Length])}:{salt64}"));
    })
    {
        IsDeclared = true,
        HasSaltBehind = true,
    };

    private static byte[] Key(byte[] salt, int length) => [.. Enumerable.Range(0, length).Select(i => salt[i % salt.Length])];
}
