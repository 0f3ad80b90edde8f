using Zaguan.Tests.House;

namespace Zaguan.Tests.Documents;

/// <summary>What holds for all documents.</summary>
public sealed class PagesTests
{
    private static IEnumerable<string> Pages => Directory.EnumerateFiles(Repository.Root, "*.md")
        .Concat(Directory.EnumerateFiles(Repository.Contracts, "*.md"))
        .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories))
        .Select(f => Path.GetRelativePath(Repository.Root, f));

    [Fact]
    public void Every_link_leads_somewhere()
    {
        Pages.Count().ShouldBeGreaterThan(10);
        foreach (var page in Pages)
        {
            var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;
            new Page(page).Links.Where(to => !Path.Exists(Path.Combine(folder, to))).ShouldBeEmpty(page);
        }
    }

    [Fact]
    public void Both_readmes_show_the_same_commands_and_files()
    {
        foreach (var language in new[] { "sh", "json" })
        {
            var english = new Page("README.md").Blocks(language).ToList();
            english.ShouldNotBeEmpty();
            new Page("README.es.md").Blocks(language).ShouldBe(english);
        }
    }
}
