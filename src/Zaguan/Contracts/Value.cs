using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Zaguan.Contracts;

internal enum ValueKind
{
    Null,
    Text,
    Number,
    Boolean,
    Instant,

    /// <summary>A piece of JSON, as it is stored.</summary>
    Json,
}

/// <summary>What a placeholder stands for in one answer: a value with its type.</summary>
internal readonly record struct Value
{
    private readonly string? text;
    private readonly long number;
    private readonly short minutesFromUtc;

    private Value(ValueKind kind, string? text, long number)
    {
        Kind = kind;
        this.text = text;
        this.number = number;
    }

    private Value(Value instant, short minutesFromUtc)
    {
        this = instant;
        this.minutesFromUtc = minutesFromUtc;
    }

    public ValueKind Kind { get; }

    public static Value Null => default;

    public static Value Of(string? text) => text is null ? default : new(ValueKind.Text, text, 0);

    public static Value Of(long? number) => number is { } n ? new(ValueKind.Number, null, n) : default;

    public static Value Of(bool flag) => new(ValueKind.Boolean, null, flag ? 1 : 0);

    public static Value Of(DateTimeOffset instant) => new(ValueKind.Instant, null, instant.ToUnixTimeMilliseconds());

    public static Value Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => default,
        JsonValueKind.String => Of(json.GetString()),
        JsonValueKind.True or JsonValueKind.False => Of(json.GetBoolean()),
        JsonValueKind.Number or JsonValueKind.Object or JsonValueKind.Array => new(ValueKind.Json, json.GetRawText(), 0),
    };

    /// <summary>Null: it is none, or not a whole one.</summary>
    public long? Number => Kind == ValueKind.Number ? number : null;

    /// <summary>The instant as the clocks of its zone show it.</summary>
    public DateTimeOffset Local => Instant.ToOffset(TimeSpan.FromMinutes(minutesFromUtc));

    /// <summary>The same instant, to be written as in another zone.</summary>
    public Value InZone(TimeSpan fromUtc) => Kind == ValueKind.Instant ? new(this, (short)fromUtc.TotalMinutes) : this;

    public DateTimeOffset Instant => Kind == ValueKind.Instant ? DateTimeOffset.FromUnixTimeMilliseconds(number) : throw new InvalidOperationException($"{Kind} is not an instant.");

    public void Write(Utf8JsonWriter writer)
    {
        switch (Kind)
        {
            case ValueKind.Null:
                writer.WriteNullValue();
                break;
            case ValueKind.Text:
                writer.WriteStringValue(text);
                break;
            case ValueKind.Number:
                writer.WriteNumberValue(number);
                break;
            case ValueKind.Boolean:
                writer.WriteBooleanValue(number != 0);
                break;
            case ValueKind.Instant:
                writer.WriteStringValue(ToText());
                break;
            case ValueKind.Json:
                writer.WriteRawValue(writer.Options.Encoder == JavaScriptEncoder.UnsafeRelaxedJsonEscaping ? text! : WithoutMarkup(text!));
                break;
            default:
                throw new InvalidOperationException($"Kind {Kind}");
        }
    }

    // The one that records make would ask each value for its instant.
    public override string ToString() => ToText();

    /// <summary>As the writer escapes what it writes itself: in JSON these stand in texts and nowhere else.</summary>
    private static string WithoutMarkup(string json) =>
        json.Replace("<", "\\u003C", StringComparison.Ordinal).Replace(">", "\\u003E", StringComparison.Ordinal).Replace("&", "\\u0026", StringComparison.Ordinal);

    /// <summary>As part of a longer text. Null is nothing.</summary>
    public string ToText() => Kind switch
    {
        ValueKind.Null => "",
        ValueKind.Text or ValueKind.Json => text!,
        ValueKind.Number => number.ToString(CultureInfo.InvariantCulture),
        ValueKind.Boolean => number != 0 ? "true" : "false",
        ValueKind.Instant when minutesFromUtc != 0 => Local.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture),
        ValueKind.Instant => Instant.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
    };
}
