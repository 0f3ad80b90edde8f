using System.Security.Cryptography;
using Zaguan.Admin;
using Zaguan.Operations;
using Zaguan.Reading;

namespace Zaguan.Tokens.Keys;

/// <summary>Where a key is in its life.</summary>
internal enum KeyState
{
    /// <summary>Published; it will sign.</summary>
    Next,
    Signs,

    /// <summary>It signs no more, and what it signed is still good.</summary>
    Retired,
}

/// <param name="SignsUntil">Unix milliseconds; null: no next key is made.</param>
internal sealed record ListedKey(StoredKey Key, KeyState State, long? SignsUntil);

/// <summary>
/// The life of Zaguan's own keys. A key is published as soon as it is made and signs a little later, so that nobody meets a kid that
/// could not be known; it signs until the next one does, and is kept until the last token that it signed has expired.
/// Several nodes keep the same keys: what each of them decides is decided by one statement.
/// </summary>
internal sealed class SigningKeys(KeyStore store, Setup setup, TimeProvider clock) : IDisposable
{
    /// <summary>From its publication to its first signature. Three times what whoever fetches the keys may keep them for.</summary>
    public static readonly TimeSpan PublishedBefore = TimeSpan.FromMinutes(15);

    /// <summary>Strangers choose the kid of a token: what is not known is looked for no more often than that.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim refreshing = new(1, 1);
    private readonly Lock gate = new();
    private Task? look;
    private long lookedAt;

    private KeyRing Ring => setup.Keys;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Takes up what the nodes have made, and makes the first key, or the next one when it is time.</summary>
    /// <exception cref="ProblemsException">The master key is missing, or is not the one of the stored keys.</exception>
    public async Task KeepAsync()
    {
        await RefreshAsync();
        if (Ring.Newest is not { } newest || IsDue(newest.Stored))
        {
            await AddNextAsync();
        }
    }

    /// <summary>Makes the next key before it is time. False: one waits already to sign, or there are too many.</summary>
    public Task<bool> RotateAsync() => RotateAsync(null);

    /// <param name="audit">What is recorded of the key of that kid.</param>
    public async Task<bool> RotateAsync(Func<string, AuditEntry>? audit)
    {
        await RefreshAsync();
        return await AddNextAsync(audit);
    }

    /// <summary>The oldest first.</summary>
    public async Task<IReadOnlyList<ListedKey>> ListAsync()
    {
        var (stored, now) = (await store.ReadAsync(), Now);
        return [.. stored.Select((key, i) =>
        {
            long? until = i + 1 < stored.Count ? stored[i + 1].SignsFrom : null;
            return new ListedKey(key, key.SignsFrom > now ? KeyState.Next : until <= now ? KeyState.Retired : KeyState.Signs, until);
        })];
    }

    /// <summary>Looks for a kid that this node does not know: another may have made it a moment ago.</summary>
    public Task LookAsync()
    {
        lock (gate)
        {
            if (look is null || (look.IsCompleted && clock.GetElapsedTime(lookedAt) >= BetweenLooks))
            {
                (look, lookedAt) = (Task.Run(LookOnceAsync), clock.GetTimestamp());
            }

            return look;
        }
    }

    public void Dispose() => refreshing.Dispose();

    /// <summary>What a node says whose master key does not open a key.</summary>
    public static string Unopened(string kid) =>
        $"The signing key {kid} in the database was not encrypted under this master key. Restore the file from a backup, or copy it from another node; nothing was changed.";

    /// <summary>For which a signing key is sealed.</summary>
    public static string Purpose(string kid) => $"zaguan signing key ES256 {kid}";

    public static string Missing =>
        "The master key is missing, under which the signing keys in the database are encrypted. Restore the file from a backup, or copy it from another node; nothing was changed.";

    private bool IsDue(StoredKey newest) =>
        newest.SignsFrom + (long)(setup.Settings.Keys.RotateEvery - PublishedBefore).TotalMilliseconds <= Now && Ring.Keys.Count < KeyStore.Most;

    private async Task LookOnceAsync()
    {
        try
        {
            await RefreshAsync();
        }
        catch (ProblemsException)
        {
            // Whoever keeps the keys says so; the token is of a key that is not known.
        }
    }

    private async Task RefreshAsync()
    {
        await refreshing.WaitAsync();
        try
        {
            var stored = await store.ReadAsync();
            var known = Ring.Keys;
            if (!stored.Select(s => s.Kid).SequenceEqual(known.Select(k => k.Stored.Kid), StringComparer.Ordinal))
            {
                Ring.TakeUp(Open(stored, known));
            }
        }
        finally
        {
            refreshing.Release();
        }
    }

    private KnownKey[] Open(IReadOnlyList<StoredKey> stored, IReadOnlyList<KnownKey> known)
    {
        var before = known.ToDictionary(k => k.Stored.Kid, StringComparer.Ordinal);
        using var master = stored.All(s => before.ContainsKey(s.Kid)) ? null : MasterKey.Read(setup.MasterKeyFile) ?? throw MasterKey.Unusable(setup.MasterKeyFile, Missing);
        return [.. stored.Select(s => before.GetValueOrDefault(s.Kid) ?? Open(s, master!))];
    }

    private KnownKey Open(StoredKey stored, MasterKey master)
    {
        if (master.Open(stored.PrivateKey, Purpose(stored.Kid)) is not { } pkcs8)
        {
            throw MasterKey.Unusable(setup.MasterKeyFile, Unopened(stored.Kid));
        }

        try
        {
            return new(stored, new(pkcs8));
        }
        catch (CryptographicException e)
        {
            throw new InvalidOperationException($"The signing key {stored.Kid} is none, although it was encrypted as one.", e);
        }
    }

    private async Task<bool> AddNextAsync(Func<string, AuditEntry>? audit = null)
    {
        var newest = Ring.Newest?.Stored;
        using var master = newest is null
            ? MasterKey.Read(setup.MasterKeyFile) ?? MasterKey.Make(setup.MasterKeyFile)
            : MasterKey.Read(setup.MasterKeyFile) ?? throw MasterKey.Unusable(setup.MasterKeyFile, Missing);
        using var pkcs8 = SigningKey.Generate();
        var kid = new SigningKey(pkcs8).Id;
        var now = Now;
        var added = await store.AddAsync(new()
        {
            Number = (newest?.Number ?? 0) + 1,
            Kid = kid,
            PrivateKey = master.Seal(pkcs8.Reveal(), Purpose(kid)),
            CreatedAt = now,
            // Before the first one there is nobody who could miss it.
            SignsFrom = newest is null ? now : now + (long)PublishedBefore.TotalMilliseconds,
        }, audit?.Invoke(kid));
        // Ours, or the one of the node that was faster.
        await RefreshAsync();
        return added;
    }
}
