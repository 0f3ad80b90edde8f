using System.Security.Cryptography;
using System.Text;

namespace Zaguan.Passwords.Formats;

/*
 * Passwords of database accounts, where an application had its users there.
 *
 * - PostgreSQL: md5DIGITS is of password and user name, and the text does not say the name: md5DIGITS:NAME does.
 *   SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY (RFC 5803, RFC 7677) of the password as SASLprep (RFC 4013) leaves it.
 * - SQL Server: 0x0100 and 4 bytes of salt, SHA-1 of password in UTF-16 and salt (SQL Server 2000 added another of the password in capitals, which
 *   is not looked at); 0x0200 the same with SHA-512.
 */
internal static class DatabaseFormats
{
    private const string PostgresSource = "https://www.postgresql.org/docs/current/catalog-pg-authid.html, RFC 5802, RFC 5803";
    private const string SqlServerSource = "PWDENCRYPT and sys.sql_logins of Transact-SQL; https://passlib.readthedocs.io/en/stable/lib/passlib.hash.mssql2005.html";

    private const int Md5Digits = 32;
    private const int LongestName = 255;

    private const int SqlServerSalt = 4;

    public static IEnumerable<HashFormat> Rows =>
    [
        new("postgresql md5", PostgresSource, ReadPostgresMd5),
        new("postgresql scram-sha-256", PostgresSource, ReadScram),
        new("sqlserver 2005", SqlServerSource, text => ReadSqlServer("0x0100", HashAlgorithmName.SHA1, text)),
        new("sqlserver 2012", SqlServerSource, text => ReadSqlServer("0x0200", HashAlgorithmName.SHA512, text)),
        .. MySqlFormats.Rows,
    ];

    private static HashReading? ReadPostgresMd5(string text)
    {
        const string mark = "md5";
        if (!text.StartsWith(mark, StringComparison.Ordinal) || text is ['m', 'd', '5', '$', ..])
        {
            return null;
        }

        if (text.Split(':', 2) is not [{ Length: 3 + Md5Digits } digits, { Length: > 0 and <= LongestName } name] || Encoded.Hex(digits[mark.Length..]) is not { } digest)
        {
            return HashReading.Refused("This MD5 hash of PostgreSQL is cut off, or the name of its user is not behind it: it should be md5, 32 digits, a colon and the name.");
        }

        var salt = Encoding.UTF8.GetBytes(name);
        return HashReading.Of(Digests.Fast(mark, digest, password => Digests.Of(HashAlgorithmName.MD5, password, salt), $"{mark}{new string('0', Md5Digits)}:{name}"));
    }

    private static HashReading? ReadScram(string text)
    {
        if (text.Split('$') is not ["SCRAM-SHA-256", .. var rest])
        {
            return null;
        }

        if (rest is not [var first, var second] || first.Split(':') is not [var iterations, var salt] || second.Split(':') is not [var stored, var server]
            || Encoded.Base64(stored).OfLength(HashAlgorithmName.SHA256) is not { } storedKey || Encoded.Base64(server).OfLength(HashAlgorithmName.SHA256) is not { } serverKey)
        {
            return HashReading.Refused("This SCRAM verifier is cut off or has too many parts; it should be SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY.");
        }

        var zeros = Convert.ToBase64String(new byte[SHA256.HashSizeInBytes]);
        var reading = PhcFormats.ReadPbkdf2("PostgreSQL SCRAM", HashAlgorithmName.SHA256, Encoded.Number(iterations), Encoded.Base64(salt), storedKey, $"SCRAM-SHA-256${first}${zeros}:{zeros}");
        return reading.Hash is { } hash
            ? HashReading.Of(hash with { Digest = [.. storedKey, .. serverKey], Compute = (password, argon2) => Keys(SaslPrep.Use(password, prepared => hash.Compute(prepared, argon2))) })
            : reading;
    }

    /// <summary>RFC 5802 §3. Nothing for a password that ends in NUL, to which PBKDF2 has added a byte: as HMAC's key it would be lost again.</summary>
    private static byte[] Keys(byte[] salted) => salted.Length > SHA256.HashSizeInBytes ? [] : [.. SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8)), .. HMACSHA256.HashData(salted, "Server Key"u8)];

    /// <summary>Whether these bytes are what PWDENCRYPT makes, from its two versions and their lengths.</summary>
    public static bool IsOfSqlServer(ReadOnlySpan<byte> bytes) =>
        bytes is [1 or 2, 0, ..] && bytes.Length is var length && (bytes[0] is 1
            ? length == 2 + SqlServerSalt + SHA1.HashSizeInBytes || length == 2 + SqlServerSalt + 2 * SHA1.HashSizeInBytes
            : length == 2 + SqlServerSalt + SHA512.HashSizeInBytes);

    private static HashReading? ReadSqlServer(string mark, HashAlgorithmName algorithm, string text)
    {
        if (!text.StartsWith(mark, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var length = Digests.LengthOf(algorithm);
        var bytes = Encoded.Hex(text[mark.Length..]);
        if (bytes?.Length != SqlServerSalt + length && (algorithm != HashAlgorithmName.SHA1 || bytes?.Length != SqlServerSalt + 2 * length))
        {
            return HashReading.Refused($"This SQL Server hash cannot be read, or it is cut off: it should be {mark}, 8 hexadecimal digits of salt and {2 * length} of digest.");
        }

        var salt = bytes[..SqlServerSalt];
        return HashReading.Of(Digests.Fast(
            algorithm.Name!.ToLowerInvariant(),
            bytes[SqlServerSalt..(SqlServerSalt + length)],
            password => Encoded.AsUtf16(password, units => Digests.Of(algorithm, units, salt)),
            text.ZeroedFrom(mark.Length + 2 * SqlServerSalt)));
    }
}
