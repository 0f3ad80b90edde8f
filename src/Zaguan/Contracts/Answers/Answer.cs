using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Zaguan.Contracts.Templates;

namespace Zaguan.Contracts.Answers;

/// <summary>One answer, compiled. Without placeholders its body is the same bytes every time, rendered once.</summary>
internal sealed class Answer
{
    public const string Json = "application/json; charset=utf-8";
    public const string PlainText = "text/plain; charset=utf-8";

    // The documents print "é", not "\u00e9"; the content type and nosniff keep a browser from reading this as HTML.
    private static readonly JsonWriterOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // JSON that calls itself something else might be read as that: no <, > and & in it.
    private static readonly JsonWriterOptions Guarded = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All), SkipValidation = true };

    private readonly ReadOnlyMemory<byte>? constant;

    public Answer(int status, string? contentType, Template? body = null, TextTemplate? text = null)
    {
        (Status, ContentType, Body, Text) = (status, contentType, body, text);
        var isConstant = body?.IsConstant ?? text?.Parts.All(p => p.Placeholder is null) ?? true;
        constant = isConstant ? Write(AnswerValues.Nothing) : default(ReadOnlyMemory<byte>?);
    }

    public int Status { get; }

    /// <summary>Null: there is no body.</summary>
    public string? ContentType { get; }

    /// <summary>Null: it is no JSON.</summary>
    public Template? Body { get; }

    /// <summary>Null: it is JSON, or nothing.</summary>
    public TextTemplate? Text { get; }

    /// <summary>Where the browser is sent; null: nowhere.</summary>
    public Redirection? Redirect { get; init; }

    public IReadOnlyList<HeaderTemplate> Headers { get; init; } = [];

    public IReadOnlyList<CookieTemplate> Cookies { get; init; } = [];

    /// <summary>When it is given, of several; null: when no other is.</summary>
    public Condition? If { get; init; }

    /// <summary>Those that are given in its place under their conditions, in this order.</summary>
    public IReadOnlyList<Answer> Others { get; init; } = [];

    /// <summary>All that this outcome may be answered, the one without a condition last.</summary>
    public IEnumerable<Answer> All => Others.Append(this);

    /// <summary>Every template in it.</summary>
    public IEnumerable<Template> Templates => new Template?[] { Body, Text, Redirect?.Template }.OfType<Template>().Concat(Headers.Select(h => h.Value)).Concat(Cookies.Select(c => c.Value));

    /// <summary>The one of its kind that is given now.</summary>
    public Answer Choose(AnswerValues values)
    {
        foreach (var other in Others)
        {
            if (other.If!.Holds(values))
            {
                return other;
            }
        }

        return this;
    }

    /// <summary>Its body.</summary>
    public ReadOnlyMemory<byte> Render(AnswerValues values) => constant ?? Write(values);

    /// <summary>What it sets beside status, content type and body: in the order of the contract, a cookie each.</summary>
    public IEnumerable<(string Name, string Value)> RenderHeaders(AnswerValues values)
    {
        if (Redirect is not null)
        {
            yield return ("Location", Redirect.Render(values));
        }

        foreach (var header in Headers)
        {
            if (header.Render(values) is { } value)
            {
                yield return (header.Name, value);
            }
        }

        foreach (var cookie in Cookies)
        {
            if (cookie.Render(values) is { } value)
            {
                yield return ("Set-Cookie", value);
            }
        }
    }

    public bool HasHeaders => Redirect is not null || Headers.Count > 0 || Cookies.Count > 0;

    /// <summary>In reverse: whether a reply could be this answer, and what its placeholders stood for then. Headers and cookies tell nothing, but where a browser is sent does.</summary>
    /// <param name="json">The body, where it is JSON.</param>
    public bool Unify(int status, JsonElement? json, ReadOnlySpan<byte> body, string? location, Bindings bindings)
    {
        if (status != Status || (Redirect is not null && (location is null || !Redirect.Unify(location, bindings))))
        {
            return false;
        }

        return (Body, Text) switch
        {
            ({ } template, _) => json is { } reply && template.Unify(reply, bindings),
            (_, { } text) => Utf8.IsValid(body) && text.UnifyText(Encoding.UTF8.GetString(body), bindings, Escaping.Undo(ContentType!)),
            // A redirection's body is for people whose browser does not follow it.
            _ => Redirect is not null || body.IsEmpty,
        };
    }

    /// <summary>The same status and the same bytes, whatever happened.</summary>
    public bool IsAlike(Answer other) => constant is { } one && other.constant is { } two && Status == other.Status && one.Span.SequenceEqual(two.Span)
        && string.Equals(Redirect?.Written, other.Redirect?.Written, StringComparison.Ordinal);

    public Answer CamelCased() => new(Status, ContentType, Body?.CamelCased(), Text)
    {
        Redirect = Redirect,
        Headers = Headers,
        Cookies = Cookies,
        If = If,
        Others = [.. Others.Select(o => o.CamelCased())],
    };

    private ReadOnlyMemory<byte> Write(AnswerValues values)
    {
        if (Text is not null)
        {
            return Encoding.UTF8.GetBytes(Text.Render(values, Escaping.Of(ContentType!)));
        }

        if (Body is null)
        {
            return default;
        }

        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer, Escaping.IsJson(ContentType!) ? AsWritten : Guarded);
        Body.Write(writer, values);
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
