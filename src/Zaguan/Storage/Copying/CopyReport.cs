namespace Zaguan.Storage.Copying;

/// <summary>One table: what was read, and what was found in the copy afterwards.</summary>
internal sealed record ComparedTable(string Name, TableSum Read, TableSum Found)
{
    public bool IsSame => Read == Found;
}

/// <param name="Counters">Where the counters of the copy go on.</param>
internal sealed record CopyReport(IReadOnlyList<ComparedTable> Tables, IReadOnlyList<(string Name, long Last)> Counters)
{
    public bool IsSame => Tables.All(t => t.IsSame);

    public long Rows => Tables.Sum(t => t.Read.Rows);
}
