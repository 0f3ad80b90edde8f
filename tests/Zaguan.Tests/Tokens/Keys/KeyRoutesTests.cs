using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Tests.House;
using Zaguan.Tokens.Keys;

namespace Zaguan.Tests.Tokens.Keys;

/// <summary>What everybody can read of the keys.</summary>
public sealed class KeyRoutesTests
{
    public static TheoryData<string> Documents => ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

    [Fact]
    public async Task The_key_set_has_the_public_half_of_each_key_and_nothing_else()
    {
        await using var house = await OwnKeysHouse.OpenAsync();
        (await house.Services.GetRequiredService<SigningKeys>().RotateAsync()).ShouldBeTrue();

        using var answer = await house.Client.GetAsync("/.well-known/jwks.json");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.CacheControl!.ToString().ShouldBe("public, max-age=300");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var keys = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        keys.EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe("keys");
        keys.GetProperty("keys").GetArrayLength().ShouldBe(2);
        foreach (var key in keys.GetProperty("keys").EnumerateArray())
        {
            key.EnumerateObject().Select(m => m.Name).ShouldBe(["kid", "x", "y", "kty", "crv", "use", "alg"], ignoreOrder: true);
            $"{key.GetProperty("kty")} {key.GetProperty("crv")} {key.GetProperty("use")} {key.GetProperty("alg")}".ShouldBe("EC P-256 sig ES256");
            System.Buffers.Text.Base64Url.DecodeFromChars(key.GetProperty("x").GetString()).Length.ShouldBe(32);
            System.Buffers.Text.Base64Url.DecodeFromChars(key.GetProperty("y").GetString()).Length.ShouldBe(32);
        }
    }

    [Fact]
    public void The_keys_may_be_kept_for_less_time_than_a_key_is_published_before_it_signs() =>
        (KeyRoutes.KeptFor * 2).ShouldBeLessThan(SigningKeys.PublishedBefore);

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task The_document_of_discovery_says_where_the_keys_are(string path)
    {
        await using var house = await OwnKeysHouse.OpenAsync();

        using var answer = await house.Client.GetAsync(path);

        answer.Headers.CacheControl!.ToString().ShouldBe("public, max-age=300");
        var document = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        document.GetProperty("issuer").GetString().ShouldBe(OwnKeysHouse.PublicUrl);
        document.GetProperty("jwks_uri").GetString().ShouldBe($"{OwnKeysHouse.PublicUrl}/.well-known/jwks.json");
        document.GetProperty("id_token_signing_alg_values_supported").GetRawText().ShouldBe("""["ES256"]""");
        foreach (var endpoint in new[] { "introspection_endpoint", "revocation_endpoint" })
        {
            // Somebody answers there, who wants a key.
            using var asked = await house.Client.PostAsync(new Uri(document.GetProperty(endpoint).GetString()!).AbsolutePath, null);
            asked.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, endpoint);
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Without_a_public_address_there_is_nothing_to_discover(string path)
    {
        await using var house = await FourApplications.OpenAsync();
        using var answer = await house.Client.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer.Headers.CacheControl!.ToString().ShouldBe("no-store");
    }

    [Fact]
    public async Task A_shared_secret_is_never_published()
    {
        await using var house = await OwnKeysHouse.OpenAsync();
        var published = "";
        foreach (var path in new[] { "/.well-known/jwks.json", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server" })
        {
            published += await house.Client.GetStringAsync(path);
        }

        published.ShouldNotContain("\"oct\"");
        published.ShouldNotContain("HS256");
        foreach (var secret in new[] { FourApplications.Secret, FourApplications.RomsoftSecret })
        {
            published.ShouldNotContain(secret);
            published.ShouldNotContain(System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(secret)));
        }
    }
}
