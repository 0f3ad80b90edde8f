using Zaguan.AspNetCore.Jws;

namespace Zaguan.Tokens.Keys;

/// <summary>What of a key is stored, and the key itself.</summary>
internal sealed record KnownKey(StoredKey Stored, SigningKey Key);

/// <summary>Zaguan's own keys as this node knows them, taken up whole; empty until the database is open.</summary>
/// <param name="issuer">In whose name they sign: PublicUrl.</param>
internal sealed class KeyRing(string? issuer)
{
    private volatile Known known = new([], new([]));

    public string? Issuer => issuer;

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<KnownKey> Keys => known.Keys;

    /// <summary>All of them: those that sign no more, and the one that will.</summary>
    public KeySet Verifying => known.Verifying;

    public KnownKey? Newest => known.Keys is [.., var newest] ? newest : null;

    /// <summary>The key that signs what is issued at an instant, Unix milliseconds.</summary>
    public SigningKey SigningAt(long instant)
    {
        var keys = known.Keys;
        for (var i = keys.Count - 1; i > 0; i--)
        {
            if (keys[i].Stored.SignsFrom <= instant)
            {
                return keys[i].Key;
            }
        }

        return keys.Count > 0 ? keys[0].Key : throw new InvalidOperationException("There is no key to sign with.");
    }

    public void TakeUp(IReadOnlyList<KnownKey> keys) => known = new(keys, new(keys.Select(k => k.Key.Verification)));

    private sealed record Known(IReadOnlyList<KnownKey> Keys, KeySet Verifying);
}
