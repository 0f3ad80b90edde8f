using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Zaguan.Passwords.Formats;

/*
 * What crypt(3) makes: PREFIX SALT DIGEST, described in crypt(5) of libxcrypt and computed by it.
 *
 * - bcrypt: 2^cost; 15 is about a second and a half, 10 (the default of PHP, Node, Go, Spring and Ruby) some 50 ms. It sees the first 72 bytes of
 *   a password. $2x$ has the sign bug that crypt_blowfish had until 2011, and libcrypt keeps it.
 * - sha-crypt: rounds; passlib's defaults, 535,000 and 656,000, are the highest in use, and a million is half a second, or two for the longest password.
 * - yescrypt, gost-yescrypt and $7$: memory and work as for scrypt.
 *
 * A password ends at its first NUL, because crypt(3) takes a C string: PHP's password_verify and crypt() cut it there too.
 */
internal static partial class CryptFormats
{
    private const string Source = "crypt(5), https://github.com/besser82/libxcrypt";

    /// <summary>bcrypt's key has 18 words. libcrypt looks at no more, but refuses what is longer than 511.</summary>
    public const int BcryptPassword = 72;

    private const int MostBcryptCost = 15;
    private const int LeastStrongBcryptCost = 10;
    private const int MostRounds = 1_000_000;
    private const int LeastStrongRounds = 500_000;
    private const int DefaultShaRounds = 5_000;

    private static readonly Method[] Marked =
    [
        new("bcrypt", "$2b$COST$ and 53 letters", ["$2a$", "$2b$", "$2x$", "$2y$"], Bcrypt(), OfBcrypt) { PasswordLength = BcryptPassword },
        new("md5-crypt", "$1$SALT$ and 22 letters", ["$1$"], Md5(), _ => new("md5-crypt", IsWeak: true)),
        new("sha1-crypt", "$sha1$ROUNDS$SALT$ and 28 letters", ["$sha1$"], Sha1(), m => OfRounds("sha1-crypt", m, fewestStrong: int.MaxValue)),
        new("sha256-crypt", "$5$SALT$ or $5$rounds=ROUNDS$SALT$ and 43 letters", ["$5$"], Sha256(), m => OfRounds("sha256-crypt", m)),
        new("sha512-crypt", "$6$SALT$ or $6$rounds=ROUNDS$SALT$ and 86 letters", ["$6$"], Sha512(), m => OfRounds("sha512-crypt", m)),
        new("yescrypt", "$y$PARAMETERS$SALT$ and 43 letters", ["$y$"], Yescrypt(), m => OfYescrypt("yescrypt", m)),
        new("gost-yescrypt", "$gy$PARAMETERS$SALT$ and 43 letters", ["$gy$"], Gost(), m => OfYescrypt("gost-yescrypt", m)),
        new("scrypt-crypt", "$7$, eleven letters for N, r and p, SALT$ and 43 letters", ["$7$"], ScryptText(), OfScrypt),
    ];

    /// <summary>Thirteen letters, which may be anything. It sees eight bytes of a password, and seven bits of each.</summary>
    private static readonly Method Des = new("des-crypt", "13 letters", [""], DesText(), _ => new("des-crypt", IsWeak: true)) { PasswordLength = 8 };

    public static IEnumerable<HashFormat> Rows => Marked.Select(m => new HashFormat(m.Name, Source, text => Read(m, text)));

    public static IEnumerable<HashFormat> DeclaredRows => [new(Des.Name, Source, text => Read(Des, text)) { IsDeclared = true }];

    /// <summary>Whatever crypt(3) makes, where another format says that it is such a thing.</summary>
    public static HashReading? Read(string text) => Marked.Append(Des).Select(m => Read(m, text)).FirstOrDefault(r => r is not null);

    public static HashReading? ReadBcrypt(string text) => Read(Marked[0], text);

    private static HashReading? Read(Method method, string text)
    {
        if (!method.Prefixes.Any(p => text.StartsWith(p, StringComparison.Ordinal)))
        {
            return null;
        }

        if (method.Whole.Match(text) is not { Success: true } match)
        {
            return HashReading.Refused($"This {method.Name} hash is cut off, or it is not as crypt(3) writes it: {method.Shape}.");
        }

        var price = method.PriceOf(match);
        if (price.Objection is null && LibCrypt.Objection is { } missing)
        {
            return HashReading.Unavailable(missing);
        }

        if (price.Objection is { } objection)
        {
            return HashReading.Refused(objection);
        }

        var digest = match.Groups["digest"];
        var recipe = text[..digest.Index] + new string(Crypt64.Zero, digest.Length);
        var setting = Encoding.ASCII.GetBytes(recipe);
        return HashReading.Of(new()
        {
            Cost = price.Cost,
            IsWeak = price.IsWeak,
            Digest = Encoding.ASCII.GetBytes(digest.Value),
            Compute = (password, _) => LibCrypt.Hash(password[..int.Min(password.Length, method.PasswordLength)], setting, digest.Length),
            Recipe = recipe,
            Sees = method.PasswordLength == int.MaxValue ? null : method.PasswordLength,
        });
    }

    private static Price OfBcrypt(Match match)
    {
        var cost = Number(match.Groups["cost"]);
        return new(string.Create(CultureInfo.InvariantCulture, $"bcrypt {cost}"), cost < LeastStrongBcryptCost,
            cost is < 4 or > 31 ? "The cost of this bcrypt hash is none: it is a number from 04 to 31."
            : cost > MostBcryptCost ? $"The cost {cost} of this bcrypt hash is more than {MostBcryptCost}, the most that is computed for a login."
            : null);
    }

    /// <summary>A round of sha1-crypt is one of PBKDF2 with SHA-1: no number that is computed is strong.</summary>
    private static Price OfRounds(string name, Match match, int fewestStrong = LeastStrongRounds)
    {
        var rounds = match.Groups["rounds"] is { Success: true } written ? Number(written) : DefaultShaRounds;
        return new(string.Create(CultureInfo.InvariantCulture, $"{name} {rounds}"), rounds < fewestStrong,
            rounds > MostRounds ? $"The rounds of this {name} hash are more than {MostRounds}, the most that is computed for a login." : null);
    }

    /// <summary>Flavour "j" (the only one that crypt(3) makes), N and r. Further parameters (t, p, g, ROM) are set by nobody.</summary>
    private static Price OfYescrypt(string name, Match match) => OfScrypt(name, Crypt64.Number(match.Groups["n"].ValueSpan) + 1, Crypt64.Number(match.Groups["r"].ValueSpan) + 1, 1);

    private static Price OfScrypt(Match match) =>
        OfScrypt("scrypt", Crypt64.Number(match.Groups["n"].ValueSpan), Crypt64.Number(match.Groups["r"].ValueSpan), Crypt64.Number(match.Groups["p"].ValueSpan));

    private static Price OfScrypt(string name, int log, int r, int p)
    {
        var n = log is > 0 and < 63 ? 1L << log : 0;
        var objection = Scrypt.CostObjection(name, n, r, p);
        return objection is null ? new(Scrypt.CostOf(n, r, p).Replace("scrypt", name, StringComparison.Ordinal), Scrypt.IsWeak(n, r)) : new("", IsWeak: true, objection);
    }

    private static long Number(Group digits) => long.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private sealed record Method(string Name, string Shape, string[] Prefixes, Regex Whole, Func<Match, Price> PriceOf)
    {
        /// <summary>In bytes: what is behind them does not matter.</summary>
        public int PasswordLength { get; init; } = int.MaxValue;
    }

    private sealed record Price(string Cost, bool IsWeak, string? Objection = null);

    // Salts are any printable letters but those that crypt(3) refuses ("$", and what would break the lines of /etc/shadow); and "=", because a
    // salt "rounds=999999999" would be read as rounds by whoever computes it.
    [GeneratedRegex(@"^\$2[abxy]\$(?<cost>[0-9]{2})\$[./0-9A-Za-z]{22}(?<digest>[./0-9A-Za-z]{31})\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Bcrypt();

    [GeneratedRegex(@"^\$1\$[^\u0000-\u0020!$*:;\\\u007F-\uFFFF]{0,8}\$(?<digest>[./0-9A-Za-z]{22})\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Md5();

    [GeneratedRegex(@"^\$sha1\$(?<rounds>[1-9][0-9]{0,9})\$[./0-9A-Za-z]{1,64}\$(?<digest>[./0-9A-Za-z]{28})\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Sha1();

    [GeneratedRegex(@"^\$5\$(rounds=(?<rounds>[1-9][0-9]{3,9})\$)?[^\u0000-\u0020!$*:;=\\\u007F-\uFFFF]{0,16}\$(?<digest>[./0-9A-Za-z]{43})\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Sha256();

    [GeneratedRegex(@"^\$6\$(rounds=(?<rounds>[1-9][0-9]{3,9})\$)?[^\u0000-\u0020!$*:;=\\\u007F-\uFFFF]{0,16}\$(?<digest>[./0-9A-Za-z]{86})\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Sha512();

    [GeneratedRegex(@"^\$y\$j(?<n>[./0-9A-Za-j])(?<r>[./0-9A-Za-j])\$[./0-9A-Za-z]{2,86}\$(?<digest>[./0-9A-Za-z]{43})\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Yescrypt();

    [GeneratedRegex(@"^\$gy\$j(?<n>[./0-9A-Za-j])(?<r>[./0-9A-Za-j])\$[./0-9A-Za-z]{2,86}\$(?<digest>[./0-9A-Za-z]{43})\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Gost();

    [GeneratedRegex(@"^\$7\$(?<n>[./0-9A-Za-z])(?<r>[./0-9A-Za-z]{5})(?<p>[./0-9A-Za-z]{5})[./0-9A-Za-z]{0,86}\$(?<digest>[./0-9A-Za-z]{43})\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex ScryptText();

    [GeneratedRegex(@"^[./0-9A-Za-z]{2}(?<digest>[./0-9A-Za-z]{11})\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex DesText();
}
