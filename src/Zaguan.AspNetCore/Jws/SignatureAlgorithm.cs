namespace Zaguan.AspNetCore.Jws;

/// <summary>The signatures that are believed (RFC 7518 §3.1). There is no other, and none that is none.</summary>
internal enum SignatureAlgorithm
{
    /// <summary>HMAC with SHA-256 and a shared secret.</summary>
    HS256,

    /// <summary>ECDSA on P-256 with SHA-256.</summary>
    ES256,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256.</summary>
    RS256,

    /// <summary>HMAC with SHA-384 and a shared secret.</summary>
    HS384,

    /// <summary>HMAC with SHA-512 and a shared secret.</summary>
    HS512,
}
