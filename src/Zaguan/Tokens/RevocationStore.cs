using System.Data.Common;
using Dapper;
using Zaguan.Account;
using Zaguan.Admin;
using Zaguan.Applications;
using Zaguan.AspNetCore.Revocations;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.Tokens;

/// <summary>
/// What was revoked, in the database that all nodes share. A row is numbered in the order of commits, so whoever follows the numbers misses none.
/// </summary>
internal sealed class RevocationStore(Database database, TimeProvider clock)
{
    /// <summary>No clock is wrong by more: what expired longer ago is good nowhere.</summary>
    private static readonly TimeSpan LongestDifference = TimeSpan.FromDays(1);

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Revokes one session; one that has expired too, because that is what the clock of this node says. False: there is none, or it was revoked before.</summary>
    /// <param name="of">Nobody else's is revoked; null: whosever it is.</param>
    public Task<bool> RevokeSessionAsync(string id, User? of = null, AuditEntry? audit = null) => database.WriteAsync(async db =>
    {
        var isRevoked = await RevokeAsync(db, of is null ? "id = @id" : "id = @id AND user_key = @Key", new { id, of?.Key, now = Now }) > 0;
        await AuditLog.AppendAsync(db, isRevoked ? audit : null);
        return isRevoked;
    });

    /// <summary>Revokes what stands behind a token, expired or not. False: it is good, but the old system issued it without a jti, and there is nothing to know it by.</summary>
    public async Task<bool> RevokeAsync(string application, Identity identity)
    {
        if (identity.SessionId is { } session)
        {
            await RevokeSessionAsync(session);
        }
        else if (identity.Claims is { Id: { } id, ExpiresAt: { } expiry } && expiry * 1_000 > Now - (long)LongestDifference.TotalMilliseconds)
        {
            await RevokeTokenAsync(application, id, expiry);
        }

        return (identity.SessionId ?? identity.Claims.Id) is not null || identity.Claims.ExpiresAt * 1_000 <= Now;
    }

    /// <summary>Revokes a token of the old system, for which there is no session here, by its jti.</summary>
    /// <param name="until">When it expires, Unix seconds.</param>
    public Task RevokeTokenAsync(string application, string id, long until) => database.WriteAsync(async db =>
    {
        await AppendAsync(db, application, id, until, Now);
        return true;
    });

    /// <summary>Revokes all that a user has: the sessions, and in each application the tokens that name the user. Returns how many sessions were open.</summary>
    public Task<int> RevokeUserAsync(User user, IReadOnlyList<Application> applications, AuditEntry? audit = null) => database.WriteAsync(async db =>
    {
        await AuditLog.AppendAsync(db, audit);
        return await RevokeUserAsync(db, user, applications, Now);
    });

    /// <summary>Within the transaction that disables or deletes the user, or changes the password.</summary>
    /// <param name="spared">The token of the session of My account that goes on; null: none does.</param>
    public static async Task<int> RevokeUserAsync(DbConnection db, User user, IReadOnlyList<Application> applications, long now, string? spared = null)
    {
        var sessions = await RevokeAsync(db, "user_key = @Key AND expires_at > @now", new { user.Key, now });
        await AccountSessions.EndAllAsync(db, user, spared);
        foreach (var application in applications.Where(a => string.Equals(a.Realm, user.Realm, StringComparison.Ordinal)))
        {
            // By the contract, which is known here even where the application's secret is not.
            if (application.Contract.Token?.Subject is { } subject && subject.Of(user) is { } value)
            {
                await db.ExecuteAsync(
                    """
                    INSERT INTO revocations (number, application, claim, value, issued_before) VALUES (@number, @Name, @Claim, @value, @before)
                    ON CONFLICT (application, claim, value) WHERE claim IS NOT NULL DO UPDATE SET number = excluded.number,
                      issued_before = CASE WHEN excluded.issued_before > revocations.issued_before THEN excluded.issued_before ELSE revocations.issued_before END
                    """,
                    new { number = await NextAsync(db, now), application.Name, subject.Claim, value, before = now / 1_000 });
            }
        }

        return sessions;
    }

    /// <summary>Revokes every token of an application that was issued until now.</summary>
    public Task RevokeApplicationAsync(string application, AuditEntry? audit = null) => database.WriteAsync(async db =>
    {
        if (RowLock.NobodyAdds(db, "sessions") is { Length: > 0 } wait)
        {
            await db.ExecuteAsync(wait);
        }

        // To the second, as tokens say when they were issued. What was issued within this one is named.
        var now = Now;
        await RevokeAsync(db, "application = @application AND opened_at >= @second AND expires_at > @now", new { application, second = now / 1_000 * 1_000, now });
        await db.ExecuteAsync(
            """
            INSERT INTO revocations (number, application, issued_before) VALUES (@number, @application, @before)
            ON CONFLICT (application) WHERE session IS NULL AND claim IS NULL DO UPDATE SET number = excluded.number,
              issued_before = CASE WHEN excluded.issued_before > revocations.issued_before THEN excluded.issued_before ELSE revocations.issued_before END
            """,
            new { number = await NextAsync(db, now), application, before = now / 1_000 });
        await AuditLog.AppendAsync(db, audit);
        return true;
    });

    /// <summary>The number of the last revocation.</summary>
    public Task<long> LastAsync() => database.ReadAsync(ReadLastAsync);

    /// <summary>What was revoked after a number, of one application or of all (null), in order, at most <see cref="RevocationPage.MostEntries"/>; and how far that goes.</summary>
    public Task<(long Last, IReadOnlyList<RevocationRow> Rows)> ReadAsync(string? application, long after) => database.ReadAsync<(long, IReadOnlyList<RevocationRow>)>(async db =>
    {
        // First how far it goes, then the rows: a row that is committed in between comes with this page and once more with the next.
        var last = await ReadLastAsync(db);
        var rows = (await db.QueryAsync<RevocationRow>(
            """
            SELECT number, application, session, until, claim, value, issued_before AS IssuedBefore
            FROM revocations WHERE (@application IS NULL OR application = @application) AND number > @after ORDER BY number LIMIT @MostEntries
            """,
            new { application, after, RevocationPage.MostEntries })).AsList();
        return (rows.Count == RevocationPage.MostEntries ? rows[^1].Number : last, rows);
    });

    /// <summary>Deletes at most <paramref name="batch"/> revocations of sessions that have expired since. Returns how many they were.</summary>
    public Task<int> ForgetAsync(DateTimeOffset before, int batch) => database.WriteAsync(db => db.ExecuteAsync(
        "DELETE FROM revocations WHERE number IN (SELECT number FROM revocations WHERE until < @before ORDER BY until LIMIT @batch)",
        new { before = before.ToUnixTimeSeconds(), batch }));

    private static Task<long> ReadLastAsync(DbConnection db) => db.ExecuteScalarAsync<long>("SELECT last FROM revocation_numbers");

    // The row is locked until the transaction ends: the next number waits for this one's commit.
    private static Task<long> NextAsync(DbConnection db, long now) => db.ExecuteScalarAsync<long>(
        "UPDATE revocation_numbers SET last = CASE WHEN last < @now THEN @now ELSE last + 1 END RETURNING last", new { now });

    /// <summary>Sessions first and numbers behind them, everywhere: two who revoke at once do not wait for each other for ever.</summary>
    private static async Task<int> RevokeAsync(DbConnection db, string which, object values)
    {
        var revoked = (await db.QueryAsync<(string Id, string Application, long ExpiresAt, long RevokedAt)>(
            $"UPDATE sessions SET revoked_at = @now WHERE {which} AND revoked_at IS NULL RETURNING id, application, expires_at, revoked_at", values)).AsList();
        foreach (var (id, application, expiresAt, revokedAt) in revoked)
        {
            await AppendAsync(db, application, id, expiresAt / 1_000 + 1, revokedAt);
        }

        return revoked.Count;
    }

    private static async Task AppendAsync(DbConnection db, string application, string session, long until, long now) => await db.ExecuteAsync(
        """
        INSERT INTO revocations (number, application, session, until) VALUES (@number, @application, @session, @until)
        ON CONFLICT (application, session) WHERE session IS NOT NULL DO UPDATE SET number = excluded.number, until = excluded.until WHERE excluded.until > revocations.until
        """,
        new { number = await NextAsync(db, now), application, session, until });
}

/// <summary>As it is stored.</summary>
internal sealed record RevocationRow
{
    public long Number { get; init; }

    public string Application { get; init; } = "";

    public string? Session { get; init; }

    public long? Until { get; init; }

    public string? Claim { get; init; }

    public string? Value { get; init; }

    public long? IssuedBefore { get; init; }

    public Revocation ToEntry() => new() { Number = Number, Session = Session, Until = Until, Claim = Claim, Value = Value, IssuedBefore = IssuedBefore };
}
