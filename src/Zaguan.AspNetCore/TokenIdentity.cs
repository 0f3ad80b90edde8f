using System.Security.Claims;
using System.Text.Json;
using Zaguan.AspNetCore.Jws;

namespace Zaguan.AspNetCore;

/// <summary>A token's claims as .NET has them: under the names that they have in the token, a list as several claims, an object as its JSON.</summary>
internal static class TokenIdentity
{
    /// <summary>The type of claims whose value is JSON, as other handlers name it.</summary>
    private const string Json = "JSON";

    /// <summary>A new one each time, of one that is kept.</summary>
    public static ClaimsIdentity Of(TokenClaims token, string scheme, string nameClaim, string roleClaim) =>
        (token.Identity ??= Make(token, scheme, nameClaim, roleClaim)).Clone();

    private static ClaimsIdentity Make(TokenClaims token, string scheme, string nameClaim, string roleClaim)
    {
        var issuer = token.Issuer ?? ClaimsIdentity.DefaultIssuer;
        var identity = new ClaimsIdentity(scheme, nameClaim, roleClaim);
        foreach (var claim in token.All)
        {
            foreach (var value in claim.Value.ValueKind == JsonValueKind.Array ? claim.Value.EnumerateArray().AsEnumerable() : [claim.Value])
            {
                if (value.ValueKind != JsonValueKind.Null)
                {
                    identity.AddClaim(new(claim.Name, TokenClaims.Text(value) ?? value.GetRawText(), TypeOf(value), issuer));
                }
            }
        }

        return identity;
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => ClaimValueTypes.Boolean,
        JsonValueKind.Number => value.TryGetInt64(out _) ? ClaimValueTypes.Integer64 : ClaimValueTypes.Double,
        JsonValueKind.Object or JsonValueKind.Array => Json,
        _ => ClaimValueTypes.String,
    };
}
