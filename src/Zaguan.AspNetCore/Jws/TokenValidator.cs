using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Zaguan.AspNetCore.Jws;

/// <summary>What an application's tokens say of their origin.</summary>
/// <param name="Issuer">What iss must be, letter by letter; null: it is not asked for.</param>
/// <param name="Audience">What aud must be, or have among others; null: it is not asked for.</param>
internal sealed record TokenRules(string? Issuer, string? Audience);

/// <summary>Whether a token is good now, but for revocations. A token that was good is known again by its hash until it expires.</summary>
/// <param name="keys">The keys of the moment.</param>
internal sealed class TokenValidator(Func<KeySet> keys, TokenRules rules, TimeProvider clock, int mostRemembered = TokenMemory.Usual)
{
    /// <summary>How far the clocks of issuer and reader may be apart before a token that is not valid yet is refused. For the expiry there is no such leeway.</summary>
    private const long LeewayBeforeSeconds = 60;

    private readonly TokenMemory memory = new(mostRemembered);

    /// <param name="atAnyTime">A token of yesterday or tomorrow is good too, as long as it says when it ends.</param>
    public TokenClaims? Validate(ReadOnlySpan<char> token, out TokenObjection objection, bool atAnyTime = false)
    {
        if (token.Length > JwsReader.LongestToken)
        {
            objection = TokenObjection.TooLong;
            return null;
        }

        if (!Ascii.IsValid(token))
        {
            objection = TokenObjection.NotBase64Url;
            return null;
        }

        var fingerprint = TokenFingerprint.Of(token);
        if (memory.Find(fingerprint) is { } known)
        {
            objection = atAnyTime ? TokenObjection.None : ObjectionToTime(known);
            return objection == TokenObjection.None ? known : null;
        }

        if (JwsReader.Read(token, keys(), out objection) is not { } claims)
        {
            return null;
        }

        objection = ObjectionToOrigin(claims);
        var objectionToTime = ObjectionToTime(claims);
        if (objection == TokenObjection.None && !atAnyTime)
        {
            objection = objectionToTime;
        }

        if (objection != TokenObjection.None)
        {
            return null;
        }

        if (objectionToTime == TokenObjection.None)
        {
            memory.Keep(fingerprint, claims);
        }

        return claims;
    }

    private TokenObjection ObjectionToOrigin(TokenClaims claims)
    {
        if (rules.Issuer is { } issuer && !string.Equals(claims.Issuer, issuer, StringComparison.Ordinal))
        {
            return TokenObjection.WrongIssuer;
        }

        return rules.Audience is { } audience && !claims.Audiences.Contains(audience, StringComparer.Ordinal)
            ? TokenObjection.WrongAudience
            : claims.ExpiresAt is null ? TokenObjection.NoExpiry : TokenObjection.None;
    }

    /// <summary>Whether a token that was good is still: what time alone changes.</summary>
    public TokenObjection ObjectionToTime(TokenClaims claims)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return claims switch
        {
            { ExpiresAt: null } => TokenObjection.NoExpiry,
            { ExpiresAt: { } expiry } when expiry * 1_000 <= now => TokenObjection.Expired,
            { NotBefore: { } start } when (start - LeewayBeforeSeconds) * 1_000 > now => TokenObjection.NotYetValid,
            _ => TokenObjection.None,
        };
    }
}

/// <summary>A token's SHA-256: what it is known by without being kept.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TokenFingerprint(UInt128 High, UInt128 Low)
{
    /// <param name="token">ASCII, at most <see cref="JwsReader.LongestToken"/> letters.</param>
    public static TokenFingerprint Of(ReadOnlySpan<char> token)
    {
        Span<byte> text = token.Length <= 1_024 ? stackalloc byte[token.Length] : new byte[token.Length];
        Encoding.ASCII.GetBytes(token, text);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return new(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }
}
