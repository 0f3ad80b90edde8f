using System.Globalization;
using System.Text;

namespace Zaguan.Benchmarks.House;

/// <summary>The figures of a run in one table, printed and as a document.</summary>
internal static class Report
{
    public static void Print(IReadOnlyList<Ledger.Entry> entries)
    {
        Console.WriteLine("\n== figures\n");
        foreach (var entry in entries)
        {
            Console.WriteLine($"  {entry.Figure,8}   {(entry.Holds ? "" : "MISSED: "),-8}{entry.What}{(entry.Bound.Length > 0 ? $" ({entry.Bound})" : "")}");
        }
    }

    /// <summary>Markdown: the table, and behind it all that was printed.</summary>
    public static string AsDocument(IReadOnlyList<Ledger.Entry> entries, string printed)
    {
        var document = new StringBuilder();
        document.AppendLine("# Performance").AppendLine();
        document.AppendLine(CultureInfo.InvariantCulture, $"Measured by `./bench.sh` on {TimeProvider.System.GetUtcNow():yyyy-MM-dd}, which wrote this file: {Machine.Name}.");
        document.AppendLine("What stands beside each other was measured in one run, in turns; figures are medians of the rounds, and hold for this machine and this hour. What each benchmark does is described in [benchmarks](../benchmarks/README.md).").AppendLine();
        document.AppendLine("| | figure | bound | |").AppendLine("|---|---:|---|---|");
        foreach (var entry in entries)
        {
            document.AppendLine(CultureInfo.InvariantCulture, $"| {entry.What} | {entry.Figure} | {entry.Bound} | {(entry.Bound.Length == 0 ? "" : entry.Holds ? "holds" : "**missed**")} |");
        }

        document.AppendLine().AppendLine("## All that was printed").AppendLine().AppendLine("```text").AppendLine(Machine.WithoutPlaces(printed).Trim()).AppendLine("```");
        return document.ToString();
    }
}
