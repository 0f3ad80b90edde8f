using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Zaguan.Passwords.Formats;

/*
 * What PHP applications and Apache made where crypt(3) had nothing better.
 *
 * - phpass: $P$ (or phpBB's $H$), a letter for log2 of the rounds, 8 letters of salt, 22 of MD5. WordPress has 2^13, phpass itself at most 2^30;
 *   2^18 with its longest password of 4096 bytes is a gigabyte of MD5, two seconds.
 * - Drupal 7's password.inc: the same with SHA-512, cut to 55 letters in all, passwords to 512 bytes. "U" before it: what Drupal 6 had kept, MD5 in hex, was hashed again.
 * - WordPress 6.8: "$wp", and then bcrypt of the Base64 of HMAC-SHA-384 with the key "wp-sha384". WordPress trims passwords before it hashes or checks them.
 * - apr1: md5-crypt with another name in it. Apache's own tools take 255 bytes, passlib 4096.
 */
internal static class PhpFormats
{
    private const int MostRoundsLog = 18;

    private const int PhpassPassword = 4_096;
    private const int DrupalPassword = 512;
    private const int Apr1Password = 4_096;

    private const int SaltLetters = 8;

    private static readonly Portable Phpass = new("phpass", ["$P$", "$H$"], HashAlgorithmName.MD5, 22, PhpassPassword);
    private static readonly Portable Drupal = new("drupal", ["$S$"], HashAlgorithmName.SHA512, 43, DrupalPassword);

    public static IEnumerable<HashFormat> Rows =>
    [
        new("wordpress", "wp_hash_password in WordPress 6.8, wp-includes/pluggable.php", ReadWordPress),
        new("phpass", "https://www.openwall.com/phpass/", text => Read(Phpass, text)),
        new("drupal", "includes/password.inc in Drupal 7, PhpassHashedPassword in Drupal 8", text => Read(Drupal, text)),
        new("drupal upgraded", "user_update_7000 in Drupal 7, user_check_password in includes/password.inc", ReadUpgraded),
        new("apr1", "https://httpd.apache.org/docs/2.4/misc/password_encryptions.html", ReadApr1),
    ];

    private static HashReading? ReadWordPress(string text) => text.StartsWith("$wp", StringComparison.Ordinal)
        ? OuterFormat.Read("$wp", CryptFormats.ReadBcrypt(text[3..]), AsWordPress).OrCutOff("WordPress")
        : null;

    private static byte[] AsWordPress(ReadOnlySpan<byte> password) =>
        Encoding.ASCII.GetBytes(Convert.ToBase64String(HMACSHA384.HashData("wp-sha384"u8, password.Trim(" \n\r\t\v\0"u8))));

    private static HashReading? ReadUpgraded(string text) => text is ['U', '$', 'S' or 'P' or 'H', '$', ..]
        ? OuterFormat.Read("U", Read(Drupal, text[1..]) ?? Read(Phpass, text[1..]), Digests.Md5Hex).OrCutOff("Drupal")
        : null;

    private static HashReading? Read(Portable made, string text)
    {
        if (!made.Marks.Any(m => text.StartsWith(m, StringComparison.Ordinal)))
        {
            return null;
        }

        if (text.Length != made.Setting + made.DigestLetters || !Crypt64.IsAll(text.AsSpan(made.Setting - SaltLetters - 1, 1)) || !Crypt64.IsAll(text.AsSpan(made.Setting)))
        {
            return HashReading.Refused($"This {made.Name} hash is cut off or too long; it should be {made.Marks[0]}, a letter for the rounds, {SaltLetters} of salt and {made.DigestLetters} of digest.");
        }

        var log = Crypt64.Number(text.AsSpan(3, 1));
        if (log is < 7 or > MostRoundsLog)
        {
            return HashReading.Refused($"The rounds of this {made.Name} hash, 2^{log}, are not between 2^7 and 2^{MostRoundsLog}, the most that is computed for a login.");
        }

        var salt = Encoding.UTF8.GetBytes(text[4..made.Setting]);
        return HashReading.Of(new()
        {
            Cost = string.Create(CultureInfo.InvariantCulture, $"{made.Name} 2^{log}"),
            IsWeak = true,
            Digest = Encoding.ASCII.GetBytes(text[made.Setting..]),
            Compute = (password, _) => password.Length > made.PasswordLength ? [] : Crypt64.Encode(Stretch(made.Algorithm, password, salt, 1 << log))[..made.DigestLetters],
            Recipe = text[..made.Setting] + new string(Crypt64.Zero, made.DigestLetters),
        });
    }

    /// <summary>H(H(… H(salt, password), password), password).</summary>
    private static byte[] Stretch(HashAlgorithmName algorithm, ReadOnlySpan<byte> password, byte[] salt, int rounds)
    {
        var digest = Digests.Of(algorithm, salt, password);
        // Pinned, so that the collector leaves no copies behind when it moves things.
        var text = GC.AllocateUninitializedArray<byte>(digest.Length + password.Length, pinned: true);
        digest.CopyTo(text, 0);
        password.CopyTo(text.AsSpan(digest.Length));
        for (var round = 0; round < rounds; round++)
        {
            CryptographicOperations.HashData(algorithm, text, digest);
            digest.CopyTo(text, 0);
        }

        CryptographicOperations.ZeroMemory(text);
        return digest;
    }

    private static HashReading? ReadApr1(string text)
    {
        var parts = text.Split('$');
        if (parts is not ["", "apr1", ..])
        {
            return null;
        }

        if (parts is not [_, _, { Length: <= 8 } salt, { Length: Md5Crypt.DigestLetters } digest] || !Crypt64.IsAll(digest))
        {
            return HashReading.Refused("This apr1 hash is cut off or too long; it should be $apr1$SALT$ and 22 letters.");
        }

        var saltBytes = Encoding.UTF8.GetBytes(salt);
        return HashReading.Of(Digests.Fast(
            "md5-crypt",
            Encoding.ASCII.GetBytes(digest),
            password => password.Length > Apr1Password ? [] : Md5Crypt.Hash(password, saltBytes, "$apr1$"u8),
            $"$apr1${salt}${new string(Crypt64.Zero, Md5Crypt.DigestLetters)}"));
    }

    private sealed record Portable(string Name, string[] Marks, HashAlgorithmName Algorithm, int DigestLetters, int PasswordLength)
    {
        /// <summary>Where the digest begins: behind the mark, the letter of the rounds and the salt.</summary>
        public int Setting => Marks[0].Length + 1 + SaltLetters;
    }
}
