using System.Security.Claims;
using System.Text.Json;
using System.Text.Unicode;

namespace Zaguan.AspNetCore.Jws;

/// <summary>The claims of a token whose signature is right: one JSON object in which no name stands twice, the registered claims (RFC 7519 §4.1) of their own types.</summary>
internal sealed class TokenClaims
{
    /// <summary>The last second that a date can have; what is behind it is no instant.</summary>
    private const long LastSecond = 253_402_300_799;

    /// <summary>Letters of a jti: revoked ones are kept.</summary>
    private const int LongestId = 256;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly JsonElement claims;

    private TokenClaims(JsonElement claims) => this.claims = claims;

    /// <summary>exp, seconds since 1970.</summary>
    public long? ExpiresAt { get; private set; }

    /// <summary>nbf, seconds since 1970.</summary>
    public long? NotBefore { get; private set; }

    /// <summary>iat, seconds since 1970.</summary>
    public long? IssuedAt { get; private set; }

    /// <summary>jti: of Zaguan's own tokens, the session's id.</summary>
    public string? Id { get; private set; }

    public string? Issuer { get; private set; }

    public IReadOnlyList<string> Audiences { get; private set; } = [];

    /// <summary>What a back-end made of them, kept so that it is made once for a token that comes again. Nobody may change it.</summary>
    public ClaimsIdentity? Identity { get; set; }

    public IEnumerable<JsonProperty> All => claims.EnumerateObject();

    /// <summary>A claim as text: a text itself, a number as it was written, true or false; null where there is none, or where it is a list or an object.</summary>
    public string? Text(string name) => claims.TryGetProperty(name, out var claim) ? Text(claim) : null;

    public static string? Text(JsonElement claim) => claim.ValueKind switch
    {
        JsonValueKind.String => claim.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => claim.GetRawText(),
        _ => null,
    };

    public static TokenClaims? Read(ReadOnlySpan<byte> json, out TokenObjection objection)
    {
        objection = TokenObjection.UnreadableClaims;
        if (!Utf8.IsValid(json))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json.ToArray(), Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            CheckTexts(document.RootElement);
            var read = new TokenClaims(document.RootElement.Clone());
            objection = read.TakeRegistered() ? TokenObjection.None : TokenObjection.WrongClaimType;
            return objection == TokenObjection.None ? read : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair, escaped.
            return null;
        }
    }

    /// <summary>Reads every text once, so that none throws when somebody wants it.</summary>
    private static void CheckTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    CheckTexts(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    CheckTexts(item);
                }

                break;
        }
    }

    private bool TakeRegistered()
    {
        foreach (var claim in claims.EnumerateObject())
        {
            var isRight = claim.Name switch
            {
                "exp" => TryInstant(claim.Value, e => ExpiresAt = e),
                "nbf" => TryInstant(claim.Value, n => NotBefore = n),
                "iat" => TryInstant(claim.Value, i => IssuedAt = i),
                "jti" => TryText(claim.Value, t => Id = t) && Id!.Length <= LongestId,
                "iss" => TryText(claim.Value, t => Issuer = t),
                // RFC 7519 wants a text; many old systems write the number of a user.
                "sub" => claim.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number,
                "aud" => TryAudiences(claim.Value),
                _ => true,
            };
            if (!isRight)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryInstant(JsonElement value, Action<long> take)
    {
        // Whole seconds: what RFC 7519 calls NumericDate may have a fraction, and nobody's token has one.
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var seconds) || seconds is < 0 or > LastSecond)
        {
            return false;
        }

        take(seconds);
        return true;
    }

    private static bool TryText(JsonElement value, Action<string> take)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        take(value.GetString()!);
        return true;
    }

    private bool TryAudiences(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            Audiences = [value.GetString()!];
            return true;
        }

        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(a => a.ValueKind != JsonValueKind.String))
        {
            return false;
        }

        Audiences = [.. value.EnumerateArray().Select(a => a.GetString()!)];
        return true;
    }
}
