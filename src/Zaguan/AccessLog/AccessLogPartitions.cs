using System.Data.Common;
using System.Globalization;
using Dapper;
using Npgsql;

namespace Zaguan.AccessLog;

/// <summary>
/// PostgreSQL keeps the access log in a partition for each month (UTC): what is too old is dropped as a whole, and a log of years stays as fast as one of months.
/// SQLite has one table, and nothing here for it to do.
/// </summary>
internal static class AccessLogPartitions
{
    /// <summary>Months that are made ahead: a server that nobody starts anew and nothing tidies up still finds one.</summary>
    private const int MonthsAhead = 3;

    /// <summary>Fifty years of partitions, at most, are made of what is brought from elsewhere.</summary>
    private const int MostMonths = 600;

    /// <summary>Within a transaction: the month of an instant and those after it. What the last partition took for one of them goes where it belongs.</summary>
    public static async Task KeepAheadAsync(DbConnection db, DateTimeOffset now)
    {
        if (db is not NpgsqlConnection)
        {
            return;
        }

        await MakeForAsync(db, Enumerable.Range(0, MonthsAhead + 1).Select(FirstOf(now).AddMonths));
    }

    /// <summary>Within a transaction: months that are wanted and missing.</summary>
    public static async Task MakeForAsync(DbConnection db, IEnumerable<DateTimeOffset> months)
    {
        await BeginAsync(db);
        var known = (await db.QueryAsync<string>("SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'access_log'::regclass")).ToHashSet(StringComparer.Ordinal);
        foreach (var month in months.Where(m => !known.Contains(NameOf(m))))
        {
            await MakeAsync(db, month);
        }
    }

    /// <summary>The months in which there are records, of either database. Those of a clock that went wrong by more than decades are left to the last partition.</summary>
    public static IReadOnlyList<DateTimeOffset> MonthsOf(DbConnection db, DateTimeOffset now)
    {
        var months = new List<DateTimeOffset>();
        var until = FirstOf(now).AddMonths(MonthsAhead + 1).ToUnixTimeMilliseconds();
        for (var from = FirstOf(now).AddMonths(-MostMonths).ToUnixTimeMilliseconds(); db.ExecuteScalar<long?>("SELECT min(at) FROM access_log WHERE at >= @from AND at < @until", new { from, until }) is { } at;)
        {
            months.Add(FirstOf(DateTimeOffset.FromUnixTimeMilliseconds(at)));
            from = months[^1].AddMonths(1).ToUnixTimeMilliseconds();
        }

        return months;
    }

    /// <summary>At the start, so that this month's records do not begin in the wrong place. Where somebody reads for long just then, the hour's tidying makes up for it.</summary>
    public static void KeepAhead(DbConnection db, DateTimeOffset now)
    {
        if (db is not NpgsqlConnection postgres)
        {
            return;
        }

        try
        {
            using var transaction = postgres.BeginTransaction();
            KeepAheadAsync(db, now).GetAwaiter().GetResult();
            transaction.Commit();
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable)
        {
        }
    }

    /// <summary>Within a transaction: drops the months that ended before an instant.</summary>
    public static async Task DropAsync(DbConnection db, DateTimeOffset before)
    {
        if (db is not NpgsqlConnection)
        {
            return;
        }

        await BeginAsync(db);
        var names = await db.QueryAsync<string>("SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'access_log'::regclass ORDER BY c.relname");
        foreach (var name in names.Where(n => MonthOf(n) is { } month && month.AddMonths(1) <= before))
        {
            await db.ExecuteAsync($"DROP TABLE {name}");
        }
    }

    /// <summary>One node at a time; and nobody waits for long, because every login would wait behind.</summary>
    private static async Task BeginAsync(DbConnection db)
    {
        await db.ExecuteAsync("SET LOCAL lock_timeout = '2s'");
        await db.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtext('zaguan partitions'))");
    }

    private static async Task MakeAsync(DbConnection db, DateTimeOffset month)
    {
        var (name, from, to) = (NameOf(month), month.ToUnixTimeMilliseconds(), month.AddMonths(1).ToUnixTimeMilliseconds());
        // A partition that others write to could not be made while the last one holds rows of its month; so they are moved first, and nobody writes meanwhile.
        await db.ExecuteAsync("LOCK TABLE access_log IN SHARE ROW EXCLUSIVE MODE");
        await db.ExecuteAsync($"CREATE TABLE {name} (LIKE access_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS)");
        await db.ExecuteAsync(
            $"WITH moved AS (DELETE FROM access_log_other WHERE at >= @from AND at < @to RETURNING *) INSERT INTO {name} SELECT * FROM moved", new { from, to });
        await db.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"ALTER TABLE access_log ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({to})"));
    }

    private static DateTimeOffset FirstOf(DateTimeOffset instant) => new(instant.UtcDateTime.Year, instant.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);

    private static string NameOf(DateTimeOffset month) => string.Create(CultureInfo.InvariantCulture, $"access_log_{month:yyyy_MM}");

    private static DateTimeOffset? MonthOf(string name) =>
        DateTimeOffset.TryParseExact(name, "'access_log_'yyyy'_'MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var month) ? month : null;
}
