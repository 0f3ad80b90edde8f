namespace Zaguan.Users.Import;

/// <summary>One row of what is imported, as its reader found it.</summary>
/// <param name="Line">Where it begins: a line of the file, or the how-manieth row of a query.</param>
internal sealed record ImportRow(long Line, IReadOnlyList<ImportField> Fields)
{
    /// <summary>Why it could not be read; then there are no fields.</summary>
    public string? Objection { get; init; }

    /// <summary>How many lines of the file it goes over.</summary>
    public int Lines { get; init; } = 1;

    public static ImportRow Refused(long line, string sentence, int lines = 1) => new(line, []) { Objection = sentence, Lines = lines };

    /// <summary>Where it stands, and nothing of what it says: one of its fields is a password.</summary>
    public override string ToString() => $"Row at {Line}";
}

/// <summary>A column and what stands in it.</summary>
/// <param name="Text">Null is nothing; an empty text is one.</param>
/// <param name="IsJson">The text is JSON that is no string: a number, a list, an object.</param>
/// <param name="Objection">Why what stands there cannot be used, where the reader of its format knows better than whoever reads the text.</param>
internal readonly record struct ImportField(string Name, string? Text, bool IsJson = false, string? Objection = null)
{
    /// <summary>The column; what stands in it may be a password.</summary>
    public override string ToString() => Name;
}
