using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Zaguan.Login;

namespace Zaguan.Contracts;

/// <summary>The body of a login request → identifier, password and flags, as the contract reads them.</summary>
internal sealed class RequestDecoder(RequestFile request)
{
    /// <summary>A login's fields lie flat; what lies deeper than this is not a login.</summary>
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 32 };

    public bool ReadsDirectory => request.Directory is not null;

    public DecodedRequest Decode(ReadOnlySpan<byte> body)
    {
        if (body.StartsWith(Encoding.UTF8.Preamble))
        {
            body = body[Encoding.UTF8.Preamble.Length..];
        }

        var fields = new Fields();
        try
        {
            // The reader does not look into texts that it skips, and the old stacks refused such a body whole.
            if (Utf8.IsValid(body) && TryRead(body, ref fields))
            {
                return Understood(fields);
            }
        }
        catch (JsonException)
        {
            // Not JSON: what the client sent, not a fault.
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, escaped (\ud800): no text.
        }

        fields.Password?.Dispose();
        return DecodedRequest.Refused(Outcome.Malformed, [request.Identifier, request.Password]);
    }

    /// <summary>The same in reverse: the body that a client of this application sends.</summary>
    /// <param name="directory">What the field is set to that asks for a directory; null: it is left out.</param>
    public void Write(IBufferWriter<byte> body, string identifier, ReadOnlySpan<byte> password, bool? directory = null)
    {
        using var writer = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        writer.WriteString(request.Identifier, identifier);
        writer.WriteString(request.Password, password);
        if (directory is { } flag && request.Directory is { } field)
        {
            writer.WriteBoolean(field, flag);
        }

        writer.WriteEndObject();
    }

    /// <summary>Such a body as a text, for somebody to paste.</summary>
    public string Example(string identifier, string password)
    {
        var body = new ArrayBufferWriter<byte>();
        Write(body, identifier, Encoding.UTF8.GetBytes(password));
        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    private bool TryRead(ReadOnlySpan<byte> body, ref Fields fields)
    {
        var reader = new Utf8JsonReader(body, Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var members = 0;
        for (; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; members++)
        {
            var name = reader.GetString()!;
            reader.Read();
            // A field that comes twice counts as it comes last, as in the original stacks.
            if (Is(name, request.Identifier))
            {
                fields.IsTwice |= fields.HasIdentifier;
                fields.HasIdentifier = true;
                fields.Identifier = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
            else if (Is(name, request.Password))
            {
                fields.IsTwice |= fields.HasPassword;
                fields.HasPassword = true;
                fields.Password?.Dispose();
                fields.Password = reader.TokenType == JsonTokenType.String ? ReadSecret(reader) : null;
            }
            else if (request.Directory is not null && Is(name, request.Directory))
            {
                fields.IsTwice |= fields.HasDirectory;
                fields.HasDirectory = true;
                fields.Directory = ReadFlag(reader);
            }

            reader.Skip();
        }

        // Whatever follows the object makes the reader throw.
        return !reader.Read() && members > 0;
    }

    private static bool Is(string name, string field) => string.Equals(name, field, StringComparison.OrdinalIgnoreCase);

    private static Secret ReadSecret(in Utf8JsonReader reader)
    {
        var unescaped = new byte[reader.ValueSpan.Length];
        try
        {
            return new Secret(unescaped.AsSpan(0, reader.CopyString(unescaped)));
        }
        finally
        {
            Array.Clear(unescaped);
        }
    }

    // Clients write a flag as true, or as "true"; null is absent. Anything else is null here: wrong.
    private static bool? ReadFlag(in Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False or JsonTokenType.Null => false,
        JsonTokenType.String when bool.TryParse(reader.GetString(), out var flag) => flag,
        _ => null,
    };

    private DecodedRequest Understood(in Fields fields)
    {
        var wrong = new List<string>();
        if (string.IsNullOrEmpty(fields.Identifier))
        {
            wrong.Add(request.Identifier);
        }

        if (fields.Password is not { Length: > 0 })
        {
            wrong.Add(request.Password);
        }

        if (fields.Directory is null)
        {
            wrong.Add(request.Directory!);
        }

        if (wrong.Count == 0)
        {
            return new(null, [], fields.Identifier!, fields.Password!, fields.Directory!.Value) { IsAmbiguous = fields.IsTwice };
        }

        fields.Password?.Dispose();
        return DecodedRequest.Refused(Outcome.Invalid, wrong);
    }

    private record struct Fields()
    {
        public string? Identifier { get; set; }

        public Secret? Password { get; set; }

        public bool? Directory { get; set; } = false;

        public bool HasIdentifier { get; set; }

        public bool HasPassword { get; set; }

        public bool HasDirectory { get; set; }

        public bool IsTwice { get; set; }
    }
}

/// <param name="Refusal">Malformed or Invalid, or null where the request was understood.</param>
/// <param name="Invalid">The offending fields, in the contract's order.</param>
/// <param name="Directory">The client asks that a directory checks the password.</param>
internal sealed record DecodedRequest(Outcome? Refusal, IReadOnlyList<string> Invalid, string Identifier, Secret? Password, bool Directory)
{
    /// <summary>A field came twice: another reader of the same bytes may take the other one.</summary>
    public bool IsAmbiguous { get; init; }

    /// <summary>All of it, as it came, where it is to be handed on; else null.</summary>
    public Secret? Body { get; init; }

    public static DecodedRequest Refused(Outcome outcome, IReadOnlyList<string> invalid) => new(outcome, invalid, "", null, false);
}
