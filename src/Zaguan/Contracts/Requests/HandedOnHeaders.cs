using Microsoft.Net.Http.Headers;

namespace Zaguan.Contracts.Requests;

/// <summary>Which headers of a client's request reach an old system: those of a request that is handed on, and those in which a contract's fields stand.</summary>
internal static class HandedOnHeaders
{
    /// <summary>What concerns one connection alone (RFC 9110 §7.6.1), and what is written anew for each.</summary>
    public static readonly IReadOnlyList<string> OfOneConnection =
    [
        HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.ProxyAuthenticate, HeaderNames.ProxyAuthorization, HeaderNames.ProxyConnection, HeaderNames.TE, HeaderNames.Trailer,
        HeaderNames.TransferEncoding, HeaderNames.Upgrade, HeaderNames.Host, HeaderNames.ContentLength, HeaderNames.Date,
    ];

    /// <summary>How those begin that a stranger may not say to an old system through us: where the request comes from, where it goes, and that the reply be packed, which nobody could compare.</summary>
    public static readonly IReadOnlyList<string> NotSaidThere =
    [
        "Accept-Encoding", "CF-", "Client-IP", "Content-Encoding", "Expect", "Fastly-", "Forwarded", "Proxy", "True-Client-IP", "Via",
        "X-Client-IP", "X-Cluster-", "X-Forwarded", "X-HTTP-Method", "X-Method-Override", "X-Original-", "X-Real-IP", "X-Remote-", "X-Rewrite-", "WL-Proxy",
    ];

    public static bool IsOfOneConnection(string header) => OfOneConnection.Contains(Dashed(header), StringComparer.OrdinalIgnoreCase);

    public static bool IsSaidThere(string header) => !BeginsLike(NotSaidThere, header);

    public static bool BeginsLike(IReadOnlyList<string> prefixes, string header)
    {
        var name = Dashed(header);
        return prefixes.Any(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase));
    }

    // To CGI and its heirs X_Forwarded_For is X-Forwarded-For; to some of them X.Forwarded.For is too.
    private static string Dashed(string header) => string.Concat(header.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
}
