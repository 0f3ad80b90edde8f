using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Zaguan.Storage.Copying;

namespace Zaguan.Storage;

/// <summary>The file of the database: how it is made and opened, and whether the one that was opened still stands there.</summary>
internal sealed class SqliteFile
{
    private readonly TimeProvider clock;
    private readonly Action<DbConnection>? admission;
    private readonly ConcurrentBag<PreparingConnection> idleReaders = [];
    private readonly string reading;
    private readonly string writing;
    private volatile FileIdentity? identity;
    private volatile bool isClosed;
    private FileIdentity? log;
    private FileIdentity? index;

    /// <param name="admission">What must be so before the database serves; it throws where it is not.</param>
    public SqliteFile(string path, TimeProvider clock, Action<DbConnection>? admission)
    {
        Path = path;
        this.admission = admission;
        this.clock = clock;
        // Beside a writer nobody waits for a reader's lock, so a second is for what other processes do to the file.
        reading = ConnectionString(path, seconds: 1);
        writing = ConnectionString(path, seconds: 3);
    }

    public string Path { get; }

    /// <summary>False: the file that was opened is gone, or another one stands there.</summary>
    public bool IsInPlace => identity is { } opened && opened == FileIdentity.Of(Path);

    private string LogPath => $"{Path}-wal";

    private string IndexPath => $"{Path}-shm";

    /// <summary>Makes the file where there is none, and brings its schema up to date.</summary>
    public void Create()
    {
        PrivateFiles.CreateFolder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!);
        try
        {
            if (!File.Exists(Path))
            {
                PrivateFiles.Create(Path).Dispose();
            }
        }
        catch (IOException) when (File.Exists(Path))
        {
            // Another process that starts now was first.
        }

        using var connection = Open();
        Migrations.Apply(connection, clock);
        BackupFile.PutToWork(connection);
        admission?.Invoke(connection);
        Remember(FileIdentity.Of(Path));
    }

    /// <summary>A connection that reads. Whoever is done with it and met no fault gives it to <see cref="Keep"/>.</summary>
    public PreparingConnection OpenReader()
    {
        while (idleReaders.TryTake(out var idle))
        {
            if (idle.File == identity)
            {
                return idle;
            }

            // Of a file that was replaced since.
            idle.Dispose();
        }

        var connection = new PreparingConnection(reading) { File = identity };
        try
        {
            connection.Open();
            // SQLite's own upper() leaves every letter beyond ASCII as it is: "José" would not be found as "josé". A migration gives PostgreSQL the same name.
            connection.CreateFunction("capitals", (string? text) => text?.ToUpperInvariant(), isDeterministic: true);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Keep(PreparingConnection reader)
    {
        idleReaders.Add(reader);
        if (isClosed)
        {
            CloseReaders();
        }
    }

    /// <summary>Opens what stands there now.</summary>
    /// <exception cref="DatabaseUnavailableException">There is no file, or it is not the database of a Zaguan.</exception>
    public PreparingConnection OpenWriter()
    {
        var now = FileIdentity.Of(Path) ?? throw new DatabaseUnavailableException($"The database {Path} is gone.");
        var isAnother = now != identity;
        if (isAnother)
        {
            PutLogAside();
        }

        var connection = Open();
        try
        {
            if (isAnother)
            {
                Admit(connection);
            }

            Remember(now);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Brings everything that was committed from the log into the file itself, wherever it was moved.</summary>
    public static void Complete(SqliteConnection connection)
    {
        try
        {
            connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
            // The file cannot be written. Its log stays; PutLogAside keeps it from its successor.
        }
    }

    /// <summary>For good: whoever still reads closes what it leaves.</summary>
    public void Close()
    {
        isClosed = true;
        CloseReaders();
    }

    public void CloseReaders()
    {
        while (idleReaders.TryTake(out var idle))
        {
            idle.Dispose();
        }
    }

    /// <summary>SQLite would read the log of the old file into the new one and destroy it. A log that came with the new file is its own.</summary>
    private void PutLogAside()
    {
        if (log is not null && log == FileIdentity.Of(LogPath))
        {
            File.Move(LogPath, $"{LogPath}.replaced", overwrite: true);
        }

        if (index is not null && index == FileIdentity.Of(IndexPath))
        {
            File.Delete(IndexPath);
        }
    }

    /// <summary>An empty file, or another program's, would make every user unknown.</summary>
    private void Admit(SqliteConnection connection)
    {
        if (!Migrations.AreKnown(connection))
        {
            throw new DatabaseUnavailableException($"The file that stands at {Path} now is no database of Zaguan's. Put the database, or a backup of it, in its place.");
        }

        Migrations.Apply(connection, clock);
        BackupFile.PutToWork(connection);
        admission?.Invoke(connection);
    }

    private void Remember(FileIdentity? opened)
    {
        identity = opened;
        log = FileIdentity.Of(LogPath);
        index = FileIdentity.Of(IndexPath);
    }

    private PreparingConnection Open()
    {
        var connection = new PreparingConnection(writing);
        try
        {
            connection.Open();
            // One by one: of several in one text, SQLite's library runs those behind the first answer only when it closes, and says of no failure.
            connection.Run("PRAGMA busy_timeout = 3000");
            connection.Run("PRAGMA journal_mode = WAL");
            connection.Run("PRAGMA synchronous = FULL");
            connection.Run("PRAGMA foreign_keys = ON");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static string ConnectionString(string path, int seconds) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = seconds }.ToString();
}
