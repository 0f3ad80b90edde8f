using System.Text.RegularExpressions;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Documents;

/// <summary>A document of the repository: its tables and its blocks of code.</summary>
internal sealed partial class Page
{
    private readonly string[] lines;

    public Page(string path) => lines = File.ReadAllLines(Path.Combine(Repository.Root, path));

    /// <summary>Where the names between brackets lead to, without those on the web.</summary>
    public IEnumerable<string> Links => lines.SelectMany(l => Link().Matches(l)).Select(m => m.Groups["to"].Value).Where(to => !to.Contains("://", StringComparison.Ordinal));

    /// <summary>The rows, as cells, of the table in this section whose first column is headed so.</summary>
    public IReadOnlyList<string[]> Table(string section, string heading)
    {
        var rows = lines.SkipWhile(l => !string.Equals(l, $"## {section}", StringComparison.Ordinal))
            .SkipWhile(l => !l.StartsWith($"| {heading} |", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(l => l.StartsWith('|'))
            .Select(l => Cells(l))
            .ToList();
        rows.ShouldNotBeEmpty($"No table \"{heading}\" in \"{section}\".");
        return rows;
    }

    /// <summary>What stands between the fences of this language.</summary>
    public IEnumerable<string> Blocks(string language)
    {
        for (var at = 0; at < lines.Length; at++)
        {
            if (string.Equals(lines[at].Trim(), $"```{language}", StringComparison.Ordinal))
            {
                var block = lines.Skip(at + 1).TakeWhile(l => l.Trim() is not "```").ToList();
                at += block.Count + 1;
                yield return string.Join('\n', block);
            }
        }
    }

    /// <summary>The lines that are indented as code.</summary>
    public IEnumerable<string> Indented => lines.Where(l => l.StartsWith("    ", StringComparison.Ordinal)).Select(l => l.Trim());

    /// <summary>`name` → name.</summary>
    public static string Plain(string cell) => cell.Replace("`", "", StringComparison.Ordinal);

    /// <summary>Between the bars. One behind a backslash belongs to its cell.</summary>
    private static string[] Cells(string row) =>
        [.. row.Replace("\\|", "\0", StringComparison.Ordinal).Split('|')[1..^1].Select(c => c.Replace('\0', '|').Trim())];

    [GeneratedRegex(@"\]\((?<to>[^)#]+)(#[^)]*)?\)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
