using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Zaguan.Contracts;
using Zaguan.Contracts.Templates;
using Zaguan.Login;

namespace Zaguan.Tokens;

/// <summary>Signs an application's tokens: JWS compact serialisation (RFC 7515 §7.1) with HMAC-SHA-256 (RFC 7518 §3.2), claims by the contract.</summary>
internal sealed class TokenIssuer(Secret secret, TimeSpan lifetime, ObjectTemplate claims)
{
    /// <summary>The shortest key that RFC 7518 §3.2 allows for HS256, in bytes.</summary>
    public const int ShortestSecret = 32;

    /// <summary>{"alg":"HS256","typ":"JWT"}</summary>
    private static readonly byte[] Header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."u8.ToArray();

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public TimeSpan Lifetime => lifetime;

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

        var signed = new byte[Header.Length + Base64Url.GetEncodedLength(payload.WrittenCount)];
        Header.CopyTo(signed, 0);
        Base64Url.EncodeToUtf8(payload.WrittenSpan, signed.AsSpan(Header.Length));
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret.Reveal(), signed, signature);
        return $"{Encoding.ASCII.GetString(signed)}.{Base64Url.EncodeToString(signature)}";
    }
}
