using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Zaguan.AspNetCore.Keys;
using Zaguan.Tests.House;

namespace Zaguan.Tests.AspNetCore;

/// <summary>Tokens that are believed by the keys that Zaguan publishes.</summary>
public sealed class PublishedKeysTests
{
    private static readonly SigningKey One = SigningKey.OfEllipticCurve("uno");
    private static readonly SigningKey Two = SigningKey.OfEllipticCurve("dos");
    private static readonly SigningKey Rsa = SigningKey.OfRsa("rsa");

    /// <summary>What stands in a set, and whether it is a key that verifies.</summary>
    public static TheoryData<string, string, bool> Members => new()
    {
        { "EC", One.Json(), true },
        { "EC for signatures", One.Json("\"use\":\"sig\",\"alg\":\"ES256\",\"key_ops\":[\"verify\"]"), true },
        { "EC without kid", One.Json().Replace("\"kid\":\"uno\",", "", StringComparison.Ordinal), true },
        { "RSA", Rsa.Json(), true },
        { "RSA for signatures", Rsa.Json("\"use\":\"sig\",\"alg\":\"RS256\""), true },
        { "something unknown beside", One.Json("\"x5t\":\"abc\",\"otra\":{}"), true },
        { "EC for encryption", One.Json("\"use\":\"enc\""), false },
        { "use that is no text", One.Json("\"use\":7"), false },
        { "RSA of another algorithm", Rsa.Json("\"alg\":\"PS256\""), false },
        { "EC of another algorithm", One.Json("\"alg\":\"RS256\""), false },
        { "EC that may only sign", One.Json("\"key_ops\":[\"sign\"]"), false },
        { "a private key", One.Json("\"d\":\"AAAA\""), false },
        { "a secret", """{"kty":"oct","k":"bGEgbGxhdmUgZGUgdG9kb3MsIHF1ZSBubyBlcyBkZSBuYWRpZQ"}""", false },
        { "another curve", One.Json().Replace("P-256", "P-384", StringComparison.Ordinal), false },
        { "another type", """{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""", false },
        { "no point of the curve", $$"""{"kty":"EC","crv":"P-256","x":"{{new string('A', 43)}}","y":"{{new string('A', 43)}}"}""", false },
        { "half a point", """{"kty":"EC","crv":"P-256","x":"AAAA"}""", false },
        { "RSA of 1,024 bits", SigningKey.OfRsa("corta", 1_024).Json(), false },
        { "an exponent of 8 bytes", Rsa.Json().Replace("\"e\":\"AQAB\"", "\"e\":\"AQABAQABAQE\"", StringComparison.Ordinal), false },
        { "no object", "7", false },
        { "nothing", "{}", false },
        { "a kid that is too long", One.Json().Replace("\"uno\"", $"\"{new string('x', 300)}\"", StringComparison.Ordinal), false },
    };

    [Theory]
    [MemberData(nameof(Members))]
    public void Of_a_set_only_keys_that_verify_ES256_or_RS256_are_taken(string what, string member, bool taken)
    {
        JsonWebKeys.Read(Encoding.UTF8.GetBytes($$"""{"keys":[{{member}},{{Two.Json()}}]}"""))!.Count.ShouldBe(taken ? 2 : 1, what);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    [InlineData("""{"keys":[{"kty":"\ud800"}]}""")]
    [InlineData("<html>")]
    public void What_is_no_set_is_none(string text) => JsonWebKeys.Read(Encoding.UTF8.GetBytes(text)).ShouldBeNull();

    [Fact]
    public async Task Tokens_of_either_kind_of_key_and_of_the_secret_are_believed_side_by_side()
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.Keys = SigningKey.Set(One, Rsa);
        await using var backEnd = await BackEnd.StartAsync(z => z.Address = zaguan.Address);

        (await backEnd.GetAsync(BackEnd.Closed, One.Sign(BackEnd.Claims()))).Line.ShouldBe("200 admin");
        (await backEnd.GetAsync(BackEnd.Closed, Rsa.Sign(BackEnd.Claims()))).Line.ShouldBe("200 admin");
        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token())).Line.ShouldBe("200 admin");
        (await backEnd.GetAsync(BackEnd.Closed, Two.Sign(BackEnd.Claims()))).Line.ShouldBe("401 ");
        // Signed by a stranger who names a key of ours; and with what everybody can read of it as a secret.
        (await backEnd.GetAsync(BackEnd.Closed, Two.Sign(BackEnd.Claims(), named: "uno"))).Line.ShouldBe("401 ");
        (await backEnd.GetAsync(BackEnd.Closed, TokenForge.Sign(BackEnd.Claims(), """{"alg":"HS256","kid":"uno"}""", One.Json()))).Line.ShouldBe("401 ");
    }

    [Fact]
    public async Task The_address_alone_is_enough_and_then_a_secret_is_not_believed()
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.Keys = SigningKey.Set(One);
        await using var backEnd = await BackEnd.StartAsync(z => (z.Secret, z.Address) = (null, $"{zaguan.Address}/"));

        (await backEnd.GetAsync(BackEnd.Closed, One.Sign(BackEnd.Claims()))).Line.ShouldBe("200 admin");
        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token())).Line.ShouldBe("401 ");
        (await backEnd.HealthAsync()).ShouldStartWith("Healthy: The published keys are known.");
    }

    [Fact]
    public async Task Without_an_audience_keys_that_sign_for_others_too_are_not_believed()
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.Keys = SigningKey.Set(One);
        await using var backEnd = await BackEnd.StartAsync(z => (z.Audience, z.Address) = (null, zaguan.Address));

        (await backEnd.GetAsync(BackEnd.Closed, One.Sign(BackEnd.Claims()))).Line.ShouldBe("401 ");
        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token())).Line.ShouldBe("200 admin");
        zaguan.KeysAsked.ShouldBe(0);
    }

    [Fact]
    public async Task The_first_token_of_a_new_key_is_believed_at_once()
    {
        var clock = new ManualClock();
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.Keys = SigningKey.Set(One);
        await using var backEnd = await BackEnd.StartAsync(z => z.Address = zaguan.Address, clock);

        zaguan.Keys = SigningKey.Set(One, Two);
        clock.Advance(TimeSpan.FromSeconds(10));
        (await backEnd.GetAsync(BackEnd.Closed, Two.Sign(BackEnd.Claims(clock: clock)))).Line.ShouldBe("200 admin");
        zaguan.KeysAsked.ShouldBe(2);
    }

    [Fact]
    public async Task However_many_unknown_keys_are_named_Zaguan_is_asked_once_in_ten_seconds()
    {
        var clock = new ManualClock();
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.Keys = SigningKey.Set(One);
        await using var backEnd = await BackEnd.StartAsync(z => z.Address = zaguan.Address, clock);

        await FloodAsync();
        zaguan.KeysAsked.ShouldBe(1, "asked when it started, and not again within ten seconds");
        clock.Advance(TimeSpan.FromSeconds(10));
        await FloodAsync();
        zaguan.KeysAsked.ShouldBe(2);
        (await backEnd.GetAsync(BackEnd.Closed, One.Sign(BackEnd.Claims(clock: clock)))).Line.ShouldBe("200 admin");

        async Task FloodAsync()
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => backEnd.GetAsync(BackEnd.Open, Two.Sign(BackEnd.Claims(clock: clock), named: $"clave-{i}"))));
            answers.ShouldAllBe(a => a.Status == 401);
        }
    }

    [Fact]
    public async Task A_key_that_is_no_longer_published_is_not_believed_even_of_a_token_that_was_good_a_moment_ago()
    {
        var clock = new ManualClock();
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.Keys = SigningKey.Set(One, Two);
        await using var backEnd = await BackEnd.StartAsync(z => z.Address = zaguan.Address, clock);
        var token = One.Sign(BackEnd.Claims(clock: clock));
        (await backEnd.GetAsync(BackEnd.Closed, token)).Status.ShouldBe(200);

        zaguan.Keys = SigningKey.Set(Two);
        clock.Advance(TimeSpan.FromMinutes(5));
        await Eventually.BecomesTrueAsync(async () => (await backEnd.GetAsync(BackEnd.Closed, token)).Status == 401, "the key is forgotten");
    }

    [Fact]
    public async Task Keys_stay_believed_while_Zaguan_cannot_be_asked_or_answers_nonsense()
    {
        var clock = new ManualClock();
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.Keys = SigningKey.Set(One);
        await using var backEnd = await BackEnd.StartAsync(z => z.Address = zaguan.Address, clock);
        var token = One.Sign(BackEnd.Claims(clock: clock));

        foreach (var (status, keys) in new (int?, string)[] { (500, ""), (null, "<html>"), (null, $$"""{"keys":[{{new string(' ', JsonWebKeys.LargestSet)}}]}""") })
        {
            (zaguan.Status, zaguan.Keys) = (status, keys);
            var asked = zaguan.KeysAsked;
            clock.Advance(TimeSpan.FromMinutes(5));
            await Eventually.BecomesTrueAsync(() => zaguan.KeysAsked > asked, "it asks again");
            (await backEnd.GetAsync(BackEnd.Closed, token)).Line.ShouldBe("200 admin");
            await Eventually.BecomesTrueAsync(async () => (await backEnd.HealthAsync()).StartsWith("Degraded: The published keys are those of before", StringComparison.Ordinal), "the health check says so");
        }
    }

    [Fact]
    public async Task While_no_key_has_ever_been_heard_of_a_token_of_one_is_503_and_good_as_soon_as_one_has()
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        (zaguan.Keys, zaguan.Status) = (SigningKey.Set(One), 500);
        await using var backEnd = await BackEnd.StartAsync(z => (z.Secret, z.Address) = (null, zaguan.Address));

        var answer = await backEnd.GetAsync(BackEnd.Open, One.Sign(BackEnd.Claims()));
        answer.Line.ShouldBe("503 ");
        answer.Headers.RetryAfter!.Delta.ShouldNotBeNull();
        answer.Headers.WwwAuthenticate.ShouldBeEmpty();
        (await backEnd.GetAsync(BackEnd.Open, "basura")).Line.ShouldBe("401 ");
        (await backEnd.GetAsync(BackEnd.Open)).Line.ShouldBe($"200 {BackEnd.Nobody}");
        (await backEnd.HealthAsync()).ShouldStartWith("Unhealthy: The published keys are unknown:");

        zaguan.Status = null;
        await Eventually.BecomesTrueAsync(async () => (await backEnd.GetAsync(BackEnd.Closed, One.Sign(BackEnd.Claims()))).Status == (int)HttpStatusCode.OK, "the keys are known");
    }

    [Fact]
    public async Task An_application_starts_though_nobody_answers_it()
    {
        var clock = new ManualClock();
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.IsSilent = true;

        var starting = BackEnd.StartAsync(z => (z.Address, z.BackEndKey) = (zaguan.Address, FakeZaguan.BackEndKey), clock);
        await Eventually.BecomesTrueAsync(() => zaguan is { KeysAsked: > 0, FeedAsked: > 0 }, "it asks");
        starting.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(5));

        await using var backEnd = await starting;
        (await backEnd.GetAsync(BackEnd.Open, BackEnd.Token(clock: clock))).Status.ShouldBe(503);
    }
}

/// <summary>A key that signs, and the public half of it as it is published.</summary>
internal sealed class SigningKey
{
    private readonly string id;
    private readonly string members;
    private readonly string algorithm;
    private readonly Func<byte[], byte[]> sign;

    private SigningKey(string id, string members, string algorithm, Func<byte[], byte[]> sign) => (this.id, this.members, this.algorithm, this.sign) = (id, members, algorithm, sign);

    public static SigningKey OfEllipticCurve(string id)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var q = key.ExportParameters(includePrivateParameters: false).Q;
        return new(id, $$"""
            "kty":"EC","crv":"P-256","x":"{{Base64Url.EncodeToString(q.X)}}","y":"{{Base64Url.EncodeToString(q.Y)}}"
            """, "ES256", signed => Locked(key, () => key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)));
    }

    public static SigningKey OfRsa(string id, int bits = 2_048)
    {
        var key = RSA.Create(bits);
        var parts = key.ExportParameters(includePrivateParameters: false);
        return new(id, $$"""
            "kty":"RSA","n":"{{Base64Url.EncodeToString(parts.Modulus)}}","e":"{{Base64Url.EncodeToString(parts.Exponent)}}"
            """, "RS256", signed => Locked(key, () => key.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }

    public static string Set(params SigningKey[] keys) => $$"""{"keys":[{{string.Join(',', keys.Select(k => k.Json()))}}]}""";

    public string Json(string? more = null) => $$"""{"kid":"{{id}}",{{members}}{{(more is null ? "" : $",{more}")}}}""";

    /// <param name="named">The kid of its header, where it is another's.</param>
    public string Sign(string claims, string? named = null)
    {
        var signed = $$"""{"alg":"{{algorithm}}","kid":"{{named ?? id}}"}""";
        signed = $"{TokenForge.Encode(signed)}.{TokenForge.Encode(claims)}";
        return $"{signed}.{TokenForge.Encode(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static byte[] Locked(object key, Func<byte[]> work)
    {
        lock (key)
        {
            return work();
        }
    }
}
