using System.Net;
using System.Text;

namespace Zaguan.Login;

/// <summary>Who asks, as far as the request tells. Kept in the access log, cleaned and cut to size.</summary>
/// <param name="UserAgent">At most 512 UTF-8 bytes.</param>
/// <param name="Info">The header x-client-info, text or JSON, at most 2 KiB.</param>
internal sealed record Client(IPAddress Address, string? UserAgent, string? Platform, string? Info)
{
    private const int LongestUserAgent = 512;
    private const int LongestPlatform = 64;
    private const int LongestInfo = 2_048;

    public static Client Of(HttpContext http)
    {
        var headers = http.Request.Headers;
        var userAgent = Clean(headers.UserAgent.ToString(), LongestUserAgent);
        // The client hint is a quoted text (RFC 8941): "Windows".
        var hint = Clean(headers["Sec-CH-UA-Platform"].ToString().Trim('"', ' '), LongestPlatform);
        return new(http.Connection.RemoteIpAddress ?? IPAddress.None, userAgent, hint ?? Platforms.Of(userAgent), Clean(headers["x-client-info"].ToString(), LongestInfo));
    }

    /// <summary>With U+FFFD in place of control characters and half surrogate pairs, at most so many UTF-8 bytes; null for nothing. What strangers send ends up on terminals and in spreadsheets.</summary>
    public static string? Clean(string text, int mostBytes)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var cleaned = new StringBuilder(Math.Min(text.Length, mostBytes));
        var bytes = 0;
        Span<char> utf16 = stackalloc char[2];
        foreach (var rune in text.EnumerateRunes())
        {
            var kept = Rune.IsControl(rune) ? Rune.ReplacementChar : rune;
            bytes += kept.Utf8SequenceLength;
            if (bytes > mostBytes)
            {
                break;
            }

            // As characters: StringBuilder takes a rune for an object, and makes a text of each.
            cleaned.Append(utf16[..kept.EncodeToUtf16(utf16)]);
        }

        return cleaned.ToString();
    }
}

/// <summary>The platform that a user agent tells, where no client hint does.</summary>
internal static class Platforms
{
    // In this order: an Android names Linux too, an iPhone says "like Mac OS X".
    private static readonly (string Mark, string Platform)[] Known =
    [
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iOS"),
        ("CrOS", "Chrome OS"),
        ("Windows", "Windows"),
        ("Macintosh", "macOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];

    public static string? Of(string? userAgent) =>
        userAgent is null ? null : Array.Find(Known, k => userAgent.Contains(k.Mark, StringComparison.Ordinal)).Platform;
}
