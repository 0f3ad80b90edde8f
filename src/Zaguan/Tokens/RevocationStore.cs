using System.Data.Common;
using Dapper;
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
    /// <summary>Of one answer of the feed.</summary>
    public const int LargestPage = 1_000;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Revokes one session. False: there is none, it has expired, or it was revoked before.</summary>
    public Task<bool> RevokeSessionAsync(string id) => database.WriteAsync(async db =>
        await RevokeAsync(db, "id = @id", new { id, now = Now }) > 0);

    /// <summary>Revokes what stands behind a good token. False: the old system issued it without a jti, and there is nothing to know it by.</summary>
    public async Task<bool> RevokeAsync(string application, Identity identity)
    {
        if (identity.SessionId is { } session)
        {
            await RevokeSessionAsync(session);
        }
        else if (identity.Claims.Id is { } id)
        {
            await RevokeTokenAsync(application, id, identity.Claims.ExpiresAt!.Value);
        }

        return (identity.SessionId ?? identity.Claims.Id) is not null;
    }

    /// <summary>Revokes a token of the old system, for which there is no session here, by its jti.</summary>
    /// <param name="until">When it expires, Unix seconds.</param>
    public Task RevokeTokenAsync(string application, string id, long until) => database.WriteAsync(async db =>
    {
        await AppendAsync(db, application, id, until);
        return true;
    });

    /// <summary>Revokes all that a user has: the sessions, and in each application the tokens that name the user. Returns how many sessions were open.</summary>
    public Task<int> RevokeUserAsync(User user, IReadOnlyList<Application> applications) => database.WriteAsync(db => RevokeUserAsync(db, user, applications, Now));

    /// <summary>Within the transaction that disables or deletes the user, or changes the password.</summary>
    public static async Task<int> RevokeUserAsync(DbConnection db, User user, IReadOnlyList<Application> applications, long now)
    {
        var sessions = await RevokeAsync(db, "user_key = @Key", new { user.Key, now });
        foreach (var application in applications.Where(a => string.Equals(a.Realm, user.Realm, StringComparison.Ordinal)))
        {
            if (application.Tokens?.Subject is { } subject && subject.Of(user) is { } value)
            {
                await db.ExecuteAsync(
                    """
                    INSERT INTO revocations (number, application, claim, value, issued_before) VALUES (@number, @Name, @Claim, @value, @before)
                    ON CONFLICT (application, claim, value) WHERE claim IS NOT NULL DO UPDATE SET number = excluded.number, issued_before = excluded.issued_before
                    """,
                    new { number = await NextAsync(db), application.Name, subject.Claim, value, before = now / 1_000 });
            }
        }

        return sessions;
    }

    /// <summary>Revokes every token of an application that was issued until now.</summary>
    public Task RevokeApplicationAsync(string application) => database.WriteAsync(async db =>
    {
        var now = Now;
        // To the second, as tokens say when they were issued. What was issued within this one is named.
        await db.ExecuteAsync(
            """
            INSERT INTO revocations (number, application, issued_before) VALUES (@number, @application, @before)
            ON CONFLICT (application) WHERE session IS NULL AND claim IS NULL DO UPDATE SET number = excluded.number, issued_before = excluded.issued_before
            """,
            new { number = await NextAsync(db), application, before = now / 1_000 });
        await RevokeAsync(db, "application = @application AND opened_at >= @second", new { application, second = now / 1_000 * 1_000, now });
        return true;
    });

    /// <summary>The number of the last revocation.</summary>
    public Task<long> LastAsync() => database.ReadAsync(ReadLastAsync);

    /// <summary>What was revoked after a number, of one application or of all, in order; at most a page.</summary>
    public Task<RevocationPage> ReadAsync(string? application, long after) => database.ReadAsync(async db =>
    {
        // First how far it goes, then the rows: a row that is committed in between comes with this page and once more with the next.
        var last = await ReadLastAsync(db);
        var rows = (await db.QueryAsync<RevocationRow>(
            """
            SELECT number, application, session, until, claim, value, issued_before AS IssuedBefore
            FROM revocations WHERE (@application IS NULL OR application = @application) AND number > @after ORDER BY number LIMIT @LargestPage
            """,
            new { application, after, LargestPage })).AsList();
        return new RevocationPage { Last = rows.Count == LargestPage ? rows[^1].Number : last, Revocations = [.. rows.Select(r => r.ToEntry())] };
    });

    /// <summary>The same with the application of each.</summary>
    public Task<(long Last, IReadOnlyList<RevocationRow> Rows)> ReadAllAsync(long after) => database.ReadAsync<(long, IReadOnlyList<RevocationRow>)>(async db =>
    {
        var last = await ReadLastAsync(db);
        var rows = (await db.QueryAsync<RevocationRow>(
            """
            SELECT number, application, session, until, claim, value, issued_before AS IssuedBefore
            FROM revocations WHERE number > @after ORDER BY number LIMIT @LargestPage
            """,
            new { after, LargestPage })).AsList();
        return (rows.Count == LargestPage ? rows[^1].Number : last, rows);
    });

    /// <summary>Deletes at most <paramref name="batch"/> revocations of sessions that have expired since. Returns how many they were.</summary>
    public Task<int> ForgetAsync(DateTimeOffset before, int batch) => database.WriteAsync(db => db.ExecuteAsync(
        "DELETE FROM revocations WHERE number IN (SELECT number FROM revocations WHERE until < @before ORDER BY until LIMIT @batch)",
        new { before = before.ToUnixTimeSeconds(), batch }));

    private static Task<long> ReadLastAsync(DbConnection db) => db.ExecuteScalarAsync<long>("SELECT last FROM revocation_numbers");

    // The row is locked until the transaction ends: the next number waits for this one's commit.
    private static Task<long> NextAsync(DbConnection db) => db.ExecuteScalarAsync<long>("UPDATE revocation_numbers SET last = last + 1 RETURNING last");

    private static async Task<int> RevokeAsync(DbConnection db, string which, object values)
    {
        var revoked = (await db.QueryAsync<(string Id, string Application, long ExpiresAt)>(
            $"UPDATE sessions SET revoked_at = @now WHERE {which} AND revoked_at IS NULL AND expires_at > @now RETURNING id, application, expires_at", values)).AsList();
        foreach (var (id, application, expiresAt) in revoked)
        {
            await AppendAsync(db, application, id, expiresAt / 1_000 + 1);
        }

        return revoked.Count;
    }

    private static async Task AppendAsync(DbConnection db, string application, string session, long until) => await db.ExecuteAsync(
        """
        INSERT INTO revocations (number, application, session, until) VALUES (@number, @application, @session, @until)
        ON CONFLICT (application, session) WHERE session IS NOT NULL DO NOTHING
        """,
        new { number = await NextAsync(db), application, session, until });
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
