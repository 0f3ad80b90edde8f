using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Zaguan.Applications;
using Zaguan.BackEnds;
using Zaguan.Budgets;
using Zaguan.Contracts;
using Zaguan.Operations;
using Zaguan.Reading;
using Zaguan.Sources.Ldap;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Documents;

/// <summary>docs/configuration.md names every setting with its default, and none that is not read.</summary>
public sealed partial class ConfigurationPageTests
{
    private static readonly Page Document = new("docs/configuration.md");

    [Fact]
    public void Settings_of_the_whole_are_those_that_are_read() =>
        ExpectSettings(Document.Table("The whole", "setting"), Whole(new ZaguanSettings(), ""));

    [Fact]
    public void Settings_of_an_application_are_those_that_are_read() =>
        ExpectSettings(
            Document.Table("An application", "setting"),
            RecordReader.Properties(typeof(ApplicationSettings)).Select(p => (p.Name, p.GetValue(new ApplicationSettings()))));

    [Fact]
    public void What_a_rule_has_is_what_is_read() =>
        Document.Table("An application", "of a rule").Select(r => Page.Plain(r[0])).ShouldBe(RecordReader.Properties(typeof(RuleSettings)).Select(p => p.Name), ignoreOrder: true);

    [Fact]
    public void What_a_directory_has_is_what_is_read()
    {
        Document.Table("A directory", "of a directory").Select(r => Page.Plain(r[0])).ShouldBe(RecordReader.Properties(typeof(DirectorySettings)).Select(p => p.Name), ignoreOrder: true);
        Document.Table("A directory", "of `Search`").Select(r => Page.Plain(r[0])).ShouldBe(RecordReader.Properties(typeof(SearchSettings)).Select(p => p.Name), ignoreOrder: true);
    }

    [Fact]
    public void Budgets_are_those_that_are_charged_with_their_defaults()
    {
        Document.Table("Budgets", "of a budget").Select(r => Page.Plain(r[0])).ShouldBe(RecordReader.Properties(typeof(BudgetRule)).Select(p => p.Name), ignoreOrder: true);
        var rows = Document.Table("Budgets", "setting");
        rows.Select(r => Page.Plain(r[0])).ShouldBe(RecordReader.Properties(typeof(BudgetSettings)).Select(p => $"Budgets:{p.Name}"), ignoreOrder: true);
        foreach (var row in rows)
        {
            var rule = typeof(BudgetSettings).GetProperty(Page.Plain(row[0])["Budgets:".Length..])!.GetValue(new BudgetSettings())!;
            var said = Default().Matches(row[1]).Select(m => (m.Groups["name"].Value, Length(m.Groups["value"].Value)));
            said.ShouldBe(RecordReader.Properties(typeof(BudgetRule)).Select(p => (p.Name, Length(p.GetValue(rule)))).Where(p => p.Item2 > 0), ignoreOrder: true, row[0]);
        }
    }

    [Fact]
    public void Settings_that_the_shipped_contracts_name_are_all_of_them()
    {
        var contract = "";
        var said = Document.Table("An application", "contract")
            .SelectMany(row =>
            {
                // An empty cell is the one above.
                contract = row[0].Length > 0 ? row[0] : contract;
                return row[1].Split(", ").Select(setting => Page.Plain($"{contract} {setting}"));
            });
        var problems = new Problems();
        var named = ContractLibrary.Shipped().Select(c => ContractCompiler.Compile(c.Name, c.Origin, c.Json, problems)!).Where(c => c.Token is not null)
            .SelectMany(c => c.Token!.Settings.Select(s => s.Name).Append(c.Token.SecretSetting).OfType<string>().Distinct(StringComparer.Ordinal).Select(s => $"{c.Name} {s}"));

        said.ShouldBe(named, ignoreOrder: true);
    }

    [Theory]
    [InlineData("docs/configuration.md")]
    [InlineData("README.md")]
    public void Configuration_of_a_page_has_nothing_wrong(string page)
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        try
        {
            var secret = Path.Combine(folder, "secret");
            File.WriteAllText(secret, FourApplications.Secret);
            var written = new Page(page).Blocks("json").Where(b => b.Contains("\"Applications\"", StringComparison.Ordinal)).ShouldHaveSingleItem();
            var file = Path.Combine(folder, "zaguan.json");
            File.WriteAllText(file, SecretFile().Replace(written, JsonSerializer.Serialize(secret)));

            var setup = Setup.Read(new(file, Urls: null, IsDevelopment: false) { OnlyLooks = true, Environment = new Dictionary<string, string?>(StringComparer.Ordinal) });

            setup.Problems.Select(p => p.ToString()).ShouldBeEmpty();
            setup.Applications.Applications.ShouldNotBeEmpty();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Sections that have tables of their own stand as one row.</summary>
    private static IEnumerable<(string Name, object? Default)> Whole(object settings, string prefix)
    {
        foreach (var property in RecordReader.Properties(settings.GetType()))
        {
            var value = property.GetValue(settings);
            var hasRows = property.PropertyType.IsClass && property.PropertyType != typeof(string) && property.PropertyType != typeof(BudgetSettings);
            foreach (var setting in hasRows ? Whole(value!, $"{property.Name}:") : [(prefix + property.Name, value)])
            {
                yield return setting;
            }
        }
    }

    private static void ExpectSettings(IReadOnlyList<string[]> rows, IEnumerable<(string Name, object? Default)> settings)
    {
        var read = settings.ToDictionary(s => s.Name, s => s.Default, StringComparer.Ordinal);
        rows.Select(r => Page.Plain(r[0])).ShouldBe(read.Keys, ignoreOrder: true);
        foreach (var row in rows)
        {
            // What is absent, or a list, is told in words.
            if (read[Page.Plain(row[0])] is { } value and (string or int or TimeSpan or Enum or bool))
            {
                InWords(value, Page.Plain(row[1])).ShouldBe(Page.Plain(row[1]), row[0]);
            }
        }
    }

    private static string InWords(object value, string said) => value switch
    {
        TimeSpan length => Duration.TryParse(said, out var same) && same == length ? said : length.ToString(),
        bool flag => flag ? "true" : "false",
        Enum name => RecordReader.SpellingOf(name),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture)!,
    };

    /// <summary>A number, or the seconds of a length of time.</summary>
    private static double Length(object? value) => value switch
    {
        TimeSpan length => length.TotalSeconds,
        string text when Duration.TryParse(text, out var length) => length.TotalSeconds,
        _ => Convert.ToDouble(value, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex("`(?<name>[A-Za-z]+)` `?(?<value>[0-9]+[smhd]?)`?", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Default();

    [GeneratedRegex("\"/etc/zaguan/[^\"]*\"", RegexOptions.NonBacktracking)]
    private static partial Regex SecretFile();
}
