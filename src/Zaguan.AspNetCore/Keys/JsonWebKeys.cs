using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Zaguan.AspNetCore.Jws;

namespace Zaguan.AspNetCore.Keys;

/// <summary>A JSON Web Key Set (RFC 7517 §5) → the keys in it that verify ES256 or RS256. What else it holds is ignored, as §5 has it.</summary>
internal static class JsonWebKeys
{
    /// <summary>In bytes. Of the largest keys, more than <see cref="MostKeys"/>.</summary>
    public const int LargestSet = 256 * 1024;

    /// <summary>Looked at; a token that names none of them costs a comparison with each.</summary>
    private const int MostKeys = 100;

    private const int LongestId = 256;

    /// <summary>Bytes of a coordinate of P-256 (RFC 7518 §6.2.1.2).</summary>
    private const int CoordinateLength = 32;

    /// <summary>Bytes. RSA's public exponents are 65537 or smaller; a huge one makes verifying slow.</summary>
    private const int LongestExponent = 4;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Null: it is no key set.</summary>
    public static IReadOnlyList<VerificationKey>? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array
                ? [.. keys.EnumerateArray().Take(MostKeys).Select(Key).OfType<VerificationKey>()]
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair, escaped.
            return null;
        }
    }

    private static VerificationKey? Key(JsonElement key)
    {
        // A private key that somebody published is a key of everybody's.
        if (key.ValueKind != JsonValueKind.Object || key.TryGetProperty("d", out _) || Text(key, "use") is not (null or "sig") || !MayVerify(key))
        {
            return null;
        }

        var id = Text(key, "kid");
        if (id?.Length > LongestId)
        {
            return null;
        }

        try
        {
            return (Text(key, "kty"), Text(key, "alg")) switch
            {
                ("EC", null or "ES256") when Text(key, "crv") is "P-256" && Bytes(key, "x") is { Length: CoordinateLength } x && Bytes(key, "y") is { Length: CoordinateLength } y =>
                    VerificationKey.OfEllipticCurve(new() { X = x, Y = y }, id),
                ("RSA", null or "RS256") when Bytes(key, "n") is { Length: >= VerificationKey.ShortestModulus / 8 and <= VerificationKey.LongestModulus / 8 } n && Bytes(key, "e") is { Length: > 0 and <= LongestExponent } e =>
                    VerificationKey.OfRsa(n, e, id),
                _ => null,
            };
        }
        catch (CryptographicException)
        {
            // No point of the curve, or a key too short to be believed.
            return null;
        }
    }

    /// <summary>RFC 7517 §4.3.</summary>
    private static bool MayVerify(JsonElement key) =>
        !key.TryGetProperty("key_ops", out var operations)
        || (operations.ValueKind == JsonValueKind.Array && operations.EnumerateArray().Any(o => o.ValueKind == JsonValueKind.String && o.ValueEquals("verify"u8)));

    /// <summary>Null where there is none; a text that nothing equals where it is of another type.</summary>
    private static string? Text(JsonElement key, string name) =>
        !key.TryGetProperty(name, out var value) ? null : value.ValueKind == JsonValueKind.String ? value.GetString() : "\0";

    private static byte[]? Bytes(JsonElement key, string name)
    {
        var text = Text(key, name);
        if (text is null || !Base64Url.IsValid(text))
        {
            return null;
        }

        return Base64Url.DecodeFromChars(text);
    }
}
