using System.Security.Cryptography;
using System.Text;

namespace Zaguan.Passwords.Formats;

/*
 * Werkzeug's generate_password_hash (src/werkzeug/security.py), Flask's: METHOD$SALT$DIGEST, the salt as text, the digest in hex.
 *
 * Until 2.3 a method could be a bare digest: HMAC with the salt as its key. Its texts look like Django's sha1$SALT$DIGEST, which is something
 * else: so they are declared. "pbkdf2:sha256" without a number means what that version had as its default, which the text does not say.
 */
internal static class WerkzeugFormats
{
    private const string Source = "https://werkzeug.palletsprojects.com/en/stable/utils/#module-werkzeug.security, src/werkzeug/security.py";

    private const int ScryptDigestLength = 64;

    public static IEnumerable<HashFormat> Rows =>
    [
        new("werkzeug pbkdf2", Source, ReadPbkdf2),
        new("werkzeug scrypt", Source, ReadScrypt),
    ];

    public static IEnumerable<HashFormat> DeclaredRows => [new("werkzeug hmac", Source, ReadHmac) { IsDeclared = true }];

    private static HashReading? ReadPbkdf2(string text)
    {
        if (!text.StartsWith("pbkdf2:", StringComparison.Ordinal))
        {
            return null;
        }

        if (text.Split('$') is not [var method, var salt, var digest] || method.Split(':') is not [_, var name, var iterations] || Digests.Find(name) is not { } algorithm)
        {
            return HashReading.Refused("This Werkzeug hash is cut off, or its iterations are not in it; it should be pbkdf2:sha256:ITERATIONS$SALT$DIGEST.");
        }

        return PhcFormats.ReadPbkdf2("Werkzeug PBKDF2", algorithm, Encoded.Number(iterations), Encoding.UTF8.GetBytes(salt), Encoded.Hex(digest).OfLength(algorithm),
            text.ZeroedFrom(text.Length - digest.Length));
    }

    private static HashReading? ReadScrypt(string text)
    {
        if (!text.StartsWith("scrypt:", StringComparison.Ordinal))
        {
            return null;
        }

        if (text.Split('$') is not [var method, var salt, var digest] || method.Split(':') is not [_, var n, var r, var p])
        {
            return HashReading.Refused("This Werkzeug hash is cut off or has too many parts; it should be scrypt:N:R:P$SALT$DIGEST.");
        }

        return Scrypt.Read("Werkzeug scrypt", Encoded.Number(n), Encoded.Number(r), Encoded.Number(p), Encoding.UTF8.GetBytes(salt), Encoded.Hex(digest).OfLength(ScryptDigestLength),
            text.ZeroedFrom(text.Length - digest.Length));
    }

    private static HashReading? ReadHmac(string text)
    {
        if (text.Split('$') is not [var name, var salt, var digest] || Digests.Find(name) is not { } algorithm || Encoded.Hex(digest).OfLength(algorithm) is not { } bytes)
        {
            return HashReading.Refused("This is no bare digest of Werkzeug's, or it is cut off; it should be sha1$SALT$DIGEST.");
        }

        var key = Encoding.UTF8.GetBytes(salt);
        // Without a salt it was the digest of the password alone.
        Prepare compute = key is [] ? password => CryptographicOperations.HashData(algorithm, password) : password => CryptographicOperations.HmacData(algorithm, key, password);
        return HashReading.Of(Digests.Fast(name, bytes, compute, text.ZeroedFrom(text.Length - digest.Length)));
    }
}
