using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Zaguan.Passwords.Formats;

/*
 * Django's hashers (django/contrib/auth/hashers.py, 1.4 to 5.2): ALGORITHM$…, salts as text.
 * The bounds are those of the algorithms inside. UnsaltedMD5PasswordHasher's bare digits are the declared format "md5".
 */
internal static class DjangoFormats
{
    private const string Source = "https://docs.djangoproject.com/en/stable/topics/auth/passwords/, django/contrib/auth/hashers.py";

    public static IEnumerable<HashFormat> Rows =>
    [
        new("django pbkdf2-sha256", Source, text => ReadPbkdf2("pbkdf2_sha256", HashAlgorithmName.SHA256, text)),
        new("django pbkdf2-sha1", Source, text => ReadPbkdf2("pbkdf2_sha1", HashAlgorithmName.SHA1, text)),
        new("django argon2", Source, text => ReadOuter("argon2$", text, t => PhcFormats.ReadArgon2($"${t}"), "argon2")),
        new("django bcrypt", Source, text => ReadOuter("bcrypt$", text, CryptFormats.ReadBcrypt)),
        new("django bcrypt-sha256", Source, text => ReadOuter("bcrypt_sha256$", text, CryptFormats.ReadBcrypt, prepare: Sha256Hex)),
        new("django scrypt", Source, ReadScrypt),
        new("django sha1", Source, text => ReadSalted("sha1", HashAlgorithmName.SHA1, text)),
        new("django md5", Source, text => ReadSalted("md5", HashAlgorithmName.MD5, text)),
        new("django crypt", Source, text => ReadOuter("crypt$$", text, CryptFormats.Read)),
    ];

    private static HashReading? ReadPbkdf2(string id, HashAlgorithmName algorithm, string text) => text.Split('$') is not [var first, .. var rest] || !string.Equals(first, id, StringComparison.Ordinal) ? null
        : rest is [var iterations, var salt, var digest]
        ? PhcFormats.ReadPbkdf2("Django PBKDF2", algorithm, Encoded.Number(iterations), Encoding.UTF8.GetBytes(salt), Encoded.Base64(digest).OfLength(algorithm),
            $"{id}${iterations}${salt}${Convert.ToBase64String(new byte[Digests.LengthOf(algorithm)])}")
        : CutOff($"{id}$ITERATIONS$SALT$DIGEST");

    /// <param name="kept">What of the mark belongs to the text inside too, of whose recipe it is taken off again.</param>
    private static HashReading? ReadOuter(string mark, string text, Func<string, HashReading?> inner, string? kept = null, Prepare? prepare = null)
    {
        if (!text.StartsWith(mark, StringComparison.Ordinal))
        {
            return null;
        }

        // "argon2$argon2id$v=19$…" is "$argon2id$v=19$…" without its first dollar; the others keep theirs.
        var reading = OuterFormat.Read(mark, inner(text[mark.Length..]), prepare).OrCutOff("Django");
        return kept is not null && reading.Hash is { } hash ? HashReading.Of(hash with { Recipe = mark + hash.Recipe[(mark.Length + 1)..] }) : reading;
    }

    private static byte[] Sha256Hex(ReadOnlySpan<byte> password) => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(password)));

    private static HashReading? ReadScrypt(string text) => text.Split('$') is not ["scrypt", .. var rest] ? null
        : rest is [var n, var salt, var r, var p, var digest]
        ? Scrypt.Read("Django scrypt", Encoded.Number(n), Encoded.Number(r), Encoded.Number(p), Encoding.UTF8.GetBytes(salt), Encoded.Base64(digest).OfLength(64),
            $"scrypt${n}${salt}${r}${p}${Convert.ToBase64String(new byte[64])}")
        : CutOff("scrypt$N$SALT$R$P$DIGEST");

    /// <summary>Salted or, with nothing between the dollars, not.</summary>
    private static HashReading? ReadSalted(string id, HashAlgorithmName algorithm, string text)
    {
        if (text.Split('$') is not [var first, .. var rest] || !string.Equals(first, id, StringComparison.Ordinal))
        {
            return null;
        }

        if (rest is not [var salt, var digest] || Encoded.Hex(digest).OfLength(algorithm) is not { } bytes)
        {
            return CutOff($"{id}$SALT$DIGEST, of which the digest is {2 * Digests.LengthOf(algorithm)} hexadecimal digits");
        }

        var saltBytes = Encoding.UTF8.GetBytes(salt);
        return HashReading.Of(Digests.Fast(id, bytes, password => Digests.Of(algorithm, saltBytes, password), text.ZeroedFrom(text.Length - digest.Length)));
    }

    private static HashReading CutOff(string shape) => HashReading.Refused(string.Create(CultureInfo.InvariantCulture, $"This Django hash is cut off or has too many parts; it should be {shape}."));
}
