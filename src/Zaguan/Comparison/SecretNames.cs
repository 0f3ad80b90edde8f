namespace Zaguan.Comparison;

/// <summary>Names of keys and headers behind which there may be a password, a token or a session: what stands there is never shown.</summary>
internal static class SecretNames
{
    private static readonly string[] Words =
    [
        "token", "jwt", "bearer", "auth", "session", "sesion", "sesión", "cookie", "credential", "credencial",
        "secret", "pass", "pwd", "clave", "contrase", "hash", "salt", "otp", "apikey", "api-key", "api_key",
    ];

    public static bool Has(string name) => Array.Exists(Words, w => name.Contains(w, StringComparison.OrdinalIgnoreCase));
}
