using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Zaguan.Contracts.Templates;

namespace Zaguan.Contracts;

/// <summary>Status and body of one answer, compiled. Without placeholders it is the same bytes every time, rendered once.</summary>
internal sealed class Answer
{
    // The documents print "é", not "\u00e9"; the content type and nosniff keep a browser from reading this as HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Template body;
    private readonly byte[]? constant;

    public Answer(int status, Template body)
    {
        Status = status;
        this.body = body;
        constant = body.IsConstant ? Write(AnswerValues.Nothing).ToArray() : null;
    }

    public Template Body => body;

    public int Status { get; }

    public ReadOnlyMemory<byte> Render(AnswerValues values) => constant ?? Write(values);

    /// <summary>In reverse: whether a reply could be this answer, and what its placeholders stood for then.</summary>
    public bool Unify(int status, JsonElement reply, Bindings bindings) => status == Status && body.Unify(reply, bindings);

    /// <summary>The same status and the same bytes, whatever happened.</summary>
    public bool IsAlike(Answer other) => constant is not null && other.constant is not null && Status == other.Status && constant.AsSpan().SequenceEqual(other.constant);

    public Answer CamelCased() => new(Status, body.CamelCased());

    private ReadOnlyMemory<byte> Write(AnswerValues values)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer, Options);
        body.Write(writer, values);
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
