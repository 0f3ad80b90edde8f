using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Zaguan.Admin;
using Zaguan.Storage;

namespace Zaguan.BackEnds;

/// <summary>A back-end that may ask about the tokens of one application.</summary>
internal sealed record BackEnd
{
    public string Name { get; init; } = "";

    public string Application { get; init; } = "";

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; init; }
}

/// <summary>Back-ends and their keys. A key is shown once, when it is made; the database has its SHA-256, which is enough for 256 bits of chance.</summary>
internal sealed class BackEndStore(Database database, TimeProvider clock)
{
    /// <summary>By which a key is known for what it is, in a configuration file or in a leak.</summary>
    private const string KeyPrefix = "zbk_";

    private const int LongestKey = 128;

    /// <summary>Returns the key; null: the name is taken.</summary>
    public async Task<string?> AddAsync(string name, string application, AuditEntry? audit = null)
    {
        var key = KeyPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var added = await database.WriteAsync(async db => await AuditLog.AppendIfAsync(db, audit, await db.ExecuteAsync(
            "INSERT INTO back_ends (name, application, key_hash, created_at) VALUES (@name, @application, @hash, @now) ON CONFLICT (name) DO NOTHING",
            new { name, application, hash = Hash(key), now = clock.GetUtcNow().ToUnixTimeMilliseconds() }) == 1));
        return added ? key : null;
    }

    public Task<IReadOnlyList<BackEnd>> ListAsync() => database.ReadAsync<IReadOnlyList<BackEnd>>(async db =>
        (await db.QueryAsync<BackEnd>("SELECT name, application, created_at AS CreatedAt FROM back_ends ORDER BY name")).AsList());

    public Task<bool> RemoveAsync(string name, AuditEntry? audit = null) => database.WriteAsync(async db =>
        await AuditLog.AppendIfAsync(db, audit, await db.ExecuteAsync("DELETE FROM back_ends WHERE name = @name", new { name }) == 1));

    public async Task<BackEnd?> FindByKeyAsync(string key) => key.Length > LongestKey || !key.StartsWith(KeyPrefix, StringComparison.Ordinal) ? null : await database.ReadAsync(db =>
        db.QuerySingleOrDefaultAsync<BackEnd?>("SELECT name, application, created_at AS CreatedAt FROM back_ends WHERE key_hash = @hash", new { hash = Hash(key) }));

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
