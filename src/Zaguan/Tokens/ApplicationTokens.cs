using Zaguan.AspNetCore.Jws;
using Zaguan.Contracts;

namespace Zaguan.Tokens;

/// <summary>An application's tokens: what signs them, and what believes them.</summary>
internal sealed class ApplicationTokens
{
    public required TokenIssuer Issuer { get; init; }

    public required TokenValidator Validator { get; init; }

    /// <summary>False: with a secret that is shared with the application's back-ends.</summary>
    public required bool SignsWithOwnKeys { get; init; }

    /// <summary>A request's Authorization header may hold the token alone.</summary>
    public required bool AcceptsRaw { get; init; }

    /// <summary>Tokens without a session here are good: the old system issued them.</summary>
    public required bool AcceptsOldTokens { get; init; }

    /// <summary>The claim that says whose a token is; null where none does.</summary>
    public required SubjectClaim? Subject { get; init; }
}
