using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Zaguan.Passwords.Formats;

/*
 * Passlib's own forms (https://passlib.readthedocs.io/en/stable/lib/passlib.hash.html). Its others are crypt(3)'s, PHC's, Django's, LDAP's.
 *
 * - $pbkdf2-sha256$ITERATIONS$SALT$DIGEST, Base64 with a dot for the plus, digests as long as the algorithm's.
 * - $bcrypt-sha256$: bcrypt of the Base64 of SHA-256 of the password (version 1: $bcrypt-sha256$2b,12$SALT$DIGEST) or of HMAC-SHA-256 with the
 *   22 letters of the salt as its key (version 2: $bcrypt-sha256$v=2,t=2b,r=12$SALT$DIGEST).
 * - {PKCS5S2}: Atlassian's, as passlib calls it: Base64 of 16 bytes of salt and 32 of PBKDF2-SHA1 with 10,000 iterations.
 */
internal static partial class PasslibFormats
{
    private const int AtlassianSalt = 16;
    private const int AtlassianDigest = 32;
    private const int AtlassianIterations = 10_000;

    public static IEnumerable<HashFormat> Rows =>
    [
        new("passlib pbkdf2", "https://passlib.readthedocs.io/en/stable/lib/passlib.hash.pbkdf2_digest.html", ReadPbkdf2),
        new("passlib bcrypt-sha256", "https://passlib.readthedocs.io/en/stable/lib/passlib.hash.bcrypt_sha256.html", ReadBcrypt),
        new("atlassian pbkdf2", "https://passlib.readthedocs.io/en/stable/lib/passlib.hash.atlassian_pbkdf2_sha1.html", ReadAtlassian),
    ];

    private static HashReading? ReadPbkdf2(string text)
    {
        if (text.Split('$') is not ["", var id, .. var rest] || id is not ("pbkdf2" or "pbkdf2-sha256" or "pbkdf2-sha512"))
        {
            return null;
        }

        var algorithm = id is "pbkdf2" ? HashAlgorithmName.SHA1 : Digests.Find(id["pbkdf2-".Length..])!.Value;
        return rest is [var iterations, var salt, var digest]
            ? PhcFormats.ReadPbkdf2("passlib PBKDF2", algorithm, Encoded.Number(iterations), Encoded.AdaptedBase64(salt), Encoded.AdaptedBase64(digest).OfLength(algorithm),
                $"${id}${iterations}${salt}${Encoded.Base64Unpadded(new byte[Digests.LengthOf(algorithm)])}")
            : HashReading.Refused($"This passlib hash is cut off or has too many parts; it should be ${id}$ITERATIONS$SALT$DIGEST.");
    }

    private static HashReading? ReadBcrypt(string text)
    {
        const string mark = "$bcrypt-sha256$";
        if (!text.StartsWith(mark, StringComparison.Ordinal))
        {
            return null;
        }

        if (BcryptSha256().Match(text) is not { Success: true } match)
        {
            return HashReading.Refused("This passlib hash is cut off or has too many parts; it should be $bcrypt-sha256$v=2,t=2b,r=ROUNDS$SALT$DIGEST.");
        }

        var key = match.Groups["v2"].Success ? Encoding.ASCII.GetBytes(match.Groups["salt"].Value) : null;
        var reading = CryptFormats.ReadBcrypt($"${match.Groups["type"].Value}${match.Groups["rounds"].Value.PadLeft(2, '0')}${match.Groups["salt"].Value}{match.Groups["digest"].Value}")!;
        return OuterFormat.Read("", reading, password => Encoding.ASCII.GetBytes(Convert.ToBase64String(key is null ? SHA256.HashData(password) : HMACSHA256.HashData(key, password)))) is { Hash: { } hash }
            ? HashReading.Of(hash with { Recipe = text[..match.Groups["digest"].Index] + new string(Crypt64.Zero, match.Groups["digest"].Length) })
            : reading;
    }

    private static HashReading? ReadAtlassian(string text)
    {
        const string mark = "{PKCS5S2}";
        if (!text.StartsWith(mark, StringComparison.Ordinal))
        {
            return null;
        }

        var bytes = Encoded.Base64(text[mark.Length..]).OfLength(AtlassianSalt + AtlassianDigest);
        var salt = bytes?[..AtlassianSalt];
        return PhcFormats.ReadPbkdf2("Atlassian", HashAlgorithmName.SHA1, AtlassianIterations, salt, bytes?[AtlassianSalt..],
            mark + Convert.ToBase64String([.. salt ?? [], .. new byte[AtlassianDigest]]));
    }

    [GeneratedRegex(@"^\$bcrypt-sha256\$((?<v2>v=2),t=(?<type>2[aby]),r=(?<rounds>[0-9]{1,2})|(?<type>2[aby]),(?<rounds>[0-9]{1,2}))\$(?<salt>[./0-9A-Za-z]{22})\$(?<digest>[./0-9A-Za-z]{31})\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex BcryptSha256();
}
