using System.Text.Json;
using System.Text.Unicode;

namespace Zaguan.AspNetCore.Jws;

/// <summary>What a JWS header (RFC 7515 §4) may say here.</summary>
internal readonly record struct JwsHeader(SignatureAlgorithm Algorithm, string? KeyId)
{
    private const int MostMembers = 16;

    /// <summary>Parameters that must be understood to be obeyed, that bring a key along, or that wrap another token.</summary>
    private static readonly HashSet<string> Forbidden = new(["crit", "b64", "jwk", "jku", "x5u", "x5c", "zip", "cty", "enc", "epk"], StringComparer.OrdinalIgnoreCase);

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 4 };

    public static bool TryRead(ReadOnlySpan<byte> json, out JwsHeader header, out TokenObjection objection)
    {
        header = default;
        objection = TokenObjection.UnreadableHeader;
        try
        {
            return Utf8.IsValid(json) && TryReadMembers(json, ref header, ref objection);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair, escaped.
            return false;
        }
    }

    private static bool TryReadMembers(ReadOnlySpan<byte> json, ref JwsHeader header, ref TokenObjection objection)
    {
        var reader = new Utf8JsonReader(json, Strict);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        string? algorithm = null, keyId = null;
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (names.Count == MostMembers || !names.Add(name))
            {
                return false;
            }

            if (Forbidden.Contains(name))
            {
                objection = TokenObjection.ForbiddenHeader;
                return false;
            }

            reader.Read();
            switch (name)
            {
                case "alg" or "kid" or "typ" when reader.TokenType != JsonTokenType.String:
                    return false;
                case "alg":
                    algorithm = reader.GetString();
                    break;
                case "kid":
                    keyId = reader.GetString();
                    break;
                case "typ" when !IsJwt(reader.GetString()!):
                    objection = TokenObjection.ForbiddenHeader;
                    return false;
                default:
                    // RFC 7515 §4: what is not understood, and not critical, is ignored.
                    reader.Skip();
                    break;
            }
        }

        // Reading on to the end: what stands behind the object is an error of JSON.
        if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
        {
            return false;
        }

        if (!TryName(algorithm, out var known))
        {
            objection = TokenObjection.UnknownAlgorithm;
            return false;
        }

        (header, objection) = (new(known, keyId), TokenObjection.None);
        return true;
    }

    // RFC 7519 §5.1, and RFC 9068 for access tokens. Another type is a token for something else: an ID token for a log-out, a proof of possession.
    private static bool IsJwt(string type) =>
        type.Equals("JWT", StringComparison.OrdinalIgnoreCase) || type.Equals("at+jwt", StringComparison.OrdinalIgnoreCase)
        || type.Equals("application/jwt", StringComparison.OrdinalIgnoreCase) || type.Equals("application/at+jwt", StringComparison.OrdinalIgnoreCase);

    private static bool TryName(string? algorithm, out SignatureAlgorithm known)
    {
        (known, var isKnown) = algorithm switch
        {
            "HS256" => (SignatureAlgorithm.HS256, true),
            "ES256" => (SignatureAlgorithm.ES256, true),
            "RS256" => (SignatureAlgorithm.RS256, true),
            "HS384" => (SignatureAlgorithm.HS384, true),
            "HS512" => (SignatureAlgorithm.HS512, true),
            _ => (default, false),
        };
        return isKnown;
    }
}
