namespace Zaguan.Storage.Copying;

/// <summary>
/// A whole database, table by table: into another one, or into the file of a backup. On one thread from the first row to the last,
/// because SQLite knows nothing else, and PostgreSQL works at its own end meanwhile.
/// </summary>
internal static class DatabaseCopy
{
    /// <summary>Copies, reads the copy again, and commits it if it is the same.</summary>
    /// <exception cref="DatabaseUnavailableException">One of the two failed; nothing was written.</exception>
    /// <exception cref="OperationCanceledException">Interrupted; nothing was written.</exception>
    public static CopyReport Run(CopySource source, CopyTarget target, Pace pace, DateTimeOffset now)
    {
        pace.Expect(2 * source.Count());
        var (read, counters) = Fill(source, target, pace, now);
        var compared = new List<ComparedTable>();
        target.Write(() => compared.AddRange(read.Select(r => new ComparedTable(r.Table.Name, r.Sum, target.Sum(r.Table, pace)))));
        var report = new CopyReport(compared, counters);
        pace.Look();
        if (report.IsSame)
        {
            target.Write(target.Commit);
        }

        return report;
    }

    /// <summary>Copies, without a commit.</summary>
    public static (IReadOnlyList<(CopiedTable Table, TableSum Sum)> Read, IReadOnlyList<(string Name, long Last)> Counters) Fill(CopySource source, CopyTarget target, Pace pace, DateTimeOffset now)
    {
        var read = new List<(CopiedTable, TableSum)>();
        IReadOnlyList<(string, long)> counters = [];
        var months = source.Months(now);
        target.Write(() =>
        {
            target.Prepare(months);
            foreach (var table in CopiedTables.All)
            {
                read.Add((table, target.Fill(table, source.Rows(table, pace))));
            }

            // After the rows: what was given meanwhile is at most given out a number too high.
            counters = target.Raise(source.Counters());
        });
        return (read, counters);
    }
}
