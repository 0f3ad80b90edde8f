using System.Globalization;
using System.Text.Json.Serialization;
using Zaguan.BackEnds;
using Zaguan.Operations;

namespace Zaguan.Tokens.Keys;

/// <summary>What a stock JWT library asks for: the public keys (RFC 7517), and where they and the rest are.</summary>
internal static class KeyRoutes
{
    public const string Prefix = "/.well-known";
    public const string KeySet = $"{Prefix}/jwks.json";

    /// <summary>OpenID Connect Discovery 1.0 §4, and RFC 8414 §3.</summary>
    private static readonly string[] Discovery = [$"{Prefix}/openid-configuration", $"{Prefix}/oauth-authorization-server"];

    /// <summary>Well within the time that a key is published before it signs.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(5);

    public static void MapKeys(this WebApplication app)
    {
        app.MapGet(KeySet, (HttpContext http, Setup setup) => AnswerAsync(http, setup.Keys));
        foreach (var path in Discovery)
        {
            app.MapGet(path, (HttpContext http, Setup setup) => AnswerDiscoveryAsync(http, setup));
        }
    }

    private static Task AnswerAsync(HttpContext http, KeyRing ring)
    {
        MayBeKept(http);
        return http.Response.WriteAsJsonAsync(new JwkSet([.. ring.Keys.Select(k => new Jwk(k.Key.Id, k.Key.X, k.Key.Y))]), KeyJson.Default.JwkSet);
    }

    private static Task AnswerDiscoveryAsync(HttpContext http, Setup setup)
    {
        if (setup.Settings.PublicUrl is not { } url)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        MayBeKept(http);
        return http.Response.WriteAsJsonAsync(Zaguan.Tokens.Keys.Discovery.Of(url), KeyJson.Default.Discovery);
    }

    private static void MayBeKept(HttpContext http) =>
        http.Response.Headers.CacheControl = string.Create(CultureInfo.InvariantCulture, $"public, max-age={KeptFor.TotalSeconds}");
}

/// <summary>RFC 7517 §5.</summary>
internal sealed record JwkSet([property: JsonPropertyName("keys")] IReadOnlyList<Jwk> Keys);

/// <summary>The public half of a key of P-256, RFC 7518 §6.2.1.</summary>
internal sealed record Jwk([property: JsonPropertyName("kid")] string Id, [property: JsonPropertyName("x")] string X, [property: JsonPropertyName("y")] string Y)
{
    [JsonPropertyName("kty")]
    public string Type { get; } = "EC";

    [JsonPropertyName("crv")]
    public string Curve { get; } = "P-256";

    [JsonPropertyName("use")]
    public string Use { get; } = "sig";

    [JsonPropertyName("alg")]
    public string Algorithm { get; } = SigningKey.Algorithm;
}

/// <summary>The metadata of RFC 8414 §2, as far as there is something here.</summary>
internal sealed record Discovery
{
    [JsonPropertyName("issuer")]
    public required string Issuer { get; init; }

    [JsonPropertyName("jwks_uri")]
    public required string KeySet { get; init; }

    [JsonPropertyName("introspection_endpoint")]
    public required string Introspection { get; init; }

    [JsonPropertyName("introspection_endpoint_auth_methods_supported")]
    public IReadOnlyList<string> IntrospectionMethods { get; } = ["client_secret_basic"];

    [JsonPropertyName("revocation_endpoint")]
    public required string Revocation { get; init; }

    [JsonPropertyName("revocation_endpoint_auth_methods_supported")]
    public IReadOnlyList<string> RevocationMethods { get; } = ["client_secret_basic"];

    [JsonPropertyName("id_token_signing_alg_values_supported")]
    public IReadOnlyList<string> Algorithms { get; } = [SigningKey.Algorithm];

    [JsonPropertyName("subject_types_supported")]
    public IReadOnlyList<string> SubjectTypes { get; } = ["public"];

    /// <summary>None: an absent list would mean the authorization code and the implicit grant.</summary>
    [JsonPropertyName("grant_types_supported")]
    public IReadOnlyList<string> Grants { get; } = [];

    [JsonPropertyName("response_types_supported")]
    public IReadOnlyList<string> ResponseTypes { get; } = [];

    public static Discovery Of(string url) => new()
    {
        Issuer = url,
        KeySet = url + KeyRoutes.KeySet,
        Introspection = url + BackEndRoutes.Introspection,
        Revocation = url + BackEndRoutes.Revocation,
    };
}

[JsonSerializable(typeof(JwkSet))]
[JsonSerializable(typeof(Discovery))]
internal sealed partial class KeyJson : JsonSerializerContext;
