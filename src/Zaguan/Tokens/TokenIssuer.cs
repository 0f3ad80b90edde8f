using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Templates;

namespace Zaguan.Tokens;

/// <summary>
/// Signs an application's tokens: JWS compact serialisation (RFC 7515 §7.1), claims by the contract, with the application's own secret or key
/// or with the key of Zaguan's own that signs at the time.
/// </summary>
/// <param name="lifetime">Of every token, whatever its session's; null: as long as its session.</param>
internal sealed class TokenIssuer(ITokenSigner signer, ObjectTemplate claims, TimeSpan? lifetime = null)
{
    /// <summary>The header's typ of what back-ends take.</summary>
    public const string TokenType = "JWT";

    /// <summary>That of a refresh token, which has the token's key and session: whoever reads the header takes it for none (RFC 8725 §3.11). The old system's endpoint knows it by its claim.</summary>
    private const string RefreshType = "refresh+jwt";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static bool IsToken(string type) => string.Equals(type, TokenType, StringComparison.Ordinal);

    /// <summary>When its token for a session is good no more.</summary>
    public DateTimeOffset ExpiryOf(Session session) => DateTimeOffset.FromUnixTimeMilliseconds(lifetime is { } own ? session.OpenedAt + (long)own.TotalMilliseconds : session.ExpiresAt);

    /// <summary>The token of a session that has just been opened.</summary>
    public string Issue(Session session, AnswerValues values)
    {
        var payload = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(payload, Options))
        {
            writer.WriteStartObject();
            claims.WriteMembers(writer, values);
            writer.WriteNumber("iat"u8, session.OpenedAt / 1000);
            writer.WriteNumber("exp"u8, ExpiryOf(session).ToUnixTimeSeconds());
            writer.WriteString("jti"u8, session.Id);
            writer.WriteEndObject();
        }

        // By when the session was opened: its key is kept for as long as there are such sessions.
        return signer.Sign(payload.WrittenSpan, session.OpenedAt, lifetime is null ? TokenType : RefreshType);
    }
}
