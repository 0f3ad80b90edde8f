namespace Zaguan.AspNetCore.Jws;

/// <summary>Why a token is not good. For logs and metrics; whoever sent it is told none of this.</summary>
internal enum TokenObjection
{
    None,
    TooLong,
    NotThreeParts,
    NotBase64Url,
    UnreadableHeader,

    /// <summary>A header parameter that would have to be understood, or that brings a key: crit, b64, jwk, jku, x5u, x5c, zip, cty.</summary>
    ForbiddenHeader,
    UnknownAlgorithm,

    /// <summary>The key that the header names signs with another algorithm.</summary>
    OtherAlgorithm,
    UnknownKey,
    WrongSignature,
    UnreadableClaims,

    /// <summary>A registered claim (RFC 7519 §4.1) of another type than its own.</summary>
    WrongClaimType,
    NoExpiry,
    Expired,
    NotYetValid,
    WrongIssuer,
    WrongAudience,

    /// <summary>It was good, and was revoked.</summary>
    Revoked,

    /// <summary>Its session is another application's.</summary>
    OtherApplication,

    /// <summary>There is no session for it, and only tokens with one are accepted.</summary>
    NoSession,
}
