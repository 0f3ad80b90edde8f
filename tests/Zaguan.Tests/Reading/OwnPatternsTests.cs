using System.Reflection;
using System.Text.RegularExpressions;
using Zaguan.Reading;

namespace Zaguan.Tests.Reading;

/// <summary>
/// Patterns of our own that may go back must not need to: no text keeps one busy. The time allowed is thousands of times what any of them takes.
/// </summary>
public sealed class OwnPatternsTests
{
    private const int Length = 50_000;

    private static readonly TimeSpan MuchTooLong = TimeSpan.FromSeconds(10);

    /// <summary>Where patterns begin with a mark, what is repeated stands behind it.</summary>
    private static readonly string[] Beginnings = ["", "$1$", "$2b$10$", "$5$", "$5$rounds=5000$", "$6$", "$7$", "$y$j", "$gy$j", "$sha1$1$", "$A$005$", "$bcrypt-sha256$v=2,t=2b,r=12$", "{MD5}", "{MD5}{", "/", "https://", "header:", "query:", "{config.", "text/plain", "‹", "<"];

    private static readonly string[] Repeated = ["a", "A", "0", ".", "/", "$", "-", "_", " ", "{", "}", "‹", "›", "<", "=", ";", "é", "/a", ".a", "a/", "a.", "-a", "‹a", "<a", "; a=a"];

    // Nothing ends so.
    private static readonly List<string> Texts = [.. Beginnings.SelectMany(b => Repeated.Select(r => b + string.Concat(Enumerable.Repeat(r, Length / r.Length)) + '\0'))];

    public static TheoryData<string, RegexOptions> Patterns()
    {
        var zaguan = typeof(FormAttribute).Assembly.GetTypes();
        const BindingFlags Declared = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var generated = zaguan.SelectMany(t => t.GetMethods(Declared)).Select(m => m.GetCustomAttribute<GeneratedRegexAttribute>()).OfType<GeneratedRegexAttribute>().Select(g => (g.Pattern, g.Options));
        var forms = zaguan.SelectMany(t => t.GetProperties(Declared)).SelectMany(p => p.GetCustomAttributes<FormAttribute>()).Select(f => (f.Pattern, Options: RegexOptions.CultureInvariant));
        var patterns = new TheoryData<string, RegexOptions>();
        foreach (var (pattern, options) in generated.Concat(forms).Where(p => !p.Options.HasFlag(RegexOptions.NonBacktracking)).Distinct().OrderBy(p => p.Pattern, StringComparer.Ordinal))
        {
            patterns.Add(pattern, options);
        }

        return patterns;
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public void No_text_keeps_a_pattern_of_ours_busy(string pattern, RegexOptions options) => Busiest(pattern, options, MuchTooLong).ShouldBeNull();

    [Fact]
    public void A_pattern_that_goes_back_without_end_would_be_found() => Busiest("^(a+)+$", RegexOptions.None, TimeSpan.FromSeconds(1)).ShouldNotBeNull();

    [Fact]
    public void There_are_patterns_to_try() => Patterns().Count.ShouldBeGreaterThan(20);

    /// <summary>Null: there is no such text.</summary>
    private static string? Busiest(string pattern, RegexOptions options, TimeSpan limit)
    {
        var regex = new Regex(pattern, options, limit);
        foreach (var text in Texts)
        {
            try
            {
                _ = regex.IsMatch(text);
            }
            catch (RegexMatchTimeoutException)
            {
                return $"{text[..40]}…";
            }
        }

        return null;
    }
}
