using Microsoft.Net.Http.Headers;

namespace Zaguan.Comparison;

/// <summary>
/// The headers that a client of a login acts upon. Left out is what every server sets for itself (Date, Server, Content-Length, ETag, …),
/// what Zaguan always sets (Cache-Control and the other security headers), and CORS, which is configuration.
/// </summary>
internal static class HeaderComparison
{
    /// <summary>How each is reduced to what must be the same.</summary>
    private static readonly (string Name, Func<IEnumerable<string>, string> Reduce)[] Rules =
    [
        (HeaderNames.ContentType, v => MediaType(string.Join(", ", v))),
        (HeaderNames.ContentEncoding, v => Set(v)),
        (HeaderNames.Allow, v => Set(v)),
        // Behind the scheme there may be a nonce.
        (HeaderNames.WWWAuthenticate, v => string.Join(", ", v.Select(c => c.Trim().Split(' ')[0]).Order(StringComparer.OrdinalIgnoreCase))),
        // The two systems have two hosts, and a query may hold a token.
        (HeaderNames.Location, v => PathOf(v.First())),
        (HeaderNames.SetCookie, v => string.Join(", ", v.Select(c => c.Split('=')[0].Trim()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))),
        (HeaderNames.RetryAfter, _ => Present),
    ];

    private const string Present = "present";

    public static IReadOnlyList<string> Names => [.. Rules.Select(r => r.Name)];

    public static IEnumerable<Difference> Compare(IHeaderDictionary old, IHeaderDictionary zaguan, Disclosure disclosure)
    {
        foreach (var (name, reduce) in Rules.Concat(Carriers(old, zaguan)))
        {
            var (before, after) = (Reduced(old, name, reduce), Reduced(zaguan, name, reduce));
            if (!string.Equals(before, after, StringComparison.OrdinalIgnoreCase))
            {
                yield return new(DifferenceKind.Header, name, disclosure.Show(before), disclosure.Show(after));
            }
        }
    }

    /// <summary>Other headers that a token or a session may travel in: whether they are there.</summary>
    private static IEnumerable<(string Name, Func<IEnumerable<string>, string> Reduce)> Carriers(IHeaderDictionary old, IHeaderDictionary zaguan) =>
        old.Keys.Union(zaguan.Keys, StringComparer.OrdinalIgnoreCase)
            .Where(n => SecretNames.Has(n) && !n.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase) && !Array.Exists(Rules, r => string.Equals(r.Name, n, StringComparison.OrdinalIgnoreCase)))
            .Select(n => (n, (Func<IEnumerable<string>, string>)(_ => Present)));

    private static string Reduced(IHeaderDictionary headers, string name, Func<IEnumerable<string>, string> reduce) =>
        headers.TryGetValue(name, out var values) && values.OfType<string>().Where(v => v.Length > 0).ToList() is { Count: > 0 } written ? reduce(written) : Difference.Nothing;

    private static string MediaType(string written)
    {
        if (!MediaTypeHeaderValue.TryParse(written, out var type))
        {
            return written.Trim();
        }

        var parameters = type.Parameters.Select(p => $"; {p.Name}={HeaderUtilities.RemoveQuotes(p.Value)}".ToLowerInvariant()).Order(StringComparer.Ordinal);
        return $"{type.MediaType.ToString().ToLowerInvariant()}{string.Concat(parameters)}";
    }

    private static string Set(IEnumerable<string> values) =>
        string.Join(", ", values.SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase));

    private static string PathOf(string location) =>
        Uri.TryCreate(location, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri.AbsolutePath : location.Split('?', '#')[0];
}
