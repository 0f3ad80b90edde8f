using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Zaguan.Login;

/// <summary>A login request as it came, to be handed on to the old system; and what of the reply is handed back.</summary>
internal sealed class ReceivedRequest(Secret body, IHeaderDictionary headers) : IDisposable
{
    /// <summary>What concerns one connection alone (RFC 9110 §7.6.1), and what is written anew.</summary>
    private static readonly HashSet<string> OfOneConnection = new(
        [
            HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.ProxyAuthenticate, HeaderNames.ProxyAuthorization, HeaderNames.ProxyConnection, HeaderNames.TE, HeaderNames.Trailer,
            HeaderNames.TransferEncoding, HeaderNames.Upgrade, HeaderNames.Host, HeaderNames.ContentLength, HeaderNames.Date,
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>What a stranger may not say to the old system through us: where the request comes from, where it goes, and that the reply be packed, which nobody could compare.</summary>
    private static readonly string[] NotSaidThere =
    [
        "Accept-Encoding", "CF-", "Client-IP", "Content-Encoding", "Expect", "Fastly-", "Forwarded", "Proxy", "True-Client-IP", "Via",
        "X-Client-IP", "X-Cluster-", "X-Forwarded", "X-HTTP-Method", "X-Method-Override", "X-Original-", "X-Real-IP", "X-Remote-", "X-Rewrite-", "WL-Proxy",
    ];

    /// <summary>What Zaguan decides for every answer: who may read it, keep it, frame it.</summary>
    private static readonly string[] NotSaidHere =
    [
        "Access-Control-", "Alt-Svc", "Cache-Control", "Content-Security-Policy", "Expires", "Pragma", "Referrer-Policy", "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options",
    ];

    public Secret Body => body;

    public void CopyHeaders(HttpRequestMessage request, HttpContent content)
    {
        foreach (var (name, values) in HandedOn(headers, NotSaidThere))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }
    }

    /// <summary>Those of the old system's reply that the client gets.</summary>
    public static IEnumerable<KeyValuePair<string, StringValues>> HandedBack(IHeaderDictionary reply) => HandedOn(reply, NotSaidHere);

    public void Dispose() => body.Dispose();

    private static IEnumerable<KeyValuePair<string, StringValues>> HandedOn(IHeaderDictionary headers, string[] notSaid)
    {
        // Whoever writes a header into Connection means it for this connection.
        var named = headers.Connection.SelectMany(c => (c ?? "").Split(',', StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return headers.Where(h => !OfOneConnection.Contains(h.Key) && !named.Contains(h.Key) && !IsAmong(notSaid, h.Key));
    }

    // To CGI and its heirs X_Forwarded_For is X-Forwarded-For.
    private static bool IsAmong(string[] prefixes, string header) => Array.Exists(prefixes, p => header.Replace('_', '-').StartsWith(p, StringComparison.OrdinalIgnoreCase));
}
