using Microsoft.Extensions.Primitives;

namespace Zaguan.BackEnds;

/// <summary>The request that a proxy asks about, as the proxy tells it. What it does not tell, or tells twice, is null.</summary>
/// <param name="Target">Path and query.</param>
internal sealed record OriginalRequest(string? Method, string? Target, string? Scheme, string? Host)
{
    /// <summary>It changes nothing (RFC 9110 §9.2.1). One that the proxy does not tell may change anything.</summary>
    public bool IsSafe => Method is "GET" or "HEAD" or "OPTIONS";

    public static OriginalRequest Of(HttpRequest request)
    {
        var headers = request.Headers;
        return new(
            Single(headers["X-Forwarded-Method"]),
            headers["X-Forwarded-Uri"] is [{ Length: > 0 } target] ? target : null,
            // Where the proxy is a trusted one, its word has become the request's own (TrustedProxies).
            headers.TryGetValue("X-Forwarded-Proto", out var scheme) ? Single(scheme) : request.Scheme,
            Single(headers["X-Forwarded-Host"]));
    }

    private static string? Single(StringValues header) => header is [{ Length: > 0 } value] && !value.Contains(',', StringComparison.Ordinal) ? value : null;
}
