namespace Zaguan.BackEnds;

/// <summary>
/// Whether a page of the back-end's own origin sent a request: a browser adds the cookie to what other sites make it send as well
/// (https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html).
/// </summary>
internal static class RequestOrigin
{
    /// <param name="scheme">Of the request; null: unknown, the host alone counts.</param>
    /// <param name="host">With the port, as the browser sent it.</param>
    /// <param name="allowed">Other origins whose pages may ask.</param>
    public static bool IsOurs(IHeaderDictionary headers, string? scheme, string? host, IReadOnlyList<string> allowed)
    {
        if (headers.Origin.Count > 0)
        {
            // "null" is what a browser says of a page whose origin it hides: nobody's.
            return headers.Origin is [{ } origin] && IsOrigin(origin, scheme, host, allowed);
        }

        var site = headers["Sec-Fetch-Site"];
        if (site.Count > 0)
        {
            return site is ["same-origin" or "none"];
        }

        return headers.Referer is [{ } page] && Uri.TryCreate(page, UriKind.Absolute, out var uri) && IsOrigin(uri.GetLeftPart(UriPartial.Authority), scheme, host, allowed);
    }

    private static bool IsOrigin(string text, string? scheme, string? host, IReadOnlyList<string> allowed) =>
        Parse(text) is { } origin
        && ((host is not null && Parse($"{scheme ?? origin.Scheme}://{host}") == origin) || allowed.Any(a => Parse(a) == origin));

    /// <summary>Null: it is no origin of the web.</summary>
    private static (string Scheme, string Host, int Port)? Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri is { UserInfo: "", PathAndQuery: "/", Fragment: "" }
            ? (uri.Scheme, uri.IdnHost, uri.Port)
            : null;
}
