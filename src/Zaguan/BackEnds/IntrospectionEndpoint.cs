using System.Text.Json.Serialization;
using Zaguan.Applications;
using Zaguan.AspNetCore.Revocations;
using Zaguan.Tokens;

namespace Zaguan.BackEnds;

/// <summary>RFC 7662: whether a token of the back-end's application is good, and for whom it stands.</summary>
internal sealed class IntrospectionEndpoint(Identities identities)
{
    public async Task AnswerAsync(HttpContext http, Application application)
    {
        if (await TokenForm.ReadAsync(http) is { } token)
        {
            await http.Response.WriteAsJsonAsync(await IntrospectAsync(application, token), BackEndJson.Default.Introspection);
        }
    }

    private async Task<Introspection> IntrospectAsync(Application application, string token)
    {
        if (await identities.OfTokenAsync(application, token) is not { } identity)
        {
            return new() { Active = false };
        }

        var (user, claims) = (identity.User, identity.Claims);
        return new()
        {
            Active = true,
            TokenType = "Bearer",
            ClientId = application.Name,
            Subject = user?.Id ?? claims.Text("sub"),
            Username = user?.Username,
            ExpiresAt = claims.ExpiresAt,
            IssuedAt = claims.IssuedAt,
            NotBefore = claims.NotBefore,
            Id = claims.Id,
            Issuer = claims.Issuer,
            Audiences = claims.Audiences.Count == 0 ? null : claims.Audiences,
            UserNumber = user?.Number,
            Role = user?.RoleName,
            RoleNumber = user?.RoleNumber,
        };
    }
}

/// <summary>An answer of RFC 7662 §2.2. Behind its own members stand what old systems know a user by: user_number, role, role_number.</summary>
internal sealed record Introspection
{
    [JsonPropertyName("active")]
    public required bool Active { get; init; }

    [JsonPropertyName("token_type")]
    public string? TokenType { get; init; }

    [JsonPropertyName("client_id")]
    public string? ClientId { get; init; }

    [JsonPropertyName("sub")]
    public string? Subject { get; init; }

    [JsonPropertyName("username")]
    public string? Username { get; init; }

    [JsonPropertyName("exp")]
    public long? ExpiresAt { get; init; }

    [JsonPropertyName("iat")]
    public long? IssuedAt { get; init; }

    [JsonPropertyName("nbf")]
    public long? NotBefore { get; init; }

    [JsonPropertyName("jti")]
    public string? Id { get; init; }

    [JsonPropertyName("iss")]
    public string? Issuer { get; init; }

    [JsonPropertyName("aud")]
    public IReadOnlyList<string>? Audiences { get; init; }

    [JsonPropertyName("user_number")]
    public long? UserNumber { get; init; }

    [JsonPropertyName("role")]
    public string? Role { get; init; }

    [JsonPropertyName("role_number")]
    public long? RoleNumber { get; init; }
}

/// <summary>An error as RFC 6749 §5.2 writes it.</summary>
internal sealed record OAuthError([property: JsonPropertyName("error")] string Error, [property: JsonPropertyName("error_description")] string Description);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Introspection))]
[JsonSerializable(typeof(OAuthError))]
[JsonSerializable(typeof(RevocationPage))]
internal sealed partial class BackEndJson : JsonSerializerContext;
