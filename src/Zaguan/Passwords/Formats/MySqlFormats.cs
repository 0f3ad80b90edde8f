using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Zaguan.Passwords.Formats;

/*
 * MySQL and MariaDB.
 *
 * - mysql_native_password: "*" and SHA1(SHA1(password)) in hex.
 * - caching_sha2_password: $A$, the thousands of rounds as three hexadecimal digits, $, 20 bytes of salt and 43 letters; sha256_password: $5$, 20 bytes of salt, $
 *   and 43 letters, 5000 rounds. Both are sha256-crypt with its longer salt, whose bytes are anything below 128 but NUL and the dollar: where a dump
 *   writes them as 0x and hex, that is read too. MySQL takes passwords of 256 bytes, and half a million rounds are half a second.
 */
internal static partial class MySqlFormats
{
    private const int MostRounds = 500_000;
    private const int LeastStrongRounds = 500_000;
    private const int DefaultRounds = 5_000;
    private const int LongestPassword = 256;

    public static IEnumerable<HashFormat> Rows =>
    [
        new("mysql native", "https://dev.mysql.com/doc/refman/8.0/en/native-pluggable-authentication.html", ReadNative),
        new("mysql caching-sha2", "https://dev.mysql.com/doc/refman/8.0/en/caching-sha2-pluggable-authentication.html, sql/auth/sha2_password.cc", text => ReadSha2(CachingStart(), Caching(), text)),
        new("mysql sha256", "https://dev.mysql.com/doc/refman/8.0/en/sha256-pluggable-authentication.html", text => ReadSha2(Sha256Start(), Sha256(), text)),
    ];

    private static HashReading? ReadNative(string text)
    {
        if (text is not ['*', _, _, _, _, _, ..])
        {
            return null;
        }

        return Encoded.Hex(text[1..]).OfLength(HashAlgorithmName.SHA1) is { } digest
            ? HashReading.Of(Digests.Fast("sha1 × 2", digest, password => Digests.Sha1(Digests.Sha1(password)), text.ZeroedFrom(1)))
            : HashReading.Refused("This MySQL hash cannot be read, or it is cut off: it should be an asterisk and 40 hexadecimal digits.");
    }

    private static HashReading? ReadSha2(Regex start, Regex whole, string text)
    {
        var hex = text is ['0', 'x', .. var digits] ? Encoded.Hex(digits) : null;
        var plain = hex is null ? text : Encoding.Latin1.GetString(hex);
        if (!start.IsMatch(plain))
        {
            return null;
        }

        if (whole.Match(plain) is not { Success: true } match)
        {
            return HashReading.Refused("This MySQL hash cannot be read, or it is cut off: behind the mark come 20 bytes of salt and 43 letters.");
        }

        var rounds = match.Groups["thousands"] is { Success: true } written ? 1_000 * int.Parse(written.ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : DefaultRounds;
        if (rounds is < 1_000 or > MostRounds)
        {
            return HashReading.Refused($"The rounds of this MySQL hash are none, or more than {MostRounds}, the most that is computed for a login.");
        }

        var salt = Encoding.ASCII.GetBytes(match.Groups["salt"].Value);
        var digest = match.Groups["digest"];
        var recipe = plain[..digest.Index] + new string(Crypt64.Zero, digest.Length);
        return HashReading.Of(new()
        {
            Cost = string.Create(CultureInfo.InvariantCulture, $"mysql sha256 {rounds}"),
            IsWeak = rounds < LeastStrongRounds,
            Digest = Encoding.ASCII.GetBytes(digest.Value),
            Compute = (password, _) => password.Length > LongestPassword ? [] : Sha256Crypt.Hash(password, salt, rounds),
            Recipe = hex is null ? recipe : $"0x{Convert.ToHexString(Encoding.Latin1.GetBytes(recipe))}",
        });
    }

    // A hash of sha256_password is told from crypt(3)'s by the length of its salt.
    [GeneratedRegex(@"^\$A\$", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex CachingStart();

    [GeneratedRegex(@"^\$A\$(?<thousands>[0-9A-Fa-f]{3})\$(?<salt>[\u0001-\u0023\u0025-\u007F]{20})(?<digest>[./0-9A-Za-z]{43})\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Caching();

    [GeneratedRegex(@"^\$5\$[^$]{20}\$", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Sha256Start();

    [GeneratedRegex(@"^\$5\$(?<salt>[\u0001-\u0023\u0025-\u007F]{20})\$(?<digest>[./0-9A-Za-z]{43})\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Sha256();
}
