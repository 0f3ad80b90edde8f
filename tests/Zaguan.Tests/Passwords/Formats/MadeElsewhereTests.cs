using System.Text;
using Zaguan.Argon2;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Passwords.Formats;

namespace Zaguan.Tests.Passwords.Formats;

/// <summary>What other implementations made is read, by the row that it belongs to, and is right for its password and for no other.</summary>
public sealed class MadeElsewhereTests
{
    [Fact]
    public void Every_format_has_hashes_that_others_made()
    {
        var made = Sample.All.Select(s => s.Format).ToHashSet(StringComparer.Ordinal);

        HashFormats.All.Select(f => f.Name).Append("aes").Where(n => !made.Contains(n)).ShouldBe(WrappedFormat.Rows.Select(f => f.Name));
        HashFormats.All.Select(f => f.Name).ShouldBeUnique();
        HashFormats.All.Where(f => f.Name.Contains('$', StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void All_formats_but_two_have_hashes_of_a_maker_that_is_neither_what_computes_them_nor_written_from_their_definition()
    {
        var independent = Sample.All.Where(s => s.Note?.Contains("of libxcrypt itself", StringComparison.Ordinal) is not true && s.Note?.Contains("definition", StringComparison.Ordinal) is not true);

        // The maker of ASP.NET Core Identity's is asked itself, in OriginTests.
        Sample.All.Select(s => s.Format).Except(independent.Select(s => s.Format)).Except(["aspnet identity v3"]).Order(StringComparer.Ordinal).ShouldBe(["aspnet membership hmacsha512", "gost-yescrypt"]);
    }

    [Fact]
    public void Every_hash_is_right_for_its_password_and_for_no_other()
    {
        using var argon2 = new Argon2Hasher(300 << 20);
        foreach (var (sample, hash) in Sample.Hashes)
        {
            var password = Encoding.UTF8.GetBytes(sample.Password);

            hash.Compute(password, argon2).ShouldBe(hash.Digest, sample.ToString());
            hash.Compute([(byte)(password[0] ^ 1), .. password[1..]], argon2).ShouldNotBe(hash.Digest, sample.ToString());
        }
    }

    [Fact]
    public void What_can_be_read_again_gives_its_password()
    {
        var clear = Sample.All.Select(s => (Sample: s, Reading: s.Read())).Where(s => s.Reading?.Clear is not null).ToList();

        clear.Select(s => s.Sample.Format).Distinct().ShouldBe(["aes", "ldap {CLEARTEXT}", "plain", "spring noop"], ignoreOrder: true);
        clear.Select(s => Encoding.UTF8.GetString(s.Reading!.Clear!.Reveal())).ShouldBe(clear.Select(s => s.Sample.Password));
    }

    [Fact]
    public void Every_sample_is_read_by_its_row_and_by_no_row_before_it()
    {
        foreach (var sample in Sample.All.Where(s => !s.Row.IsDeclared))
        {
            HashFormats.All.Where(f => !f.IsDeclared && f.Read(sample.Stored) is not null).Select(f => f.Name).First().ShouldBe(sample.Format, sample.ToString());
        }

        foreach (var sample in Sample.All.Where(s => s.Key is null))
        {
            var reading = sample.Read();
            (reading?.Hash is not null || reading?.Clear is not null).ShouldBe(sample.Format is not "no password", $"{sample}: {reading?.Objection}");
        }
    }

    [Fact]
    public void A_recipe_computes_the_same_and_holds_nothing_of_the_password()
    {
        using var argon2 = new Argon2Hasher(300 << 20);
        foreach (var (sample, hash) in Sample.Hashes.Where(s => s.Sample.Password is not "ñ"))
        {
            var again = HashFormats.Read(hash.Recipe)?.Hash.ShouldNotBeNull(sample.ToString());

            again!.Compute(Encoding.UTF8.GetBytes(sample.Password), argon2).ShouldBe(hash.Digest, sample.ToString());
            again.Recipe.ShouldBe(hash.Recipe);
            again.Cost.ShouldBe(hash.Cost);
            again.Digest.Distinct().ShouldHaveSingleItem(sample.ToString());
            foreach (var digest in Spellings(hash.Digest))
            {
                hash.Recipe.ShouldNotContain(digest, Case.Insensitive, sample.ToString());
            }
        }
    }

    [Fact]
    public void A_weak_hash_under_Argon2id_is_right_for_the_same_password()
    {
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        foreach (var (sample, weak) in Sample.OneOfEach.Where(s => s.Hash.IsWeak))
        {
            using var right = Secret.FromText(sample.Password);
            using var wrong = Secret.FromText(sample.Password + "x");

            var kept = hasher.Wrap(weak);

            kept.Text.Length.ShouldBeLessThan(HashFormats.LongestText);
            HashFormats.Read(kept.Text)!.Hash!.IsWeak.ShouldBeFalse();
            var verified = hasher.Verify(right, kept.Text);
            verified.IsRight.ShouldBeTrue(sample.ToString());
            (verified.Replacement is not null).ShouldBe(!(right.Length >= weak.Sees), sample.ToString());
            if (sample.Format is not ("des-crypt" or "django crypt"))
            {
                hasher.Verify(wrong, kept.Text).IsRight.ShouldBeFalse(sample.ToString());
            }
        }
    }

    [Fact]
    public void Wrapped_once_is_not_wrapped_again()
    {
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        var kept = hasher.Wrap(Sample.OneOfEach.First(s => s.Sample.Format is "md5").Hash);

        HashFormats.Read(kept.Text).ShouldNotBeNull().Hash.ShouldNotBeNull();
        HashFormats.Read(WrappedFormat.Join(kept.Text[..kept.Text.IndexOf("$over$", StringComparison.Ordinal)], kept.Text)).ShouldNotBeNull().Objection.ShouldNotBeNull();
    }

    [Fact]
    public void Weak_is_what_is_guessed_faster_than_bcrypt_10_or_costs_less_than_OWASP_asks()
    {
        string[] strong = ["bcrypt 10", "bcrypt 12", "pbkdf2-sha512 260000", "yescrypt N=4096,r=32,p=1", "gost-yescrypt N=4096,r=32,p=1", "scrypt N=16384,r=8,p=1", "scrypt N=32768,r=8,p=1", "scrypt N=8192,r=32,p=1"];

        foreach (var (sample, hash) in Sample.Hashes.Where(s => s.Hash.Argon2 is null && !s.Hash.Cost.StartsWith("argon2", StringComparison.Ordinal)))
        {
            hash.IsWeak.ShouldBe(!strong.Contains(hash.Cost), $"{sample}: {hash.Cost}");
        }

        Sample.Hashes.Where(s => s.Hash.Argon2 is not null).ShouldAllBe(s => s.Hash.IsWeak == s.Hash.Argon2!.Value.Work < Argon2Cost.Recommended.Work);
        Sample.Hashes.Select(s => s.Hash.Cost).Intersect(strong).Count().ShouldBeGreaterThan(7);
    }

    private static IEnumerable<string> Spellings(byte[] digest) =>
        [Convert.ToHexString(digest), Convert.ToBase64String(digest).TrimEnd('='), .. digest.All(b => Crypt64.Alphabet.Contains((char)b, StringComparison.Ordinal)) ? new[] { Encoding.ASCII.GetString(digest) } : []];
}
