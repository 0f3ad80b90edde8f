namespace Zaguan.Users.Import;

/// <summary>How large the parts of a file may be. Whoever made it may have made it to hurt, and the memory of an import does not grow with the file.</summary>
internal static class ImportBounds
{
    /// <summary>Characters of one field; what is kept beside a user has 16 KiB, the longest hash 4 KiB.</summary>
    public const int LongestField = 64 * 1024;

    /// <summary>Bytes of one row, or of one user in JSON.</summary>
    public const int LongestRow = 1024 * 1024;

    /// <summary>Characters that are looked at for the end of one row of CSV: in a larger one a quote is not closed.</summary>
    public const int LongestLook = 8 * LongestRow;

    /// <summary>Columns whose names are remembered.</summary>
    public const int MostColumns = 1_000;

    /// <summary>Rows of a batch: one transaction. Enough to share its cost, few enough to be hashed in seconds.</summary>
    public const int Batch = 1_000;
}
