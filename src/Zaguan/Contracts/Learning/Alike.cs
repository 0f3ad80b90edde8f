using System.Text.Json;
using System.Text.RegularExpressions;

namespace Zaguan.Contracts.Learning;

/// <summary>Whether two answers say the same, but for what is another in every answer and what the request itself said.</summary>
internal static partial class Alike
{
    private const string Masked = "¤";

    public static bool Are(Exchange one, Exchange other, IReadOnlyList<Echo>? echoes = null) =>
        one.Reply.Status == other.Reply.Status && string.Equals(Gist(one, echoes ?? []), Gist(other, echoes ?? []), StringComparison.Ordinal);

    /// <summary>Whether two answers have the same members, whatever these say.</summary>
    public static bool HaveOneShape(Exchange one, Exchange other) =>
        one.Reply.Status == other.Reply.Status && one.Values.Select(v => v.At).SequenceEqual(other.Values.Select(v => v.At), StringComparer.Ordinal);

    private static string Gist(Exchange exchange, IReadOnlyList<Echo> echoes)
    {
        var said = exchange.Question.Said.Values.Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!).Where(t => t.Length > 2).OrderByDescending(t => t.Length).ToList();
        var texts = exchange.Json is null
            ? [Of(exchange.Text)]
            : exchange.Values.Where(v => v.At is "" or ['/', ..]).Select(v => $"{v.At}={(echoes.Any(e => string.Equals(e.At, v.At, StringComparison.Ordinal)) ? Masked : Of(v.Value.GetRawText()))}");
        return string.Join('\n', texts.Append(Of(exchange.Reply.Headers.Location.ToString())));

        string Of(string text) => Volatile().Replace(said.Aggregate(text, (t, s) => t.Replace(s, Masked, StringComparison.Ordinal)), Masked);
    }

    // UUIDs, trace parents, long texts of chance, instants, and seconds or milliseconds since 1970.
    [GeneratedRegex(@"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}|eyJ[A-Za-z0-9._-]+|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+|\b1[0-9]{9}([0-9]{3})?\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Volatile();
}
