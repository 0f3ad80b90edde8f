using System.Buffers;
using System.Text;

namespace Zaguan.AspNetCore.Jws;

/// <summary>
/// JWS in its compact form (RFC 7515 §7.1) → claims, if a key of the set signed it. Nothing of a token is believed, and nothing
/// but its header is parsed, before its signature is right.
/// </summary>
internal static class JwsReader
{
    /// <summary>In letters. What a header of a request may hold, and more than any client stores.</summary>
    public const int LongestToken = 8_192;

    public static TokenClaims? Read(ReadOnlySpan<char> token, KeySet keys, out TokenObjection objection)
    {
        if (token.Length > LongestToken)
        {
            objection = TokenObjection.TooLong;
            return null;
        }

        // Written as bytes, and behind that whatever part is being decoded.
        var buffer = ArrayPool<byte>.Shared.Rent(2 * LongestToken);
        try
        {
            var written = buffer.AsSpan(0, token.Length);
            if (Ascii.FromUtf16(token, written, out _) != OperationStatus.Done)
            {
                objection = TokenObjection.NotBase64Url;
                return null;
            }

            return Read(written, buffer.AsSpan(LongestToken), keys, out objection);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static TokenClaims? Read(ReadOnlySpan<byte> token, Span<byte> decoded, KeySet keys, out TokenObjection objection)
    {
        objection = TokenObjection.NotThreeParts;
        var first = token.IndexOf((byte)'.');
        var second = token.LastIndexOf((byte)'.');
        if (first <= 0 || second <= first + 1 || second == token.Length - 1 || token[(first + 1)..second].Contains((byte)'.'))
        {
            return null;
        }

        objection = TokenObjection.NotBase64Url;
        if (!CanonicalBase64Url.TryDecode(token[..first], decoded, out var length)
            || !CanonicalBase64Url.TryDecode(token[(second + 1)..], decoded[length..], out var signatureLength))
        {
            return null;
        }

        var signature = decoded.Slice(length, signatureLength);
        if (keys.Find(token[..first], decoded[..length], out objection) is not { } meant)
        {
            return null;
        }

        if (!Verifies(meant, token[..second], signature))
        {
            objection = TokenObjection.WrongSignature;
            return null;
        }

        keys.Remember(token[..first], meant);
        if (!CanonicalBase64Url.TryDecode(token[(first + 1)..second], decoded, out length))
        {
            objection = TokenObjection.NotBase64Url;
            return null;
        }

        return TokenClaims.Read(decoded[..length], out objection);
    }

    private static bool Verifies(VerificationKey[] keys, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        foreach (var key in keys)
        {
            if (key.Verifies(signed, signature))
            {
                return true;
            }
        }

        return false;
    }
}
