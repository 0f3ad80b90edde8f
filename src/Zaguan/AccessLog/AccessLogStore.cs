using System.Data.Common;
using Dapper;
using Npgsql;
using Zaguan.Login;
using Zaguan.Storage;

namespace Zaguan.AccessLog;

/// <summary>The access log in the database: append, query, forget.</summary>
internal sealed class AccessLogStore(Database database)
{
    private const string Fitting = """
        FROM access_log l LEFT JOIN users u ON u.key = l.user_key
        WHERE l.id > @After AND (@Before IS NULL OR l.id < @Before)
          AND (@Since IS NULL OR l.at >= @Since) AND (@Until IS NULL OR l.at < @Until)
          AND (@Application IS NULL OR l.application = @Application)
          AND (@Outcome IS NULL OR l.outcome = @Outcome)
          AND (@Address IS NULL OR l.address = @Address)
          AND (@User IS NULL OR capitals(l.identifier) = capitals(@User) OR u.username_key = @UserNameKey OR u.email_key = @UserNameKey)
        """;

    /// <summary>Within the caller's transaction. Returns the record's id.</summary>
    public static Task<long> AppendAsync(DbConnection db, AccessRecord record) => db.ExecuteScalarAsync<long>(
        """
        INSERT INTO access_log (at, application, realm, identifier, user_key, is_successful, outcome, address, platform, user_agent, client_info, node)
        VALUES (@At, @Application, @Realm, @Identifier, @UserKey, @IsSuccessful, @Outcome, @Address, @Platform, @UserAgent, @ClientInfo, @Node)
        RETURNING id
        """,
        record);

    public Task<long> AppendAsync(AccessRecord record) => database.WriteAsync(db => AppendAsync(db, record));

    /// <summary>The newest <see cref="AccessLogFilter.Most"/> records that fit, oldest first.</summary>
    public Task<IReadOnlyList<AccessRecord>> QueryAsync(AccessLogFilter filter) => database.ReadAsync<IReadOnlyList<AccessRecord>>(async db =>
        (await db.QueryAsync<AccessRecord>(
            $"""
            SELECT l.id, l.at, l.application, l.realm, l.identifier, l.user_key AS UserKey, l.is_successful AS IsSuccessful, l.outcome, l.address,
                   l.platform, l.user_agent AS UserAgent, l.client_info AS ClientInfo, l.node, u.username
            {Fitting} ORDER BY l.id {(filter.OldestFirst ? "ASC" : "DESC")} LIMIT @Most
            """,
            filter)).OrderBy(r => r.Id).ToList());

    /// <summary>The newest attempts that meant a user, the newest first.</summary>
    public Task<IReadOnlyList<AccessRecord>> ListOfUserAsync(long userKey, int most) => database.ReadAsync<IReadOnlyList<AccessRecord>>(async db => (await db.QueryAsync<AccessRecord>(
        """
        SELECT id, at, application, realm, identifier, user_key AS UserKey, is_successful AS IsSuccessful, outcome, address, platform, user_agent AS UserAgent, client_info AS ClientInfo, node,
               (SELECT u.username FROM users u WHERE u.key = @userKey) AS Username
        FROM access_log WHERE user_key = @userKey ORDER BY id DESC LIMIT @most
        """,
        new { userKey, most })).AsList());

    /// <summary>The id of the oldest among the newest <see cref="AccessLogFilter.Most"/> records that fit; null where none fits.</summary>
    public Task<long?> OldestOfNewestAsync(AccessLogFilter filter) => database.ReadAsync(db => db.ExecuteScalarAsync<long?>(
        $"SELECT min(id) FROM (SELECT l.id {Fitting} ORDER BY l.id DESC LIMIT @Most) AS newest", filter));

    /// <summary>
    /// How far ids were given, and who may still hold one that nobody sees yet: PostgreSQL gives them before the commit, so that a record can appear below
    /// others that are known. SQLite has one writer, whose records appear in their order.
    /// </summary>
    public Task<AccessLogFrontier> FrontierAsync() => database.ReadAsync(async db => db is not NpgsqlConnection
        ? new AccessLogFrontier(await db.ExecuteScalarAsync<long>("SELECT coalesce(max(id), 0) FROM access_log"), new HashSet<string>(StringComparer.Ordinal))
        : new AccessLogFrontier(
            await db.ExecuteScalarAsync<long>("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM access_log_ids"),
            // Asked behind it: who was given one of those ids has had this lock since before, and keeps it until the record can be seen or never will be.
            (await db.QueryAsync<string>("SELECT virtualtransaction FROM pg_locks WHERE relation = 'access_log'::regclass AND mode = 'RowExclusiveLock' AND granted")).ToHashSet(StringComparer.Ordinal)));

    /// <summary>The ids of the records that fit.</summary>
    public Task<IReadOnlyList<long>> IdsAsync(AccessLogFilter filter) => database.ReadAsync<IReadOnlyList<long>>(async db =>
        (await db.QueryAsync<long>($"SELECT l.id {Fitting}", filter)).AsList());

    public Task<bool> KnowsApplicationAsync(string application) => database.ReadAsync(db => db.ExecuteScalarAsync<bool>(
        "SELECT EXISTS (SELECT 1 FROM access_log WHERE application = @application)", new { application }));

    /// <summary>Deletes at most <paramref name="batch"/> records from before an instant. Returns how many they were.</summary>
    public Task<int> ForgetAsync(DateTimeOffset before, int batch) => database.WriteAsync(db => db.ExecuteAsync(
        "DELETE FROM access_log WHERE at < @before AND id IN (SELECT id FROM access_log WHERE at < @before ORDER BY at LIMIT @batch)",
        new { before = before.ToUnixTimeMilliseconds(), batch }));
}

/// <param name="Newest">The last id that was given; 0: none was.</param>
/// <param name="Writers">Transactions that may write a record with that id, or a lower one.</param>
internal sealed record AccessLogFrontier(long Newest, IReadOnlySet<string> Writers);

/// <summary>What to show. What is null does not matter.</summary>
internal sealed record AccessLogFilter
{
    /// <summary>Only records with a higher id.</summary>
    public long After { get; init; }

    /// <summary>Only records with a lower id.</summary>
    public long? Before { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long? Since { get; init; }

    /// <summary>Unix milliseconds, not included.</summary>
    public long? Until { get; init; }

    public string? Application { get; init; }

    public Outcome? Outcome { get; init; }

    public string? Address { get; init; }

    /// <summary>An identifier as it was sent, or the name or e-mail address of a user.</summary>
    public string? User { get; init; }

    /// <summary>In the console: <see cref="User"/> is an identifier as it was sent, whoever it means.</summary>
    public bool UserIsAsSent { get; init; }

    public string? UserNameKey => User is null ? null : Users.Names.Key(User);

    public int Most { get; init; } = 100;

    /// <summary>Take the oldest that fit instead of the newest.</summary>
    public bool OldestFirst { get; init; }
}
