using Dapper;
using Zaguan.Storage;

namespace Zaguan.Sources;

/// <summary>How far the users of a realm have come over from the old system.</summary>
internal sealed record MigrationProgress
{
    public required string Realm { get; init; }

    /// <summary>Their password was right over there, and is kept here since.</summary>
    public required long Adopted { get; init; }

    /// <summary>They have a password here that did not come so: imported, or set by somebody.</summary>
    public required long OtherPassword { get; init; }

    /// <summary>They are known here and have no password yet.</summary>
    public required long NotYet { get; init; }

    /// <summary>When the last one came over, in Unix milliseconds; null: nobody did.</summary>
    public required long? LastAdopted { get; init; }

    /// <summary>When somebody of them was last granted a login, in Unix milliseconds.</summary>
    public required long? LastSeen { get; init; }

    /// <summary>The latest days on which somebody came over, the newest first.</summary>
    public required IReadOnlyList<AdoptedOnDay> Days { get; init; }

    /// <summary>Who has not come yet, by user name.</summary>
    public required IReadOnlyList<NotYetAdopted> Missing { get; init; }
}

/// <param name="Day">Since 1970, UTC.</param>
internal sealed record AdoptedOnDay(long Day, long Users)
{
    public DateOnly Date => DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)Day);
}

internal sealed record NotYetAdopted
{
    public long Number { get; init; }

    public string Username { get; init; } = "";

    /// <summary>The last attempt, whatever became of it, in Unix milliseconds; null: none that is still recorded.</summary>
    public long? LastSeen { get; init; }
}

/// <summary>The statements behind <c>zaguan migration status</c>. They read the access log through, which a login never does.</summary>
internal sealed class MigrationStore(Database database)
{
    private const int MostDays = 31;

    /// <param name="most">Of those who have not come yet.</param>
    public Task<MigrationProgress> ReadAsync(string realm, int most) => database.ReadAsync(async db =>
    {
        var counts = await db.QuerySingleAsync<Counts>(
            """
            SELECT count(CASE WHEN adopted_from = 'upstream' THEN 1 END) AS Adopted,
                   count(CASE WHEN coalesce(adopted_from, '') <> 'upstream' AND password IS NOT NULL THEN 1 END) AS OtherPassword,
                   count(CASE WHEN coalesce(adopted_from, '') <> 'upstream' AND password IS NULL THEN 1 END) AS NotYet,
                   max(CASE WHEN adopted_from = 'upstream' THEN adopted_at END) AS LastAdopted
            FROM users WHERE realm = @realm
            """,
            new { realm });
        var lastSeen = await db.ExecuteScalarAsync<long?>(
            "SELECT max(a.at) FROM access_log a JOIN users u ON u.key = a.user_key WHERE a.realm = @realm AND a.is_successful = @yes AND u.adopted_from = 'upstream'",
            new { realm, yes = true });
        var days = await db.QueryAsync<(long Day, long Users)>(
            """
            SELECT adopted_at / 86400000 AS Day, count(*) AS Users FROM users WHERE realm = @realm AND adopted_from = 'upstream'
            GROUP BY adopted_at / 86400000 ORDER BY adopted_at / 86400000 DESC LIMIT @MostDays
            """,
            new { realm, MostDays });
        var missing = await db.QueryAsync<NotYetAdopted>(
            """
            SELECT u.number, u.username, max(a.at) AS LastSeen
            FROM (SELECT key, number, username, username_key FROM users WHERE realm = @realm AND coalesce(adopted_from, '') <> 'upstream' AND password IS NULL ORDER BY username_key LIMIT @most) u
            LEFT JOIN access_log a ON a.user_key = u.key
            GROUP BY u.key, u.number, u.username, u.username_key ORDER BY u.username_key
            """,
            new { realm, most });
        return new MigrationProgress
        {
            Realm = realm,
            Adopted = counts.Adopted,
            OtherPassword = counts.OtherPassword,
            NotYet = counts.NotYet,
            LastAdopted = counts.LastAdopted,
            LastSeen = lastSeen,
            Days = [.. days.Select(d => new AdoptedOnDay(d.Day, d.Users))],
            Missing = missing.AsList(),
        };
    });

    private sealed record Counts
    {
        public long Adopted { get; init; }

        public long OtherPassword { get; init; }

        public long NotYet { get; init; }

        public long? LastAdopted { get; init; }
    }
}
