using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Zaguan.AspNetCore.Jws;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Tokens;

/// <summary>Tokens that somebody makes up, or bends: none is good, and none makes anything throw.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class HostileTokenTests
{
    private const string Issuer = "http://localhost:44390";
    private static readonly ManualClock Clock = new();

    private static long Now => Clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Claims that would be good.</summary>
    private static string Claims(string? more = null) => $$"""{"unique_name":"admin","iss":"{{Issuer}}","aud":"{{Issuer}}","exp":{{Now + 60}}{{more}}}""";

    /// <summary>The same with one claim of another value, or without it.</summary>
    private static string ClaimsWith(string name, string json)
    {
        var claims = new Dictionary<string, string> { ["unique_name"] = "\"admin\"", ["iss"] = $"\"{Issuer}\"", ["aud"] = $"\"{Issuer}\"", ["exp"] = $"{Now + 60}", [name] = json };
        return $"{{{string.Join(',', claims.Where(c => c.Value.Length > 0).Select(c => $"\"{c.Key}\":{c.Value}"))}}}";
    }

    private static TokenObjection Judge(string token, params VerificationKey[] keys)
    {
        var set = new KeySet(keys.Length == 0 ? [VerificationKey.OfSecret(TokenForge.SecretBytes)] : keys);
        var validator = new TokenValidator(() => set, new(Issuer, Issuer), Clock);
        var claims = validator.Validate(token, out var objection);
        (claims is not null).ShouldBe(objection == TokenObjection.None);

        // Asked again it is what it was, remembered or not.
        validator.Validate(token, out var again);
        again.ShouldBe(objection);
        return objection;
    }

    [Fact]
    public void The_token_that_the_others_are_bent_from_is_good() => Judge(TokenForge.Sign(Claims())).ShouldBe(TokenObjection.None);

    public static TheoryData<string, string> Headers { get; } = new()
    {
        { """{"alg":"none"}""", nameof(TokenObjection.UnknownAlgorithm) },
        { """{"alg":"None","typ":"JWT"}""", nameof(TokenObjection.UnknownAlgorithm) },
        { """{"alg":"NONE","typ":"JWT"}""", nameof(TokenObjection.UnknownAlgorithm) },
        { """{"alg":"nOnE","typ":"JWT"}""", nameof(TokenObjection.UnknownAlgorithm) },
        { """{"alg":" none","typ":"JWT"}""", nameof(TokenObjection.UnknownAlgorithm) },
        { """{"alg":"","typ":"JWT"}""", nameof(TokenObjection.UnknownAlgorithm) },
        { """{"alg":"hs256","typ":"JWT"}""", nameof(TokenObjection.UnknownAlgorithm) },
        { """{"alg":"HS256 ","typ":"JWT"}""", nameof(TokenObjection.UnknownAlgorithm) },
        { """{"alg":"HS384","typ":"JWT"}""", nameof(TokenObjection.OtherAlgorithm) },
        { """{"alg":"HS512","typ":"JWT"}""", nameof(TokenObjection.OtherAlgorithm) },
        { """{"alg":"PS256","typ":"JWT"}""", nameof(TokenObjection.UnknownAlgorithm) },
        { """{"alg":"ES256","typ":"JWT"}""", nameof(TokenObjection.OtherAlgorithm) },
        { """{"alg":"RS256","typ":"JWT"}""", nameof(TokenObjection.OtherAlgorithm) },
        { """{"typ":"JWT"}""", nameof(TokenObjection.UnknownAlgorithm) },
        { """{"Alg":"HS256"}""", nameof(TokenObjection.UnknownAlgorithm) },
        { """{"alg":null}""", nameof(TokenObjection.UnreadableHeader) },
        { """{"alg":["HS256"]}""", nameof(TokenObjection.UnreadableHeader) },
        { """{"alg":256}""", nameof(TokenObjection.UnreadableHeader) },
        { """{"alg":"HS256","alg":"HS256"}""", nameof(TokenObjection.UnreadableHeader) },
        { """{"alg":"none","alg":"HS256"}""", nameof(TokenObjection.UnreadableHeader) },
        { """{"alg":"HS256","\u0061lg":"none"}""", nameof(TokenObjection.UnreadableHeader) },
        { """{"alg":"HS256","kid":"otra"}""", nameof(TokenObjection.UnknownKey) },
        { """{"alg":"HS256","kid":""}""", nameof(TokenObjection.UnknownKey) },
        { """{"alg":"HS256","kid":"../../../../dev/null"}""", nameof(TokenObjection.UnknownKey) },
        { """{"alg":"HS256","kid":"/proc/sys/kernel/randomize_va_space"}""", nameof(TokenObjection.UnknownKey) },
        { """{"alg":"HS256","kid":"' UNION SELECT 'secret' --"}""", nameof(TokenObjection.UnknownKey) },
        { """{"alg":"HS256","kid":"a\u0000b"}""", nameof(TokenObjection.UnknownKey) },
        { """{"alg":"HS256","kid":7}""", nameof(TokenObjection.UnreadableHeader) },
        { """{"alg":"HS256","kid":null}""", nameof(TokenObjection.UnreadableHeader) },
        { """{"alg":"HS256","jku":"https://malo.example/jwks.json"}""", nameof(TokenObjection.ForbiddenHeader) },
        { """{"alg":"HS256","x5u":"https://malo.example/cert.pem"}""", nameof(TokenObjection.ForbiddenHeader) },
        { """{"alg":"HS256","x5c":["MIIB"]}""", nameof(TokenObjection.ForbiddenHeader) },
        { """{"alg":"HS256","jwk":{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}""", nameof(TokenObjection.ForbiddenHeader) },
        { """{"alg":"HS256","crit":["exp"]}""", nameof(TokenObjection.ForbiddenHeader) },
        { """{"alg":"HS256","crit":[]}""", nameof(TokenObjection.ForbiddenHeader) },
        { """{"alg":"HS256","b64":false}""", nameof(TokenObjection.ForbiddenHeader) },
        { """{"alg":"HS256","b64":true}""", nameof(TokenObjection.ForbiddenHeader) },
        { """{"alg":"HS256","zip":"DEF"}""", nameof(TokenObjection.ForbiddenHeader) },
        { """{"alg":"HS256","cty":"JWT"}""", nameof(TokenObjection.ForbiddenHeader) },
        { """{"alg":"HS256","typ":"logout+jwt"}""", nameof(TokenObjection.ForbiddenHeader) },
        { """{"alg":"HS256","typ":"JWE"}""", nameof(TokenObjection.ForbiddenHeader) },
        { """{"alg":"HS256","typ":7}""", nameof(TokenObjection.UnreadableHeader) },
        { """{"alg":"HS256"}{}""", nameof(TokenObjection.UnreadableHeader) },
        { """{"alg":"HS256"} x""", nameof(TokenObjection.UnreadableHeader) },
        { """{"alg":"HS256",}""", nameof(TokenObjection.UnreadableHeader) },
        { """/* */{"alg":"HS256"}""", nameof(TokenObjection.UnreadableHeader) },
        { """["HS256"]""", nameof(TokenObjection.UnreadableHeader) },
        { "\"HS256\"", nameof(TokenObjection.UnreadableHeader) },
        { "null", nameof(TokenObjection.UnreadableHeader) },
        { "{", nameof(TokenObjection.UnreadableHeader) },
        { " ", nameof(TokenObjection.UnreadableHeader) },
        { """{"alg":"HS256","x":"\ud800"}""", nameof(TokenObjection.None) },
        { """{"alg":"HS256","\ud800":1}""", nameof(TokenObjection.UnreadableHeader) },
        { """{"alg":"HS256","kid":"\ud800"}""", nameof(TokenObjection.UnreadableHeader) },
        { """{"alg":"HS256","x":[[[[[[[[1]]]]]]]]}""", nameof(TokenObjection.UnreadableHeader) },
    };

    /// <summary>Signed with the right secret, so that nothing but the header decides.</summary>
    [Theory]
    [MemberData(nameof(Headers))]
    public void A_header_that_says_anything_else_is_refused(string header, string objection) =>
        Judge(TokenForge.Sign(Claims(), header)).ToString().ShouldBe(objection);

    [Fact]
    public void A_header_may_hold_what_is_not_understood_as_RFC_7515_says() =>
        Judge(TokenForge.Sign(Claims(), """{"alg":"HS256","typ":"jwt","x5t":"abc","extra":{"a":[1]}}""")).ShouldBe(TokenObjection.None);

    [Fact]
    public void A_header_of_many_members_is_refused() =>
        Judge(TokenForge.Sign(Claims(), $$"""{"alg":"HS256",{{string.Join(',', Enumerable.Range(0, 40).Select(i => $"\"m{i}\":1"))}}}""")).ShouldBe(TokenObjection.UnreadableHeader);

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    public void A_token_without_a_signature_is_refused_however_none_is_spelt(string none)
    {
        var unsigned = $"{TokenForge.Encode($$"""{"alg":"{{none}}","typ":"JWT"}""")}.{TokenForge.Encode(Claims())}";
        Judge(unsigned).ShouldBe(TokenObjection.NotThreeParts);
        Judge(unsigned + ".").ShouldBe(TokenObjection.NotThreeParts);
        Judge(unsigned + ".AA").ShouldBe(TokenObjection.UnknownAlgorithm);
    }

    [Fact]
    public void A_public_key_is_no_shared_secret()
    {
        using var rsa = RSA.Create(2_048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (r, e) = (rsa.ExportParameters(false), ec.ExportParameters(false));
        VerificationKey[] keys = [VerificationKey.OfRsa(r.Modulus!, r.Exponent!, null), VerificationKey.OfEllipticCurve(e.Q, null)];
        foreach (var known in new[] { rsa.ExportSubjectPublicKeyInfoPem(), rsa.ExportSubjectPublicKeyInfoPem() + "\n", rsa.ExportRSAPublicKeyPem(), ec.ExportSubjectPublicKeyInfoPem() })
        {
            Judge(TokenForge.Sign(Claims(), secret: known), keys).ShouldBe(TokenObjection.OtherAlgorithm);
        }

        var der = HMACSHA256.HashData(rsa.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes($"{TokenForge.Encode(TokenForge.Header)}.{TokenForge.Encode(Claims())}"));
        Judge($"{TokenForge.Encode(TokenForge.Header)}.{TokenForge.Encode(Claims())}.{TokenForge.Encode(der)}", keys).ShouldBe(TokenObjection.OtherAlgorithm);
    }

    [Fact]
    public void Each_algorithm_is_believed_from_its_own_key()
    {
        using var rsa = RSA.Create(2_048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (r, e) = (rsa.ExportParameters(false), ec.ExportParameters(false));
        VerificationKey[] keys = [VerificationKey.OfSecret(TokenForge.SecretBytes), VerificationKey.OfRsa(r.Modulus!, r.Exponent!, "r"), VerificationKey.OfEllipticCurve(e.Q, "e")];

        var byRsa = Parts("""{"alg":"RS256","kid":"r"}""");
        Judge($"{byRsa}.{TokenForge.Encode(rsa.SignData(Encoding.ASCII.GetBytes(byRsa), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}", keys).ShouldBe(TokenObjection.None);
        Judge($"{byRsa}.{TokenForge.Encode(rsa.SignData(Encoding.ASCII.GetBytes(byRsa), HashAlgorithmName.SHA256, RSASignaturePadding.Pss))}", keys).ShouldBe(TokenObjection.WrongSignature);

        var byCurve = Parts("""{"alg":"ES256","kid":"e"}""");
        Judge($"{byCurve}.{TokenForge.Encode(ec.SignData(Encoding.ASCII.GetBytes(byCurve), HashAlgorithmName.SHA256))}", keys).ShouldBe(TokenObjection.None);
        Judge($"{byCurve}.{TokenForge.Encode(ec.SignData(Encoding.ASCII.GetBytes(byCurve), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))}", keys).ShouldBe(TokenObjection.WrongSignature);
        Judge($"{byCurve}.{TokenForge.Encode(new byte[64])}", keys).ShouldBe(TokenObjection.WrongSignature);

        var other = Parts("""{"alg":"RS256","kid":"e"}""");
        Judge($"{other}.{TokenForge.Encode(rsa.SignData(Encoding.ASCII.GetBytes(other), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}", keys).ShouldBe(TokenObjection.OtherAlgorithm);
    }

    /// <summary>What PKCS #1 v1.5 wants between the zero and the hash, and what lax readers took for it (Bleichenbacher's forgeries).</summary>
    [Fact]
    public void An_RSA_signature_whose_padding_was_changed_is_refused()
    {
        using var rsa = RSA.Create(2_048);
        var key = rsa.ExportParameters(true);
        var verification = VerificationKey.OfRsa(key.Modulus!, key.Exponent!, null);
        var signed = Parts("""{"alg":"RS256"}""");
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(signed));
        byte[] info = [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20, .. hash];
        byte[] Block(byte type, byte filler, byte[] content, int trailing = 0) =>
            [0, type, .. Enumerable.Repeat(filler, 256 - 3 - content.Length - trailing), 0, .. content, .. new byte[trailing]];
        TokenObjection JudgeBlock(byte[] block)
        {
            var m = BigInteger.ModPow(new(block, true, true), new(key.D!, true, true), new(key.Modulus!, true, true));
            var signature = m.ToByteArray(true, true);
            return Judge($"{signed}.{TokenForge.Encode([.. new byte[256 - signature.Length], .. signature])}", verification);
        }

        JudgeBlock(Block(1, 0xff, info)).ShouldBe(TokenObjection.None);

        JudgeBlock(Block(2, 0xff, info)).ShouldBe(TokenObjection.WrongSignature);
        JudgeBlock(Block(1, 0x00, info)).ShouldBe(TokenObjection.WrongSignature);
        JudgeBlock(Block(1, 0xfe, info)).ShouldBe(TokenObjection.WrongSignature);
        JudgeBlock(Block(1, 0xff, info, trailing: 8)).ShouldBe(TokenObjection.WrongSignature);
        JudgeBlock(Block(1, 0xff, [.. info, 0x00])).ShouldBe(TokenObjection.WrongSignature);
        JudgeBlock(Block(1, 0xff, hash)).ShouldBe(TokenObjection.WrongSignature);
        JudgeBlock(Block(1, 0xff, [0x30, 0x2f, 0x30, 0x0b, .. info[4..15], 0x04, 0x20, .. hash])).ShouldBe(TokenObjection.WrongSignature);
        JudgeBlock(Block(1, 0xff, [0x30, 0x81, 0x31, .. info[2..]])).ShouldBe(TokenObjection.WrongSignature);
        JudgeBlock(Block(1, 0xff, [.. info[..^1], (byte)(info[^1] ^ 1)])).ShouldBe(TokenObjection.WrongSignature);
    }

    [Fact]
    public void An_RSA_key_that_is_too_short_or_too_long_is_none()
    {
        using var rsa = RSA.Create(1_024);
        var key = rsa.ExportParameters(false);
        Should.Throw<CryptographicException>(() => VerificationKey.OfRsa(key.Modulus!, key.Exponent!, null)).Message.ShouldContain("1024");
        Should.Throw<ArgumentException>(() => VerificationKey.OfSecret(new byte[31]));
    }

    [Fact]
    public void A_signature_that_was_stripped_cut_or_continued_is_refused()
    {
        var good = TokenForge.Sign(Claims());
        var signature = good[(good.LastIndexOf('.') + 1)..];
        var signed = good[..(good.LastIndexOf('.') + 1)];
        Judge(signed).ShouldBe(TokenObjection.NotThreeParts);
        Judge(signed + signature[..^1]).ShouldBeOneOf(TokenObjection.NotBase64Url, TokenObjection.WrongSignature);
        Judge(signed + signature[..40]).ShouldBe(TokenObjection.WrongSignature);
        Judge(signed + signature + "AAAA").ShouldBeOneOf(TokenObjection.NotBase64Url, TokenObjection.WrongSignature);
        Judge(signed + signature + ".").ShouldBe(TokenObjection.NotThreeParts);
        Judge(signed + TokenForge.Encode(new byte[32])).ShouldBe(TokenObjection.WrongSignature);
        Judge(TokenForge.Sign(Claims(), secret: TokenForge.Secret + " ")).ShouldBe(TokenObjection.WrongSignature);
    }

    [Fact]
    public void The_last_letter_of_a_signature_has_one_spelling()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var good = TokenForge.Sign(Claims());
        var objections = Alphabet.Select(last => Judge(good[..^1] + last)).ToList();

        // 32 bytes leave two bits over: sixteen letters have them at zero, one of which is the right one.
        objections.Count(o => o == TokenObjection.None).ShouldBe(1);
        objections.Count(o => o == TokenObjection.WrongSignature).ShouldBe(15);
        objections.Count(o => o == TokenObjection.NotBase64Url).ShouldBe(48);
    }

    [Fact]
    public void Base64_that_is_not_base64url_is_refused_even_where_it_was_signed_so()
    {
        var (header, claims) = (TokenForge.Encode(TokenForge.Header), TokenForge.Encode(Claims()));
        foreach (var bent in new[] { header + "=", header + "==", " " + header, header + " ", header + "\n", header.Insert(4, "\t"), header.Insert(4, "+"), header.Insert(4, "/"), header + "%3D" })
        {
            Judge(TokenForge.SignParts(bent, claims)).ShouldBe(TokenObjection.NotBase64Url, bent);
        }

        foreach (var bent in new[] { claims + "=", claims + "A", " " + claims, claims.Insert(4, "\r\n"), claims.Insert(4, "+") })
        {
            Judge(TokenForge.SignParts(header, bent)).ShouldBeOneOf([TokenObjection.NotBase64Url, TokenObjection.UnreadableClaims]);
        }

        Judge(TokenForge.Sign(Claims()).Replace('.', '\u2024')).ShouldBe(TokenObjection.NotBase64Url);
        Judge(TokenForge.Sign(Claims()) + "\u00e9").ShouldBe(TokenObjection.NotBase64Url);
    }

    [Fact]
    public void A_token_has_three_parts()
    {
        var part = TokenForge.Encode("{}");
        foreach (var parts in new[] { "", ".", "..", "...", part, $"{part}.", $".{part}", $"{part}.{part}", $"{part}..{part}", $".{part}.{part}", $"{part}.{part}.", $"{part}.{part}.{part}.{part}", $"{part}.{part}.{part}.{part}.{part}" })
        {
            Judge(parts).ShouldBe(TokenObjection.NotThreeParts, parts);
        }
    }

    public static TheoryData<string, string, string> ClaimTable { get; } = new()
    {
        { "exp", "", nameof(TokenObjection.NoExpiry) },
        { "exp", "null", nameof(TokenObjection.WrongClaimType) },
        { "exp", "\"4102444800\"", nameof(TokenObjection.WrongClaimType) },
        { "exp", "4102444800.5", nameof(TokenObjection.WrongClaimType) },
        { "exp", "4102444800.0", nameof(TokenObjection.WrongClaimType) },
        { "exp", "4.1e9", nameof(TokenObjection.WrongClaimType) },
        { "exp", "true", nameof(TokenObjection.WrongClaimType) },
        { "exp", "[4102444800]", nameof(TokenObjection.WrongClaimType) },
        { "exp", "{}", nameof(TokenObjection.WrongClaimType) },
        { "exp", "-1", nameof(TokenObjection.WrongClaimType) },
        { "exp", "0", nameof(TokenObjection.Expired) },
        { "exp", "253402300799", nameof(TokenObjection.None) },
        { "exp", "253402300800", nameof(TokenObjection.WrongClaimType) },
        { "exp", "9223372036854775807", nameof(TokenObjection.WrongClaimType) },
        { "exp", "9223372036854775808", nameof(TokenObjection.WrongClaimType) },
        { "exp", "1e400", nameof(TokenObjection.WrongClaimType) },
        { "exp", "99999999999999999999999999999999", nameof(TokenObjection.WrongClaimType) },
        { "nbf", "\"0\"", nameof(TokenObjection.WrongClaimType) },
        { "nbf", "1.5", nameof(TokenObjection.WrongClaimType) },
        { "nbf", "253402300799", nameof(TokenObjection.NotYetValid) },
        { "iat", "\"0\"", nameof(TokenObjection.WrongClaimType) },
        { "iat", "-5", nameof(TokenObjection.WrongClaimType) },
        { "jti", "7", nameof(TokenObjection.WrongClaimType) },
        { "jti", $"\"{new string('j', 257)}\"", nameof(TokenObjection.WrongClaimType) },
        { "sub", "7", nameof(TokenObjection.None) },
        { "sub", "[7]", nameof(TokenObjection.WrongClaimType) },
        { "iss", "", nameof(TokenObjection.WrongIssuer) },
        { "iss", "null", nameof(TokenObjection.WrongClaimType) },
        { "iss", "\"\"", nameof(TokenObjection.WrongIssuer) },
        { "iss", "\"http://localhost:44390/\"", nameof(TokenObjection.WrongIssuer) },
        { "iss", "\"HTTP://localhost:44390\"", nameof(TokenObjection.WrongIssuer) },
        { "iss", "\"http://LOCALHOST:44390\"", nameof(TokenObjection.WrongIssuer) },
        { "iss", "\"http://localhost:44390 \"", nameof(TokenObjection.WrongIssuer) },
        { "iss", "[\"http://localhost:44390\"]", nameof(TokenObjection.WrongClaimType) },
        { "aud", "", nameof(TokenObjection.WrongAudience) },
        { "aud", "null", nameof(TokenObjection.WrongClaimType) },
        { "aud", "\"\"", nameof(TokenObjection.WrongAudience) },
        { "aud", "\"http://LocalHost:44390\"", nameof(TokenObjection.WrongAudience) },
        { "aud", "\"http://localhost:44391\"", nameof(TokenObjection.WrongAudience) },
        { "aud", "[]", nameof(TokenObjection.WrongAudience) },
        { "aud", "[\"otra\",\"una más\"]", nameof(TokenObjection.WrongAudience) },
        { "aud", "[\"otra\",\"http://localhost:44390\"]", nameof(TokenObjection.None) },
        { "aud", "[\"http://localhost:44390\",7]", nameof(TokenObjection.WrongClaimType) },
        { "aud", "[[\"http://localhost:44390\"]]", nameof(TokenObjection.WrongClaimType) },
        { "aud", "{\"http://localhost:44390\":1}", nameof(TokenObjection.WrongClaimType) },
    };

    [Theory]
    [MemberData(nameof(ClaimTable))]
    public void A_registered_claim_has_its_type_and_its_value(string name, string json, string objection) =>
        Judge(TokenForge.Sign(ClaimsWith(name, json))).ToString().ShouldBe(objection);

    [Fact]
    public void A_token_expires_at_its_expiry_and_not_a_moment_later()
    {
        var clock = new ManualClock();
        var keys = new KeySet([VerificationKey.OfSecret(TokenForge.SecretBytes)]);
        var validator = new TokenValidator(() => keys, new(null, null), clock);
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var token = TokenForge.Sign($$"""{"exp":{{now + 10}}}""");

        validator.Validate(TokenForge.Sign($$"""{"exp":{{now}}}"""), out var objection).ShouldBeNull();
        objection.ShouldBe(TokenObjection.Expired);

        clock.Advance(TimeSpan.FromMilliseconds(9_999));
        validator.Validate(token, out _).ShouldNotBeNull();

        // Remembered, and expired all the same.
        clock.Advance(TimeSpan.FromMilliseconds(1));
        validator.Validate(token, out objection).ShouldBeNull();
        objection.ShouldBe(TokenObjection.Expired);
    }

    public static TheoryData<string> Unreadable { get; } =
    [
        "",
        "null",
        "[]",
        "7",
        "\"texto\"",
        "{",
        "{}{}",
        """{"exp":4102444800,}""",
        """{"exp":4102444800,"exp":4102444800}""",
        """{"exp":0,"\u0065xp":4102444800}""",
        """{"exp":4102444800,"a":{"b":1,"b":2}}""",
        """{"exp":4102444800,"a":"\ud800"}""",
        """{"exp":4102444800,"\udc00":1}""",
        """{"exp":4102444800,"a":["\ud800"]}""",
        "{\"exp\":4102444800 /* aquí */}",
        "{'exp':4102444800}",
        "{\"exp\":4102444800,\"a\":\"\u0001\"}",
        "{\"exp\":NaN}",
        "{\"exp\":Infinity}",
        "{\"exp\":+4102444800}",
        "{\"exp\":04102444800}",
    ];

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void Claims_that_are_not_one_object_of_JSON_in_which_no_name_stands_twice_are_refused(string claims) =>
        Judge(TokenForge.Sign(claims)).ShouldBeOneOf(TokenObjection.UnreadableClaims, TokenObjection.NotThreeParts);

    [Fact]
    public void Claims_that_are_no_UTF_8_are_refused()
    {
        var header = TokenForge.Encode(TokenForge.Header);
        foreach (var bytes in new byte[][] { [0xff, 0xfe], [.. "{\"exp\":4102444800,\"a\":\""u8, 0xc3, 0x28, .. "\"}"u8], [.. "{\"exp\":4102444800,\"a\":\""u8, 0xed, 0xa0, 0x80, .. "\"}"u8], [0xef, 0xbb, 0xbf, .. "{\"exp\":4102444800}"u8], [.. "{\"exp\":4102444800}"u8, 0] })
        {
            Judge(TokenForge.SignParts(header, TokenForge.Encode(bytes))).ShouldBe(TokenObjection.UnreadableClaims);
            Judge(TokenForge.SignParts(TokenForge.Encode(bytes), TokenForge.Encode(Claims()))).ShouldBe(TokenObjection.UnreadableHeader);
        }
    }

    [Fact]
    public void What_is_too_long_or_too_deep_is_refused()
    {
        Judge(new string('A', 1_000_000)).ShouldBe(TokenObjection.TooLong);
        Judge($"{new string('A', 500_000)}.{new string('A', 500_000)}.AAAA").ShouldBe(TokenObjection.TooLong);
        Judge(TokenForge.Sign(Claims($",\"relleno\":\"{new string('x', 1_000_000)}\""))).ShouldBe(TokenObjection.TooLong);
        Judge(TokenForge.Sign($$"""{"exp":4102444800,"a":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}""")).ShouldBe(TokenObjection.TooLong);
        Judge(TokenForge.Sign($$"""{"exp":4102444800,"a":{{new string('[', 1_000)}}{{new string(']', 1_000)}}}""")).ShouldBe(TokenObjection.UnreadableClaims);
        Judge(TokenForge.Sign(Claims(), $$"""{"alg":"HS256","a":{{new string('[', 1_000)}}{{new string(']', 1_000)}}}""")).ShouldBe(TokenObjection.UnreadableHeader);
    }

    [Fact]
    public void A_token_within_a_token_is_not_unwrapped()
    {
        var inner = TokenForge.Sign(Claims());
        Judge(TokenForge.Sign($"\"{inner}\"")).ShouldBe(TokenObjection.UnreadableClaims);
        Judge(TokenForge.Sign(inner)).ShouldBe(TokenObjection.UnreadableClaims);
    }

    private static string Parts(string header) => $"{TokenForge.Encode(header)}.{TokenForge.Encode(Claims())}";
}
