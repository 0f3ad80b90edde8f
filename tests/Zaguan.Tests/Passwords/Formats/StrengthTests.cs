using Zaguan.Passwords.Formats;

namespace Zaguan.Tests.Passwords.Formats;

/// <summary>From which cost on an old hash may rest in the database as it is; below it, the import puts Argon2id over it.</summary>
public sealed class StrengthTests
{
    private const string Salt = "c2FsdHNhbHRzYWx0";

    public static TheoryData<string, int> Costs => new()
    {
        { $"$pbkdf2-sha1$i=#${Salt}${Base64(20)}", 1_300_000 },
        { $"$pbkdf2-sha256$i=#${Salt}${Base64(32)}", 600_000 },
        { $"$pbkdf2-sha512$i=#${Salt}${Base64(64)}", 210_000 },
        { $"$5$rounds=#$saltsalt${new string('a', 43)}", 500_000 },
        { $"$6$rounds=#$saltsalt${new string('a', 86)}", 500_000 },
        { $"$2b$#${new string('a', 53)}", 10 },
    };

    [Theory]
    [MemberData(nameof(Costs))]
    public void Hash_is_weak_below_its_bound_and_strong_from_it_on(string text, int bound)
    {
        IsWeak(text, bound - 1).ShouldBeTrue();
        IsWeak(text, bound).ShouldBeFalse();
    }

    [Fact]
    public void No_sha1_crypt_is_strong() => IsWeak($"$sha1$#$saltsalt${new string('a', 28)}", 1_000_000).ShouldBeTrue();

    private static bool IsWeak(string text, int cost)
    {
        var written = text.Replace("#", text.StartsWith("$2b$", StringComparison.Ordinal) ? $"{cost:00}" : $"{cost}", StringComparison.Ordinal);
        var reading = HashFormats.Read(written).ShouldNotBeNull();
        return reading.Hash.ShouldNotBeNull(reading.Objection).IsWeak;
    }

    private static string Base64(int bytes) => Convert.ToBase64String(new byte[bytes]).TrimEnd('=');
}
