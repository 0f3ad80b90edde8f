namespace Zaguan.AspNetCore;

/// <summary>Secrets that are printed in documentation: whoever signs with one of these lets everybody sign.</summary>
internal static class PublicSecrets
{
    private static readonly string[] Known =
    [
        "4b436579-7850-45bc-be7a-0e8a7c7715c9", // Romsoft's document
        "a-string-secret-at-least-256-bits-long", // jwt.io
        "your-256-bit-secret-your-256-bit-secret",
        "your_super_secret_key_that_is_at_least_32_characters_long",
        "ThisIsMySuperSecretKeyForJwtAuthentication",
        "this is my custom Secret key for authentication", // a .NET tutorial that many copied
    ];

    public static bool Contains(string secret) => Known.Contains(secret.Trim(), StringComparer.OrdinalIgnoreCase);
}
