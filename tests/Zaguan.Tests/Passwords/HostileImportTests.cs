using Zaguan.Argon2;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Passwords.Formats;
using Zaguan.Tests.Passwords.Formats;

namespace Zaguan.Tests.Passwords;

/// <summary>For every row of the table, where an old hash comes in and where somebody logs in with it: a password that can be used, or a sentence; never an exception, and nobody is let in.</summary>
public sealed class HostileImportTests
{
    private static readonly string[] Garbage =
    [
        "", " ", "\t", "$", ":", "{}", "$$", "::", "nada", "contraseña", "0", "=", "====", "\0", "\uD800", "ٱلسلام", "../../etc/passwd", "' OR 1=1 --", "{\"salt\":1}", "<xml/>", "-1", "99999999999999999999",
        new('f', 2_048), new('$', 2_048), new(':', 2_048),
    ];

    public static TheoryData<string> Rows => [.. HashFormats.All.Select(f => f.Name).Append("aes")];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Import_takes_or_refuses_with_a_sentence_whatever_it_is_given(string row)
    {
        var aes = ClearFormats.Aes(new("0123456789abcdef"u8));
        foreach (var text in TextsFor(row))
        {
            var (password, objection) = ImportedPassword.Read(text, DeclaredAs(row), keepsWeak: true, aes);
            using var _ = password;

            (password is null).ShouldBe(objection is not null);
            if (objection is not null)
            {
                objection.ShouldEndWith(".");
                objection.Length.ShouldBeLessThan(800);
                objection.ShouldNotContain("Exception");
            }

            if (text.Trim() is "" && row is not "plain" || text.Length > HashFormats.LongestText)
            {
                objection.ShouldNotBeNull($"{row}: {text.Length}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Nobody_logs_in_with_what_should_never_have_been_stored(string row)
    {
        using var hasher = new PasswordHasher(new Argon2Cost(MemoryKiB: 64, Passes: 1, Lanes: 1));
        using var guess = Secret.FromText("una clave que no tiene nadie");
        foreach (var text in TextsFor(row))
        {
            hasher.Verify(guess, DeclaredAs(row) is { } name ? $"$as${name}${text}" : text).ShouldBe(new(false, null), $"{row}: {text.Length}");
        }
    }

    private static string? DeclaredAs(string row) => row is "aes" || HashFormats.All.Single(f => string.Equals(f.Name, row, StringComparison.Ordinal)).IsDeclared ? row : null;

    /// <summary>Garbage, a megabyte of it, and what a row's own text becomes: cut off, with more behind it, twice, in another case, with zeros and nines for its numbers.</summary>
    private static IEnumerable<string> TextsFor(string row)
    {
        var own = Sample.All.Where(s => string.Equals(s.Format, row, StringComparison.Ordinal)).Select(s => s.Bare).OrderBy(t => t.Length).FirstOrDefault() ?? "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA$over$$as$md5$00000000000000000000000000000000";
        string[] made =
        [
            own[..(own.Length / 4)], own[..(own.Length / 2)], own[..^1], own[1..], own + "!", own + own, own.ToUpperInvariant(), string.Concat(own.Reverse()),
            own.Replace('1', '9').Replace('2', '9').Replace('4', '9'), string.Concat(own.Select(c => char.IsAsciiDigit(c) ? '0' : c)), own.Replace("$", "", StringComparison.Ordinal), own.Replace(':', ';'),
        ];
        return [.. Garbage, .. made, .. new[] { "a", "$", own }.Select(t => string.Concat(Enumerable.Repeat(t, 1_048_576 / t.Length)))];
    }
}
