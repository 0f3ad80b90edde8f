using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Zaguan.AspNetCore.Jws;
using Zaguan.Login;

namespace Zaguan.Tokens;

/// <summary>
/// What a browser brings in place of a token: a cookie of 256 bits of chance, of which the database has the SHA-256. Its name's prefix lets
/// browsers take it from this host alone, over HTTPS (RFC 6265bis §4.1.3.2); it goes when the browser is closed, or with its session.
/// </summary>
internal sealed class SessionCookie(string application, TimeSpan lifetime)
{
    private const int SecretBytes = 32;
    private const string Attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax";

    public string Name { get; } = $"__Host-zaguan-{application}";

    /// <summary>Of the session behind it.</summary>
    public TimeSpan Lifetime => lifetime;

    public static Secret NewSecret()
    {
        Span<byte> secret = stackalloc byte[SecretBytes];
        RandomNumberGenerator.Fill(secret);
        var kept = new Secret(secret);
        CryptographicOperations.ZeroMemory(secret);
        return kept;
    }

    public static string Hash(Secret secret) => Hash(secret.Reveal());

    public void Set(HttpResponse response, Secret secret) =>
        response.Headers.Append("Set-Cookie", $"{Name}={Base64Url.EncodeToString(secret.Reveal())}{Attributes}");

    public void Clear(HttpResponse response) => response.Headers.Append("Set-Cookie", $"{Name}=; Max-Age=0{Attributes}");

    /// <summary>Whether a request's cookies have one of this name, good or not.</summary>
    public bool IsIn(StringValues cookies) => Values(cookies).Any();

    /// <summary>The hash by which the session is known; null: the request's cookies have none of this name, or several, or one that no session has.</summary>
    public string? HashIn(StringValues cookies)
    {
        var values = Values(cookies).Take(2).ToList();
        if (values is not [{ Length: < 64 } value])
        {
            return null;
        }

        Span<byte> secret = stackalloc byte[64];
        return CanonicalBase64Url.TryDecode(Encoding.UTF8.GetBytes(value), secret, out var length) && length == SecretBytes ? Hash(secret[..length]) : null;
    }

    /// <summary>HTTP/2 may send a header for each (RFC 9113 §8.2.3).</summary>
    private IEnumerable<string> Values(StringValues cookies) =>
        from header in cookies
        from pair in (header ?? "").Split(';')
        let sign = pair.IndexOf('=', StringComparison.Ordinal)
        where sign >= 0 && string.Equals(pair[..sign].Trim(' '), Name, StringComparison.Ordinal)
        select pair[(sign + 1)..].Trim(' ');

    private static string Hash(ReadOnlySpan<byte> secret) => Convert.ToHexStringLower(SHA256.HashData(secret));
}
