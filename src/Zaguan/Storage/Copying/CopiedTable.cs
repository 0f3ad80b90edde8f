namespace Zaguan.Storage.Copying;

/// <summary>What a column holds. SQLite has one kind of whole numbers, and truth is one of them.</summary>
internal enum ColumnKind
{
    Number,
    SmallNumber,
    Text,
    Truth,
}

internal sealed record CopiedColumn(string Name, ColumnKind Kind);

/// <summary>A table as it is copied: its columns in the order in which they are read, summed and written.</summary>
internal sealed class CopiedTable(string name, IReadOnlyList<CopiedColumn> columns)
{
    public string Name => name;

    public IReadOnlyList<CopiedColumn> Columns => columns;

    /// <summary>Tables that triggers make of its rows: they are emptied with it, and never copied.</summary>
    public IReadOnlyList<string> Derived { get; init; } = [];

    /// <summary>As a list in a statement.</summary>
    public string ColumnNames { get; } = string.Join(", ", columns.Select(c => c.Name));

    public string Select => $"SELECT {ColumnNames} FROM {name}";

    /// <summary>The same with a table that triggers make of its rows.</summary>
    public CopiedTable With(string derived) => new(name, columns) { Derived = [derived] };

    public override string ToString() => name;
}
