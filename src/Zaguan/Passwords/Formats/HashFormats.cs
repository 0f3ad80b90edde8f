namespace Zaguan.Passwords.Formats;

/// <summary>Every format that a stored password may have, the most particular first: a text is of the first that takes it.</summary>
internal static class HashFormats
{
    /// <summary>No format is longer, in UTF-16 units; what is longer is not looked at.</summary>
    public const int LongestText = 4_096;

    private const string DeclaredMark = "$as$";

    public static IReadOnlyList<HashFormat> All { get; } =
    [
        .. WrappedFormat.Rows,
        .. LettersFormat.Rows,
        .. PhcFormats.Rows,
        .. PasslibFormats.Rows,
        .. PhpFormats.Rows,
        .. FirebaseFormat.Rows,
        .. NtlmFormat.Rows,
        .. DatabaseFormats.Rows,
        .. CryptFormats.Rows,
        .. DjangoFormats.Rows,
        .. WerkzeugFormats.Rows,
        .. SpringFormats.Rows,
        .. LdapFormats.Rows,
        .. DotNetFormats.Rows,
        .. ClearFormats.Rows,
        .. CryptFormats.DeclaredRows,
        .. WerkzeugFormats.DeclaredRows,
        .. DotNetFormats.DeclaredRows,
        .. NodeFormats.DeclaredRows,
        .. NtlmFormat.DeclaredRows,
        .. RawFormats.DeclaredRows,
        .. ClearFormats.DeclaredRows,
    ];

    private static readonly Dictionary<string, HashFormat> Declared = All.Where(f => f.IsDeclared).ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>Reads what is in the database, or what an import was given where the text says its format.</summary>
    /// <returns>Null: of no format that is known.</returns>
    public static HashReading? Read(string text)
    {
        if (text.Length > LongestText)
        {
            return HashReading.Refused($"This is no hash: it has more than {LongestText} letters.");
        }

        if (text.StartsWith(DeclaredMark, StringComparison.Ordinal))
        {
            return text.Split('$', 4) is [_, _, var name, var rest] && Declared.TryGetValue(name, out var format) ? ReadAs(format, rest) : null;
        }

        foreach (var format in All)
        {
            if (!format.IsDeclared && format.Read(text) is { } reading)
            {
                return reading;
            }
        }

        return null;
    }

    /// <summary>As it is kept where the text alone does not say its format: <c>$as$FORMAT$TEXT</c>.</summary>
    public static string Declare(HashFormat format, string text) => $"{DeclaredMark}{format.Name}${text}";

    /// <summary>A declared format's recipe says its format too.</summary>
    private static HashReading? ReadAs(HashFormat format, string text)
    {
        var reading = format.Read(text);
        return reading?.Hash is { } hash ? HashReading.Of(hash with { Recipe = Declare(format, hash.Recipe) }) : reading;
    }
}
