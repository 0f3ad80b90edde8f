using System.Globalization;
using System.Text;

namespace Zaguan.Tests.Soak;

/// <summary>One time that something failed.</summary>
/// <param name="Recovery">From its end until every node had let in people of every application, and of the directory.</param>
/// <param name="LongestGap">For how long, at most, some of them were let in by no node.</param>
internal sealed record FaultRun(string Name, TimeSpan Recovery, TimeSpan LongestGap);

/// <summary>What a soak was and what came of it, as the document docs/soak.md.</summary>
internal static class SoakReport
{
    public static string Write(TimeSpan took, IReadOnlyList<FaultRun> faults, SoakLoad load, SoakGauges gauges, string verdict)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        Line($"# Soak");
        Line($"");
        Line($"`./soak.sh` wrote this on {TimeProvider.System.GetUtcNow():yyyy-MM-dd}: {took.TotalMinutes:F0} minutes on {Environment.ProcessorCount} cores. Two nodes with a certificate, one PostgreSQL that waits for its disk, an Active Directory (Samba); everybody who asks");
        Line($"something on an ordinary day asks all the time, over both nodes in turns, while one thing after the other fails, in an order of chance. What each part does is in [benchmarks](../benchmarks/README.md#soak-what-is-lost-when-things-fail-for-half-an-hour).");
        Line($"");
        Line($"{verdict}");
        Line($"");
        Line($"## What failed");
        Line($"");
        Line($"*Nobody let in*: for how long, at most, no node let in the people of some application, or of the directory, from the moment it failed until all were let in again; medians, and the longest of all. *Until all are let in*: from its end until every node had let in all of them.");
        Line($"A fault lasts eight seconds, and longer where it takes longer to be mended.");
        Line($"");
        Line($"| | times | nobody let in, s | longest, s | until all are let in, s | longest, s |");
        Line($"|---|---:|---:|---:|---:|---:|");
        foreach (var fault in faults.GroupBy(f => f.Name, StringComparer.Ordinal).OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            Line($"| {fault.Key} | {fault.Count()} | {Median(fault, f => f.LongestGap):F1} | {fault.Max(f => f.LongestGap).TotalSeconds:F1} | {Median(fault, f => f.Recovery):F1} | {fault.Max(f => f.Recovery).TotalSeconds:F1} |");
        }

        Line($"");
        Line($"## Who asked, and what they heard");
        Line($"");
        Line($"| | | |");
        Line($"|---|---|---:|");
        foreach (var ((who, what), count) in load.Answers.OrderBy(a => a.Key))
        {
            Line($"| {who} | {what} | {count:N0} |");
        }

        Line($"");
        Line($"## Memory, descriptors and threads");
        Line($"");
        Line($"Medians of each tenth of the run, as the kernel counts them: resident memory in MiB, open descriptors, threads.");
        Line($"");
        Line($"| minute | {string.Join(" | ", gauges.Read.Select((_, n) => $"node {n + 1}: MiB | descriptors | threads"))} |");
        Line($"|---|{string.Concat(gauges.Read.Select(_ => "---:|---:|---:|"))}");
        for (var tenth = 0; tenth < 10; tenth++)
        {
            var (from, to) = (tenth / 10.0, (tenth + 1) / 10.0);
            Line($"| {took.TotalMinutes * from:F0} to {took.TotalMinutes * to:F0} | {string.Join(" | ", gauges.Read.Select((_, n) => string.Create(CultureInfo.InvariantCulture, $"{gauges.Median(n, from, to, g => g.Memory):F0} | {gauges.Median(n, from, to, g => g.Descriptors):F0} | {gauges.Median(n, from, to, g => g.Threads):F0}")))} |");
        }

        return text.ToString();
    }

    private static double Median(IEnumerable<FaultRun> faults, Func<FaultRun, TimeSpan> read) => faults.Select(f => read(f).TotalSeconds).Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;
}
