using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Dapper;
using Zaguan.Storage;

namespace Zaguan.Admin.Api;

/// <summary>A key that was just made.</summary>
/// <param name="Text">What the program sends: shown now and never again.</param>
internal sealed record MadeApiKey(ApiKey Key, string Text)
{
    /// <summary>Which it is, and not what it is sent as.</summary>
    public override string ToString() => Key.ToString();
}

/// <summary>
/// Keys of the API: zgk_ID_SECRET, of which the secret is 256 bits of chance. The database has its SHA-256, which is enough for that; a key is looked up by its id
/// and compared in constant time.
/// </summary>
internal sealed class ApiKeyStore(Database database, TimeProvider clock)
{
    private const int SecretBytes = 32;

    /// <summary>Hexadecimal digits.</summary>
    private const int IdLength = 12;

    private const string Fields = "id, name, scopes, created_by AS CreatedBy, created_at AS CreatedAt, expires_at AS ExpiresAt, last_used_at AS LastUsedAt, revoked_at AS RevokedAt";

    /// <summary>A use is written down when the last that was written is so old, in milliseconds: it tells whether a key is still needed.</summary>
    private const long BetweenUses = 10 * 60 * 1_000;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Keys that are good at once; and as many that are good no more are shown, the newest.</summary>
    public const int Most = 1_000;

    private const string IsGood = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @Now)";

    /// <param name="audit">What is recorded of the key that was made.</param>
    /// <returns>Null: there are <see cref="Most"/>.</returns>
    public async Task<MadeApiKey?> AddAsync(string name, IEnumerable<string> scopes, DateTimeOffset? expiresAt, string createdBy, Func<ApiKey, AuditEntry> audit)
    {
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        var key = new ApiKey
        {
            Id = RandomNumberGenerator.GetHexString(IdLength, lowercase: true),
            Name = name,
            Hash = Convert.ToHexStringLower(SHA256.HashData(secret)),
            Scopes = string.Join(' ', ApiScopes.All.Select(s => s.Name).Intersect(scopes, StringComparer.Ordinal)),
            CreatedBy = createdBy,
            CreatedAt = Now,
            ExpiresAt = expiresAt?.ToUnixTimeMilliseconds(),
        };
        var isMade = await database.WriteAsync(async db =>
        {
            var parameters = new { key.Id, key.Name, key.Hash, key.Scopes, key.CreatedBy, key.CreatedAt, key.ExpiresAt, Now, Most, all = int.MaxValue };
            await db.ExecuteAsync($"DELETE FROM api_keys WHERE id IN (SELECT id FROM api_keys WHERE NOT ({IsGood}) ORDER BY created_at DESC, id LIMIT @all OFFSET @Most)", parameters);
            return await AuditLog.AppendIfAsync(db, audit(key), await db.ExecuteAsync(
                $"""
                INSERT INTO api_keys (id, name, hash, scopes, created_by, created_at, expires_at)
                SELECT @Id, @Name, @Hash, @Scopes, @CreatedBy, @CreatedAt, @ExpiresAt WHERE (SELECT count(*) FROM api_keys WHERE {IsGood}) < @Most
                """,
                parameters) == 1);
        });
        return !isMade ? null : new(key, $"{key.PublicId}_{Base64Url.EncodeToString(secret)}");
    }

    /// <summary>The newest first; those that are good no more too.</summary>
    public Task<IReadOnlyList<ApiKey>> ListAsync() => database.ReadAsync<IReadOnlyList<ApiKey>>(async db =>
        (await db.QueryAsync<ApiKey>($"SELECT {Fields} FROM api_keys ORDER BY created_at DESC, id")).AsList());

    /// <param name="id">With the prefix or without.</param>
    public Task<ApiKey?> FindAsync(string id) => IdOf(id) is not { } bare
        ? Task.FromResult<ApiKey?>(null)
        : database.ReadAsync(db => db.QuerySingleOrDefaultAsync<ApiKey?>($"SELECT {Fields} FROM api_keys WHERE id = @bare", new { bare }));

    /// <summary>The key that this text is, whatever became of it; null: none.</summary>
    public async Task<ApiKey?> RecognizeAsync(string sent)
    {
        if (sent.Split('_', 3) is not [var prefix, var id, var secret] || prefix is not "zgk" || IdOf(id) is null || Decode(secret) is not { } bytes)
        {
            return null;
        }

        var key = await database.ReadAsync(db => db.QuerySingleOrDefaultAsync<ApiKey?>($"SELECT {Fields}, hash FROM api_keys WHERE id = @id", new { id }));
        return key is not null && CryptographicOperations.FixedTimeEquals(Convert.FromHexString(key.Hash), SHA256.HashData(bytes)) ? key : null;
    }

    public async Task UsedAsync(ApiKey key)
    {
        var now = Now;
        if (key.LastUsedAt is null || key.LastUsedAt < now - BetweenUses)
        {
            await database.WriteAsync(db => db.ExecuteAsync("UPDATE api_keys SET last_used_at = @now WHERE id = @Id AND coalesce(last_used_at, 0) < @now", new { key.Id, now }));
        }
    }

    /// <summary>False: it was revoked before.</summary>
    public Task<bool> RevokeAsync(ApiKey key, AuditEntry audit) => database.WriteAsync(async db =>
        await AuditLog.AppendIfAsync(db, audit, await db.ExecuteAsync("UPDATE api_keys SET revoked_at = @now WHERE id = @Id AND revoked_at IS NULL", new { key.Id, now = Now }) == 1));

    private static string? IdOf(string text)
    {
        var id = text.StartsWith(ApiKey.Prefix, StringComparison.Ordinal) ? text[ApiKey.Prefix.Length..] : text;
        return id.Length == IdLength && id.All(char.IsAsciiHexDigitLower) ? id : null;
    }

    private static byte[]? Decode(string secret)
    {
        var bytes = new byte[SecretBytes];
        return Base64Url.DecodeFromChars(secret, bytes, out _, out var written) == OperationStatus.Done && written == SecretBytes ? bytes : null;
    }
}
