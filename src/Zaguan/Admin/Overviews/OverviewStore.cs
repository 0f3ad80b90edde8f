using System.Globalization;
using Dapper;
using Zaguan.Login;
using Zaguan.Storage;

namespace Zaguan.Admin.Overviews;

/// <summary>Logins of a span of time.</summary>
internal sealed record LoginCount
{
    /// <summary>When the span began, in Unix milliseconds.</summary>
    public long Since { get; init; }

    public string Application { get; init; } = "";

    public Outcome Outcome { get; init; }

    public long Logins { get; init; }
}

/// <param name="IsWhole">False: there are older ones that are not counted yet.</param>
internal sealed record LoginCounts(IReadOnlyList<LoginCount> Counts, bool IsWhole);

/// <summary>Who is refused now because of failures.</summary>
/// <param name="Accounts">The first, those that are refused for longest.</param>
/// <param name="IsCut">There are more than are counted.</param>
internal sealed record LockedNow(IReadOnlyList<LockedAccount> Accounts, int AccountCount, int AddressCount, bool IsCut);

internal sealed record LockedAccount
{
    public long Key { get; init; }

    public string Realm { get; init; } = "";

    public long Number { get; init; }

    public string Username { get; init; } = "";

    public long Until { get; init; }
}

internal sealed record SeenNode
{
    public string Node { get; init; } = "";

    public long Latest { get; init; }
}

/// <summary>The statements behind the overview. Each reads so many rows and no more, whatever the house has become.</summary>
internal sealed class OverviewStore(Database database)
{
    /// <summary>Records that are not counted yet and are counted while somebody waits.</summary>
    private const int MostUncounted = 20_000;

    /// <summary>Refusals that are counted; behind that it is said that there are more.</summary>
    private const int MostLocks = 1_000;

    /// <summary>Accounts that are named.</summary>
    private const int MostNamed = 20;

    /// <summary>Of these the nodes are told.</summary>
    private const int RecentRecords = 10_000;

    private const string Uncounted = "id > coalesce((SELECT CAST(value AS bigint) FROM facts WHERE name = @CountedTo), 0)";

    /// <summary>In one statement, so that what is being counted just now is in one of its halves and never in both.</summary>
    internal static readonly string Counts = string.Create(CultureInfo.InvariantCulture, $"""
        SELECT since, application, outcome, logins FROM login_counts WHERE span = @span AND since >= @from
        UNION ALL
        SELECT at - at % @span, application, outcome, count(*) FROM (SELECT at, application, outcome FROM access_log WHERE {Uncounted} ORDER BY id DESC LIMIT {MostUncounted}) AS uncounted
        WHERE at >= @from GROUP BY at - at % @span, application, outcome
        """);

    /// <summary>The second condition is the index's own.</summary>
    internal static readonly string Locks = string.Create(CultureInfo.InvariantCulture, $"""
        SELECT account, address, refused_until AS Until FROM budgets WHERE refused_until > @now AND refused_until > 0 ORDER BY refused_until DESC LIMIT {MostLocks + 1}
        """);

    /// <param name="span"><see cref="LoginCounter.Minute"/> or <see cref="LoginCounter.Hour"/>.</param>
    /// <param name="from">Unix milliseconds.</param>
    public Task<LoginCounts> CountsAsync(long span, long from) => database.ReadAsync(async db => new LoginCounts(
        (await db.QueryAsync<LoginCount>(Counts, new { span, from, LoginCounter.CountedTo })).AsList(),
        await db.ExecuteScalarAsync<long?>(string.Create(CultureInfo.InvariantCulture, $"SELECT id FROM access_log WHERE {Uncounted} ORDER BY id DESC LIMIT 1 OFFSET {MostUncounted}"), new { LoginCounter.CountedTo }) is null));

    public Task<LockedNow> LockedAsync(DateTimeOffset now) => database.ReadAsync(async db =>
    {
        var locks = (await db.QueryAsync<(string Account, string Address, long Until)>(Locks, new { now = now.ToUnixTimeMilliseconds() })).AsList();
        var accounts = locks.Where(l => l.Account.Length > 0).DistinctBy(l => l.Account, StringComparer.Ordinal).ToList();
        var named = new List<LockedAccount>();
        foreach (var (account, _, until) in accounts.Where(a => a.Account.StartsWith("user:", StringComparison.Ordinal)).Take(MostNamed))
        {
            var key = long.Parse(account.AsSpan("user:".Length), CultureInfo.InvariantCulture);
            if (await db.QuerySingleOrDefaultAsync<LockedAccount?>("SELECT key, realm, number, username FROM users WHERE key = @key", new { key }) is { } user)
            {
                named.Add(user with { Until = until });
            }
        }

        return new LockedNow(named, accounts.Count, locks.Count(l => l.Account.Length == 0), locks.Count > MostLocks);
    });

    /// <summary>Nodes that answered one of the latest attempts, and since when.</summary>
    public Task<IReadOnlyList<SeenNode>> NodesAsync(DateTimeOffset since) => database.ReadAsync<IReadOnlyList<SeenNode>>(async db => (await db.QueryAsync<SeenNode>(
        string.Create(CultureInfo.InvariantCulture, $"""
        SELECT node, max(at) AS Latest FROM (SELECT node, at FROM access_log WHERE id > 0 ORDER BY id DESC LIMIT {RecentRecords}) AS recent
        WHERE at >= @since AND node IS NOT NULL GROUP BY node ORDER BY node
        """),
        new { since = since.ToUnixTimeMilliseconds() })).AsList());
}
