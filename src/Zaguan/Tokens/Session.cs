using System.Data.Common;
using Dapper;
using Zaguan.Login;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.Tokens;

/// <summary>What a granted login opened. Its id is the token's jti.</summary>
/// <param name="OpenedAt">Unix milliseconds.</param>
/// <param name="ExpiresAt">Unix milliseconds.</param>
internal sealed record Session(string Id, string Application, long UserKey, long OpenedAt, long ExpiresAt)
{
    /// <summary>What its cookie says, while it is being opened; null where it has none, and later, when nobody knows it here any more.</summary>
    public Secret? Cookie { get; init; }

    /// <summary>Its opaque token, while it is being opened; null where it has none.</summary>
    public string? Token { get; init; }

    /// <summary>Whose it is, and nothing that opens it.</summary>
    public override string ToString() => $"{Id} ({Application})";
}

/// <summary>Sessions as they are listed.</summary>
internal sealed record SessionEntry
{
    public string Id { get; init; } = "";

    public string Application { get; init; } = "";

    public string Realm { get; init; } = "";

    public string Username { get; init; } = "";

    /// <summary>Where it was opened from; null where the access record is gone.</summary>
    public string? Address { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long OpenedAt { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long ExpiresAt { get; init; }

    /// <summary>It is good no more, although it has not expired.</summary>
    public bool IsRevoked { get; init; }
}

/// <summary>The user of a session.</summary>
internal sealed record SessionUser(User User, string Application, bool IsRevoked);

internal sealed record SessionState
{
    public string Application { get; init; } = "";

    public long? RevokedAt { get; init; }
}

/// <summary>Which sessions to list; what is null does not matter.</summary>
internal sealed record SessionQuery(string? Application, string? Realm, long? UserKey, bool WithRevoked, int Most);

internal sealed class SessionStore(Database database, TimeProvider clock)
{
    /// <summary>Within the transaction that records the attempt.</summary>
    public static Task OpenAsync(DbConnection db, Session session, long accessId) => db.ExecuteAsync(
        """
        INSERT INTO sessions (id, application, user_key, access_id, opened_at, expires_at, cookie_hash)
        VALUES (@Id, @Application, @UserKey, @accessId, @OpenedAt, @ExpiresAt, @cookieHash)
        """,
        new { session.Id, session.Application, session.UserKey, accessId, session.OpenedAt, session.ExpiresAt, cookieHash = session.Cookie is { } cookie ? SessionCookie.Hash(cookie) : null });

    /// <summary>A session, of whatever application and whatever became of it, and its user.</summary>
    public Task<SessionUser?> FindByIdAsync(string session) => database.ReadAsync(async db => (await db.QueryAsync<User, SessionState, SessionUser>(
        $"""
        SELECT {UserStore.Fields}, s.application, s.revoked_at AS RevokedAt
        FROM sessions s JOIN users u ON u.key = s.user_key LEFT JOIN roles r ON r.key = u.role_key
        WHERE s.id = @session
        """,
        (user, state) => new(user, state.Application, state.RevokedAt is not null),
        new { session },
        splitOn: "application")).SingleOrDefault());

    /// <summary>The session of an application that has this cookie, with its user; null: there is none, or it has expired or was revoked.</summary>
    public Task<CookieIdentity?> FindByCookieAsync(string application, string hash, bool expiredToo = false) => database.ReadAsync(async db => (await db.QueryAsync<User, Session, CookieIdentity>(
        $"""
        SELECT {UserStore.Fields}, s.id AS Id, s.application AS Application, s.user_key AS UserKey, s.opened_at AS OpenedAt, s.expires_at AS ExpiresAt
        FROM sessions s JOIN users u ON u.key = s.user_key LEFT JOIN roles r ON r.key = u.role_key
        WHERE s.cookie_hash = @hash AND s.application = @application AND s.revoked_at IS NULL AND s.expires_at > @after
        """,
        (user, session) => new(user, session),
        new { application, hash, after = expiredToo ? 0 : clock.GetUtcNow().ToUnixTimeMilliseconds() },
        splitOn: "Id")).SingleOrDefault());

    /// <summary>Sessions of a user that are good, the newest first. Asked for by the user alone, so that an index on just that is used.</summary>
    public Task<IReadOnlyList<SessionEntry>> ListOpenAsync(User user, int most) => database.ReadAsync<IReadOnlyList<SessionEntry>>(async db => (await db.QueryAsync<SessionEntry>(
        """
        SELECT s.id, s.application, l.address, s.opened_at AS OpenedAt, s.expires_at AS ExpiresAt
        FROM sessions s
        LEFT JOIN access_log l ON l.id = s.access_id
        LEFT JOIN revocations r ON r.application = s.application AND r.session IS NULL AND r.claim IS NULL
        WHERE s.user_key = @Key AND s.expires_at > @now AND s.revoked_at IS NULL AND s.opened_at >= 1000 * coalesce(r.issued_before, 0)
        ORDER BY s.opened_at DESC, s.id
        LIMIT @most
        """,
        new { user.Key, most, now = clock.GetUtcNow().ToUnixTimeMilliseconds() })).AsList());

    /// <summary>Sessions that have not expired, the newest first.</summary>
    public Task<IReadOnlyList<SessionEntry>> ListAsync(SessionQuery query) => database.ReadAsync<IReadOnlyList<SessionEntry>>(async db => (await db.QueryAsync<SessionEntry>(
        """
        SELECT s.id, s.application, u.realm, u.username, l.address, s.opened_at AS OpenedAt, s.expires_at AS ExpiresAt,
               CASE WHEN s.revoked_at IS NOT NULL OR s.opened_at < 1000 * coalesce(r.issued_before, 0) THEN 1 ELSE 0 END AS IsRevoked
        FROM sessions s
        JOIN users u ON u.key = s.user_key
        LEFT JOIN access_log l ON l.id = s.access_id
        LEFT JOIN revocations r ON r.application = s.application AND r.session IS NULL AND r.claim IS NULL
        WHERE s.expires_at > @now
          AND (@Application IS NULL OR s.application = @Application)
          AND (@Realm IS NULL OR u.realm = @Realm)
          AND (@UserKey IS NULL OR s.user_key = @UserKey)
          AND (@withRevoked = 1 OR (s.revoked_at IS NULL AND s.opened_at >= 1000 * coalesce(r.issued_before, 0)))
        ORDER BY s.opened_at DESC, s.id
        LIMIT @Most
        """,
        new { query.Application, query.Realm, query.UserKey, query.Most, withRevoked = query.WithRevoked ? 1 : 0, now = clock.GetUtcNow().ToUnixTimeMilliseconds() })).AsList());

    /// <summary>Deletes at most <paramref name="batch"/> sessions that expired before an instant. Returns how many they were.</summary>
    public Task<int> ForgetAsync(DateTimeOffset before, int batch) => database.WriteAsync(db => db.ExecuteAsync(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < @before ORDER BY expires_at LIMIT @batch)",
        new { before = before.ToUnixTimeMilliseconds(), batch }));
}
