using System.Data.Common;
using Dapper;
using Zaguan.Storage;

namespace Zaguan.Tokens;

/// <summary>What a granted login opened. Its id is the token's jti.</summary>
/// <param name="OpenedAt">Unix milliseconds.</param>
/// <param name="ExpiresAt">Unix milliseconds.</param>
internal sealed record Session(string Id, string Application, long UserKey, long OpenedAt, long ExpiresAt);

internal sealed class SessionStore(Database database)
{
    /// <summary>Within the transaction that records the attempt.</summary>
    public static Task OpenAsync(DbConnection db, Session session, long accessId) => db.ExecuteAsync(
        """
        INSERT INTO sessions (id, application, user_key, access_id, opened_at, expires_at)
        VALUES (@Id, @Application, @UserKey, @accessId, @OpenedAt, @ExpiresAt)
        """,
        new { session.Id, session.Application, session.UserKey, accessId, session.OpenedAt, session.ExpiresAt });

    /// <summary>Deletes at most <paramref name="batch"/> sessions that expired before an instant. Returns how many they were.</summary>
    public Task<int> ForgetAsync(DateTimeOffset before, int batch) => database.WriteAsync(db => db.ExecuteAsync(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < @before ORDER BY expires_at LIMIT @batch)",
        new { before = before.ToUnixTimeMilliseconds(), batch }));
}
