using System.Text;
using Zaguan.Argon2;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Passwords.Formats;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Passwords;

public sealed class PasswordHasherTests
{
    private const string Composed = "contrase\u00f1a de Jos\u00e9";
    private const string Decomposed = "contrasen\u0303a de Jose\u0301";

    [Fact]
    public void A_new_password_is_an_Argon2id_PHC_string_that_it_verifies_and_no_other()
    {
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        using var password = Secret.FromText(" Contraseña ");
        using var trimmed = Secret.FromText("Contraseña");

        var stored = hasher.Create(password);

        stored.Text.ShouldMatch(@"^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$");
        stored.Cost.ShouldBe("argon2id m=19456,t=2,p=1");
        hasher.Verify(password, stored.Text).ShouldBe(new Verification(true, null));
        hasher.Verify(trimmed, stored.Text).ShouldBe(new Verification(false, null));
        hasher.Create(password).Text.ShouldNotBe(stored.Text);
    }

    [Fact]
    public void A_password_is_the_same_however_its_accents_were_typed()
    {
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        using var composed = Secret.FromText(Composed);
        using var decomposed = Secret.FromText(Decomposed);

        foreach (var stored in new[] { hasher.Create(composed).Text, hasher.Create(decomposed).Text })
        {
            hasher.Verify(composed, stored).IsRight.ShouldBeTrue();
            hasher.Verify(decomposed, stored).IsRight.ShouldBeTrue();
        }
    }

    [Fact]
    public void An_old_hash_of_decomposed_letters_is_right_as_typed_and_then_composed()
    {
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        using var composed = Secret.FromText(Composed);
        using var decomposed = Secret.FromText(Decomposed);

        var (isRight, replacement) = hasher.Verify(decomposed, FourApplications.CheapHash(Decomposed).Text);
        isRight.ShouldBeTrue();
        hasher.Verify(decomposed, replacement!.Text).IsRight.ShouldBeTrue();
        hasher.Verify(composed, replacement.Text).IsRight.ShouldBeTrue();

        hasher.Verify(decomposed, FourApplications.CheapHash(Composed).Text).IsRight.ShouldBeTrue();
        hasher.Verify(composed, FourApplications.CheapHash(Decomposed).Text).IsRight.ShouldBeFalse();
    }

    [Theory]
    [InlineData("clave", 1)]
    [InlineData(Composed, 1)]
    [InlineData(Decomposed, 2)]
    public void A_wrong_guess_costs_the_same_number_of_hashes_whatever_is_stored(string typed, int hashes)
    {
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        using var guess = Secret.FromText(typed);
        using var other = Secret.FromText("otra");
        PasswordHasher.HashesFor(guess).ShouldBe(hashes);
        foreach (var stored in new[]
        {
            null,
            "",
            "no es un hash",
            "$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            hasher.Create(other).Text,
            FourApplications.CheapHash("otra").Text,
            hasher.Wrap(HashFormats.Read(FourApplications.CheapHash("otra").Text)!.Hash!).Text,
            "$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        })
        {
            var before = hasher.Hashes;
            hasher.Verify(guess, stored).ShouldBe(new Verification(false, null), stored);
            (hasher.Hashes - before).ShouldBe(hashes, stored);
        }
    }

    [Fact]
    public void A_right_password_of_an_old_hash_leaves_todays_behind_at_no_further_cost()
    {
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        using var password = Secret.FromText("clave de antes");

        var (isRight, replacement) = hasher.Verify(password, FourApplications.CheapHash("clave de antes").Text);

        isRight.ShouldBeTrue();
        hasher.Hashes.ShouldBe(1);
        replacement!.Cost.ShouldBe(hasher.Today);
        hasher.Verify(password, replacement.Text).ShouldBe(new Verification(true, null));
    }

    /// <summary>Made by Perl's crypt() of "contrasena larga" and "corta", and of 80 and 71 times "x". DES sees 8 bytes and bcrypt 72.</summary>
    [Theory]
    [InlineData("$as$des-crypt$abhQLW1E7XiPQ", "contrasena larga", false)]
    [InlineData("$as$des-crypt$abhQLW1E7XiPQ", "contrasena lagra", false)]
    [InlineData("$as$des-crypt$abhQLW1E7XiPQ", "contrase", false)]
    [InlineData("$as$des-crypt$abwUCmvXXykzA", "corta", true)]
    [InlineData("{CRYPT}abhQLW1E7XiPQ", "contrasena larga", false)]
    [InlineData("$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i", "80", false)]
    [InlineData("{bcrypt}$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i", "72", false)]
    [InlineData("$2b$04$abcdefghijklmnopqrstuu.gc7UY/21CSNJGJg21jJzx9QiOpJ9bO", "71", true)]
    public void A_hash_that_saw_a_part_of_the_password_stays_where_it_cannot_know_the_rest(string stored, string typed, bool isReplaced)
    {
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        using var password = Secret.FromText(int.TryParse(typed, System.Globalization.CultureInfo.InvariantCulture, out var letters) ? new string('x', letters) : typed);
        var wrapped = hasher.Wrap(HashFormats.Read(stored)!.Hash!).Text;

        foreach (var kept in new[] { stored, wrapped })
        {
            var (isRight, replacement) = hasher.Verify(password, kept);

            (isRight, replacement is not null).ShouldBe((true, isReplaced), kept);
        }
    }

    [Fact]
    public void A_password_of_yesterdays_cost_is_hashed_anew()
    {
        using var yesterday = new PasswordHasher(Argon2Cost.Recommended);
        using var today = new PasswordHasher(new(24_000, 3, 1));
        using var password = Secret.FromText("clave");

        today.Verify(password, yesterday.Create(password).Text).Replacement!.Text.ShouldStartWith("$argon2id$v=19$m=24000,t=3,p=1$");
    }

    [Fact]
    public void A_right_password_of_a_disabled_user_costs_what_a_wrong_one_costs()
    {
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        using var right = Secret.FromText(Decomposed);
        foreach (var stored in new[] { hasher.Create(right).Text, FourApplications.CheapHash(Decomposed).Text, hasher.Wrap(HashFormats.Read(FourApplications.CheapHash(Decomposed).Text)!.Hash!).Text })
        {
            var before = hasher.Hashes;
            hasher.Verify(right, stored, replaces: false).ShouldBe(new Verification(true, null));
            (hasher.Hashes - before).ShouldBe(2);
        }
    }

    [Fact]
    public void A_hash_that_costs_more_than_todays_stays()
    {
        using var dearer = new PasswordHasher(new(32_768, 3, 1));
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        using var password = Secret.FromText("clave");

        hasher.Verify(password, dearer.Create(password).Text).ShouldBe(new Verification(true, null));
    }

    [Fact]
    public void No_old_hash_is_computed_for_a_password_that_is_longer_than_anybodys()
    {
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        using var longest = Secret.FromText(new string('a', PasswordHasher.LongestOfOldFormats));
        using var longer = Secret.FromText(new string('a', PasswordHasher.LongestOfOldFormats + 1));

        hasher.Verify(longest, FourApplications.CheapHash(new string('a', PasswordHasher.LongestOfOldFormats)).Text).IsRight.ShouldBeTrue();
        hasher.Verify(longer, FourApplications.CheapHash(new string('a', PasswordHasher.LongestOfOldFormats + 1)).Text).ShouldBe(new Verification(false, null));
        hasher.Verify(longer, hasher.Create(longer).Text).ShouldBe(new Verification(true, null));
    }

    [Fact]
    public void A_weak_hash_under_Argon2id_holds_nothing_of_the_weak_one_and_verifies_all_the_same()
    {
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        using var right = Secret.FromText("clave de antes");
        using var wrong = Secret.FromText("otra");
        var weak = FourApplications.CheapHash("clave de antes").Text;

        var wrapped = hasher.Wrap(HashFormats.Read(weak)!.Hash!);

        wrapped.Text.ShouldNotContain(weak[(weak.LastIndexOf('$') + 1)..]);
        wrapped.Text.ShouldContain("$over$$pbkdf2-sha512$i=1$");
        hasher.Verify(wrong, wrapped.Text).ShouldBe(new Verification(false, null));
        var (isRight, replacement) = hasher.Verify(right, wrapped.Text);
        isRight.ShouldBeTrue();
        replacement!.Text.ShouldNotContain("$over$");
        hasher.Verify(right, replacement.Text).ShouldBe(new Verification(true, null));
    }

    [Fact]
    public void Passwords_that_no_keyboard_types_are_wrong_and_nothing_worse()
    {
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        var stored = new[] { null, FourApplications.CheapHash("clave").Text };
        foreach (var bytes in new[] { [], [0], [0xff, 0xfe], "\uFFFE"u8.ToArray(), Encoding.UTF8.GetBytes(new string('\u0301', 5_000)), new byte[1 << 20] })
        {
            using var guess = new Secret(bytes);
            stored.ShouldAllBe(s => !hasher.Verify(guess, s).IsRight);
        }
    }
}
