using System.Text;
using Zaguan.Argon2;

namespace Zaguan.Tests.Passwords.Formats;

/// <summary>What a password may be is the origin's affair; that computing does not fail is ours.</summary>
public sealed class HostilePasswordTests
{
    private static readonly byte[][] Passwords =
    [
        [],
        [0],
        [.. new byte[100]],
        [0xFF, 0xFE, 0xC3],
        [0xED, 0xA0, 0x80],
        [0xEF, 0xBF, 0xBE],
        [.. Enumerable.Repeat((byte)'a', 1 << 20)],
        [.. Enumerable.Repeat((byte)0xC3, 1 << 20)],
        .. Enumerable.Range(60, 15).Concat([127, 128, 255, 256, 257, 511, 512, 513, 4_095, 4_096, 4_097]).Select(n => Enumerable.Repeat((byte)'b', n).ToArray()),
    ];

    [Fact]
    public void No_password_makes_any_format_fail_and_none_of_these_is_right()
    {
        using var argon2 = new Argon2Hasher(300 << 20);
        foreach (var (sample, hash) in Sample.OneOfEach.Where(s => s.Hash.IsWeak))
        {
            foreach (var password in Passwords)
            {
                hash.Compute(password, argon2).ShouldNotBe(hash.Digest, $"{sample}: {password.Length}");
            }
        }

        // The strong ones take long: nothing, NULs, what is no text, and a megabyte.
        foreach (var (sample, hash) in Sample.OneOfEach.Where(s => !s.Hash.IsWeak))
        {
            foreach (var password in (byte[][])[Passwords[0], Passwords[2], Passwords[3], Passwords[6]])
            {
                hash.Compute(password, argon2).ShouldNotBe(hash.Digest, $"{sample}: {password.Length}");
            }
        }
    }

    [Fact]
    public void Bcrypt_sees_72_bytes_as_where_it_was_made()
    {
        using var argon2 = new Argon2Hasher(1 << 20);
        var password = new string('á', 36);
        var longer = Sample.Hashes.First(s => s.Sample.Format is "bcrypt" && s.Sample.Password.Length > 72);
        var seen = Encoding.UTF8.GetBytes(longer.Sample.Password)[..72];

        longer.Hash.Compute(seen, argon2).ShouldBe(longer.Hash.Digest);
        longer.Hash.Compute([.. seen, .. new byte[1_000]], argon2).ShouldBe(longer.Hash.Digest);
        longer.Hash.Compute([.. seen, .. Encoding.UTF8.GetBytes(password)], argon2).ShouldBe(longer.Hash.Digest);
        longer.Hash.Compute(seen.AsSpan(0, 71), argon2).ShouldNotBe(longer.Hash.Digest);
    }

    [Fact]
    public void A_password_of_crypt_ends_at_its_first_NUL_as_in_PHP()
    {
        // php -r 'var_dump(password_verify("secret\0x", password_hash("secret", PASSWORD_BCRYPT)));' says true, and so does crypt() for the others.
        using var argon2 = new Argon2Hasher(1 << 20);
        foreach (var format in (string[])["bcrypt", "md5-crypt", "sha256-crypt", "sha512-crypt"])
        {
            var (sample, hash) = Sample.OneOfEach.First(s => string.Equals(s.Sample.Format, format, StringComparison.Ordinal));

            hash.Compute([.. Encoding.UTF8.GetBytes(sample.Password), 0, 1, 2], argon2).ShouldBe(hash.Digest);
        }
    }

    [Fact]
    public void A_NUL_at_the_end_is_part_of_the_password_wherever_no_C_string_cuts_it()
    {
        string[] cut = ["bcrypt", "des-crypt", "md5-crypt", "sha1-crypt", "sha256-crypt", "sha512-crypt", "yescrypt", "gost-yescrypt", "scrypt-crypt", "ldap {CRYPT}", "django bcrypt", "django crypt", "spring bcrypt",
            // WordPress trims passwords, and its trim() takes NULs away too.
            "wordpress"];
        using var argon2 = new Argon2Hasher(300 << 20);
        foreach (var (sample, hash) in Sample.OneOfEach)
        {
            var withNul = hash.Compute([.. Encoding.UTF8.GetBytes(sample.Password), 0], argon2).AsSpan().SequenceEqual(hash.Digest);

            withNul.ShouldBe(cut.Contains(sample.Format), sample.ToString());
        }
    }

    [Fact]
    public void WordPress_trims_passwords()
    {
        using var argon2 = new Argon2Hasher(1 << 20);
        var (sample, hash) = Sample.OneOfEach.First(s => s.Sample.Format is "wordpress");

        hash.Compute(Encoding.UTF8.GetBytes($" \t{sample.Password}\r\n"), argon2).ShouldBe(hash.Digest);
    }

    [Fact]
    public void PostgreSQL_prepares_passwords_by_SASLprep()
    {
        // RFC 4013 §3: a soft hyphen is nothing, ª is a, and a blank that does not break is a blank.
        using var argon2 = new Argon2Hasher(1 << 20);
        var (sample, hash) = Sample.OneOfEach.First(s => s.Sample.Format is "postgresql scram-sha-256");

        hash.Compute(Encoding.UTF8.GetBytes(sample.Password.Replace(' ', '\u00A0').Replace("a", "ª\u00AD", StringComparison.Ordinal)), argon2).ShouldBe(hash.Digest);
    }
}
