using System.Globalization;
using System.Text;

namespace Zaguan.BackEnds;

/// <summary>
/// A request's path as rules compare it. A proxy, Zaguan and a back-end each read a path in their own way; what two of them could read
/// as two different paths has none here, so nobody walks around a rule by spelling.
/// </summary>
internal static class RequestPath
{
    /// <summary>Longer than any request line that nginx or Kestrel takes.</summary>
    private const int Longest = 8_192;

    /// <summary>
    /// Some servers cut a path at a ; (RFC 3986 §3.3 leaves its meaning open), take a backslash for a slash, or decode once more
    /// what has a % in it; ? and # are here only where they were encoded, and end the path for whoever decodes too early.
    /// </summary>
    private const string Ambiguous = "\\;%?#";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The segments of a request target ("/api/Admin%20x?a=1"), decoded once and in upper case; null where its path is not the same for everybody.</summary>
    public static IReadOnlyList<string>? Segments(string target)
    {
        if (target.Length is 0 or > Longest || target[0] != '/' || target.Contains('#', StringComparison.Ordinal))
        {
            return null;
        }

        var end = target.IndexOf('?', StringComparison.Ordinal);
        return Decode(end < 0 ? target : target[..end]) is { } path && Compatible(path) is { } plain ? Split(plain) : null;
    }

    private static string? Decode(string path)
    {
        try
        {
            var bytes = Strict.GetBytes(path);
            var length = 0;
            for (var i = 0; i < bytes.Length; i++)
            {
                var value = bytes[i];
                if (value == (byte)'%')
                {
                    if (i + 2 >= bytes.Length || !byte.TryParse(bytes.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) || value == (byte)'/')
                    {
                        return null;
                    }

                    i += 2;
                }

                bytes[length++] = value;
            }

            return Strict.GetString(bytes, 0, length);
        }
        catch (ArgumentException)
        {
            // Half a character, or bytes that are none.
            return null;
        }
    }

    /// <summary>With one character for all that look and compare alike (NFKC): ａｄｍｉｎ is admin to a back-end that thinks so.</summary>
    private static string? Compatible(string path)
    {
        try
        {
            var compatible = path.Normalize(NormalizationForm.FormKC);
            return IsPlain(path) && IsPlain(compatible) && compatible.Count(c => c == '/') == path.Count(c => c == '/') ? compatible : null;
        }
        catch (ArgumentException)
        {
            // U+FFFE and its like.
            return null;
        }
    }

    private static bool IsPlain(string path) => !path.Any(c => char.IsControl(c) || Ambiguous.Contains(c, StringComparison.Ordinal));

    private static List<string>? Split(string path)
    {
        var segments = path[1..].Split('/').ToList();
        if (segments[^1].Length == 0)
        {
            // One slash at the end is nothing.
            segments.RemoveAt(segments.Count - 1);
        }

        // Windows forgets dots and blanks at the end of a name.
        var isClear = segments.TrueForAll(s => s.Length > 0 && s[^1] != '.' && !char.IsWhiteSpace(s[0]) && !char.IsWhiteSpace(s[^1]));
        return isClear ? segments.ConvertAll(s => s.ToUpperInvariant()) : null;
    }
}
