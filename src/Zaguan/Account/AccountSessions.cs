using System.Buffers.Text;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Zaguan.Admin;
using Zaguan.Applications;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.Account;

/// <summary>What a user's browser opened by signing in to My account.</summary>
internal sealed record AccountSession(User User, AccountSessionRow Row, string Token, Application Application)
{
    /// <summary>What every form of the session's pages brings. Made of the cookie, which no other site can read.</summary>
    public string FormToken { get; } = Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Token), "zaguan account form"u8));

    /// <summary>Whose it is, and no token.</summary>
    public override string ToString() => User.ToString();
}

internal sealed record AccountSessionRow
{
    public string TokenHash { get; init; } = "";

    public string Application { get; init; } = "";

    /// <summary>With which the user signed in.</summary>
    public string Identifier { get; init; } = "";

    /// <summary>Unix milliseconds.</summary>
    public long OpenedAt { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long SeenAt { get; init; }

    /// <summary>A second factor that is being set up, encrypted as it will be when it is the user's.</summary>
    public string? PendingCodeSecret { get; init; }
}

/// <summary>
/// Sessions of My account: a cookie of 256 bits of chance, of which the database has the SHA-256. Each is of one application and good for its pages alone. They end when nobody
/// uses them for a while, and after some hours whatever happens; and with all others of the user's, when the user is disabled or deleted or the password is changed.
/// </summary>
internal sealed class AccountSessions(Database database, TimeProvider clock)
{
    public static readonly TimeSpan IdleFor = TimeSpan.FromMinutes(15);

    public static readonly TimeSpan Longest = TimeSpan.FromHours(4);

    /// <summary>A use is written down when the last that was written is so old.</summary>
    private static readonly TimeSpan BetweenUses = TimeSpan.FromMinutes(1);

    /// <summary>Within the transaction that records the attempt.</summary>
    public Task<int> OpenAsync(DbConnection db, User user, string application, string identifier, string token) =>
        InsertAsync(db, user, new() { TokenHash = AdminSessions.Hash(token), Application = application, Identifier = identifier, OpenedAt = Now, SeenAt = Now });

    /// <summary>The session, and it is marked as used; null: there is none, or it is over, or is another application's, or whose it is may not log in any more.</summary>
    public async Task<AccountSession?> FindAsync(string token, Application application)
    {
        var (now, hash) = (Now, AdminSessions.Hash(token));
        var session = await database.ReadAsync(async db => (await db.QueryAsync<User, AccountSessionRow, AccountSession>(
            $"""
            SELECT {UserStore.Fields}, s.token_hash AS TokenHash, s.application AS Application, s.identifier AS Identifier, s.opened_at AS OpenedAt, s.seen_at AS SeenAt, s.pending_code_secret AS PendingCodeSecret
            FROM account_sessions s JOIN users u ON u.key = s.user_key LEFT JOIN roles r ON r.key = u.role_key
            WHERE s.token_hash = @hash AND s.application = @Name AND u.realm = @Realm AND u.active AND s.opened_at > @oldest AND s.seen_at > @idle
            """,
            (user, row) => new(user, row, token, application),
            new { hash, application.Name, application.Realm, oldest = now - (long)Longest.TotalMilliseconds, idle = now - (long)IdleFor.TotalMilliseconds },
            splitOn: "TokenHash")).SingleOrDefault());
        if (session is not null && session.Row.SeenAt < now - (long)BetweenUses.TotalMilliseconds)
        {
            await database.WriteAsync(db => db.ExecuteAsync("UPDATE account_sessions SET seen_at = @now WHERE token_hash = @hash AND seen_at < @now", new { hash, now }));
        }

        return session;
    }

    public static Task<int> EndAsync(DbConnection db, string token) => db.ExecuteAsync("DELETE FROM account_sessions WHERE token_hash = @hash", new { hash = AdminSessions.Hash(token) });

    /// <param name="spared">The token of the one that goes on; null: none does.</param>
    public static Task<int> EndAllAsync(DbConnection db, User user, string? spared = null) =>
        db.ExecuteAsync("DELETE FROM account_sessions WHERE user_key = @Key AND token_hash <> @hash", new { user.Key, hash = spared is null ? "" : AdminSessions.Hash(spared) });

    /// <summary>Within a transaction that holds the user's row: whether the session is still there, and does what it does in its own right.</summary>
    public static Task<bool> IsThereAsync(DbConnection db, AccountSession session) =>
        db.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT 1 FROM account_sessions WHERE token_hash = @TokenHash)", new { session.Row.TokenHash });

    /// <summary>False: another is being set up already, or the session is over.</summary>
    public Task<bool> SetPendingAsync(AccountSession session, string sealedSecret) => database.WriteAsync(async db =>
        await db.ExecuteAsync("UPDATE account_sessions SET pending_code_secret = @sealedSecret WHERE token_hash = @TokenHash AND pending_code_secret IS NULL", new { session.Row.TokenHash, sealedSecret }) == 1);

    /// <summary>Deletes those that are over. Returns how many they were.</summary>
    public Task<int> ForgetAsync() => database.WriteAsync(db => db.ExecuteAsync(
        "DELETE FROM account_sessions WHERE opened_at <= @oldest OR seen_at <= @idle", new { oldest = Now - (long)Longest.TotalMilliseconds, idle = Now - (long)IdleFor.TotalMilliseconds }));

    private static Task<int> InsertAsync(DbConnection db, User user, AccountSessionRow row) => db.ExecuteAsync(
        "INSERT INTO account_sessions (token_hash, user_key, application, identifier, opened_at, seen_at, pending_code_secret) VALUES (@TokenHash, @Key, @Application, @Identifier, @OpenedAt, @SeenAt, @PendingCodeSecret)",
        new { row.TokenHash, user.Key, row.Application, row.Identifier, row.OpenedAt, row.SeenAt, row.PendingCodeSecret });

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
