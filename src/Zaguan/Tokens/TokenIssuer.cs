using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Zaguan.Contracts;
using Zaguan.Contracts.Templates;
using Zaguan.Login;
using Zaguan.Tokens.Keys;

namespace Zaguan.Tokens;

/// <summary>
/// Signs an application's tokens: JWS compact serialisation (RFC 7515 §7.1), claims by the contract, with HMAC-SHA-256 and a shared secret
/// (RFC 7518 §3.2) or with the key of Zaguan's own that signs at the time (§3.4).
/// </summary>
internal sealed class TokenIssuer
{
    /// <summary>{"alg":"HS256","typ":"JWT"}</summary>
    private static readonly byte[] Header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."u8.ToArray();

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Secret? secret;
    private readonly KeyRing? keys;
    private readonly ObjectTemplate claims;

    public TokenIssuer(Secret secret, TimeSpan lifetime, ObjectTemplate claims) => (this.secret, Lifetime, this.claims) = (secret, lifetime, claims);

    public TokenIssuer(KeyRing keys, TimeSpan lifetime, ObjectTemplate claims) => (this.keys, Lifetime, this.claims) = (keys, lifetime, claims);

    public TimeSpan Lifetime { get; }

    /// <summary>The token of a session that has just been opened.</summary>
    public string Issue(Session session, AnswerValues values)
    {
        var payload = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(payload, Options))
        {
            writer.WriteStartObject();
            claims.WriteMembers(writer, values);
            writer.WriteNumber("iat"u8, session.OpenedAt / 1000);
            writer.WriteNumber("exp"u8, session.ExpiresAt / 1000);
            writer.WriteString("jti"u8, session.Id);
            writer.WriteEndObject();
        }

        // By when the session was opened: its key is kept for as long as there are such sessions.
        var key = keys?.SigningAt(session.OpenedAt);
        var header = key is null ? Header : key.Header;
        var signed = new byte[header.Length + Base64Url.GetEncodedLength(payload.WrittenCount)];
        header.CopyTo(signed, 0);
        Base64Url.EncodeToUtf8(payload.WrittenSpan, signed.AsSpan(header.Length));
        Span<byte> signature = stackalloc byte[SigningKey.SignatureLength];
        var length = key is null ? HMACSHA256.HashData(secret!.Reveal(), signed, signature) : key.Sign(signed, signature);
        return $"{Encoding.ASCII.GetString(signed)}.{Base64Url.EncodeToString(signature[..length])}";
    }
}
