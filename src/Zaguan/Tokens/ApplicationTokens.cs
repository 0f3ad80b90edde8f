using Zaguan.AspNetCore.Jws;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Templates;

namespace Zaguan.Tokens;

/// <summary>An application's tokens: what signs them, and what believes them.</summary>
internal sealed class ApplicationTokens
{
    /// <summary>Null: its tokens are opaque.</summary>
    public required TokenIssuer? Issuer { get; init; }

    /// <summary>Null: its tokens are opaque, and known by their hash.</summary>
    public required TokenValidator? Validator { get; init; }

    /// <summary>What an opaque token looks like; null: it is a signed one.</summary>
    public TextTemplate? Opaque { get; init; }

    /// <summary>Signs refresh tokens; null: there are none.</summary>
    public TokenIssuer? Refresh { get; init; }

    /// <summary>The claim, and what it says, by which a refresh token is known; null: there are none.</summary>
    public (string Claim, string Says)? RefreshMark { get; init; }

    public required TimeSpan Lifetime { get; init; }

    /// <summary>Lifetimes that hold under a condition, in their order.</summary>
    public IReadOnlyList<(Condition If, TimeSpan Lifetime)> Lifetimes { get; init; } = [];

    /// <summary>False: with a secret that is shared with the application's back-ends, or not at all.</summary>
    public required bool SignsWithOwnKeys { get; init; }

    /// <summary>A request's Authorization header may hold the token alone.</summary>
    public required bool AcceptsRaw { get; init; }

    /// <summary>Tokens without a session here are good: the old system issued them.</summary>
    public required bool AcceptsOldTokens { get; init; }

    /// <summary>The claim that says whose a token is; null where none does.</summary>
    public required SubjectClaim? Subject { get; init; }

    /// <summary>How long a token of this request is good.</summary>
    public TimeSpan LifetimeFor(AnswerValues values)
    {
        foreach (var (condition, lifetime) in Lifetimes)
        {
            if (condition.Holds(values))
            {
                return lifetime;
            }
        }

        return Lifetime;
    }
}
