using System.Data.Common;
using System.Globalization;
using Dapper;
using Npgsql;
using Zaguan.Storage;

namespace Zaguan.AccessLog;

/// <summary>
/// PostgreSQL keeps the access log in a partition for each month (UTC): what is too old is dropped as a whole, and a log of years stays as fast as one of months.
/// What no month takes goes to the last partition, where it is as safe. SQLite has one table, and nothing here for it to do.
/// </summary>
internal static class AccessLogPartitions
{
    /// <summary>Months that are made ahead: a server that nobody starts anew and nothing tidies up still finds one.</summary>
    private const int MonthsAhead = 3;

    /// <summary>Records of a month in the last partition that are moved when the month is made: nobody can log in meanwhile. Where there are more, they stay until they are too old.</summary>
    private const int MostMoved = 10_000;

    /// <summary>Fifty years of partitions, at most, are made of what is brought from elsewhere.</summary>
    private const int MostMonths = 600;

    private const string Partitions = "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'access_log'::regclass ORDER BY c.relname";

    /// <summary>The month of an instant and those after it. What the last partition took for one of them goes where it belongs.</summary>
    public static async Task KeepAheadAsync(Database database, DateTimeOffset now)
    {
        foreach (var month in Months(now))
        {
            await database.WriteAsync(db => Task.FromResult(Make(db, month)));
        }
    }

    /// <summary>At the start, so that this month's records do not begin in the wrong place. Where that cannot be done just then, the hour's tidying makes up for it and says so.</summary>
    public static void KeepAhead(DbConnection db, DateTimeOffset now)
    {
        if (db is not NpgsqlConnection)
        {
            return;
        }

        try
        {
            foreach (var month in Months(now))
            {
                using var transaction = db.BeginTransaction();
                Make(db, month);
                transaction.Commit();
            }
        }
        catch (PostgresException)
        {
        }
    }

    /// <summary>Within a transaction: months that are wanted and missing.</summary>
    public static void MakeFor(DbConnection db, IEnumerable<DateTimeOffset> months)
    {
        foreach (var month in months)
        {
            Make(db, month);
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

    /// <summary>Drops the months that ended before an instant.</summary>
    public static async Task DropAsync(Database database, DateTimeOffset before)
    {
        var names = await database.ReadAsync<IReadOnlyList<string>>(async db => db is NpgsqlConnection ? (await db.QueryAsync<string>(Partitions)).AsList() : []);
        foreach (var name in names.Where(n => MonthOf(n) is { } month && month.AddMonths(1) <= before))
        {
            await database.WriteAsync(async db =>
            {
                Begin(db);
                return await db.ExecuteAsync($"DROP TABLE IF EXISTS {name}");
            });
        }
    }

    private static IEnumerable<DateTimeOffset> Months(DateTimeOffset now) =>
        Enumerable.Range(0, MonthsAhead + 1).Select(FirstOf(now).AddMonths);

    private static DateTimeOffset FirstOf(DateTimeOffset instant) => new(instant.UtcDateTime.Year, instant.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Within a transaction. True: it is made.</summary>
    private static bool Make(DbConnection db, DateTimeOffset month)
    {
        var (name, from, to) = (NameOf(month), month.ToUnixTimeMilliseconds(), month.AddMonths(1).ToUnixTimeMilliseconds());
        if (db is not NpgsqlConnection || IsThere(db, name))
        {
            return false;
        }

        Begin(db);
        if (IsThere(db, name) || db.ExecuteScalar<long>($"SELECT count(*) FROM (SELECT 1 FROM access_log_other WHERE at >= @from AND at < @to LIMIT {MostMoved + 1}) AS few", new { from, to }) > MostMoved)
        {
            return false;
        }

        // A partition that others write to could not be made while the last one holds rows of its month; so they are moved first, and nobody writes meanwhile.
        db.Execute("LOCK TABLE access_log IN SHARE ROW EXCLUSIVE MODE");
        db.Execute($"CREATE TABLE {name} (LIKE access_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS)");
        db.Execute($"WITH moved AS (DELETE FROM access_log_other WHERE at >= @from AND at < @to RETURNING *) INSERT INTO {name} SELECT * FROM moved", new { from, to });
        db.Execute(string.Create(CultureInfo.InvariantCulture, $"ALTER TABLE access_log ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({to})"));
        return true;
    }

    /// <summary>A table of that name that is no partition is somebody's, and left alone.</summary>
    private static bool IsThere(DbConnection db, string name) => db.ExecuteScalar<bool>("SELECT to_regclass(@name) IS NOT NULL", new { name });

    /// <summary>One node at a time; and nobody waits for long, because every login would wait behind.</summary>
    private static void Begin(DbConnection db) => db.Execute("SET LOCAL lock_timeout = '1s'; SELECT pg_advisory_xact_lock(hashtext('zaguan partitions'))");

    private static string NameOf(DateTimeOffset month) => string.Create(CultureInfo.InvariantCulture, $"access_log_{month:yyyy_MM}");

    private static DateTimeOffset? MonthOf(string name) =>
        DateTimeOffset.TryParseExact(name, "'access_log_'yyyy'_'MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var month) ? month : null;
}
