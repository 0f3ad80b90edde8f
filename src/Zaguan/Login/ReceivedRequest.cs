using Microsoft.Net.Http.Headers;

namespace Zaguan.Login;

/// <summary>A login request as it came, to be handed on to the old system.</summary>
internal sealed class ReceivedRequest(Secret body, IHeaderDictionary headers) : IDisposable
{
    /// <summary>
    /// What concerns this connection alone (RFC 9110 §7.6.1), what is written anew, and what nobody could compare: a reply that is packed.
    /// </summary>
    private static readonly HashSet<string> NotHandedOn = new(
        [
            HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.ProxyAuthenticate, HeaderNames.ProxyAuthorization, HeaderNames.ProxyConnection, HeaderNames.TE, HeaderNames.Trailer,
            HeaderNames.TransferEncoding, HeaderNames.Upgrade, HeaderNames.Host, HeaderNames.ContentLength, HeaderNames.Expect, HeaderNames.AcceptEncoding,
            "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP",
        ],
        StringComparer.OrdinalIgnoreCase);

    public Secret Body => body;

    public void CopyHeaders(HttpRequestMessage request, HttpContent content)
    {
        foreach (var (name, values) in headers.Where(h => !NotHandedOn.Contains(h.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }
    }

    public static bool IsHandedOn(string header) => !NotHandedOn.Contains(header);

    public void Dispose() => body.Dispose();
}
