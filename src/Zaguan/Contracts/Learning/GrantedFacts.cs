using System.Buffers.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Zaguan.Comparison;

namespace Zaguan.Contracts.Learning;

/// <summary>A token that an answer brought and that can be read.</summary>
internal sealed partial record ReadToken(string Text, JsonElement Header, JsonElement Claims)
{
    public string Algorithm => Header.TryGetProperty("alg", out var alg) && alg.ValueKind == JsonValueKind.String ? alg.GetString()! : "none";

    public DateTimeOffset? ExpiresAt => InstantOf("exp");

    /// <summary>From its beginning, or from the answer.</summary>
    public TimeSpan? LifetimeAt(DateTimeOffset at) => ExpiresAt is { } end ? GrantedFacts.Rounded(end - (InstantOf("iat") ?? InstantOf("nbf") ?? at), isExact: InstantOf("iat") is not null || InstantOf("nbf") is not null) : null;

    /// <summary>Null: it is no JSON Web Token (RFC 7519).</summary>
    public static ReadToken? Of(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 3 && Parse(parts[0]) is { } header && Parse(parts[1]) is { } claims ? new(text, header, claims) : null;
    }

    /// <summary>Whether there is one in a text.</summary>
    public static bool IsIn(string text) => Form().Matches(text).Any(m => IsToken(m.Value));

    /// <summary>A text without those that are in it.</summary>
    public static string Without(string text) => Form().Replace(text, m => IsToken(m.Value) ? Candidates.Hidden : m.Value);

    private DateTimeOffset? InstantOf(string claim) => Claims.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is > 0 and < 4_102_444_800
        ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
        : null;

    private static JsonElement? Parse(string part) =>
        part.Length > 0 && Base64Url.IsValid(part) && Exchange.Parse(Base64Url.DecodeFromChars(part)) is { ValueKind: JsonValueKind.Object } json ? json : null;

    private static bool IsToken(string text) => text.Contains("eyJ", StringComparison.Ordinal) || Of(text) is not null;

    // RFC 7515 §3.1: three parts; encrypted ones (RFC 7516) have five.
    [GeneratedRegex(@"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){2,4}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}

/// <summary>What a granted answer brings beside the user: tokens, instants, the number of a record. Found in one answer, or by what differs between two.</summary>
internal sealed partial class GrantedFacts
{
    private static readonly string[] RecordWords = ["access", "acceso", "log", "bitacora", "attempt", "intento"];

    private GrantedFacts()
    {
    }

    /// <summary>By answer; an opaque token is one that cannot be read.</summary>
    public required IReadOnlyList<string?> Tokens { get; init; }

    public required IReadOnlyList<string?> RefreshTokens { get; init; }

    public required IReadOnlyList<long?> AccessIds { get; init; }

    public required IReadOnlyList<DateTimeOffset?> Ends { get; init; }

    public TimeSpan? Lifetime { get; init; }

    public static GrantedFacts Of(IReadOnlyList<Exchange> granted, IReadOnlyList<Echo> echoes, Notes notes)
    {
        var values = granted.Select(e => e.Values.DistinctBy(v => v.At, StringComparer.Ordinal).ToDictionary(v => v.At, v => (v.Key, v.Value), StringComparer.Ordinal)).ToList();
        var places = values[0].Keys.Where(p => values.TrueForAll(v => v.ContainsKey(p)) && !echoes.Any(e => string.Equals(e.At, p, StringComparison.Ordinal))).ToList();
        var readable = places.Where(p => values.TrueForAll(v => ReadToken.Of(Bare(v[p].Value)) is not null))
            .OrderBy(p => ReadToken.Of(Bare(values[0][p].Value))!.LifetimeAt(granted[0].At) ?? TimeSpan.MaxValue).DistinctBy(p => Bare(values[0][p].Value), StringComparer.Ordinal).ToList();
        if (readable.Count > 2)
        {
            notes.Add($"There are {readable.Count} tokens in the granted answer; a contract has one and a refresh token. The file says them of {readable[0]} and {readable[1]}.");
        }

        var opaque = readable.Count > 0 ? null : Opaque(places, values);
        var token = readable.Count > 0 ? readable[0] : opaque;
        var refresh = readable.Count > 1 ? readable[1] : null;
        var record = RecordPlace(places, values, granted);
        var ends = granted.Select((e, i) => token is null ? null : readable.Count > 0 ? ReadToken.Of(Bare(values[i][token].Value))!.ExpiresAt : FirstEnd(places, values[i], e)).ToList();
        var lifetime = readable.Count > 0 ? ReadToken.Of(Bare(values[0][token!].Value))!.LifetimeAt(granted[0].At)
            : ends[0] is { } end ? Rounded(end - granted[0].At, isExact: false)
            : token is null ? null : LifetimeByKey(places, values[0]);
        return new()
        {
            Tokens = [.. values.Select(v => token is null ? null : Bare(v[token].Value))],
            RefreshTokens = [.. values.Select(v => refresh is null ? null : Bare(v[refresh].Value))],
            AccessIds = [.. values.Select(v => record is not null ? v[record].Value.GetInt64() : token is not null && Numbered().Match(Bare(v[token].Value)) is { Success: true, Length: < 19 } number ? long.Parse(number.ValueSpan[..^1], System.Globalization.CultureInfo.InvariantCulture) : (long?)null)],
            Ends = ends,
            Lifetime = lifetime,
        };
    }

    /// <summary>Clocks of two machines, and the time that an answer takes, leave some seconds over.</summary>
    public static TimeSpan Rounded(TimeSpan time, bool isExact) => isExact || time < TimeSpan.FromMinutes(2) ? TimeSpan.FromSeconds(Math.Max(1, Math.Round(time.TotalSeconds))) : TimeSpan.FromMinutes(Math.Round(time.TotalMinutes));

    private static string Bare(JsonElement value) => value.ValueKind != JsonValueKind.String ? "" : value.GetString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var token] ? token : value.GetString()!;

    /// <summary>A long text of chance: another in each answer, and called as tokens are, or the only one of its kind.</summary>
    private static string? Opaque(List<string> places, List<Dictionary<string, (string Key, JsonElement Value)>> values)
    {
        var found = places.Where(p => values.TrueForAll(v => OpaqueText().IsMatch(Uri.UnescapeDataString(Bare(v[p].Value)))) && (values.Count == 1 || !JsonElement.DeepEquals(values[0][p].Value, values[1][p].Value))).ToList();
        var called = found.Where(p => SecretNames.Has(values[0][p].Key)).ToList();
        return called.OrderByDescending(p => p.StartsWith('/')).FirstOrDefault() ?? (values.Count > 1 && found is [var only] && !Guid.TryParseExact(Bare(values[0][only].Value), "D", out _) ? only : null);
    }

    private static string? RecordPlace(List<string> places, List<Dictionary<string, (string Key, JsonElement Value)>> values, IReadOnlyList<Exchange> granted) => values.Count < 2 ? null : places
        .Where(p => values[0][p].Value.ValueKind == JsonValueKind.Number && values[0][p].Value.TryGetInt64(out var first) && values[1][p].Value.TryGetInt64(out var second) && second > first && second - first < 100_000
            && !(Instants.Read(values[0][p].Value) is { } read && read.Instant > granted[0].At.AddDays(-1)))
        .OrderByDescending(p => Array.Exists(RecordWords, w => values[0][p].Key.Contains(w, StringComparison.OrdinalIgnoreCase))).FirstOrDefault();

    /// <summary>An instant that lies ahead.</summary>
    private static DateTimeOffset? FirstEnd(List<string> places, Dictionary<string, (string Key, JsonElement Value)> values, Exchange exchange) => places
        .Select(p => Instants.Read(values[p].Value)?.Instant).FirstOrDefault(i => i is { } instant && instant > exchange.At.AddMinutes(3) && instant < exchange.At.AddYears(2));

    /// <summary>RFC 6749 §5.1: seconds.</summary>
    private static TimeSpan? LifetimeByKey(List<string> places, Dictionary<string, (string Key, JsonElement Value)> values) => places
        .Where(p => values[p].Key.Replace("_", "", StringComparison.Ordinal).Equals("expiresin", StringComparison.OrdinalIgnoreCase) && values[p].Value.ValueKind == JsonValueKind.Number)
        .Select(p => values[p].Value.TryGetInt64(out var seconds) && seconds is > 0 and < 1_000_000_000 ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null).FirstOrDefault();

    [GeneratedRegex(@"^[A-Za-z0-9+/=._~|-]{16,512}$", RegexOptions.NonBacktracking)]
    private static partial Regex OpaqueText();

    [GeneratedRegex(@"^[0-9]{1,18}\|", RegexOptions.NonBacktracking)]
    private static partial Regex Numbered();
}
