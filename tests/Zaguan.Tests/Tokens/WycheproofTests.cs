using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Zaguan.AspNetCore.Jws;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Tokens;

/// <summary>The public vectors of Project Wycheproof for the three algorithms that are believed.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class WycheproofTests
{
    [Fact]
    public void Signatures_are_right_and_wrong_as_Wycheproof_says()
    {
        using var vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Tokens", "wycheproof.json")));
        var judged = 0;
        foreach (var group in vectors.RootElement.GetProperty("groups").EnumerateArray())
        {
            var keys = new KeySet([Key(group.GetProperty("key"))]);
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var claims = JwsReader.Read(test.GetProperty("jws").GetString()!, keys, out var objection);

                // What they sign is no set of claims, which shows only once the signature is right.
                claims.ShouldBeNull();
                (objection == TokenObjection.UnreadableClaims).ShouldBe(
                    string.Equals(test.GetProperty("result").GetString(), "valid", StringComparison.Ordinal),
                    $"tcId {test.GetProperty("tcId").GetInt32()} {test.GetProperty("comment").GetString()}: {objection}");
                judged++;
            }
        }

        judged.ShouldBe(85);
    }

    private static VerificationKey Key(JsonElement jwk)
    {
        byte[] Bytes(string name) => Base64Url.DecodeFromChars(jwk.GetProperty(name).GetString()!);
        var id = jwk.GetProperty("kid").GetString();
        return jwk.GetProperty("kty").GetString() switch
        {
            "oct" => VerificationKey.OfSecret(Bytes("k"), id),
            "EC" => VerificationKey.OfEllipticCurve(new ECPoint { X = Bytes("x"), Y = Bytes("y") }, id),
            _ => VerificationKey.OfRsa(Bytes("n"), Bytes("e"), id),
        };
    }
}
