using System.Text.Json.Serialization;

namespace Zaguan.AspNetCore.Revocations;

/// <summary>
/// One entry of the revocation feed: one session, or all tokens with a certain claim that were issued before an instant, or all
/// tokens of the application that were.
/// </summary>
internal sealed record Revocation
{
    /// <summary>Grows with every entry.</summary>
    [JsonPropertyName("number")]
    public required long Number { get; init; }

    /// <summary>The revoked session: a token's jti.</summary>
    [JsonPropertyName("session")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Session { get; init; }

    /// <summary>When the session's token expires anyway, seconds since 1970.</summary>
    [JsonPropertyName("until")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Until { get; init; }

    /// <summary>The claim that names a user, with <see cref="Value"/>.</summary>
    [JsonPropertyName("claim")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Claim { get; init; }

    [JsonPropertyName("value")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Value { get; init; }

    /// <summary>Tokens whose iat is before this, or that have none, are revoked; seconds since 1970.</summary>
    [JsonPropertyName("issuedBefore")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? IssuedBefore { get; init; }
}

/// <summary>An answer of the revocation feed.</summary>
internal sealed record RevocationPage
{
    /// <summary>Of one answer.</summary>
    public const int MostEntries = 1_000;

    /// <summary>What to ask for entries after, next time. Smaller than what was asked: the list began anew, so begin anew too, after 0.</summary>
    [JsonPropertyName("last")]
    public required long Last { get; init; }

    [JsonPropertyName("revocations")]
    public required IReadOnlyList<Revocation> Revocations { get; init; }
}

[JsonSerializable(typeof(RevocationPage))]
internal sealed partial class RevocationJson : JsonSerializerContext;
