using Zaguan.Login;
using Zaguan.Passwords.Formats;
using Zaguan.Tests.Passwords.Formats;

namespace Zaguan.Tests.Documents;

/// <summary>docs/password-hashes.md names every format that there is, whence it is, and whether it is weak.</summary>
public sealed class PasswordHashesPageTests
{
    private static readonly IReadOnlyList<(string Name, string Looks, string Weak, string Source)> Rows =
    [
        .. new Page("docs/password-hashes.md").Table("The formats", "name").SelectMany(r => Names(Page.Plain(r[0])).Select(name => (name, r[1], r[2], r[4]))),
    ];

    private static readonly IReadOnlyList<HashFormat> Formats = [.. HashFormats.All, ClearFormats.Aes(new Secret("0123456789abcdef"u8))];

    [Fact]
    public void Formats_are_those_of_the_table_with_their_sources() =>
        Rows.Select(r => $"{r.Name}: {r.Source}").ShouldBe(Formats.Select(f => $"{f.Name}: {f.Source}"), ignoreOrder: true);

    [Fact]
    public void Declared_are_those_that_the_text_does_not_tell() =>
        Rows.Where(r => r.Looks.StartsWith("declared", StringComparison.Ordinal)).Select(r => r.Name).ShouldBe(Formats.Where(f => f.IsDeclared).Select(f => f.Name), ignoreOrder: true);

    [Fact]
    public void Weak_are_those_whose_hashes_are()
    {
        foreach (var (name, _, weak, _) in Rows)
        {
            var samples = Sample.Hashes.Where(s => string.Equals(s.Sample.Format, name, StringComparison.Ordinal)).Select(s => s.Hash.IsWeak).ToList();
            switch (weak)
            {
                case "yes":
                    samples.ShouldNotBeEmpty(name);
                    samples.ShouldAllBe(w => w, name);
                    break;
                case "no":
                    samples.ShouldAllBe(w => !w, name);
                    break;
                case "below 19 MiB × 2":
                    Sample.Hashes.Where(s => string.Equals(s.Sample.Format, name, StringComparison.Ordinal) && s.Hash.Argon2 is not null)
                        .ShouldAllBe(s => s.Hash.IsWeak == s.Hash.Argon2!.Value.Work < 2 * 19_456, name);
                    break;
                case "in plain text" or "—":
                    samples.ShouldBeEmpty(name);
                    break;
                default:
                    weak.ShouldBeOneOf("by its cost", "as under it");
                    samples.ShouldNotBeEmpty(name);
                    break;
            }
        }
    }

    private static IEnumerable<string> Names(string cell) =>
        cell.Contains("ALG", StringComparison.Ordinal) ? Digests.Names.Select(n => cell.Replace("ALG", n, StringComparison.Ordinal)) : [cell];
}
