using System.Globalization;

namespace Zaguan.Reading;

/// <summary>A length of time as people write it: a whole number and s, m, h or d ("30s", "8h", "20d").</summary>
internal static class Duration
{
    /// <summary>More than any lifetime that makes sense, and far from the end of the calendar.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromDays(36_500);

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
