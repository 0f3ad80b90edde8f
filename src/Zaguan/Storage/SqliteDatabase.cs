using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Zaguan.Storage;

/// <summary>
/// The SQLite database. Readers read beside the writer (WAL). Writes go through one thread that runs whatever has
/// gathered in one transaction and commits it once: every piece is on disk before its task completes, and many
/// writers share one fsync instead of starving each other.
/// </summary>
internal sealed class SqliteDatabase : Database
{
    /// <summary>More pieces waiting than this is a database that does not keep up.</summary>
    private const int LongestQueue = 4_096;

    /// <summary>Pieces per transaction: enough to share an fsync, few enough that the first does not wait long for the last.</summary>
    private const int LargestBatch = 256;

    /// <summary>Reads at once. One takes microseconds; where another process locks the file, they must not hold every thread of the pool.</summary>
    private const int MostReaders = 8;

    /// <summary>How long a read waits for its place, and for readers to leave a file that was replaced.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly PieceQueue queue = new(LongestQueue);
    private readonly SemaphoreSlim readers = new(MostReaders, MostReaders);
    private readonly Thread writer;
    private volatile SqliteFile file;
    private SqliteFile? unmade;
    private PreparingConnection? connection;

    /// <param name="unmade">What takes the file's place before the first write.</param>
    private SqliteDatabase(SqliteFile file, SqliteFile? unmade = null)
    {
        this.file = file;
        this.unmade = unmade;
        writer = new Thread(Run) { IsBackground = true, Name = "Zaguan database writer" };
        writer.Start();
    }

    public string Path => (unmade ?? file).Path;

    public override string Name => Path;

    /// <summary>Opens the file, creating it where there is none, and brings its schema up to date.</summary>
    /// <param name="admission">What must be so before it serves, now and whenever another file takes its place; it throws where it is not.</param>
    public static SqliteDatabase Open(string path, TimeProvider clock, Action<DbConnection>? admission = null) => new(OpenFile(path, clock, admission));

    /// <summary>
    /// A database that is not there yet: its file is made by the first write, so that whoever finds that there is nothing to write leaves nothing behind.
    /// Until then <paramref name="standIn"/> is read, which is empty; it is another file, and the caller's to take away.
    /// </summary>
    public static SqliteDatabase OpenUnmade(string path, string standIn, TimeProvider clock) => new(OpenFile(standIn, clock, admission: null), new(path, clock, admission: null));

    private static SqliteFile OpenFile(string path, TimeProvider clock, Action<DbConnection>? admission)
    {
        _ = SqliteLibrary.Version;
        try
        {
            var opened = new SqliteFile(path, clock, admission);
            opened.Create();
            return opened;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new DatabaseUnavailableException($"The database {path} cannot be opened: {e.Message}", e);
        }
    }

    public override async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work)
    {
        if (!file.IsInPlace)
        {
            // Gone or replaced. The writer takes up what stands there now, or says why it cannot.
            await WriteAsync(_ => Task.FromResult(true));
        }

        if (!await readers.WaitAsync(Patience))
        {
            throw new DatabaseUnavailableException("The database does not keep up: too many reads wait.");
        }

        PreparingConnection? reader = null;
        try
        {
            reader = file.OpenReader();
            var read = await work(reader);
            file.Keep(reader);
            reader = null;
            return read;
        }
        catch (SqliteException e) when (IsUnavailable(e))
        {
            throw new DatabaseUnavailableException($"The database cannot be read: {e.Message}", e);
        }
        finally
        {
            reader?.Dispose();
            readers.Release();
        }
    }

    /// <param name="shared">One writer writes all, and nobody waits for a row.</param>
    public override Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, Func<T, bool>? keep = null, SharedRows? shared = null, CancellationToken abandoned = default)
    {
        var piece = new Piece<T>(work, keep);
        queue.Add(piece);
        return piece.Task;
    }

    /// <summary>Processes that share a file do not shut each other out: what they do twice does no harm.</summary>
    public override async Task AloneAsync(string what, Func<Task> work) => await work();

    /// <summary>Nobody says anything: whoever shares the file asks by itself.</summary>
    public override Task ListenAsync(Action<string> heard, CancellationToken stopped) => Task.Delay(Timeout.Infinite, stopped);

    public override Task AnnounceAsync(string what) => Task.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        // Not disposed of: a late write is told that the database is closed, a late reader leaves in peace.
        queue.Close();
        await Task.Run(writer.Join);
        Close();
        file.Close();
    }

    private void Run()
    {
        var batch = new List<Piece>(LargestBatch);
        while (queue.WaitForOne())
        {
            Gather();
            queue.Take(batch, LargestBatch);
            Commit(batch);
            batch.Clear();
        }
    }

    private void Commit(List<Piece> batch)
    {
        try
        {
            var open = OpenWriter();
            open.Run("BEGIN IMMEDIATE");
            foreach (var piece in batch)
            {
                RunInSavepoint(open, piece);
            }

            open.Run("COMMIT");
        }
        catch (Exception e)
        {
            // The boundary of the one thread that writes: it outlives whatever went wrong with one batch.
            Fail(batch, e);
            return;
        }

        batch.ForEach(p => p.Complete());
    }

    private void Fail(List<Piece> batch, Exception e)
    {
        // What the connection holds is unknown now. Closing it rolls back; the next batch begins with a new one.
        Close();
        // Gathered while this batch waited for a lock, say; on its own it would only wait as long for the same.
        queue.Take(batch, LongestQueue);

        var unavailable = e as DatabaseUnavailableException ?? new DatabaseUnavailableException($"The database cannot be written: {e.Message}", e);
        batch.ForEach(p => p.Fail(unavailable));
    }

    private static void RunInSavepoint(PreparingConnection connection, Piece piece)
    {
        connection.Run("SAVEPOINT piece");
        try
        {
            if (!piece.Run(connection))
            {
                connection.Run("ROLLBACK TO piece");
            }
        }
        catch (Exception e) when (e is not SqliteException sqlite || !IsUnavailable(sqlite))
        {
            // The fault of this piece alone: a broken rule of the schema, a bug. The others go on.
            connection.Run("ROLLBACK TO piece");
            piece.Threw(e);
        }

        connection.Run("RELEASE piece");
    }

    private PreparingConnection OpenWriter()
    {
        if (unmade is not null)
        {
            unmade.Create();
            file.Close();
            (file, unmade) = (unmade, null);
        }

        if (!file.IsInPlace)
        {
            LetGo();
        }

        return connection ??= file.OpenWriter();
    }

    /// <summary>Another file stands there, a restored backup, or none at all. Nobody may still have the old one open when the new one is taken up.</summary>
    private void LetGo()
    {
        var places = 0;
        try
        {
            while (places < MostReaders)
            {
                places += readers.Wait(Patience) ? 1 : throw new DatabaseUnavailableException($"The database {Path} was moved or replaced while it is still being read.");
            }

            if (connection is not null)
            {
                SqliteFile.Complete(connection);
            }

            Close();
        }
        finally
        {
            if (places > 0)
            {
                readers.Release(places);
            }
        }
    }

    private void Close()
    {
        file.CloseReaders();
        connection?.Dispose();
        connection = null;
    }

    /// <summary>https://sqlite.org/rescode.html: what the file, the disk or another process does, against what a statement does.</summary>
    private static bool IsUnavailable(SqliteException e) => e.SqliteErrorCode is
        raw.SQLITE_PERM or raw.SQLITE_ABORT or raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_NOMEM or raw.SQLITE_READONLY
        or raw.SQLITE_INTERRUPT or raw.SQLITE_IOERR or raw.SQLITE_CORRUPT or raw.SQLITE_FULL or raw.SQLITE_CANTOPEN
        or raw.SQLITE_PROTOCOL or raw.SQLITE_NOLFS or raw.SQLITE_AUTH or raw.SQLITE_NOTADB;
}
