namespace Zaguan.AccessLog;

/// <summary>
/// Tells each new record once, and misses none that appears below others: what is not settled is read again, and what was told of it is known. Settled is an
/// id when everybody who could write it or a lower one is done.
/// </summary>
internal sealed class AccessLogFollower
{
    /// <summary>So far back from where it starts somebody may still be writing. Whoever took longer than that many logins was given up by its client long ago.</summary>
    private const int Unsettled = 100_000;

    /// <summary>Records read at once.</summary>
    private const int Batch = 1_000;

    private readonly AccessLogStore log;
    private readonly AccessLogFilter filter;
    private readonly HashSet<long> told;
    private AccessLogFrontier frontier;
    private long settled;

    private AccessLogFollower(AccessLogStore log, AccessLogFilter filter, AccessLogFrontier frontier, long settled, HashSet<long> told)
    {
        (this.log, this.filter, this.frontier, this.settled, this.told) = (log, filter with { OldestFirst = true, Most = Batch }, frontier, settled, told);
        StartedAt = frontier.Newest;
    }

    /// <summary>The last id that was given when it started: what is known up to there is not new.</summary>
    public long StartedAt { get; }

    public static async Task<AccessLogFollower> StartAsync(AccessLogStore log, AccessLogFilter filter)
    {
        var start = await log.FrontierAsync();
        if (start.Writers.Count == 0)
        {
            return new(log, filter, start, start.Newest, []);
        }

        var before = Math.Max(0, start.Newest - Unsettled);
        return new(log, filter, start, before, [.. await log.IdsAsync(filter with { After = before, Before = start.Newest + 1 })]);
    }

    /// <summary>This record was told by somebody else.</summary>
    public void Note(long id)
    {
        if (id > settled)
        {
            told.Add(id);
        }
    }

    /// <summary>What has appeared since the last time.</summary>
    public async Task NextAsync(Action<AccessRecord> tell)
    {
        // First who writes, then what is there: of those who are done by now everything is seen.
        var now = await log.FrontierAsync();
        var reached = settled;
        IReadOnlyList<AccessRecord> records;
        do
        {
            records = await log.QueryAsync(filter with { After = reached });
            foreach (var record in records.Where(r => told.Add(r.Id)))
            {
                tell(record);
            }

            reached = records.Count == 0 ? reached : records[^1].Id;
        }
        while (records.Count == Batch);

        if (!now.Writers.Overlaps(frontier.Writers))
        {
            (settled, frontier) = (frontier.Newest, now);
            told.RemoveWhere(id => id <= settled);
        }
    }
}
