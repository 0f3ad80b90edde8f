using System.Data.Common;
using Dapper;
using Npgsql;

namespace Zaguan.Storage.Copying;

/// <summary>Where a copy goes: in one transaction, or not at all. What is disposed of without <see cref="Commit"/> wrote nothing.</summary>
internal abstract class CopyTarget(DbConnection connection, string name) : IDisposable
{
    public string Name => name;

    protected DbConnection Connection => connection;

    /// <summary>A database that is there or is made, brought up to date. Nobody else can use it until this is disposed of.</summary>
    /// <param name="replaces">What is in it goes. Otherwise it must be empty.</param>
    /// <exception cref="DatabaseUnavailableException">It cannot be opened, is not Zaguan's, or is not empty.</exception>
    public static CopyTarget Open(DatabasePlace place, TimeProvider clock, bool replaces)
    {
        if (place.ConnectionString is null && !File.Exists(place.File))
        {
            new SqliteFile(place.File, clock, admission: null).Create();
        }

        var connection = CopyConnection.Open(place);
        CopyTarget target = connection is NpgsqlConnection postgres ? new PostgresTarget(postgres, place.Name) : new SqliteTarget(connection, place.Name);
        try
        {
            target.Start(clock, replaces);
            return target;
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    /// <summary>Makes the schema, begins the transaction, and takes away what is there.</summary>
    public void Start(TimeProvider clock, bool replaces) => Write(() =>
    {
        MakeSchema(clock);
        Begin();
        Empty(replaces);
    });

    /// <summary>Before the first table.</summary>
    /// <param name="months">In which there are access records.</param>
    public abstract void Prepare(IReadOnlyList<DateTimeOffset> months);

    /// <summary>Writes all rows. Returns what they add up to as they came.</summary>
    public abstract TableSum Fill(CopiedTable table, IEnumerable<CopiedRow> rows);

    public TableSum Sum(CopiedTable table, Pace pace) => TableReader.Sum(connection, table, pace);

    public IReadOnlyList<(string Name, long Last)> Raise(IReadOnlyList<long> counters) => Counters.Raise(connection, counters);

    public void Commit()
    {
        try
        {
            connection.Execute("COMMIT TRANSACTION");
        }
        catch (NpgsqlException e) when (e is not PostgresException)
        {
            throw new DatabaseUnavailableException($"The connection to {name} broke while the copy was being committed. It is there completely or not at all; \"zaguan users list\" shows which. ({e.Message})", e);
        }
    }

    /// <summary>What fails here is this database's failure.</summary>
    public void Write(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            // PostgreSQL's own sentence alone: Npgsql adds that it says no more.
            throw new DatabaseUnavailableException($"{name} cannot be written: {(e as PostgresException)?.MessageText ?? e.Message}", e);
        }
    }

    /// <summary>Closing rolls back.</summary>
    public void Dispose() => connection.Dispose();

    /// <summary>Begins the transaction, and shuts everybody else out.</summary>
    protected abstract void Begin();

    /// <summary>Takes away all rows, quickly.</summary>
    protected abstract void Clear();

    private void MakeSchema(TimeProvider clock)
    {
        if (!Migrations.IsEmpty(connection))
        {
            CopySource.RequireZaguans(connection, name);
        }

        Migrations.Apply(connection, clock);
    }

    private void Empty(bool replaces)
    {
        var held = CopiedTables.OfSomebody.Select(t => (Table: t, Rows: TableReader.Count(connection, [t]))).Where(t => t.Rows > 0).ToList();
        if (held.Count > 0 && !replaces)
        {
            throw new TargetNotEmptyException(name, held);
        }

        Clear();
    }
}
