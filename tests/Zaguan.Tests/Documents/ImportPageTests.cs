using Zaguan.Users.Import;

namespace Zaguan.Tests.Documents;

/// <summary>docs/import.md names every column that is known.</summary>
public sealed class ImportPageTests
{
    [Fact]
    public void Columns_of_the_page_mean_what_it_says_and_none_is_missing()
    {
        var rows = new Page("docs/import.md").Table("What columns are called", "what");

        rows.Select(r => Page.Plain(r[0])).Order(StringComparer.Ordinal).ShouldBe(ColumnNames.Targets.Keys.Except(["ignored"]).Order(StringComparer.Ordinal));
        foreach (var row in rows)
        {
            var named = row[1].Split([';', ':', '.'])[0].Split(',').Select(c => c.Trim()).Where(c => !c.Contains(' ', StringComparison.Ordinal)).ToList();
            named.ShouldNotBeEmpty();
            var told = ColumnNames.Targets[Page.Plain(row[0])];
            foreach (var column in named)
            {
                var meant = ColumnNames.Meaning(column).ShouldNotBeNull(column).Target;
                (meant == ImportTarget.NumberOrId ? ImportTarget.Id : meant).ShouldBe(told, column);
            }
        }
    }
}
