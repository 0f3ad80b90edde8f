using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Zaguan.AccessLog;

namespace Zaguan.Storage.Copying;

/// <summary>What is copied: all of it as it was at one moment, while others go on writing, where they may.</summary>
internal sealed class CopySource : IDisposable
{
    private readonly DbConnection connection;
    private readonly IDisposable? others;

    /// <param name="others">What must stay for as long as this is read, and goes with it.</param>
    private CopySource(DbConnection connection, string name, IDisposable? others = null)
    {
        this.connection = connection;
        this.others = others;
        Name = name;
    }

    public string Name { get; }

    /// <summary>A database that goes on being used.</summary>
    /// <exception cref="DatabaseUnavailableException">It cannot be read, or is not one of this Zaguan's.</exception>
    public static CopySource Online(DatabasePlace place) => Open(CopyConnection.Open(place), place.Name, db =>
    {
        RequireZaguans(db, place.Name);
        db.Execute(db is NpgsqlConnection ? "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN TRANSACTION");
        if (Migrations.Pending(db) is [var (pending, _), ..])
        {
            throw new DatabaseUnavailableException($"{place.Name} was written by an older Zaguan (it lacks the migration {pending}): make the backup with that version. This one would have to change the database first, which is what it does when it is started.");
        }
    });

    /// <summary>A file of SQLite in which nobody else writes until this is disposed of. One of an older version is brought up to date in a copy.</summary>
    /// <exception cref="DatabaseUnavailableException">It cannot be read or locked, or is not Zaguan's.</exception>
    public static CopySource Locked(string file, TimeProvider clock)
    {
        var locked = Open(CopyConnection.OpenFile(file, SqliteOpenMode.ReadWrite), file, db =>
        {
            RequireZaguans(db, file);
            try
            {
                db.Execute("BEGIN IMMEDIATE");
            }
            catch (SqliteException e)
            {
                throw new DatabaseUnavailableException($"Somebody writes in {file}, so it cannot be kept as it is while it is copied. Stop the server that runs on it, and every command. ({e.Message})", e);
            }
        });
        return locked.UpToDate(clock);
    }

    /// <summary>A file that nobody writes in, such as a backup. One of an older version is brought up to date in a copy.</summary>
    /// <exception cref="DatabaseUnavailableException">It cannot be read, or is not Zaguan's.</exception>
    public static CopySource Still(SqliteConnection file, TimeProvider clock) => Open(file, file.DataSource, db => db.Execute("BEGIN TRANSACTION")).UpToDate(clock);

    /// <summary>The rows, one by one.</summary>
    public IEnumerable<CopiedRow> Rows(CopiedTable table, Pace pace)
    {
        using var rows = TableReader.Rows(connection, table, pace).GetEnumerator();
        while (Read(rows.MoveNext))
        {
            yield return rows.Current;
        }
    }

    public long Count() => Read(() => TableReader.Count(connection, CopiedTables.All.Select(t => t.Name)));

    public IReadOnlyList<long> Counters() => Read(() => Copying.Counters.Read(connection));

    /// <summary>The months (UTC) in which there are access records.</summary>
    public IReadOnlyList<DateTimeOffset> Months(DateTimeOffset now) => Read(() => AccessLogPartitions.MonthsOf(connection, now));

    public bool HasSigningKeys => Read(() => connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM signing_keys)"));

    public void Dispose()
    {
        connection.Dispose();
        others?.Dispose();
    }

    /// <exception cref="DatabaseUnavailableException">It holds something else.</exception>
    public static void RequireZaguans(DbConnection db, string name)
    {
        if (!Migrations.AreZaguans(db))
        {
            throw new DatabaseUnavailableException(Migrations.IsEmpty(db) ? $"{name} is empty: there is nothing of Zaguan's in it." : $"{name} is another program's database: it has tables, but not Zaguan's.");
        }
    }

    private static CopySource Open(DbConnection connection, string name, Action<DbConnection> begin)
    {
        var source = new CopySource(connection, name);
        try
        {
            source.Read(() => begin(connection));
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private CopySource UpToDate(TimeProvider clock)
    {
        TemporaryFolder? folder = null;
        try
        {
            if (Read(() => Migrations.Pending(connection)).Count == 0)
            {
                return this;
            }

            folder = new TemporaryFolder();
            var file = Path.Combine(folder.Path, "zaguan.db");
            PrivateFiles.Create(file).Dispose();
            var copy = CopyConnection.OpenFile(file, SqliteOpenMode.ReadWrite);
            folder.Holds(copy);
            Read(() => ((SqliteConnection)connection).BackupDatabase(copy));
            Migrations.Apply(copy, clock);
            return new(copy, Name, new Both(folder, this));
        }
        catch
        {
            folder?.Dispose();
            Dispose();
            throw;
        }
    }

    private void Read(Action work) => Read(() =>
    {
        work();
        return true;
    });

    private T Read<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            throw new DatabaseUnavailableException($"{Name} cannot be read: {e.Message}", e);
        }
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }

    /// <summary>A folder that goes with what is open in it.</summary>
    private sealed class TemporaryFolder : IDisposable
    {
        private IDisposable? open;

        public string Path { get; } = Directory.CreateTempSubdirectory("zaguan-").FullName;

        public void Holds(IDisposable opened) => open = opened;

        public void Dispose()
        {
            open?.Dispose();
            Directory.Delete(Path, recursive: true);
        }
    }
}
