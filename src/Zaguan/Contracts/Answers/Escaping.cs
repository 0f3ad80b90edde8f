using System.Net;
using System.Text;

namespace Zaguan.Contracts.Answers;

/// <summary>What is done to a value before it stands in a text, so that it stays a value: by what the text says that it is.</summary>
internal static class Escaping
{
    private static readonly string[] Known = ["text/plain", "text/html", "text/xml", "application/xml"];

    public static bool IsJson(string contentType) => MediaType(contentType) is var type && (type is "application/json" || type.EndsWith("+json", StringComparison.Ordinal));

    /// <summary>Whether it is known how values are written in a text of this type.</summary>
    public static bool IsKnown(string contentType) => IsMarkup(contentType) || Known.Contains(MediaType(contentType), StringComparer.Ordinal);

    public static Func<string, string> Of(string contentType) => IsMarkup(contentType) ? Markup : Plain;

    /// <summary>Null: nothing was done.</summary>
    public static Func<string, string>? Undo(string contentType) => IsMarkup(contentType) ? WebUtility.HtmlDecode : null;

    /// <summary>For a header or a cookie: printable ASCII as it is, but for what has a meaning there; everything else percent-encoded as UTF-8.</summary>
    /// <param name="forbidden">What has a meaning there.</param>
    public static string Percent(string text, string forbidden)
    {
        if (text.All(c => c is > ' ' and < (char)0x7f && !forbidden.Contains(c, StringComparison.Ordinal)))
        {
            return text;
        }

        const string hex = "0123456789ABCDEF";
        var encoded = new StringBuilder(text.Length + 16);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (value is >= (byte)' ' and < 0x7f && !forbidden.Contains((char)value, StringComparison.Ordinal))
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append('%').Append(hex[value >> 4]).Append(hex[value & 15]);
            }
        }

        return encoded.ToString();
    }

    private static string MediaType(string contentType) => contentType.Split(';')[0].Trim().ToLowerInvariant();

    private static bool IsMarkup(string contentType) => MediaType(contentType) is var type && (type is "text/html" or "text/xml" or "application/xml" || type.EndsWith("+xml", StringComparison.Ordinal));

    // What XML has no letter for (XML 1.0 §2.2) cannot be escaped either.
    private static string Markup(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
        {
            escaped.Append(letter switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                '"' => "&quot;",
                '\'' => "&#39;",
                '\t' or '\n' or '\r' => $"&#{(int)letter};",
                < ' ' or '\ufffe' or '\uffff' => "\ufffd",
                _ => letter.ToString(),
            });
        }

        return escaped.ToString();
    }

    private static string Plain(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\ufffd' : c)) : text;
}
