using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Zaguan.AspNetCore.Jws;
using Zaguan.Login;
using Zaguan.Tokens.Keys;

namespace Zaguan.Tokens;

/// <summary>What makes of claims a token: with a secret that back-ends share, with a key of the application's, with the key of Zaguan's own that signs at the time.</summary>
internal interface ITokenSigner
{
    /// <param name="at">When the session was opened, Unix milliseconds.</param>
    /// <param name="type">The header's typ: <see cref="TokenIssuer.TokenType"/>, or what whoever takes tokens refuses.</param>
    string Sign(ReadOnlySpan<byte> claims, long at, string type);
}

/// <summary>HMAC with SHA-2 (RFC 7518 §3.2).</summary>
internal sealed class SecretSigner(Secret secret, SignatureAlgorithm algorithm) : ITokenSigner
{
    private readonly byte[] header = Compact.Header($"{algorithm}", null, TokenIssuer.TokenType);

    public string Sign(ReadOnlySpan<byte> claims, long at, string type)
    {
        var signed = Compact.Signed(TokenIssuer.IsToken(type) ? header : Compact.Header($"{algorithm}", null, type), claims);
        Span<byte> signature = stackalloc byte[HMACSHA512.HashSizeInBytes];
        var length = VerificationKey.Hmac(algorithm, secret.Reveal(), signed, signature);
        return Compact.Token(signed, signature[..length]);
    }
}

/// <summary>RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3), with the private key that the old system signed with.</summary>
internal sealed class RsaSigner : ITokenSigner
{
    private readonly VerificationKey.Pool<RSA> keys;

    /// <exception cref="ArgumentException">It is no key in PEM.</exception>
    /// <exception cref="CryptographicException">It is none that signs.</exception>
    public RsaSigner(Secret pem)
    {
        keys = new(() => Import(pem));
        var first = keys.Rent();
        var parameters = first.ExportParameters(includePrivateParameters: true);
        Verification = VerificationKey.OfRsa(parameters.Modulus!, parameters.Exponent!, id: null);
        foreach (var part in new[] { parameters.D, parameters.P, parameters.Q, parameters.DP, parameters.DQ, parameters.InverseQ })
        {
            CryptographicOperations.ZeroMemory(part);
        }

        keys.Return(first);
    }

    public VerificationKey Verification { get; }

    public string Sign(ReadOnlySpan<byte> claims, long at, string type)
    {
        var signed = Compact.Signed(Compact.Header("RS256", null, type), claims);
        var key = keys.Rent();
        var signature = key.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        keys.Return(key);
        return Compact.Token(signed, signature);
    }

    private static RSA Import(Secret pem)
    {
        var key = RSA.Create();
        key.ImportFromPem(Encoding.UTF8.GetString(pem.Reveal()));
        return key;
    }
}

/// <summary>The key of Zaguan's own that signs at the time.</summary>
internal sealed class OwnKeySigner(KeyRing keys) : ITokenSigner
{
    public string Sign(ReadOnlySpan<byte> claims, long at, string type)
    {
        var key = keys.SigningAt(at);
        var signed = Compact.Signed(TokenIssuer.IsToken(type) ? key.Header : Compact.Header(SigningKey.Algorithm, key.Id, type), claims);
        Span<byte> signature = stackalloc byte[SigningKey.SignatureLength];
        return Compact.Token(signed, signature[..key.Sign(signed, signature)]);
    }
}

/// <summary>The compact form (RFC 7515 §7.1).</summary>
file static class Compact
{
    /// <summary>The first part and the dot behind it.</summary>
    public static byte[] Header(string algorithm, string? keyId, string type) =>
        Encoding.ASCII.GetBytes(Base64Url.EncodeToString(Encoding.ASCII.GetBytes($$"""{"alg":"{{algorithm}}",{{(keyId is null ? "" : $"\"kid\":\"{keyId}\",")}}"typ":"{{type}}"}""")) + ".");

    public static byte[] Signed(byte[] header, ReadOnlySpan<byte> claims)
    {
        var signed = new byte[header.Length + Base64Url.GetEncodedLength(claims.Length)];
        header.CopyTo(signed, 0);
        Base64Url.EncodeToUtf8(claims, signed.AsSpan(header.Length));
        return signed;
    }

    public static string Token(byte[] signed, ReadOnlySpan<byte> signature) => $"{Encoding.ASCII.GetString(signed)}.{Base64Url.EncodeToString(signature)}";
}
