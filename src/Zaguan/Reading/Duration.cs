using System.Globalization;

namespace Zaguan.Reading;

/// <summary>A length of time as people write it: a whole number and s, m, h or d ("30s", "8h", "20d").</summary>
internal static class Duration
{
    /// <summary>More than any lifetime that makes sense, and far from the end of the calendar.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromDays(36_500);

    /// <summary>For messages: the bound, where that is all that is wrong with a text; else nothing.</summary>
    public static string BoundFor(string text) =>
        text.Length > 1 && text[..^1].All(char.IsAsciiDigit) && text[^1] is 's' or 'm' or 'h' or 'd' && text[..^1].TrimStart('0').Length > 0 && !TryParse(text, out _) ? $", at most {(int)Most.TotalDays}d" : "";

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length < 2 || !long.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > (long)Most.TotalSeconds)
        {
            return false;
        }

        var seconds = text[^1] switch
        {
            's' => 1L,
            'm' => 60L,
            'h' => 3_600L,
            'd' => 86_400L,
            _ => 0L,
        };
        if (seconds == 0 || count * seconds > (long)Most.TotalSeconds)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(count * seconds);
        return true;
    }
}
