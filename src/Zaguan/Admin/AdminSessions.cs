using System.Buffers.Text;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Zaguan.Storage;

namespace Zaguan.Admin;

/// <summary>What an administrator's browser opened by entering.</summary>
internal sealed record AdminSession(Administrator Admin, AdminSessionRow Row, string Token)
{
    /// <summary>What every form of the session's pages brings. Made of the cookie, which no other site can read.</summary>
    public string FormToken { get; } = Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Token), "zaguan form"u8));

    /// <summary>Until there is a second factor, only the page that sets one up may be seen.</summary>
    public bool LacksSecondFactor => Admin.CodeSecret is null;

    /// <summary>Whether password and code were given a moment ago, as dangerous acts want it.</summary>
    public bool IsConfirmed(DateTimeOffset now) => now.ToUnixTimeMilliseconds() - Row.ConfirmedAt is >= 0 and < AdminSessions.ConfirmedFor;

    /// <summary>Whose it is, and no token.</summary>
    public override string ToString() => Admin.Name;
}

internal sealed record AdminSessionRow
{
    public string TokenHash { get; init; } = "";

    /// <summary>Unix milliseconds.</summary>
    public long OpenedAt { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long ConfirmedAt { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long SeenAt { get; init; }

    /// <summary>As <see cref="SecondFactor"/> sealed it.</summary>
    public string? PendingCodeSecret { get; init; }
}

/// <summary>
/// Sessions of the console: a cookie of 256 bits of chance, of which the database has the SHA-256. They end when nobody has used them for a while,
/// and after a working day whatever happens. OWASP's Session Management Cheat Sheet.
/// </summary>
internal sealed class AdminSessions(Database database, TimeProvider clock)
{
    public static readonly TimeSpan IdleFor = TimeSpan.FromMinutes(30);

    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    /// <summary>In milliseconds: so long after password and code were given, dangerous acts do not ask again.</summary>
    public const long ConfirmedFor = 15 * 60 * 1_000;

    /// <summary>A use is written down when the last that was written is so old.</summary>
    private static readonly TimeSpan BetweenUses = TimeSpan.FromMinutes(1);

    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Within the caller's transaction. Sessions that are over go on the way.</summary>
    public async Task OpenAsync(DbConnection db, Administrator admin, string token)
    {
        var now = Now;
        await db.ExecuteAsync("DELETE FROM admin_sessions WHERE opened_at <= @oldest OR seen_at <= @idle", new { oldest = OldestOpened(now), idle = OldestSeen(now) });
        await db.ExecuteAsync(
            "INSERT INTO admin_sessions (token_hash, admin_key, opened_at, seen_at, confirmed_at) VALUES (@hash, @Key, @now, @now, @now)",
            new { hash = Hash(token), admin.Key, now });
    }

    /// <summary>The session, and it is marked as used; null: there is none, or it is over, or whose it is may not enter any more.</summary>
    /// <param name="isUse">False: nobody does anything, a page asks by itself for what is new. So a session ends though its page stays open.</param>
    public async Task<AdminSession?> FindAsync(string token, bool isUse = true)
    {
        var (now, hash) = (Now, Hash(token));
        var session = await database.ReadAsync(async db => (await db.QueryAsync<Administrator, AdminSessionRow, AdminSession>(
            $"""
            SELECT {AdminStore.Fields}, s.token_hash AS TokenHash, s.opened_at AS OpenedAt, s.confirmed_at AS ConfirmedAt, s.seen_at AS SeenAt, s.pending_code_secret AS PendingCodeSecret
            FROM admin_sessions s JOIN admins a ON a.key = s.admin_key
            WHERE s.token_hash = @hash AND a.active AND s.opened_at > @oldest AND s.seen_at > @idle
            """,
            (admin, row) => new(admin, row, token),
            new { hash, oldest = OldestOpened(now), idle = OldestSeen(now) },
            splitOn: "TokenHash")).SingleOrDefault());
        if (isUse && session is not null && session.Row.SeenAt < now - (long)BetweenUses.TotalMilliseconds)
        {
            await database.WriteAsync(db => db.ExecuteAsync("UPDATE admin_sessions SET seen_at = @now WHERE token_hash = @hash AND seen_at < @now", new { hash, now }));
        }

        return session;
    }

    public static Task<int> ConfirmAsync(DbConnection db, AdminSession session, DateTimeOffset now) =>
        db.ExecuteAsync("UPDATE admin_sessions SET confirmed_at = @now WHERE token_hash = @TokenHash", new { session.Row.TokenHash, now = now.ToUnixTimeMilliseconds() });

    public Task SetPendingAsync(AdminSession session, string sealedSecret) =>
        database.WriteAsync(db => db.ExecuteAsync("UPDATE admin_sessions SET pending_code_secret = @sealedSecret WHERE token_hash = @TokenHash AND pending_code_secret IS NULL", new { session.Row.TokenHash, sealedSecret }));

    public static Task<int> EndAsync(DbConnection db, AdminSession session) =>
        db.ExecuteAsync("DELETE FROM admin_sessions WHERE token_hash = @TokenHash", new { session.Row.TokenHash });

    private static long OldestOpened(long now) => now - (long)Longest.TotalMilliseconds;

    private static long OldestSeen(long now) => now - (long)IdleFor.TotalMilliseconds;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
