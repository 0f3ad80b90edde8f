using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Zaguan.AspNetCore.Jws;

/// <summary>A key that verifies signatures of one algorithm. What a token's header says of its algorithm is compared with the key's and chooses nothing.</summary>
internal sealed class VerificationKey
{
    /// <summary>The shortest secret that RFC 7518 §3.2 allows for HS256, in bytes.</summary>
    public const int ShortestSecret = 32;

    /// <summary>The shortest modulus that RFC 7518 §3.3 allows, in bits.</summary>
    public const int ShortestModulus = 2_048;

    /// <summary>Longer ones cost whoever verifies more than whoever asks.</summary>
    public const int LongestModulus = 8_192;

    private readonly Verify verify;

    private VerificationKey(SignatureAlgorithm algorithm, string? id, Verify verify)
    {
        Algorithm = algorithm;
        Id = id;
        this.verify = verify;
    }

    private delegate bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature);

    public SignatureAlgorithm Algorithm { get; }

    /// <summary>The kid that tokens of this key carry; null: they carry none.</summary>
    public string? Id { get; }

    /// <param name="secret">At least <see cref="ShortestSecret"/> bytes; kept.</param>
    /// <param name="algorithm">One of the three with a shared secret.</param>
    public static VerificationKey OfSecret(ReadOnlyMemory<byte> secret, string? id = null, SignatureAlgorithm algorithm = SignatureAlgorithm.HS256)
    {
        if (secret.Length < ShortestSecret)
        {
            throw new ArgumentException($"A secret of {secret.Length} bytes signs nothing that could be believed; HS256 needs {ShortestSecret} (RFC 7518 §3.2).", nameof(secret));
        }

        return new(algorithm, id, (signed, signature) =>
        {
            Span<byte> expected = stackalloc byte[HMACSHA512.HashSizeInBytes];
            return CryptographicOperations.FixedTimeEquals(expected[..Hmac(algorithm, secret.Span, signed, expected)], signature);
        });
    }

    /// <summary>Returns how many bytes of <paramref name="hash"/> it wrote.</summary>
    public static int Hmac(SignatureAlgorithm algorithm, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> signed, Span<byte> hash) => algorithm switch
    {
        SignatureAlgorithm.HS256 => HMACSHA256.HashData(secret, signed, hash),
        SignatureAlgorithm.HS384 => HMACSHA384.HashData(secret, signed, hash),
        SignatureAlgorithm.HS512 => HMACSHA512.HashData(secret, signed, hash),
        SignatureAlgorithm.ES256 or SignatureAlgorithm.RS256 => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "It has no shared secret."),
    };

    /// <exception cref="CryptographicException">It is no point of P-256.</exception>
    public static VerificationKey OfEllipticCurve(ECPoint point, string? id)
    {
        var keys = new Pool<ECDsa>(() => ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point }));
        keys.Return(keys.Rent());
        return new(SignatureAlgorithm.ES256, id, (signed, signature) =>
        {
            // R and S side by side (RFC 7518 §3.4): nothing shorter, nothing in DER.
            if (signature.Length != 64)
            {
                return false;
            }

            var key = keys.Rent();
            var verified = key.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            keys.Return(key);
            return verified;
        });
    }

    /// <exception cref="CryptographicException">It is no RSA key of an acceptable length.</exception>
    public static VerificationKey OfRsa(byte[] modulus, byte[] exponent, string? id)
    {
        var keys = new Pool<RSA>(() => RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent }));
        var first = keys.Rent();
        if (first.KeySize is < ShortestModulus or > LongestModulus)
        {
            throw new CryptographicException($"An RSA key of {first.KeySize} bits is not believed; it has between {ShortestModulus} and {LongestModulus}.");
        }

        keys.Return(first);
        return new(SignatureAlgorithm.RS256, id, (signed, signature) =>
        {
            var key = keys.Rent();
            var verified = signature.Length == key.KeySize / 8 && key.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            keys.Return(key);
            return verified;
        });
    }

    public bool Verifies(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) => verify(signed, signature);

    /// <summary>.NET promises nothing of one key that two threads use, so each has one for as long as it needs it.</summary>
    internal sealed class Pool<T>(Func<T> make)
    {
        private readonly ConcurrentBag<T> idle = [];

        public T Rent() => idle.TryTake(out var key) ? key : make();

        public void Return(T key) => idle.Add(key);
    }
}
