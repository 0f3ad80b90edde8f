using System.Text.Json;
using Zaguan.Login;
using Zaguan.Operations;

namespace Zaguan.Admin.Overviews;

/// <summary>A chart, and the table of its figures: one row for each span of time, a column for each line.</summary>
/// <param name="Labels">What each span is called, the oldest first.</param>
internal sealed record Chart(string Id, string Title, IReadOnlyList<string> Labels, IReadOnlyList<ChartLine> Lines)
{
    /// <summary>What overview.js draws.</summary>
    public string Json => JsonSerializer.Serialize(new { Labels, Lines }, JsonSerializerOptions.Web);

    /// <param name="spanOf">In which span, from 0, something is that began then.</param>
    public static Chart Of(string id, string title, IReadOnlyList<string> labels, IEnumerable<LoginCount> counts, Func<long, int> spanOf, Func<LoginCount, string> lineOf) => new(
        id,
        title,
        labels,
        [.. counts.GroupBy(lineOf, StringComparer.Ordinal).OrderByDescending(g => g.Sum(c => c.Logins)).Select(g =>
        {
            var values = new long[labels.Count];
            foreach (var count in g)
            {
                if (spanOf(count.Since) is var span && span >= 0 && span < values.Length)
                {
                    values[span] += count.Logins;
                }
            }

            return new ChartLine(g.Key, values);
        })]);
}

internal sealed record ChartLine(string Name, IReadOnlyList<long> Values);

/// <summary>The overview, as it was read.</summary>
internal sealed record Overview
{
    /// <summary>A line for each application, instead of each outcome.</summary>
    public required bool IsByApplication { get; init; }

    public required Chart Minutes { get; init; }

    public required Chart Days { get; init; }

    /// <summary>What <see cref="Minutes"/> is drawn of.</summary>
    public required IReadOnlyList<LoginCount> MinuteCounts { get; init; }

    /// <summary>What <see cref="Days"/> is drawn of, by hours.</summary>
    public required IReadOnlyList<LoginCount> HourCounts { get; init; }

    public required bool IsCountWhole { get; init; }

    public required long Granted { get; init; }

    /// <summary>Of the last hour.</summary>
    public required IReadOnlyList<(Outcome Outcome, long Logins)> Refused { get; init; }

    public required LockedNow Locked { get; init; }

    public required int Queue { get; init; }

    /// <summary>Of this node, the slowest first.</summary>
    public required IReadOnlyList<StepTime> Steps { get; init; }

    public required IReadOnlyList<SeenNode> Nodes { get; init; }

    /// <summary>Null: it is being counted.</summary>
    public required HouseCount? House { get; init; }

    /// <summary>What is written down and somebody should know, in English.</summary>
    public required IReadOnlyList<string> Notices { get; init; }
}
