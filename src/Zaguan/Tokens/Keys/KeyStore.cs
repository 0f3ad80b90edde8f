using Dapper;
using Zaguan.Admin;
using Zaguan.Storage;

namespace Zaguan.Tokens.Keys;

/// <summary>A signing key as it is stored.</summary>
internal sealed record StoredKey
{
    /// <summary>From 1, one higher than the key before it.</summary>
    public long Number { get; init; }

    public string Kid { get; init; } = "";

    /// <summary>As <see cref="MasterKey.Seal"/> made it.</summary>
    public string PrivateKey { get; init; } = "";

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; init; }

    /// <summary>Unix milliseconds. Until the next key's it signs; before, it is only published.</summary>
    public long SignsFrom { get; init; }
}

/// <summary>The signing keys in the database that all nodes share.</summary>
internal sealed class KeyStore(Database database)
{
    /// <summary>Everybody who validates a token reads them all.</summary>
    public const int Most = 100;

    /// <summary>The oldest first.</summary>
    public const string All = "SELECT number, kid, private_key AS PrivateKey, created_at AS CreatedAt, signs_from AS SignsFrom FROM signing_keys ORDER BY number";

    /// <summary>A login that began while a key signed may open its session so much later.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromHours(1);

    public Task<IReadOnlyList<StoredKey>> ReadAsync() => database.ReadAsync<IReadOnlyList<StoredKey>>(async db => (await db.QueryAsync<StoredKey>(All)).AsList());

    /// <summary>Adds the key of the next number. False: another node was faster, a key waits for its time already, or there are too many.</summary>
    public Task<bool> AddAsync(StoredKey key, AuditEntry? audit = null) => database.WriteAsync(async db => await AuditLog.AppendIfAsync(db, audit, await db.ExecuteAsync(
        """
        INSERT INTO signing_keys (number, kid, algorithm, private_key, created_at, signs_from)
        SELECT @Number, @Kid, @Algorithm, @PrivateKey, @CreatedAt, @SignsFrom
        WHERE NOT EXISTS (SELECT 1 FROM signing_keys WHERE number >= @Number OR signs_from > @CreatedAt)
          AND (SELECT count(*) FROM signing_keys) < @Most
        ON CONFLICT DO NOTHING
        """,
        new { key.Number, key.Kid, SigningKey.Algorithm, key.PrivateKey, key.CreatedAt, key.SignsFrom, Most }) == 1));

    /// <summary>Deletes keys that sign no more and whose last token has expired. Returns how many they were.</summary>
    public Task<int> ForgetAsync(DateTimeOffset now) => database.WriteAsync(db => db.ExecuteAsync(
        """
        DELETE FROM signing_keys WHERE number IN (
          SELECT k.number FROM signing_keys k JOIN signing_keys n ON n.number = k.number + 1
          WHERE n.signs_from < @settled
            AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.opened_at < n.signs_from AND s.expires_at > @now))
        """,
        new { now = now.ToUnixTimeMilliseconds(), settled = (now - Settling).ToUnixTimeMilliseconds() }));
}
