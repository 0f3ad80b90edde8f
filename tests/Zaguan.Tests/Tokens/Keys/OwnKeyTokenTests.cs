using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Tokens.Keys;

/// <summary>Tokens that a key of Zaguan's own signed.</summary>
public sealed class OwnKeyTokenTests
{
    [Fact]
    public async Task A_token_names_its_key_and_says_where_it_comes_from_and_for_whom_it_is()
    {
        await using var house = await OwnKeysHouse.OpenAsync();

        var token = await OwnKeysHouse.LogInAsync(house);

        var header = OwnKeysHouse.HeaderOf(token);
        header.EnumerateObject().Select(m => m.Name).ShouldBe(["alg", "kid", "typ"], ignoreOrder: true);
        header.GetProperty("alg").GetString().ShouldBe("ES256");
        (await OwnKeysHouse.KidsAsync(house)).ShouldBe([OwnKeysHouse.KidOf(token)]);
        var claims = OwnKeysHouse.ClaimsOf(token);
        claims.GetProperty("iss").GetString().ShouldBe(OwnKeysHouse.PublicUrl);
        claims.GetProperty("aud").GetString().ShouldBe("clinica");
        claims.GetProperty("usuario_login").GetString().ShouldBe("johndoe");
        (await VerifiesAsync(house, token)).ShouldBeTrue("by none of the product's code");
    }

    [Fact]
    public async Task A_kid_is_the_thumbprint_of_its_key()
    {
        await using var house = await OwnKeysHouse.OpenAsync();
        var key = (await OwnKeysHouse.JwksAsync(house)).GetProperty("keys")[0];
        var members = $$"""{"crv":"P-256","kty":"EC","x":"{{key.GetProperty("x")}}","y":"{{key.GetProperty("y")}}"}""";
        System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(members))).ShouldBe(key.GetProperty("kid").GetString());
    }

    [Fact]
    public async Task Another_application_with_the_same_key_does_not_take_the_token()
    {
        await using var house = await OwnKeysHouse.OpenAsync(more: [("Applications:otra:Contract", "clinica"), ("Applications:otra:Realm", "ambiotec"), ("Applications:otra:PathBase", "/otra")]);
        var (ours, theirs) = (await OwnKeysHouse.LogInAsync(house), await OwnKeysHouse.LogInAsync(house, "/otra/api/login"));

        OwnKeysHouse.KidOf(ours).ShouldBe(OwnKeysHouse.KidOf(theirs));
        (await OwnKeysHouse.AcceptsAsync(house, ours)).ShouldBeTrue();
        (await OwnKeysHouse.AcceptsAsync(house, theirs, "otra")).ShouldBeTrue();
        (await OwnKeysHouse.AcceptsAsync(house, theirs)).ShouldBeFalse();
        (await OwnKeysHouse.AcceptsAsync(house, ours, "otra")).ShouldBeFalse();
    }

    [Fact]
    public async Task An_issuer_and_an_audience_of_the_contract_stay_as_they_are()
    {
        var contract = JsonNode.Parse(OwnKeysHouse.Contract)!;
        contract["token"]!["claims"]!["iss"] = "la clínica";
        contract["token"]!["claims"]!["aud"] = "{config.JWT_AUDIENCE_TOKEN}";
        var options = OwnKeysHouse.Options(null, null, ("Applications:clinica:JWT_AUDIENCE_TOKEN", "las ventanillas"), ("PublicUrl", null));
        options.Contracts["clinica.json"] = contract.ToJsonString();
        await using var house = await FourApplications.OpenAsync(options.Settings, options);

        var token = await OwnKeysHouse.LogInAsync(house);

        OwnKeysHouse.ClaimsOf(token).GetProperty("iss").GetString().ShouldBe("la clínica");
        OwnKeysHouse.ClaimsOf(token).GetProperty("aud").GetString().ShouldBe("las ventanillas");
        (await OwnKeysHouse.AcceptsAsync(house, token)).ShouldBeTrue();
    }

    [Fact]
    public async Task Applications_with_a_secret_go_on_as_they_were()
    {
        await using var house = await OwnKeysHouse.OpenAsync();
        var token = await OwnKeysHouse.LogInAsync(house, DemoLogin.Ambiotec.Path);
        var claims = Contracts.GoldenJson.ClaimsOf(token, FourApplications.Secret);
        claims.TryGetProperty("iss", out _).ShouldBeFalse();
        claims.TryGetProperty("aud", out _).ShouldBeFalse();
        (await OwnKeysHouse.AcceptsAsync(house, token, "ambiotec")).ShouldBeTrue();
        (await OwnKeysHouse.AcceptsAsync(house, token)).ShouldBeFalse();
    }

    [Fact]
    public async Task Many_logins_at_once_all_sign_well()
    {
        await using var house = await OwnKeysHouse.OpenAsync();
        var tokens = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => OwnKeysHouse.LogInAsync(house)));
        foreach (var token in tokens)
        {
            (await VerifiesAsync(house, token)).ShouldBeTrue();
        }
    }

    private static async Task<bool> VerifiesAsync(TestHouse house, string token)
    {
        var key = (await OwnKeysHouse.JwksAsync(house)).GetProperty("keys").EnumerateArray().Single(k => string.Equals(k.GetProperty("kid").GetString(), OwnKeysHouse.KidOf(token), StringComparison.Ordinal));
        byte[] Coordinate(string name) => System.Buffers.Text.Base64Url.DecodeFromChars(key.GetProperty(name).GetString());
        using var ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = Coordinate("x"), Y = Coordinate("y") } });
        var end = token.LastIndexOf('.');
        return ecdsa.VerifyData(Encoding.ASCII.GetBytes(token[..end]), System.Buffers.Text.Base64Url.DecodeFromChars(token.AsSpan(end + 1)), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
