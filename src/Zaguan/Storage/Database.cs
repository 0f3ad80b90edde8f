using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Zaguan.Storage;

/// <summary>
/// The SQLite database. Readers read beside the writer (WAL). Writes go through one thread that runs whatever has
/// gathered in one transaction and commits it once: every piece is on disk before its task completes, and many
/// writers share one fsync instead of starving each other.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    /// <summary>More pieces waiting than this is a database that does not keep up.</summary>
    private const int LongestQueue = 4_096;

    /// <summary>Pieces per transaction: enough to share an fsync, few enough that the first does not wait long for the last.</summary>
    private const int LargestBatch = 256;

    private readonly BlockingCollection<Piece> queue = new(LongestQueue);
    private readonly string readers;
    private readonly Thread writer;
    private volatile FileIdentity identity;
    private SqliteConnection? connection;

    private Database(string path)
    {
        Path = path;
        readers = ConnectionString(path, SqliteOpenMode.ReadWrite);
        identity = FileIdentity.Of(path) ?? throw Gone();
        writer = new Thread(Run) { IsBackground = true, Name = "Zaguan database writer" };
        writer.Start();
    }

    public string Path { get; }

    /// <summary>Opens the file, creating it where there is none, and brings its schema up to date.</summary>
    public static Database Open(string path, TimeProvider clock)
    {
        _ = SqliteLibrary.Version;
        try
        {
            PrivateFiles.CreateFolder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
            if (!File.Exists(path))
            {
                PrivateFiles.Create(path).Dispose();
            }

            using (var first = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadWrite)))
            {
                first.Open();
                Prepare(first);
                Migrations.Apply(first, "sqlite", clock);
            }

            return new Database(path);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new DatabaseUnavailableException($"The database {path} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Runs <paramref name="work"/> beside the writer, on what has been committed.</summary>
    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work)
    {
        try
        {
            EnsureSameFile();
            await using var reader = new SqliteConnection(readers);
            await reader.OpenAsync();
            return await work(reader);
        }
        catch (SqliteException e) when (IsUnavailable(e))
        {
            throw new DatabaseUnavailableException($"The database cannot be read: {e.Message}", e);
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction. When the task completes, what it wrote is on disk.
    /// Where <paramref name="keep"/> says no to the result, or the work throws, it wrote nothing.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, Func<T, bool>? keep = null)
    {
        var piece = new Piece<T>(work, keep);
        return queue.TryAdd(piece) ? piece.Task : throw new DatabaseUnavailableException("The database does not keep up: too many writes wait.");
    }

    public async ValueTask DisposeAsync()
    {
        queue.CompleteAdding();
        await Task.Run(writer.Join);
        connection?.Dispose();
        using var pooled = new SqliteConnection(readers);
        SqliteConnection.ClearPool(pooled);
        queue.Dispose();
    }

    private void Run()
    {
        var batch = new List<Piece>(LargestBatch);
        foreach (var first in queue.GetConsumingEnumerable())
        {
            batch.Add(first);
            while (batch.Count < LargestBatch && queue.TryTake(out var next))
            {
                batch.Add(next);
            }

            Commit(batch);
            batch.Clear();
        }
    }

    private void Commit(List<Piece> batch)
    {
        try
        {
            EnsureSameFile();
            connection ??= OpenWriter();
            Execute(connection, "BEGIN IMMEDIATE");
            foreach (var piece in batch)
            {
                RunInSavepoint(connection, piece);
            }

            Execute(connection, "COMMIT");
        }
        catch (Exception e) when (e is SqliteException or DatabaseUnavailableException)
        {
            // What the connection holds is unknown now. Closing it rolls back; the next batch begins with a new one.
            connection?.Dispose();
            connection = null;
            var unavailable = e as DatabaseUnavailableException ?? new DatabaseUnavailableException($"The database cannot be written: {e.Message}", e);
            batch.ForEach(p => p.Fail(unavailable));
            return;
        }

        batch.ForEach(p => p.Complete());
    }

    private static void RunInSavepoint(SqliteConnection connection, Piece piece)
    {
        Execute(connection, "SAVEPOINT piece");
        try
        {
            if (!piece.Run(connection))
            {
                Execute(connection, "ROLLBACK TO piece");
            }
        }
        catch (Exception e) when (e is not SqliteException sqlite || !IsUnavailable(sqlite))
        {
            // The fault of this piece alone: a broken rule of the schema, a bug. The others go on.
            Execute(connection, "ROLLBACK TO piece");
            piece.Threw(e);
        }

        Execute(connection, "RELEASE piece");
    }

    private SqliteConnection OpenWriter()
    {
        var opened = new SqliteConnection(ConnectionString(Path, SqliteOpenMode.ReadWrite, pooling: false));
        opened.Open();
        Prepare(opened);
        return opened;
    }

    private void EnsureSameFile()
    {
        var now = FileIdentity.Of(Path) ?? throw Gone();
        if (now == identity)
        {
            return;
        }

        // Another file stands there, a restored backup: connections to the old one are let go.
        using var pooled = new SqliteConnection(readers);
        SqliteConnection.ClearPool(pooled);
        if (Thread.CurrentThread == writer)
        {
            connection?.Dispose();
            connection = null;
            identity = now;
        }
    }

    private DatabaseUnavailableException Gone() => new($"The database {Path} is gone.");

    private static void Prepare(SqliteConnection opened) =>
        Execute(opened, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 3000");

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string ConnectionString(string path, SqliteOpenMode mode, bool pooling = true) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = pooling, DefaultTimeout = 3 }.ToString();

    /// <summary>https://sqlite.org/rescode.html: what the file, the disk or another process does, against what a statement does.</summary>
    private static bool IsUnavailable(SqliteException e) => e.SqliteErrorCode is
        3 or 4 or 5 or 6 or 7 or 8 or 9 or 10 or 11 or 13 or 14 or 15 or 22 or 23 or 26;

    /// <summary>A piece of work that waits for its transaction.</summary>
    private abstract class Piece
    {
        /// <summary>False: it is to leave nothing behind.</summary>
        public abstract bool Run(DbConnection connection);

        public abstract void Threw(Exception e);

        public abstract void Complete();

        public abstract void Fail(Exception e);
    }

    private sealed class Piece<T>(Func<DbConnection, Task<T>> work, Func<T, bool>? keep) : Piece
    {
        private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;
        private Exception? exception;

        public Task<T> Task => done.Task;

        public override bool Run(DbConnection connection)
        {
            // SQLite's asynchronous calls are synchronous; on this thread that is what they should be.
            result = work(connection).GetAwaiter().GetResult();
            return keep is null || keep(result);
        }

        public override void Threw(Exception e) => exception = e;

        public override void Complete()
        {
            if (exception is null)
            {
                done.SetResult(result!);
            }
            else
            {
                done.SetException(exception);
            }
        }

        public override void Fail(Exception e) => done.SetException(e);
    }
}
