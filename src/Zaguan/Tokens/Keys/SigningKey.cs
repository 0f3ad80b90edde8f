using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Zaguan.AspNetCore.Jws;
using Zaguan.Login;

namespace Zaguan.Tokens.Keys;

/// <summary>A key of Zaguan's own: ECDSA on P-256 with SHA-256 (RFC 7518 §3.4). Its kid is its thumbprint (RFC 7638), so that two keys never share one.</summary>
internal sealed class SigningKey
{
    public const string Algorithm = "ES256";

    /// <summary>R and S side by side, in bytes.</summary>
    public const int SignatureLength = 64;

    private readonly VerificationKey.Pool<ECDsa> signers;

    /// <param name="pkcs8">Kept.</param>
    /// <exception cref="CryptographicException">It is no key of P-256.</exception>
    public SigningKey(Secret pkcs8)
    {
        signers = new(() => Import(pkcs8));
        var first = signers.Rent();
        var point = first.ExportParameters(includePrivateParameters: false).Q;
        signers.Return(first);

        X = Base64Url.EncodeToString(point.X);
        Y = Base64Url.EncodeToString(point.Y);
        Id = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{X}}","y":"{{Y}}"}""")));
        Header = Encoding.ASCII.GetBytes(Base64Url.EncodeToString(Encoding.ASCII.GetBytes($$"""{"alg":"{{Algorithm}}","kid":"{{Id}}","typ":"JWT"}""")) + ".");
        Verification = VerificationKey.OfEllipticCurve(point, Id);
    }

    /// <summary>The kid.</summary>
    public string Id { get; }

    /// <summary>The point's first coordinate, in base64url.</summary>
    public string X { get; }

    /// <summary>The point's second coordinate, in base64url.</summary>
    public string Y { get; }

    /// <summary>A token's first part and the dot behind it.</summary>
    public byte[] Header { get; }

    public VerificationKey Verification { get; }

    /// <summary>A private key in PKCS #8 (RFC 5958).</summary>
    public static Secret Generate()
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pkcs8 = made.ExportPkcs8PrivateKey();
        var secret = new Secret(pkcs8);
        CryptographicOperations.ZeroMemory(pkcs8);
        return secret;
    }

    /// <summary>Returns how many bytes of <paramref name="signature"/> it wrote: <see cref="SignatureLength"/>.</summary>
    public int Sign(ReadOnlySpan<byte> signed, Span<byte> signature)
    {
        var signer = signers.Rent();
        var written = signer.SignData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        signers.Return(signer);
        return written;
    }

    private static ECDsa Import(Secret pkcs8)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8.Reveal(), out _);
        return key.KeySize == 256 ? key : throw new CryptographicException($"A key of {key.KeySize} bits signs nothing here.");
    }
}
