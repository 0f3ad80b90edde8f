namespace Zaguan.AspNetCore;

/// <summary>What becomes of a good token while nobody can say whether it was revoked.</summary>
public enum WhenRevocationsAreUnknown
{
    /// <summary>Fails closed: its request is answered 503 with Retry-After. Never 401: that nobody could be asked does not make a token wrong, and a client that is told 401 throws it away.</summary>
    RefuseTokens,

    /// <summary>Fails open: it is accepted. What was known to be revoked before stays refused.</summary>
    AcceptTokens,
}
