using System.Globalization;
using Zaguan.Storage.Copying;

namespace Zaguan.Commands;

/// <summary>What was copied, beside what was found in the copy.</summary>
internal static class CopySummary
{
    public static void Write(Terminal terminal, CopyReport report, TimeSpan took)
    {
        var seconds = Math.Max(took.TotalSeconds, 0.001);
        terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Rows:N0} rows in {ProgressView.InWords(took)} ({report.Rows / seconds:N0} a second), each of them read again in the copy."));
        terminal.WriteTable(
            ["table", "rows", "rows in the copy", "checksum", "of the copy", ""],
            report.Tables.Select(t => new[] { t.Name, Number(t.Read.Rows), Number(t.Found.Rows), Short(t.Read), Short(t.Found), t.IsSame ? "same" : "DIFFERENT" }));
        terminal.Output.WriteLine($"Numbers that are given once go on after: {string.Join(", ", report.Counters.Select(c => $"{c.Name} {Number(c.Last)}"))}.");
    }

    /// <summary>Half of it is enough for the eye; all of it was compared.</summary>
    private static string Short(TableSum sum) => sum.Checksum[..16];

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
