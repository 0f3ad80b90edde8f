using System.Collections.Concurrent;

namespace Zaguan.AspNetCore.Jws;

/// <summary>The claims of tokens that were good a while ago. Bounded: when one half is full, the other half, which is older, goes.</summary>
internal sealed class TokenMemory(int most)
{
    /// <summary>Tokens; about 2 KB each.</summary>
    public const int Usual = 10_000;

    private volatile Halves halves = new(new(), new());

    public TokenClaims? Find(TokenFingerprint token)
    {
        var now = halves;
        if (now.Young.TryGetValue(token, out var young))
        {
            return young;
        }

        if (!now.Old.TryGetValue(token, out var old))
        {
            return null;
        }

        Keep(token, old);
        return old;
    }

    public void Keep(TokenFingerprint token, TokenClaims claims)
    {
        if (most == 0)
        {
            return;
        }

        var now = halves;
        if (now.Young.Count >= most / 2)
        {
            // Two that find it full at once forget a little more than they had to.
            now = halves = new(new(), now.Young);
        }

        now.Young.TryAdd(token, claims);
    }

    private sealed record Halves(ConcurrentDictionary<TokenFingerprint, TokenClaims> Young, ConcurrentDictionary<TokenFingerprint, TokenClaims> Old);
}
