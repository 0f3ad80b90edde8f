using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Zaguan.Argon2;
using Zaguan.Login;
using Zaguan.Passwords.Formats;

namespace Zaguan.Tests.Passwords.Formats;

/// <summary>Origins that need more than a text, and ASP.NET Core's own hasher, which is at hand.</summary>
public sealed class OriginTests
{
    [Theory]
    [InlineData(PasswordHasherCompatibilityMode.IdentityV2, "aspnet identity v2", "pbkdf2-sha1 1000 × 2")]
    [InlineData(PasswordHasherCompatibilityMode.IdentityV3, "aspnet identity v3", "pbkdf2-sha512 100000")]
    public void What_ASP_NET_Core_Identity_hashes_is_right(PasswordHasherCompatibilityMode mode, string format, string cost)
    {
        using var argon2 = new Argon2Hasher(1 << 20);
        var origin = new PasswordHasher<string>(Options.Create(new PasswordHasherOptions { CompatibilityMode = mode }));
        foreach (var password in Sample.All.Select(s => s.Password).Distinct())
        {
            var text = origin.HashPassword("ana", password);

            var hash = HashFormats.Read(text)?.Hash.ShouldNotBeNull();

            HashFormats.All.First(f => !f.IsDeclared && f.Read(text) is not null).Name.ShouldBe(format);
            hash!.Cost.ShouldBe(cost);
            hash.Compute(Encoding.UTF8.GetBytes(password), argon2).ShouldBe(hash.Digest);
            origin.VerifyHashedPassword("ana", hash.Recipe, password).ShouldBe(PasswordVerificationResult.Failed);
        }
    }

    [Theory]
    [InlineData("", "{}")]
    [InlineData("[]", "{}")]
    [InlineData("{}", "{}")]
    [InlineData("""{"algorithm":1,"hashIterations":"1"}""", """{"salt":null,"value":[]}""")]
    [InlineData("""{"algorithm":"pbkdf2-sha256","hashIterations":1}""", """{"salt":"!","value":"AAAA"}""")]
    [InlineData("""{"algorithm":"pbkdf2-sha256","hashIterations":27500}""", """{"salt":"AAAA","value":"AAAA"}""")]
    [InlineData("""{"algorithm":"pbkdf2-sha256","hashIterations":1073741824}""", """{"salt":"AAAA","value":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}""")]
    [InlineData("""{"algorithm":"pbkdf2-sha256","hashIterations":99999999999}""", """{"salt":"AAAA","value":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}""")]
    [InlineData("""{"algorithm":"otp","hashIterations":1}""", """{"salt":"AAAA","value":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}""")]
    [InlineData("""{"algorithm":"argon2","hashIterations":1,"additionalParameters":{"type":"id"}}""", """{"salt":"AAAA","value":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}""")]
    [InlineData("""{"algorithm":"argon2","hashIterations":1,"additionalParameters":{"type":["id"],"memory":["4194304"],"parallelism":["1"],"version":["1.3"]}}""", """{"salt":"AAAAAAAAAAA=","value":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}""")]
    [InlineData("""{"algorithm":"argon2","hashIterations":1,"additionalParameters":{"type":["$over$"],"memory":["8"],"parallelism":["1"],"version":["1.3"]}}""", """{"salt":"AAAAAAAAAAA=","value":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}""")]
    public void What_Keycloak_did_not_write_is_refused_with_a_sentence(string credentialData, string secretData)
    {
        var composed = KeycloakCredential.ToText(credentialData, secretData);

        composed.Text.ShouldBeNull();
        composed.Objection.ShouldNotBeNull().ShouldEndWith(".");
    }

    [Fact]
    public void What_Firebase_did_not_write_is_refused_with_a_sentence()
    {
        var key = Convert.ToBase64String(new byte[64]);

        FirebaseFormat.ToText(key, "AAAA", key, "Bw==", 8, 14).Objection.ShouldBeNull();
        FirebaseFormat.ToText("AAAA", "AAAA", key, "Bw==", 8, 14).Objection.ShouldNotBeNull();
        FirebaseFormat.ToText(key, "AAAA", "!", "Bw==", 8, 14).Objection.ShouldNotBeNull();
        FirebaseFormat.ToText(key, "ñ", key, "Bw==", 8, 14).Objection.ShouldNotBeNull();
        FirebaseFormat.ToText(key, "AAAA", key, "Bw==", 8, 30).Objection.ShouldNotBeNull();
        FirebaseFormat.ToText(key, "AAAA", key, "Bw==", -8, -1).Objection.ShouldNotBeNull();
    }

    [Fact]
    public void A_text_of_AES_with_another_key_or_damaged_is_refused()
    {
        var sample = Sample.All.First(s => s.Format is "aes" && s.Password.StartsWith("correct", StringComparison.Ordinal));
        var key = Convert.FromHexString(sample.Key!);
        key[^1] ^= 1;
        var other = ClearFormats.Aes(new Secret(key));

        other.Read(sample.Bare).ShouldNotBeNull().Objection.ShouldNotBeNull();
        sample.Row.Read(sample.Bare[..^4]).ShouldNotBeNull().Objection.ShouldNotBeNull();
        sample.Row.Read(Convert.ToBase64String(Convert.FromBase64String(sample.Bare)[..^16])).ShouldNotBeNull().Objection.ShouldNotBeNull();
        ClearFormats.KeyObjection(new Secret(key)).ShouldBeNull();
        ClearFormats.KeyObjection(new Secret(key.AsSpan(1))).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("", "31d6cfe0d16ae931b73c59d7e0c089c0")]
    [InlineData("a", "bde52cb31de33e46245e05fbdbd6fb24")]
    [InlineData("abc", "a448017aaf21d8525fc10ae87aa6729d")]
    [InlineData("message digest", "d9130a8164549fe818874806e1c7014b")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "043f8582f241db351ce627e153e7f0e4")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890", "e33b4ddc9c38f2199c3e7b164fcc0536")]
    public void MD4_is_that_of_RFC_1320(string text, string digest) =>
        Convert.ToHexStringLower(Md4.HashData(Encoding.ASCII.GetBytes(text))).ShouldBe(digest);

    [Theory]
    [InlineData("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")]
    [InlineData("password", "NaCl", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")]
    public void Scrypt_is_that_of_RFC_7914(string password, string salt, int n, int r, int p, string key) =>
        Convert.ToHexStringLower(Scrypt.DeriveKey(Encoding.ASCII.GetBytes(password), Encoding.ASCII.GetBytes(salt), n, r, p, 64)).ShouldBe(key);

    [Fact]
    public void A_NUL_at_the_end_is_another_password_for_scrypt() =>
        CryptographicOperations.FixedTimeEquals(Scrypt.DeriveKey("secret\0"u8, "sal"u8, 16, 1, 1, 32), Scrypt.DeriveKey("secret"u8, "sal"u8, 16, 1, 1, 32)).ShouldBeFalse();
}
