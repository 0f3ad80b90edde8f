using System.Data.Common;
using Dapper;
using Zaguan.Admin;
using Zaguan.Applications;
using Zaguan.Passwords;
using Zaguan.Sources;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.Account;

/// <summary>
/// Links by which users set a password themselves: 256 bits of chance, of which the database has the SHA-256. A user has one at most. It is good once and for a while,
/// and no more when the user is disabled or got a password in another way.
/// </summary>
internal sealed class PasswordLinks(Database database, UserStore users, PasswordSettings settings, TimeProvider clock)
{
    private const string IsGood = "l.link_hash = @hash AND l.expires_at > @now AND u.active AND u.password_version = l.password_version";

    public TimeSpan Lifetime => settings.LinkLifetime;

    /// <summary>A new one, in the place of the one before. Null: the user is disabled, or gone.</summary>
    public async Task<string?> MakeAsync(User user, AuditEntry audit)
    {
        var link = AdminSessions.NewToken();
        var isMade = await database.WriteAsync(async db =>
        {
            // Who is being disabled at this moment is so first, and then there is none.
            await UserStore.LockAsync(db, user.Key);
            return await AuditLog.AppendIfAsync(db, audit, await db.ExecuteAsync(
                """
                INSERT INTO password_links (user_key, link_hash, password_version, expires_at) SELECT key, @hash, password_version, @until FROM users WHERE key = @Key AND active
                ON CONFLICT (user_key) DO UPDATE SET link_hash = excluded.link_hash, password_version = excluded.password_version, expires_at = excluded.expires_at
                """,
                new { user.Key, hash = AdminSessions.Hash(link), until = Now + (long)Lifetime.TotalMilliseconds }) == 1);
        });
        return isMade ? link : null;
    }

    /// <summary>Whose it is; null: it is good no more, or never was. Looking at it does not use it up: programs that scan mail do.</summary>
    public Task<User?> FindAsync(string link) => database.ReadAsync(db => db.QuerySingleOrDefaultAsync<User?>(
        $"{UserStore.Columns} JOIN password_links l ON l.user_key = u.key WHERE {IsGood}", new { hash = AdminSessions.Hash(link), now = Now }));

    /// <summary>Sets the password, and what was opened with the old one is closed. False: the link is good no more.</summary>
    public Task<bool> UseAsync(string link, User user, StoredPassword password, IReadOnlyList<Application> applications, AuditEntry audit) => database.WriteAsync(
        async db =>
        {
            // Who uses it at once with somebody else, or while the user is being disabled, sees what became of that.
            await UserStore.LockAsync(db, user.Key);
            var isUsed = await db.ExecuteAsync(
                $"DELETE FROM password_links WHERE user_key = (SELECT l.user_key FROM password_links l JOIN users u ON u.key = l.user_key WHERE l.user_key = @Key AND {IsGood})",
                new { user.Key, hash = AdminSessions.Hash(link), now = Now }) == 1;
            return isUsed && await users.SetPasswordAsync(db, user, password, applications, audit);
        },
        keep: isSet => isSet);

    /// <summary>Within the transaction that disables the user: enabled again, they have none.</summary>
    public static Task<int> VoidAsync(DbConnection db, User user) => db.ExecuteAsync("DELETE FROM password_links WHERE user_key = @Key", new { user.Key });

    /// <summary>Deletes those that are over. Returns how many they were.</summary>
    public Task<int> ForgetAsync() => database.WriteAsync(db => db.ExecuteAsync("DELETE FROM password_links WHERE expires_at <= @now", new { now = Now }));

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>Whether a user's password is one of ours at all.</summary>
internal static class KeptElsewhere
{
    /// <summary>A password that is set here would not be asked for, or would stand beside the directory's.</summary>
    public static bool Is(User user, IReadOnlyList<Application> applications)
    {
        var own = applications.Where(a => string.Equals(a.Realm, user.Realm, StringComparison.Ordinal)).ToList();
        return own.Count > 0 && (own.TrueForAll(a => !a.Sources.Contains(Source.Local)) || (user.IsOfDirectory && own.Exists(a => a.Sources.Contains(Source.Ldap))));
    }
}
