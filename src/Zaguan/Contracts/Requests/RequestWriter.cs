using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Zaguan.Contracts.Requests;

/// <summary>A contract's request in reverse: what a client of the application sends.</summary>
internal sealed class RequestWriter(RequestRules rules)
{
    private readonly PathNode tree = rules.Tree;

    /// <summary>Null: its password travels in the query, in the credentials or in parts, and is not written here.</summary>
    public string? ContentType { get; } = rules.From[0] switch
    {
        RequestSource.Json => rules.ContentTypes is [var other, ..] and not ["*/*", ..] ? other : "application/json",
        RequestSource.Form => "application/x-www-form-urlencoded",
        RequestSource.Multipart or RequestSource.Query or RequestSource.Basic => null,
    } is var type && rules.Password.Places[0].Kind == PlaceKind.Source && rules.Identifier.Places[0].Kind == PlaceKind.Source ? type : null;

    /// <summary>More than the body can have bytes.</summary>
    public int LongestBody(string identifier, int passwordLength, IReadOnlyList<Value>? fields) =>
        // Every letter escaped (\u0000, %00), threefold for the identifier, which the writer reserves as if each needed three bytes.
        1_024 + (18 * identifier.Length) + (6 * passwordLength)
        + rules.Fields.Sum(f => (6 * f.Places.Sum(p => p.Written.Length + 8)) + (f.Role == FieldRole.Constant ? 6 * f.Constant.GetRawText().Length : 0) + (fields is null ? 0 : 18 * fields[f.Index].ToText().Length));

    /// <param name="directory">What the field is set to that asks for a directory; null: it is left out.</param>
    /// <param name="fields">The values of the contract's other fields, by index; null: they are left out.</param>
    public void Write(IBufferWriter<byte> body, string identifier, ReadOnlySpan<byte> password, bool? directory = null, IReadOnlyList<Value>? fields = null)
    {
        if (rules.From[0] == RequestSource.Form)
        {
            WritePairs(body, tree, "", identifier, password, fields, isFirst: true);
            return;
        }

        using var writer = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        WriteObject(writer, tree, identifier, password, directory, fields);
    }

    /// <summary>The headers that fields of the request stand in.</summary>
    public IEnumerable<(string Name, string Value)> Headers(IReadOnlyList<Value>? fields)
    {
        var written = from field in rules.Fields
                      where field.Places is [{ Kind: PlaceKind.Header or PlaceKind.Basic }, ..]
                      let value = field.Role == FieldRole.Constant ? Value.Of(field.Constant) : field.Role == FieldRole.Named && fields is not null ? fields[field.Index] : Value.Null
                      where value.Kind != ValueKind.Null
                      select (Place: field.Places[0], Text: value.ToText());
        var (headers, credentials) = (written.Where(w => w.Place.Kind == PlaceKind.Header && w.Text.All(c => c is >= ' ' and < (char)0x7f)), written.Where(w => w.Place.Kind == PlaceKind.Basic).ToList());
        var all = headers.Select(h => (h.Place.Path[0], h.Text));
        return credentials.Count == 0 ? all : all.Append((HeaderNames.Authorization, BasicCredentials.Write(Half(isSecret: false), Half(isSecret: true))));

        string Half(bool isSecret) => credentials.Find(c => c.Place.IsSecret == isSecret).Text ?? "";
    }

    /// <summary>Such a body as a text, for somebody to paste.</summary>
    public string Example(string identifier, string password)
    {
        var body = new ArrayBufferWriter<byte>();
        Write(body, identifier, Encoding.UTF8.GetBytes(password));
        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    private static void WriteObject(Utf8JsonWriter writer, PathNode node, string identifier, ReadOnlySpan<byte> password, bool? directory, IReadOnlyList<Value>? fields)
    {
        writer.WriteStartObject();
        foreach (var child in node.Children)
        {
            switch (child.Field)
            {
                case null when IsWritten(child, directory, fields):
                    writer.WritePropertyName(child.Name);
                    WriteObject(writer, child, identifier, password, directory, fields);
                    break;
                // Of a field that may stand in several places the first is written.
                case { Role: FieldRole.Identifier } when child.Rank == 0:
                    writer.WriteString(child.Name, identifier);
                    break;
                case { Role: FieldRole.Password } when child.Rank == 0:
                    writer.WriteString(child.Name, password);
                    break;
                case { Role: FieldRole.Directory } when directory is { } flag:
                    writer.WriteBoolean(child.Name, flag);
                    break;
                case { Role: FieldRole.Constant } constant when child.Rank == 0:
                    writer.WritePropertyName(child.Name);
                    constant.Constant.WriteTo(writer);
                    break;
                case { Role: FieldRole.Named } named when child.Rank == 0 && fields is not null && fields[named.Index] is { Kind: not ValueKind.Null } value:
                    writer.WritePropertyName(child.Name);
                    value.Write(writer);
                    break;
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>Whether anything lies in an object.</summary>
    private static bool IsWritten(PathNode node, bool? directory, IReadOnlyList<Value>? fields) => node.Field switch
    {
        null => node.Children.Any(c => IsWritten(c, directory, fields)),
        { Role: FieldRole.Directory } => directory is not null,
        { Role: FieldRole.Named } named => fields is not null && fields[named.Index].Kind != ValueKind.Null,
        _ => node.Rank == 0,
    };

    private static bool WritePairs(IBufferWriter<byte> body, PathNode node, string prefix, string identifier, ReadOnlySpan<byte> password, IReadOnlyList<Value>? fields, bool isFirst)
    {
        foreach (var child in node.Children)
        {
            var name = prefix.Length == 0 ? child.Name : $"{prefix}[{child.Name}]";
            if (child.Field is null)
            {
                isFirst = WritePairs(body, child, name, identifier, password, fields, isFirst);
                continue;
            }

            var text = child.Field.Role switch
            {
                FieldRole.Identifier => identifier,
                FieldRole.Constant => Value.Of(child.Field.Constant).ToText(),
                FieldRole.Named when fields is not null && fields[child.Field.Index] is { Kind: not ValueKind.Null } value => value.ToText(),
                FieldRole.Named or FieldRole.Password or FieldRole.Directory => null,
            };
            if (child.Rank != 0 || (text is null && child.Field.Role != FieldRole.Password))
            {
                continue;
            }

            body.Write(isFirst ? ""u8 : "&"u8);
            isFirst = false;
            Encode(body, Encoding.UTF8.GetBytes(name));
            body.Write("="u8);
            Encode(body, text is null ? password : Encoding.UTF8.GetBytes(text));
        }

        return isFirst;
    }

    private static void Encode(IBufferWriter<byte> body, ReadOnlySpan<byte> bytes)
    {
        const string hex = "0123456789ABCDEF";
        foreach (var value in bytes)
        {
            var span = body.GetSpan(3);
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'*')
            {
                span[0] = value;
                body.Advance(1);
            }
            else if (value == (byte)' ')
            {
                span[0] = (byte)'+';
                body.Advance(1);
            }
            else
            {
                (span[0], span[1], span[2]) = ((byte)'%', (byte)hex[value >> 4], (byte)hex[value & 15]);
                body.Advance(3);
            }
        }
    }
}
