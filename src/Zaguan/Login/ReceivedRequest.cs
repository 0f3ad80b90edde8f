using Microsoft.Extensions.Primitives;
using Zaguan.Contracts.Requests;

namespace Zaguan.Login;

/// <summary>A login request as it came, to be handed on to the old system; and what of the reply is handed back.</summary>
internal sealed class ReceivedRequest(Secret body, IHeaderDictionary headers) : IDisposable
{
    /// <summary>What Zaguan decides for every answer: who may read it, keep it, frame it.</summary>
    private static readonly string[] NotSaidHere =
    [
        "Access-Control-", "Alt-Svc", "Cache-Control", "Content-Security-Policy", "Expires", "Pragma", "Referrer-Policy", "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options",
    ];

    public Secret Body => body;

    public void CopyHeaders(HttpRequestMessage request, HttpContent content)
    {
        foreach (var (name, values) in HandedOn(headers, HandedOnHeaders.NotSaidThere))
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

    private static IEnumerable<KeyValuePair<string, StringValues>> HandedOn(IHeaderDictionary headers, IReadOnlyList<string> notSaid)
    {
        // Whoever writes a header into Connection means it for this connection.
        var named = headers.Connection.SelectMany(c => (c ?? "").Split(',', StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return headers.Where(h => !HandedOnHeaders.IsOfOneConnection(h.Key) && !named.Contains(h.Key) && !HandedOnHeaders.BeginsLike(notSaid, h.Key));
    }
}
