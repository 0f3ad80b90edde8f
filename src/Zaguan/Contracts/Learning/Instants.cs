using System.Globalization;
using System.Text.Json;

namespace Zaguan.Contracts.Learning;

/// <summary>Instants as systems write them: which filters write them so.</summary>
internal static class Instants
{
    /// <summary>Between two clocks, and the two ends of a request.</summary>
    private static readonly TimeSpan Near = TimeSpan.FromMinutes(2);

    /// <summary>How they are written in a text, without and with a distance to UTC behind it.</summary>
    private static readonly (string Format, string? Filter)[] Formats =
    [
        ("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null),
        ("yyyy-MM-dd'T'HH:mm:ss'Z'", "iso"),
        ("ddd, dd MMM yyyy HH:mm:ss 'GMT'", "rfc1123"),
        ("yyyy-MM-dd HH:mm:ss", "format:yyyy-MM-dd HH:mm:ss"),
        ("yyyy-MM-dd'T'HH:mm:ss", "format:yyyy-MM-dd'T'HH:mm:ss"),
        ("dd/MM/yyyy HH:mm:ss", "format:dd/MM/yyyy HH:mm:ss"),
        ("dd/MM/yyyy HH:mm", "format:dd/MM/yyyy HH:mm"),
        ("dd-MM-yyyy HH:mm:ss", "format:dd-MM-yyyy HH:mm:ss"),
        ("MM/dd/yyyy HH:mm:ss", "format:MM/dd/yyyy HH:mm:ss"),
        ("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", "format:yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'"),
    ];

    private static readonly (string Format, string? Filter)[] Zoned =
    [
        ("yyyy-MM-dd'T'HH:mm:ss.fffzzz", null),
        ("yyyy-MM-dd'T'HH:mm:sszzz", "iso"),
    ];

    /// <summary>The instant that a value is, and the filters that write it so; null: it is none.</summary>
    public static (DateTimeOffset Instant, string Filters)? Read(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number))
        {
            return OfNumber(number, "|unix", "|unixms");
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var text = value.GetString()!;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var digits) && OfNumber(digits, "|unix|text", "|unixms|text") is { } written)
        {
            return written;
        }

        foreach (var (format, filter) in Formats)
        {
            if (DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant))
            {
                return (instant, filter is null ? "" : $"|{filter}");
            }
        }

        foreach (var (format, filter) in Zoned)
        {
            if (DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant))
            {
                return (instant, $"|zone:{text[^6..]}{(filter is null ? "" : $"|{filter}")}");
            }
        }

        return null;
    }

    /// <summary>The placeholder of an instant of this answer; null: it is neither now nor when the token ends.</summary>
    public static string? Name(JsonElement value, Facts facts) => Read(value) is not { } read ? null
        : facts.ExpiresAt is { } end && (read.Instant - end).Duration() <= TimeSpan.FromMinutes(1) ? $"{{token.expiresAt{read.Filters}}}"
        : IsNow(read.Instant, facts.At) ? $"{{now{read.Filters}}}"
        : null;

    public static bool IsNow(DateTimeOffset instant, DateTimeOffset at) => (instant - at).Duration() <= Near;

    /// <summary>From 2001 to 2100: what is smaller counts something else.</summary>
    private static (DateTimeOffset, string)? OfNumber(long number, string seconds, string milliseconds) => number switch
    {
        >= 1_000_000_000 and < 4_102_444_800 => (DateTimeOffset.FromUnixTimeSeconds(number), seconds),
        >= 1_000_000_000_000 and < 4_102_444_800_000 => (DateTimeOffset.FromUnixTimeMilliseconds(number), milliseconds),
        _ => null,
    };
}
