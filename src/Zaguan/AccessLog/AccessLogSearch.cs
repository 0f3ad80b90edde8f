using System.Data.Common;
using System.Globalization;
using Dapper;
using Npgsql;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.AccessLog;

/// <summary>
/// Searches the access log for somebody who waits before a page: each search reads so many records and no more, however long the log is, and says how far it
/// came. A user's records are found by an index; for other conditions the log is read backwards, because every index would cost every login something.
/// </summary>
internal sealed class AccessLogSearch(Database database)
{
    /// <summary>Records that one search reads at most: some milliseconds.</summary>
    public const int Window = 20_000;

    /// <summary>Of these the failures are counted by address.</summary>
    public const int CountedRecords = 100_000;

    /// <summary>Addresses that are told, those with the most failures.</summary>
    public const int MostAddresses = 50;

    /// <summary>One name can be somebody's in several realms, and somebody else's address.</summary>
    private const int MostUsers = 8;

    /// <summary>So much later than another a record can be written that has an earlier instant: clocks of nodes differ, and commits wait. In milliseconds.</summary>
    private const long Disorder = 60_000;

    /// <summary>A sign before a column keeps both databases from looking for an index there: the ids are the only way in.</summary>
    private const string Fitting = """
        l.id > @after AND l.id < @before
          AND (@Since IS NULL OR +l.at >= @Since) AND (@Until IS NULL OR +l.at < @Until)
          AND (@Application IS NULL OR l.application = @Application)
          AND (@Outcome IS NULL OR l.outcome = @Outcome)
          AND (@Address IS NULL OR l.address = @Address)
          AND (@sent IS NULL OR capitals(l.identifier) = capitals(@sent))
        """;

    /// <param name="user">Null: everybody's.</param>
    internal static string RecordsOf(DbConnection db, long? user, int most) => string.Create(CultureInfo.InvariantCulture, $"""
        SELECT l.id, l.at, l.application, l.realm, l.identifier, l.user_key AS UserKey, l.is_successful AS IsSuccessful, l.outcome, l.address,
               l.platform, l.user_agent AS UserAgent, l.client_info AS ClientInfo, l.node,
               (SELECT u.username FROM users u WHERE u.key = l.user_key) AS Username, (SELECT u.number FROM users u WHERE u.key = l.user_key) AS UserNumber
        FROM access_log l WHERE {Of(db, user)} {Fitting} ORDER BY l.id DESC LIMIT {most}
        """);

    /// <param name="user">Null: everybody's.</param>
    internal static string FailuresOf(DbConnection db, long? user) => string.Create(CultureInfo.InvariantCulture, $"""
        SELECT l.address, count(*) AS Failures, max(l.at) AS Latest FROM access_log l
        WHERE {Of(db, user)} {Fitting} AND l.is_successful = @no GROUP BY l.address ORDER BY count(*) DESC, l.address LIMIT {MostAddresses}
        """);

    /// <summary>The record behind so many.</summary>
    /// <param name="user">Null: everybody's.</param>
    internal static string EdgeOf(DbConnection db, long? user, int window) =>
        string.Create(CultureInfo.InvariantCulture, $"SELECT l.id, l.at FROM access_log l WHERE {Of(db, user)} l.id > @after AND l.id < @before ORDER BY l.id DESC LIMIT 1 OFFSET {window}");

    /// <summary>The newest <see cref="AccessLogFilter.Most"/> records that fit, the newest first, of those that one search reads.</summary>
    public Task<AccessLogFound> FindAsync(AccessLogFilter filter) => database.ReadAsync(async db =>
    {
        var users = await UsersAsync(db, filter);
        var (after, before) = await BoundsAsync(db, filter);
        var edge = IsSelective(filter, users) ? await EdgeAsync(db, users, after, before, Window) : null;
        var records = new List<AccessRecord>();
        foreach (var user in users)
        {
            records.AddRange(await db.QueryAsync<AccessRecord>(RecordsOf(db, user, filter.Most + 1), Parameters(filter, users, user, edge?.Id ?? after, before)));
        }

        records.Sort((a, b) => b.Id.CompareTo(a.Id));
        return records.Count > filter.Most
            ? new AccessLogFound([.. records.Take(filter.Most)], records[filter.Most - 1].Id, null)
            : new(records, edge?.Id + 1, edge?.At);
    });

    /// <summary>From where the failures come, of the newest <see cref="CountedRecords"/> records of the time, those with the most first.</summary>
    public Task<FailuresByAddress> CountByAddressAsync(AccessLogFilter filter) => database.ReadAsync(async db =>
    {
        var users = await UsersAsync(db, filter);
        var (after, before) = await BoundsAsync(db, filter);
        var edge = await EdgeAsync(db, users, after, before, CountedRecords);
        var counts = new Dictionary<string, FailingAddress>(StringComparer.Ordinal);
        foreach (var user in users)
        {
            foreach (var found in await db.QueryAsync<FailingAddress>(FailuresOf(db, user), Parameters(filter, users, user, edge?.Id ?? after, before)))
            {
                counts[found.Address] = counts.TryGetValue(found.Address, out var other)
                    ? found with { Failures = found.Failures + other.Failures, Latest = Math.Max(found.Latest, other.Latest) }
                    : found;
            }
        }

        return new FailuresByAddress([.. counts.Values.OrderByDescending(a => a.Failures).ThenBy(a => a.Address, StringComparer.Ordinal).Take(MostAddresses)], edge?.At);
    });

    /// <summary>Whose records: those of each of these users, or (null) everybody's.</summary>
    private static async Task<IReadOnlyList<long?>> UsersAsync(DbConnection db, AccessLogFilter filter)
    {
        if (filter.User is null || filter.UserIsAsSent || Names.TryKey(filter.User) is not { } key)
        {
            return [null];
        }

        // A realm at a time: so both names are looked up in an index, whatever a database believes of how many realms there are.
        var users = new List<long?>();
        foreach (var realm in (await db.QueryAsync<string>("SELECT name FROM realms")).AsList())
        {
            users.AddRange(await db.QueryAsync<long?>("SELECT key FROM users WHERE realm = @realm AND username_key = @key UNION SELECT key FROM users WHERE realm = @realm AND email_key = @key", new { realm, key }));
        }

        return users.Count > 0 ? [.. users.Take(MostUsers)] : [null];
    }

    /// <summary>Times are looked up once, and are ids from there on. Both are excluded.</summary>
    private static async Task<(long After, long Before)> BoundsAsync(DbConnection db, AccessLogFilter filter)
    {
        var (after, before) = (filter.After, filter.Before ?? long.MaxValue);
        if (filter.Since is { } since)
        {
            after = Math.Max(after, await db.ExecuteScalarAsync<long?>("SELECT id FROM access_log WHERE at < @at ORDER BY at DESC LIMIT 1", new { at = since - Disorder }) ?? 0);
        }

        if (filter.Until is { } until)
        {
            before = Math.Min(before, await db.ExecuteScalarAsync<long?>("SELECT id FROM access_log WHERE at >= @at ORDER BY at LIMIT 1", new { at = until + Disorder }) ?? long.MaxValue);
        }

        return (after, before);
    }

    /// <summary>The newest record that is too many; null: all can be read.</summary>
    private static async Task<Edge?> EdgeAsync(DbConnection db, IReadOnlyList<long?> users, long after, long before, int window)
    {
        Edge? edge = null;
        foreach (var user in users)
        {
            var own = await db.QuerySingleOrDefaultAsync<Edge?>(EdgeOf(db, user, window), new { user, after, before });
            edge = own is not null && own.Id > (edge?.Id ?? 0) ? own : edge;
        }

        return edge;
    }

    private static bool IsSelective(AccessLogFilter filter, IReadOnlyList<long?> users) =>
        filter.Application is not null || filter.Outcome is not null || filter.Address is not null || Sent(filter, users) is not null;

    /// <summary>PostgreSQL plans for this very user, because one who logs in all day is not read as one who does once a week; a plan for anybody could sort all that there is of him.</summary>
    private static string Of(DbConnection db, long? user) => user is not { } key ? "" : db is NpgsqlConnection ? string.Create(CultureInfo.InvariantCulture, $"l.user_key = {key} AND") : "l.user_key = @user AND";

    /// <summary>A name that is nobody's is looked for as it was sent.</summary>
    private static string? Sent(AccessLogFilter filter, IReadOnlyList<long?> users) => users[0] is null ? filter.User : null;

    private static object Parameters(AccessLogFilter filter, IReadOnlyList<long?> users, long? user, long after, long before) =>
        new { user, after, before, filter.Since, filter.Until, filter.Application, filter.Outcome, filter.Address, sent = Sent(filter, users), no = false };

    /// <summary>Read by property, whatever integers a database has.</summary>
    private sealed record Edge
    {
        public long Id { get; init; }

        public long At { get; init; }
    }
}

/// <param name="Records">The newest first.</param>
/// <param name="Next">What to look before to go on; null: there is no more.</param>
/// <param name="SearchedTo">Where fewer fit than were asked for, and not all was read: the instant that was reached, in Unix milliseconds.</param>
internal sealed record AccessLogFound(IReadOnlyList<AccessRecord> Records, long? Next, long? SearchedTo);

/// <param name="CountedFrom">Where there are more records than are counted: the instant from which on they are, in Unix milliseconds.</param>
internal sealed record FailuresByAddress(IReadOnlyList<FailingAddress> Addresses, long? CountedFrom);

internal sealed record FailingAddress
{
    public string Address { get; init; } = "";

    public long Failures { get; init; }

    public long Latest { get; init; }
}
