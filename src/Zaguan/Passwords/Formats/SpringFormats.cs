using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Zaguan.Passwords.Formats;

/*
 * Spring Security's DelegatingPasswordEncoder: {ID} and what that encoder made, with the defaults of PasswordEncoderFactories.
 *
 * - pbkdf2 (Pbkdf2PasswordEncoder, hex): 8 bytes of salt and 32 of PBKDF2-SHA1 with 185,000 iterations; since 5.8 16 of salt, SHA-256 and 310,000.
 * - scrypt (SCryptPasswordEncoder): $PARAMETERS$SALT$DIGEST, the parameters in hex: log2 N, r and p, of 16 and twice 8 bits.
 * - sha256 (StandardPasswordEncoder, hex): 8 bytes of salt and SHA-256, 1024 times over, of salt and password.
 * - MD5, SHA-1, SHA-256 … (MessageDigestPasswordEncoder, hex): with the salt in braces before the digest, and, braces and all, behind the password.
 */
internal static partial class SpringFormats
{
    private const string Source = "https://docs.spring.io/spring-security/reference/features/authentication/password-storage.html, spring-security-crypto";

    private const int StandardSalt = 8;
    private const int StandardRounds = 1_024;
    private const int ScryptDigest = 32;

    public static IEnumerable<HashFormat> Rows =>
    [
        new("spring bcrypt", Source, text => ReadOuter("{bcrypt}", text, CryptFormats.ReadBcrypt)),
        new("spring argon2", Source, text => ReadOuter("{argon2}", text, PhcFormats.ReadArgon2) ?? ReadOuter("{argon2@SpringSecurity_v5_8}", text, PhcFormats.ReadArgon2)),
        new("spring pbkdf2", Source, text => ReadPbkdf2("{pbkdf2}", 8, HashAlgorithmName.SHA1, 185_000, text)),
        new("spring pbkdf2 v5.8", Source, text => ReadPbkdf2("{pbkdf2@SpringSecurity_v5_8}", 16, HashAlgorithmName.SHA256, 310_000, text)),
        new("spring scrypt", Source, text => ReadScrypt("{scrypt}", text) ?? ReadScrypt("{scrypt@SpringSecurity_v5_8}", text)),
        new("spring sha256", Source, ReadStandard),
        new("spring digest", Source, ReadDigest),
        new("spring ldap", Source, text => ReadOuter("{ldap}", text, LdapFormats.Read)),
        new("spring noop", Source, text => ReadOuter("{noop}", text, ClearFormats.ReadPlain)),
    ];

    private static HashReading? ReadOuter(string mark, string text, Func<string, HashReading?> inner) =>
        text.StartsWith(mark, StringComparison.Ordinal) ? OuterFormat.Read(mark, inner(text[mark.Length..])).OrCutOff("Spring") : null;

    private static HashReading? ReadPbkdf2(string mark, int saltLength, HashAlgorithmName algorithm, int iterations, string text)
    {
        // {PBKDF2} and its dollars are LDAP's, in letters of either case.
        if (!text.StartsWith(mark, StringComparison.Ordinal) || text.Contains('$', StringComparison.Ordinal))
        {
            return null;
        }

        var bytes = Encoded.Hex(text[mark.Length..]).OfLength(saltLength + SHA256.HashSizeInBytes);
        return PhcFormats.ReadPbkdf2("Spring PBKDF2", algorithm, iterations, bytes?[..saltLength], bytes?[saltLength..], text.ZeroedFrom(int.Min(text.Length, mark.Length + 2 * saltLength)));
    }

    private static HashReading? ReadScrypt(string mark, string text)
    {
        if (!text.StartsWith(mark, StringComparison.Ordinal))
        {
            return null;
        }

        if (text[mark.Length..].Split('$') is not ["", var parameters, var salt, var digest] || !int.TryParse(parameters, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var packed))
        {
            return HashReading.Refused("This Spring scrypt hash is cut off or has too many parts; it should be {scrypt}$PARAMETERS$SALT$DIGEST.");
        }

        var log = packed >> 16;
        return Scrypt.Read("Spring scrypt", log is > 0 and < 63 ? 1L << log : null, packed >> 8 & 255, packed & 255, Encoded.Base64(salt), Encoded.Base64(digest).OfLength(ScryptDigest),
            $"{mark}${parameters}${salt}${Convert.ToBase64String(new byte[ScryptDigest])}");
    }

    private static HashReading? ReadStandard(string text)
    {
        const string mark = "{sha256}";
        if (!text.StartsWith(mark, StringComparison.Ordinal) || Encoded.Hex(text[mark.Length..]).OfLength(StandardSalt + SHA256.HashSizeInBytes) is not { } bytes)
        {
            return null;
        }

        var salt = bytes[..StandardSalt];
        return HashReading.Of(Digests.Fast("sha256 × 1024", bytes[StandardSalt..], password => Standard(salt, password), text.ZeroedFrom(mark.Length + 2 * StandardSalt)));
    }

    private static byte[] Standard(byte[] salt, ReadOnlySpan<byte> password)
    {
        var digest = Digests.Of(HashAlgorithmName.SHA256, salt, password);
        for (var round = 1; round < StandardRounds; round++)
        {
            SHA256.HashData(digest, digest);
        }

        return digest;
    }

    private static HashReading? ReadDigest(string text)
    {
        if (Digest().Match(text) is not { Success: true } match
            || Digests.Find(match.Groups["id"].Value.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant()) is not { } algorithm
            || Encoded.Hex(match.Groups["digest"].Value).OfLength(algorithm) is not { } digest)
        {
            return null;
        }

        var salt = Encoding.UTF8.GetBytes(match.Groups["salt"].Value);
        return HashReading.Of(Digests.Fast(algorithm.Name!.ToLowerInvariant(), digest, password => Digests.Of(algorithm, password, salt), text.ZeroedFrom(match.Groups["digest"].Index)));
    }

    [GeneratedRegex(@"^\{(?<id>MD5|SHA-1|SHA-256|SHA-384|SHA-512)\}(?<salt>\{[^}]*\})?(?<digest>[0-9A-Fa-f]+)\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Digest();
}
