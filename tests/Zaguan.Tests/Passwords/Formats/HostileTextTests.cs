using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Zaguan.Argon2;
using Zaguan.Passwords.Formats;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Passwords.Formats;

/// <summary>Whatever an import is given: a hash that can be computed, a sentence, or nothing known. Never an exception, and none at a login either.</summary>
public sealed class HostileTextTests
{
    /// <summary>Formats whose texts do not say how long they are. A salt or a user's name may end anywhere, and their digest keeps its length and is wrong. So it is with what declared formats hold in other letters.</summary>
    private static readonly string[] LastPartIsFree = ["postgresql md5", "ldap {SMD5}", "spring ldap", "windows-1252 letters"];

    /// <summary>Formats whose digest has the length that its author chose: of what is cut at another usual length, nobody can say that it is. And SQL Server 2000's two digests, cut between them, are SQL Server 2005's one.</summary>
    private static readonly string[] DigestIsFree = ["argon2", "pbkdf2", "scrypt", "node scrypt", "node pbkdf2", "node pbkdf2 (hex salt)", "node scrypt (hex salt)", "django argon2", "ldap {ARGON2}", "spring argon2", "sqlserver 2005"];

    public static TheoryData<string> CostlyTexts =>
    [
        // As a salt of sixteen letters, which who computes it reads as rounds.
        "$5$rounds=999999999$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$6$rounds=999999999$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "{CRYPT}$5$rounds=999999999$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=1,r=1048576,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=262144,t=1073741824,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=1073741824,t=1,p=16777215$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$pbkdf2-sha256$i=1073741824$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$pbkdf2-sha256$i=99999999999999999999$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$pbkdf2-sha256$1073741824$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$pbkdf2-sha256$0$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$pbkdf2-sha1$i=3000000$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=25,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=62,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=1,r=2147483647,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=10,r=8,p=2147483647$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=16,r=1,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=0,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$2b$31$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$2b$03$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$2b$16$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$2b$99$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        $"$5$rounds=999999999$salt${new string('A', 43)}",
        $"$5$rounds=999$salt${new string('A', 43)}",
        $"$6$rounds=1000001$salt${new string('A', 86)}",
        $"$6$rounds=9999999999$salt${new string('A', 86)}",
        $"$sha1$1073741824$salt${new string('A', 28)}",
        $"$y$jFT$abcdefgh${new string('A', 43)}",
        $"$y$jjj$abcdefgh${new string('A', 43)}",
        $"$y$j9T/.$abcdefgh${new string('A', 43)}",
        $"$gy$jFT$abcdefgh${new string('A', 43)}",
        $"$7$K6..../....salt${new string('A', 43)}",
        $"$7$Czzzzz/....salt${new string('A', 43)}",
        $"$7$C6....zzzzzsalt${new string('A', 43)}",
        $"$7$z6..../....salt${new string('A', 43)}",
        "$P$Sabcdefgh" + new string('A', 22),
        "$P$zabcdefgh" + new string('A', 22),
        "$P$.abcdefgh" + new string('A', 22),
        "$S$Sabcdefgh" + new string('A', 43),
        "U$S$Sabcdefgh" + new string('A', 43),
        "$wp$2y$31$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$bcrypt-sha256$v=2,t=2b,r=31$abcdefghijklmnopqrstuu$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "pbkdf2_sha256$1073741824$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "bcrypt$$2b$31$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        $"scrypt$1073741824$salt$8$1${Convert.ToBase64String(new byte[64])}",
        $"scrypt$12345$salt$8$1${Convert.ToBase64String(new byte[64])}",
        $"pbkdf2:sha256:1073741824$salt${new string('0', 64)}",
        $"pbkdf2:sha256$salt${new string('0', 64)}",
        $"scrypt:1073741824:8:1$salt${new string('0', 128)}",
        "{scrypt}$1f0801$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "{scrypt}$ffffffff$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "{PBKDF2-SHA256}1073741824$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "{CRYPT}$2b$31$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        $"$firebase-scrypt$ln=30,r=8$AAAA${new string('A', 86)}",
        $"SCRAM-SHA-256$1073741824:AAAA${Convert.ToBase64String(new byte[32])}:{Convert.ToBase64String(new byte[32])}",
        $"$A$FFF${new string('s', 20)}{new string('A', 43)}",
        $"$A$000${new string('s', 20)}{new string('A', 43)}",
        Convert.ToBase64String([1, 0, 0, 0, 1, 0x40, 0, 0, 0, 0, 0, 0, 16, .. new byte[48]]),
        Convert.ToBase64String([1, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 16, .. new byte[48]]),
        Convert.ToBase64String([1, 0, 0, 0, 9, 0, 0, 1, 0, 0, 0, 0, 16, .. new byte[48]]),
        Convert.ToBase64String([1, 0, 0, 0, 1, 0, 0, 1, 0, 0xFF, 0xFF, 0xFF, 0xFF, .. new byte[48]]),
        "pbkdf2_sha1$1073741824$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "argon2$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "bcrypt_sha256$$2b$31$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        $"crypt$$$6$rounds=1000001$salt${new string('A', 86)}",
        "{bcrypt}$2a$31$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "{argon2}$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "{ARGON2}$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "{PBKDF2}1073741824$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAA",
        $"{{PBKDF2-SHA512}}1073741824$AAAA${new string('A', 86)}",
        "$in$windows-1252$$2b$31$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA$over$$as$md5$00000000000000000000000000000000",
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA$over$$2b$31$abcdefghijklmnopqrstuu...............................",
        "$as$node scrypt (hex salt)$1073741824:8:1:00:" + new string('0', 128),
        "$as$node pbkdf2 (hex salt)$sha512:1073741824:00:" + new string('0', 128),
        "$as$node scrypt$1073741824:8:1:salt:" + new string('0', 128),
        "$as$node pbkdf2$sha512:1073741824:salt:" + new string('0', 128),
        "$as$node pbkdf2$sha256:1000000:salt:" + new string('0', 1024),
    ];

    [Theory]
    [MemberData(nameof(CostlyTexts))]
    public void What_costs_more_than_a_login_may_is_refused_with_a_sentence(string text)
    {
        var reading = HashFormats.Read(text).ShouldNotBeNull();

        reading.Hash.ShouldBeNull();
        reading.Objection.ShouldNotBeNull().ShouldEndWith(".");
        reading.Objection.ShouldNotContain("AAAAAAAA");
        reading.Objection.ShouldNotContain("00000000");
    }

    [Fact]
    public void Every_format_whose_cost_stands_in_its_text_has_one_here_that_costs_too_much()
    {
        var asked = CostlyTexts.Select(t => RowOf(t.Data)).ToHashSet(StringComparer.Ordinal);

        // Those that are left cost the same always, or name one of the digests, which cost nothing.
        var varying = Sample.Hashes.Where(s => !asked.Contains(s.Sample.Format)).GroupBy(s => s.Sample.Format, StringComparer.Ordinal).Where(g => g.Select(s => s.Hash.Cost).Distinct(StringComparer.Ordinal).Count() > 1);
        varying.Select(g => g.Key).Order(StringComparer.Ordinal).ShouldBe(["spring digest", "werkzeug hmac"]);
        asked.Count.ShouldBeGreaterThan(40);

        static string RowOf(string text) => text.StartsWith("$as$", StringComparison.Ordinal) ? text.Split('$')[2] : HashFormats.All.First(f => !f.IsDeclared && f.Read(text) is not null).Name;
    }

    [Fact]
    public void What_is_cut_off_is_refused_or_wrong()
    {
        using var argon2 = new Argon2Hasher(300 << 20);
        foreach (var (sample, whole) in Sample.OneOfEach)
        {
            var start = sample.Stored.Length - sample.Bare.Length;
            for (var length = start; length < sample.Stored.Length; length++)
            {
                var text = sample.Stored[..length];
                var reading = HashFormats.Read(text);
                reading?.Objection?.ShouldNotContain(sample.Bare[^8..], Case.Sensitive, sample.ToString());
                if (reading?.Hash is not { } hash)
                {
                    continue;
                }

                var what = $"{sample}, cut after {length} of {sample.Stored.Length}";
                var isSame = hash.Compute(Encoding.UTF8.GetBytes(sample.Password), argon2).AsSpan().SequenceEqual(hash.Digest);
                if (text.TrimEnd('=').Length == sample.Stored.TrimEnd('=').Length)
                {
                    isSame.ShouldBeTrue(what);
                }
                else if (!DigestIsFree.Contains(sample.Format))
                {
                    (sample.Row.IsDeclared || LastPartIsFree.Contains(sample.Format) || sample.Format.StartsWith("ldap {SS", StringComparison.Ordinal)).ShouldBeTrue(what);
                    isSame.ShouldBeFalse(what);
                    hash.Digest.Length.ShouldBe(whole.Digest.Length);
                }
            }
        }
    }

    [Fact]
    public void A_text_that_was_damaged_never_throws()
    {
        using var argon2 = new Argon2Hasher(300 << 20);
        var samples = Sample.OneOfEach.ToArray();
        var damaged =
            from sample in Gen.Elements(samples)
            from at in Gen.Choose(0, sample.Sample.Bare.Length - 1)
            from length in Gen.Choose(0, 3)
            from replacement in Gen.ArrayOf(Gen.OneOf(Gen.Elements("$:.,={}0123456789/+!*\0\n\uD800ñ٣".ToCharArray()), Gen.Choose(0, 0xFFFF).Select(c => (char)c)))
            select (sample, Text: string.Concat(sample.Sample.Bare.AsSpan(0, at), replacement.AsSpan(0, int.Min(3, replacement.Length)), sample.Sample.Bare.AsSpan(int.Min(sample.Sample.Bare.Length, at + length))));

        Check.One(Chance.Of(2_000), Prop.ForAll(damaged.ToArbitrary(), made =>
        {
            var row = made.sample.Sample.Row;
            var reading = row.IsDeclared ? HashFormats.Read(HashFormats.Declare(row, made.Text)) : HashFormats.Read(made.Text);
            row.Read(made.Text);
            IsOneOfThree(reading).ShouldBeTrue();
            // What still costs the same is computed too; another cost may be a second.
            if (reading?.Hash is { } hash && string.Equals(hash.Cost, made.sample.Hash.Cost, StringComparison.Ordinal))
            {
                hash.Compute("contraseña"u8, argon2).ShouldNotBeNull();
            }
        }));
    }

    [Fact]
    public void Garbage_never_throws()
    {
        foreach (var format in HashFormats.All.Append(ClearFormats.Aes(new("0123456789abcdef"u8))))
        {
            Check.One(Chance.Of(100), Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
            {
                IsOneOfThree(format.Read(text ?? "")).ShouldBeTrue();
                IsOneOfThree(HashFormats.Read(HashFormats.Declare(format, text ?? ""))).ShouldBeTrue();
            }));
        }
    }

    [Fact]
    public void Long_and_strange_texts_are_refused_by_every_format()
    {
        string[] marks = ["", "$", "{", ":", "*", "0x", "0x0100", "0x0200", "$as$", "$as$md5$", "$over$", "A", "AQAAA", "md5", "!", .. Sample.All.Select(s => s.Bare[..(s.Bare.Length / 3)]).Distinct().Where((_, i) => i % 20 == 0)];
        string[] fillings = ["a", "$", ":", "=", ".", "0", "A", "\0", "\n", "\uD800", "ñ", "{", "$argon2id$"];
        foreach (var text in marks.SelectMany(m => fillings.Select(f => m + string.Concat(Enumerable.Repeat(f, HashFormats.LongestText + 1)))))
        {
            HashFormats.Read(text).ShouldNotBeNull().Objection.ShouldNotBeNull();
            HashFormats.Read(text[..HashFormats.LongestText])?.Hash.ShouldBeNull();
        }

        foreach (var megabyte in fillings.Select(f => string.Concat(Enumerable.Repeat(f, 1_048_576 / f.Length))))
        {
            foreach (var format in HashFormats.All.Append(ClearFormats.Aes(new("0123456789abcdef"u8))))
            {
                var reading = format.Read(megabyte);
                (reading is null || reading.Objection is not null).ShouldBeTrue(format.Name);
                reading?.Objection!.Length.ShouldBeLessThan(500);
            }
        }
    }

    [Fact]
    public void An_empty_text_is_refused_with_a_sentence()
    {
        HashFormats.Read("").ShouldNotBeNull().Objection.ShouldBe("There is no hash: the text is empty.");
        foreach (var format in HashFormats.All.Where(f => f.IsDeclared))
        {
            format.Read("").ShouldNotBeNull().Objection.ShouldNotBeNull(format.Name);
        }
    }

    [Fact]
    public void Every_format_says_whence_it_is_and_a_declared_one_always_has_a_sentence()
    {
        HashFormats.All.ShouldAllBe(f => f.Source.Length > 10);
        foreach (var format in HashFormats.All.Where(f => f.IsDeclared && f.Name is not "plain"))
        {
            format.Read("esto no es nada").ShouldNotBeNull().Objection.ShouldNotBeNull(format.Name).ShouldEndWith(".");
        }
    }

    [Fact]
    public void An_unknown_declaration_is_nothing_known()
    {
        HashFormats.Read("$as$bcrypt$$2b$05$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").ShouldBeNull();
        HashFormats.Read("$as$").ShouldBeNull();
        HashFormats.Read("$as$md5").ShouldBeNull();
        HashFormats.Read("contraseña").ShouldBeNull();
    }

    private static bool IsOneOfThree(HashReading? reading) =>
        reading is null || (reading.Hash is null ? 0 : 1) + (reading.Clear is null ? 0 : 1) + (reading.Objection is null ? 0 : 1) == 1;
}
