using System.Reflection;
using System.Text.RegularExpressions;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Documents;

/// <summary>docs/security.md says of every requirement what shows that it is met, or plainly that it is not; and what it points at exists.</summary>
public sealed partial class SecurityPageTests
{
    private const string Path = "docs/security.md";

    /// <summary>Shorter ones are no reason.</summary>
    private const int ShortestReason = 25;

    private static readonly Page Document = new(Path);

    /// <summary>The requirements of levels 1 and 2 in the chapters that concern a login server, by the numbers of ASVS 5.0.0.</summary>
    private static readonly string[] Asvs =
    [
        .. Numbers("6.1", 1, 2, 3), .. Numbers("6.2", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), .. Numbers("6.3", 1, 2, 3, 4), .. Numbers("6.4", 1, 2, 3, 4), .. Numbers("6.5", 1, 2, 3, 4, 5), .. Numbers("6.6", 1, 2, 3), .. Numbers("6.8", 1, 2, 3, 4),
        .. Numbers("7.1", 1, 2, 3), .. Numbers("7.2", 1, 2, 3, 4), .. Numbers("7.3", 1, 2), .. Numbers("7.4", 1, 2, 3, 4, 5), .. Numbers("7.5", 1, 2), .. Numbers("7.6", 1, 2),
        .. Numbers("9.1", 1, 2, 3), .. Numbers("9.2", 1, 2, 3, 4),
        .. Numbers("11.1", 1, 2), .. Numbers("11.2", 1, 2, 3), .. Numbers("11.3", 1, 2, 3), .. Numbers("11.4", 1, 2, 3, 4), .. Numbers("11.5", 1), .. Numbers("11.6", 1),
        .. Numbers("13.1", 1), .. Numbers("13.2", 1, 2, 3, 4, 5), .. Numbers("13.3", 1, 2), .. Numbers("13.4", 1, 2, 3, 4, 5),
        .. Numbers("15.1", 1, 2, 3), .. Numbers("15.2", 1, 2, 3), .. Numbers("15.3", 1, 2, 3, 4, 5, 6, 7),
        .. Numbers("16.1", 1), .. Numbers("16.2", 1, 2, 3, 4, 5), .. Numbers("16.3", 1, 2, 3, 4), .. Numbers("16.4", 1, 2, 3), .. Numbers("16.5", 1, 2, 3),
    ];

    private static readonly string[] Classes =
    [
        "parallel guesses", "unprotected second path", "identifier variants", "timing and message oracles", "counters lost on restart or roll-back", "forged client address", "empty LDAP password", "bcrypt truncation", "algorithm confusion",
        "lockout as denial of service", "one-time code used twice",
    ];

    private static readonly Lazy<IReadOnlyList<string>> Tests = new(() => [.. TestsOfThisAssembly(), .. TestsOfTheBrowser()]);

    private static IReadOnlyList<string[]> OfAsvs => Document.Table("OWASP ASVS 5.0.0", "requirement");

    private static IReadOnlyList<string[]> OfNist => Document.Table("NIST SP 800-63B-4", "section");

    private static IReadOnlyList<string[]> OfOthers => Document.Table("Weaknesses that others had", "class");

    [Fact]
    public void Every_requirement_of_the_chapters_has_a_row() => OfAsvs.Select(r => r[0]).ShouldBe(Asvs);

    [Fact]
    public void Every_class_has_a_row_with_a_CVE()
    {
        OfOthers.Select(r => r[0]).ShouldBe(Classes, ignoreOrder: true);
        OfOthers.ShouldAllBe(r => Cve().IsMatch(r[1]));
    }

    [Fact]
    public void Every_row_is_shown_by_a_test_or_says_why_not()
    {
        foreach (var row in OfAsvs.Concat(OfNist))
        {
            Objection(row[^1]).ShouldBeNull($"{row[0]}: {row[^1]}");
        }

        // What others had is nothing to have a reason for.
        OfOthers.Where(r => !Pointers(r[^1]).Any()).Select(r => r[0]).ShouldBeEmpty();
    }

    [Fact]
    public void Every_pointer_leads_to_one_test()
    {
        var pointers = OfAsvs.Concat(OfNist).Concat(OfOthers).SelectMany(r => Pointers(r[^1])).Distinct(StringComparer.Ordinal).ToList();
        pointers.Count.ShouldBeGreaterThan(100);
        foreach (var pointer in pointers)
        {
            Tests.Value.Where(t => t.EndsWith($".{pointer}", StringComparison.Ordinal)).ShouldHaveSingleItem(pointer);
        }
    }

    [Fact]
    public void Every_section_that_is_pointed_at_is_there()
    {
        var text = File.ReadAllText(System.IO.Path.Combine(Repository.Root, Path));
        foreach (var match in Anchor().Matches(text).Cast<Match>())
        {
            var page = System.IO.Path.Combine(Repository.Root, "docs", match.Groups["page"].Value is { Length: > 0 } named ? named : "security.md");
            File.ReadAllLines(page).Where(l => l.StartsWith('#')).Select(AnchorOf).ShouldContain(match.Groups["anchor"].Value, match.Value);
        }
    }

    [Theory]
    [InlineData("**met**: `InvariantTests.Every_token_has_a_session_row`", true)]
    [InlineData("**met**: [keys](keys.md)", false)]
    [InlineData("**met**", false)]
    [InlineData("**documented**: [keys](keys.md)", true)]
    [InlineData("**documented**: somewhere", false)]
    [InlineData("**in part**, because nobody has thought of the rest yet", false)]
    [InlineData("**in part**: `InvariantTests.Every_token_has_a_session_row`, because nobody has thought of the rest yet", true)]
    [InlineData("**in part**: `InvariantTests.Every_token_has_a_session_row`", false)]
    [InlineData("**not met**, because nobody has thought of it yet", true)]
    [InlineData("**not met**, because", false)]
    [InlineData("**not met**: `InvariantTests.Every_token_has_a_session_row`", false)]
    [InlineData("**does not apply**, because there is nothing of that kind here", true)]
    [InlineData("it is well", false)]
    public void A_row_without_test_or_reason_is_noticed(string answer, bool isSound) => (Objection(answer) is null).ShouldBe(isSound);

    /// <summary>Null: it is one of the answers that a row may have.</summary>
    private static string? Objection(string answer)
    {
        var hasTest = Pointers(answer).Any();
        var because = answer.IndexOf("because ", StringComparison.Ordinal);
        var hasReason = because > 0 && answer.Length - because >= ShortestReason;
        return answer switch
        {
            _ when answer.StartsWith("**met**: ", StringComparison.Ordinal) => hasTest ? null : "It names no test.",
            _ when answer.StartsWith("**documented**: ", StringComparison.Ordinal) => answer.Contains("](", StringComparison.Ordinal) ? null : "It names no page.",
            _ when answer.StartsWith("**in part**: ", StringComparison.Ordinal) => hasTest && hasReason ? null : "It names no test, or no reason.",
            _ when answer.StartsWith("**not met**, ", StringComparison.Ordinal) || answer.StartsWith("**does not apply**, ", StringComparison.Ordinal) => hasReason ? null : "It names no reason.",
            _ => "It does not begin with one of the words.",
        };
    }

    private static IEnumerable<string> Pointers(string answer) => Pointer().Matches(answer).Select(m => m.Groups["test"].Value);

    private static IEnumerable<string> TestsOfThisAssembly() => Assembly.GetExecutingAssembly().GetTypes().SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(m => m.GetCustomAttributes<FactAttribute>().Any())
        .Select(m => $"{m.DeclaringType!.FullName}.{m.Name}");

    /// <summary>They are another program's; here they are read as text.</summary>
    private static IEnumerable<string> TestsOfTheBrowser() => Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, "tests", "Zaguan.BrowserTests"), "*Tests.cs")
        .SelectMany(f => BrowserTest().Matches(File.ReadAllText(f)).Select(m => $"Zaguan.BrowserTests.{System.IO.Path.GetFileNameWithoutExtension(f)}.{m.Groups["name"].Value}"));

    /// <summary>As GitHub makes them.</summary>
    private static string AnchorOf(string heading) => string.Concat(heading.TrimStart('#').Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    private static IEnumerable<string> Numbers(string section, params IEnumerable<int> requirements) => requirements.Select(r => FormattableString.Invariant($"{section}.{r}"));

    [GeneratedRegex("`(?<test>[A-Za-z0-9.]+Tests\\.[A-Za-z0-9_]+)`", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Pointer();

    [GeneratedRegex(@"\[(Fact|Theory)\](\s*\[[^\n]*\])*\s*public async Task (?<name>\w+)\(", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex BrowserTest();

    [GeneratedRegex(@"\]\((?<page>[^):#]*)#(?<anchor>[^)]+)\)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Anchor();

    [GeneratedRegex("CVE-[0-9]{4}-[0-9]{4,}", RegexOptions.NonBacktracking)]
    private static partial Regex Cve();
}
