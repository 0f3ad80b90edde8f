using System.Data.Common;
using System.Globalization;
using Dapper;
using Zaguan.AccessLog;
using Zaguan.Storage;

namespace Zaguan.Admin.Overviews;

/// <summary>
/// Counts logins by minute and hour behind them, so that the overview never reads the log of a month. It counts what is settled (<see cref="AccessLogFollower"/>) in the
/// order of its ids, a few at a time, and notes in the same transaction how far it came: killed at any line, and with another node beside it, it counts each once.
/// </summary>
internal sealed class LoginCounter(Database database, AccessLogStore log, TimeProvider clock, ILogger<LoginCounter> logger) : BackgroundService
{
    public const long Minute = 60_000;
    public const long Hour = 60 * Minute;

    /// <summary>The fact that says up to which id was counted.</summary>
    public const string CountedTo = "logins counted to";

    /// <summary>Minutes are shown for an hour, days for thirty; a little more is kept. In milliseconds.</summary>
    private const long MinutesKept = 3 * Hour;
    private const long HoursKept = 32 * 24 * Hour;

    /// <summary>Records in one transaction: few enough that no login waits for them.</summary>
    private const int Batch = 2_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Between two transactions, where there is much to catch up with: most of the time is the logins'.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(30);

    private AccessLogFrontier? frontier;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await CountAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Whatever it is, logins go on, and the next time tries again.
                logger.CountingWaits(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Everything that is settled by now is counted, unless another node is at it.</summary>
    public async Task CountAsync(CancellationToken stopped)
    {
        var now = await log.FrontierAsync();
        long? settled = now.Writers.Count == 0 ? now.Newest : frontier is { } then && !now.Writers.Overlaps(then.Writers) ? then.Newest : null;
        frontier = settled is not null || frontier is null ? now : frontier;
        if (settled is not { } last)
        {
            return;
        }

        await database.AloneAsync("login counts", async () =>
        {
            while (!stopped.IsCancellationRequested && await CountBatchAsync(last))
            {
                await Task.Delay(Breath, CancellationToken.None);
            }

            await ForgetAsync();
        });
    }

    /// <summary>False: there is no more.</summary>
    private async Task<bool> CountBatchAsync(long last)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var from = await database.ReadAsync(async db =>
            await db.ExecuteScalarAsync<string?>("SELECT value FROM facts WHERE name = @CountedTo", new { CountedTo }) ?? await BeginningAsync(db, now));
        var after = long.Parse(from, CultureInfo.InvariantCulture);
        return after < last && await database.WriteAsync(
            async db =>
            {
                var to = await db.ExecuteScalarAsync<long?>("SELECT max(id) FROM (SELECT id FROM access_log WHERE id > @after AND id <= @last ORDER BY id LIMIT @Batch) AS next", new { after, last, Batch }) ?? last;
                await db.ExecuteAsync("INSERT INTO facts (name, value) VALUES (@CountedTo, @from) ON CONFLICT (name) DO NOTHING", new { CountedTo, from });
                // Who comes second to this line has counted nothing.
                if (await db.ExecuteAsync("UPDATE facts SET value = @value WHERE name = @CountedTo AND value = @from", new { CountedTo, from, value = to.ToString(CultureInfo.InvariantCulture) }) == 0)
                {
                    return false;
                }

                await db.ExecuteAsync(
                    """
                    INSERT INTO login_counts (span, since, application, outcome, logins)
                    SELECT s.span, l.at - l.at % s.span, l.application, l.outcome, count(*)
                    FROM access_log l CROSS JOIN (SELECT CAST(@Minute AS bigint) AS span, CAST(@recent AS bigint) AS oldest UNION ALL SELECT @Hour, @lately) s
                    WHERE l.id > @after AND l.id <= @to AND l.at >= s.oldest
                    GROUP BY s.span, l.at - l.at % s.span, l.application, l.outcome
                    ON CONFLICT (span, since, application, outcome) DO UPDATE SET logins = login_counts.logins + excluded.logins
                    """,
                    new { after, to, Minute, recent = now - MinutesKept, Hour, lately = now - HoursKept });
                return true;
            },
            keep: isCounted => isCounted);
    }

    /// <summary>What is older than what is shown need not be counted.</summary>
    private static async Task<string> BeginningAsync(DbConnection db, long now) =>
        (await db.ExecuteScalarAsync<long?>("SELECT id FROM access_log WHERE at < @at ORDER BY at DESC LIMIT 1", new { at = now - HoursKept }) ?? 0).ToString(CultureInfo.InvariantCulture);

    private async Task ForgetAsync()
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var old = new { Minute, minutes = now - MinutesKept, Hour, hours = now - HoursKept };
        const string isOld = "(span = @Minute AND since < @minutes) OR (span = @Hour AND since < @hours)";
        if (await database.ReadAsync(db => db.ExecuteScalarAsync<bool>($"SELECT EXISTS (SELECT 1 FROM login_counts WHERE {isOld})", old)))
        {
            await database.WriteAsync(db => db.ExecuteAsync($"DELETE FROM login_counts WHERE {isOld}", old));
        }
    }
}

internal static partial class LoginCounterLog
{
    [LoggerMessage(EventId = 1821, Level = LogLevel.Warning, Message = "Logins are not being counted for the overview: {Problem}")]
    public static partial void CountingWaits(this ILogger logger, string problem);
}
