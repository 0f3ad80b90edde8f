using System.Text;
using Zaguan.AspNetCore.Jws;

namespace Zaguan.AspNetCore;

/// <summary>What makes a secret good enough to sign with: one rule for whoever signs and whoever believes.</summary>
internal static class SharedSecret
{
    private const int FewestCharacters = 8;
    private const string Remedy = "Make one with: openssl rand -base64 48";

    /// <summary>Printed in documentation that everybody can read: whoever signs with one of these lets everybody sign.</summary>
    private static readonly string[] Public =
    [
        "4b436579-7850-45bc-be7a-0e8a7c7715c9", // Romsoft's document
        "a-string-secret-at-least-256-bits-long", // jwt.io
        "your-256-bit-secret-your-256-bit-secret",
        "your_super_secret_key_that_is_at_least_32_characters_long",
        "ThisIsMySuperSecretKeyForJwtAuthentication",
        "this is my custom Secret key for authentication", // a .NET tutorial that many copied
    ];

    /// <summary>What is wrong with a secret, as the rest of a sentence ("has 5 bytes; …") without the secret; null where nothing is.</summary>
    /// <param name="isDevelopment">Development may sign with a secret that everybody knows.</param>
    public static string? Objection(string secret, bool isDevelopment) => Encoding.UTF8.GetByteCount(secret) switch
    {
        0 => "is empty.",
        < VerificationKey.ShortestSecret and var length => $"has {length} bytes; HS256 needs at least {VerificationKey.ShortestSecret} (RFC 7518 §3.2). {Remedy}",
        _ when secret.Distinct().Count() < FewestCharacters => $"repeats a few characters; anybody can guess it. {Remedy}",
        _ when !isDevelopment && Public.Contains(secret.Trim(), StringComparer.OrdinalIgnoreCase) => $"is printed in public documentation, so anybody can sign with it. {Remedy}",
        _ => null,
    };
}
