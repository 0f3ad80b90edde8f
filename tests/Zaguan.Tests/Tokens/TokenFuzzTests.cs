using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Zaguan.AspNetCore.Jws;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Tokens;

/// <summary>Tokens of chance: nothing throws, and what is believed is what was signed, and what RFC 7519 lets be believed.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class TokenFuzzTests
{
    private const string Issuer = "https://clinica.example";

    private static readonly ManualClock Clock = new();

    private static readonly string[] Names = ["alg", "typ", "kid", "crit", "jwk", "jku", "b64", "cty", "exp", "nbf", "iat", "jti", "iss", "aud", "sub", "unique_name", "role", "\u0061lg", "Alg", "ñ", ""];

    private static readonly string[] Scalars =
    [
        "null", "true", "0", "-1", "1.5", "1e3", "99999999999999999999", "\"HS256\"", "\"none\"", "\"ES256\"", "\"JWT\"", "\"at+jwt\"", "\"refresh+jwt\"", $"\"{Issuer}\"", $"[\"{Issuer}\"]", $"[\"otra\",\"{Issuer}\"]", "[1]", "\"\\ud800\"",
        $"{Now + 60}", $"{Now + 3_600}", $"{Now}", $"{Now - 1}", $"{Now}.5", $"\"{Now + 60}\"", "253402300799", "253402300800",
    ];

    private static long Now => Clock.GetUtcNow().ToUnixTimeSeconds();

    private static readonly string Good = TokenForge.Sign($$"""{"unique_name":"ana","iss":"{{Issuer}}","aud":"{{Issuer}}","exp":{{Now + 60}}}""");

    private static readonly string[] Pieces = [".", "..", "=", "-", "_", "+", "/", "A", "z", "0", " ", "\n", "é", "\0", "eyJ", "bnVsbA", "e30", "Bearer ", ",", Good];

    [Fact]
    public void A_good_token_of_which_anything_was_changed_is_refused()
    {
        Judge(Good).ShouldBe(TokenObjection.None);

        Chance.Check(Chance.Damaged(Gen.Constant(Good), Pieces), 4_000, Chance.Literal, token => string.Equals(token, Good, StringComparison.Ordinal) || Judge(token) != TokenObjection.None);
    }

    [Fact]
    public void What_is_signed_and_believed_has_the_header_and_the_claims_that_may_be()
    {
        // Mostly sound, or next to nothing would be believed; and whatever else in a member or two.
        var header = Gen.Frequency((3, Gen.Constant(TokenForge.Header)), (2, With("""{"alg":"HS256","typ":"JWT"}""")), (1, Chance.Json(2, Names, Scalars)));
        var claims = Gen.Frequency((4, With($$"""{"iss":"{{Issuer}}","aud":"{{Issuer}}","exp":{{Now + 60}}}""")), (1, Chance.Json(3, Names, Scalars)));
        var tokens = from h in header
                     from c in claims
                     select (Header: h, Claims: c);
        var believed = 0;

        Chance.Check(tokens, 4_000, t => $"{Chance.Literal(t.Header)}, {Chance.Literal(t.Claims)}", token =>
        {
            if (Judge(TokenForge.Sign(token.Claims, token.Header)) != TokenObjection.None)
            {
                return true;
            }

            believed++;
            return MayBeBelieved(token.Header, token.Claims);
        });

        // Chance of which nothing is believed would show nothing.
        believed.ShouldBeGreaterThan(200);
    }

    /// <summary>The same object with up to two members of chance more, which may have a name that stands there already.</summary>
    private static Gen<string> With(string json) =>
        from count in Gen.Choose(0, 2)
        from members in Gen.ListOf(from name in Gen.Elements(Names) from value in Chance.Json(1, Names, Scalars) select $",{Chance.Literal(name)}:{value}", count)
        select $"{json[..^1]}{string.Concat(members)}}}";

    private static TokenObjection Judge(string token)
    {
        var keys = new KeySet([VerificationKey.OfSecret(TokenForge.SecretBytes)]);
        var claims = new TokenValidator(() => keys, new(Issuer, Issuer), Clock).Validate(token, out var objection);
        (claims is not null).ShouldBe(objection == TokenObjection.None);
        return objection;
    }

    /// <summary>Read again by other means: no name stands twice, the algorithm is the key's, nothing has to be obeyed, and the claims are those of this reader, now.</summary>
    private static bool MayBeBelieved(string headerJson, string claimsJson)
    {
        using var header = JsonDocument.Parse(headerJson);
        using var claims = JsonDocument.Parse(claimsJson);
        var names = header.RootElement.EnumerateObject().Select(m => m.Name).ToList();
        var claimed = claims.RootElement.EnumerateObject().ToList();
        return names.Distinct(StringComparer.Ordinal).Count() == names.Count
            && claimed.Select(m => m.Name).Distinct(StringComparer.Ordinal).Count() == claimed.Count
            && header.RootElement.GetProperty("alg").GetString() is "HS256"
            && !names.Exists(n => n is "crit" or "jwk" or "jku" or "b64" or "cty" or "kid")
            && (!header.RootElement.TryGetProperty("typ", out var type) || type.GetString() is "JWT" or "at+jwt")
            && claims.RootElement.GetProperty("exp").GetInt64() is var expiry && expiry > Now && expiry <= 253_402_300_799
            && (!claims.RootElement.TryGetProperty("nbf", out var start) || start.GetInt64() <= Now + 60)
            && claims.RootElement.GetProperty("iss").GetString() is Issuer
            && (claims.RootElement.GetProperty("aud") is { ValueKind: JsonValueKind.Array } several ? several.EnumerateArray().Any(a => a.GetString() is Issuer) : claims.RootElement.GetProperty("aud").GetString() is Issuer);
    }
}
