using System.Security.Cryptography;

namespace Zaguan.Passwords.Formats;

/*
 * userPassword of LDAP directories: {SCHEME} in letters of either case (RFC 2307 §5.3; slapd.conf(5), contrib/slapd-modules/passwd of OpenLDAP), and
 * the same of Dovecot (https://doc.dovecot.org/main/core/config/auth/schemes.html).
 *
 * Digests are Base64 of the digest and of the salt behind it; the password comes first in what is hashed.
 */
internal static class LdapFormats
{
    private const string Source = "RFC 2307 §5.3, slapd.conf(5) and contrib/slapd-modules/passwd of OpenLDAP";

    private const int LongestSalt = 64;

    private static readonly HashFormat[] Schemes =
    [
        Salted("MD5", HashAlgorithmName.MD5),
        Salted("SMD5", HashAlgorithmName.MD5),
        Salted("SHA", HashAlgorithmName.SHA1),
        Salted("SSHA", HashAlgorithmName.SHA1),
        Salted("SHA256", HashAlgorithmName.SHA256),
        Salted("SSHA256", HashAlgorithmName.SHA256),
        Salted("SHA384", HashAlgorithmName.SHA384),
        Salted("SSHA384", HashAlgorithmName.SHA384),
        Salted("SHA512", HashAlgorithmName.SHA512),
        Salted("SSHA512", HashAlgorithmName.SHA512),
        Outer("CRYPT", CryptFormats.Read, "BLF-CRYPT", "SHA256-CRYPT", "SHA512-CRYPT", "MD5-CRYPT", "DES-CRYPT"),
        Outer("ARGON2", PhcFormats.ReadArgon2, "ARGON2I", "ARGON2ID"),
        Pbkdf2("PBKDF2", HashAlgorithmName.SHA1, "PBKDF2-SHA1"),
        Pbkdf2("PBKDF2-SHA256", HashAlgorithmName.SHA256),
        Pbkdf2("PBKDF2-SHA512", HashAlgorithmName.SHA512),
        Outer("CLEARTEXT", ClearFormats.ReadPlain, "PLAIN", "CLEAR"),
    ];

    public static IEnumerable<HashFormat> Rows => Schemes;

    public static HashReading? Read(string text) => Schemes.Select(s => s.Read(text)).FirstOrDefault(r => r is not null);

    private static HashFormat Salted(string scheme, HashAlgorithmName algorithm) => Row(scheme, (mark, text) =>
    {
        var isSalted = scheme is ['S', 'S', ..] or ['S', 'M', ..];
        var length = Digests.LengthOf(algorithm);
        // Directories write the padding. Without it, 22 of the digits of Spring's {MD5} in hex would be Base64 of 16 bytes.
        if (text.Length % 4 != 0 || Encoded.Base64(text) is not { } bytes || bytes.Length < length || bytes.Length > length + LongestSalt || bytes.Length > length != isSalted)
        {
            return HashReading.Refused($"This {{{scheme}}} hash cannot be read, or it is cut off: it should be Base64 of {length} bytes of digest{(isSalted ? $" and at most {LongestSalt} of salt" : "")}.");
        }

        var salt = bytes[length..];
        return HashReading.Of(Digests.Fast(algorithm.Name!.ToLowerInvariant(), bytes[..length], password => Digests.Of(algorithm, password, salt),
            mark + Convert.ToBase64String([.. new byte[length], .. salt])));
    });

    private static HashFormat Pbkdf2(string scheme, HashAlgorithmName algorithm, params string[] aliases) => Row(scheme, (mark, text) =>
        text.Split('$') is [var iterations, var salt, var digest]
            ? PhcFormats.ReadPbkdf2("LDAP PBKDF2", algorithm, Encoded.Number(iterations), Encoded.AdaptedBase64(salt), Encoded.AdaptedBase64(digest).OfLength(algorithm),
                $"{mark}{iterations}${salt}${Encoded.Base64Unpadded(new byte[Digests.LengthOf(algorithm)])}")
            : HashReading.Refused($"This {{{scheme}}} hash is cut off or has too many parts; it should be {{{scheme}}}ITERATIONS$SALT$DIGEST."), aliases);

    private static HashFormat Outer(string scheme, Func<string, HashReading?> inner, params string[] aliases) =>
        Row(scheme, (mark, text) => OuterFormat.Read(mark, inner(text)).OrCutOff($"{{{scheme}}}"), aliases);

    private static HashFormat Row(string scheme, Func<string, string, HashReading> read, params string[] aliases) => new($"ldap {{{scheme}}}", Source, text =>
        text.StartsWith('{') && text.IndexOf('}', StringComparison.Ordinal) is > 0 and var end
        && aliases.Prepend(scheme).Contains(text[1..end], StringComparer.OrdinalIgnoreCase)
            ? read(text[..(end + 1)], text[(end + 1)..])
            : null);
}
