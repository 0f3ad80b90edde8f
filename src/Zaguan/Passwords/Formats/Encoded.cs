using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Zaguan.Passwords.Formats;

/// <summary>Bytes as the formats write them.</summary>
internal static class Encoded
{
    /// <summary>Base64 with its padding or without. Null for anything else, blanks included.</summary>
    public static byte[]? Base64(string text)
    {
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length / 4 * 3];
        return !text.Any(char.IsWhiteSpace) && Convert.TryFromBase64String(padded, bytes, out var length) ? bytes[..length] : null;
    }

    /// <summary>Passlib's "adapted base64": a dot where others write a plus.</summary>
    public static byte[]? AdaptedBase64(string text) => text.Contains('+', StringComparison.Ordinal) ? null : Base64(text.Replace('.', '+'));

    public static string Base64Unpadded(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <summary>Digits of either case. Null for anything else.</summary>
    public static byte[]? Hex(string text) => text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;

    /// <summary>The text, with zeros in place of the hexadecimal digits from here on.</summary>
    public static string ZeroedFrom(this string text, int start) => string.Concat(text.AsSpan(0, start), new string('0', text.Length - start));

    /// <summary>The password as .NET on Windows and SQL Server hash it: UTF-16, little end first. Nothing, and so never right, where it is no text.</summary>
    /// <param name="compute">Is given those bytes, of which nothing is left afterwards.</param>
    public static byte[] AsUtf16(ReadOnlySpan<byte> password, Prepare compute)
    {
        // Pinned, so that the collector leaves no copies behind when it moves things.
        var units = GC.AllocateUninitializedArray<char>(password.Length, pinned: true);
        try
        {
            return Utf8.ToUtf16(password, units, out _, out var length, replaceInvalidSequences: false) == OperationStatus.Done ? compute(MemoryMarshal.AsBytes(units.AsSpan(0, length))) : [];
        }
        finally
        {
            units.AsSpan().Clear();
        }
    }

    /// <summary>A number without sign, blanks or superfluous zeros, as all formats write it. Null for anything else, and beyond <paramref name="most"/>.</summary>
    public static int? Number(string text, int most = int.MaxValue) =>
        text is "0" or [>= '1' and <= '9', ..] && int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number <= most ? number : null;
}
