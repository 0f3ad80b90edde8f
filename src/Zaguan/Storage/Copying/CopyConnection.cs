using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Zaguan.Storage.Copying;

/// <summary>Connections on which one statement may run for an hour.</summary>
internal static class CopyConnection
{
    /// <summary>How long to wait for a lock that somebody else has.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="DatabaseUnavailableException">It cannot be opened.</exception>
    public static DbConnection Open(DatabasePlace place) => place.ConnectionString is { } postgres ? OpenPostgres(postgres, place.Name) : OpenFile(place.File, SqliteOpenMode.ReadWrite);

    /// <exception cref="DatabaseUnavailableException">There is no such file, or it is no database of SQLite's.</exception>
    public static SqliteConnection OpenFile(string file, SqliteOpenMode mode)
    {
        if (!File.Exists(file))
        {
            throw new DatabaseUnavailableException($"There is no file {file} (looked for from {Environment.CurrentDirectory}).");
        }

        _ = SqliteLibrary.Version;
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = (int)Patience.TotalSeconds }.ToString());
        return Opened(connection, file, db =>
        {
            // One by one: of several in one text the library says of no failure.
            db.Execute("PRAGMA foreign_keys = ON");
            db.Execute("PRAGMA synchronous = FULL");
            // 64 MiB: rows come in the order of one index, and the others are written all over.
            db.Execute("PRAGMA cache_size = -65536");
            db.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master");
        });
    }

    private static NpgsqlConnection OpenPostgres(string connectionString, string name)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        var it = builder.ConnectionStringBuilder;
        it.Timeout = (int)Patience.TotalSeconds;
        it.CommandTimeout = 0;
        // Nobody counts the seconds, so the system has to notice a machine that is gone.
        it.TcpKeepAlive = DatabasePlace.IsFar(it);
        it.CancellationTimeout = -1;
        it.IncludeErrorDetail = false;
        // Once it is gone, the connection that is open goes back to no pool: closed is closed.
        using var source = builder.BuildMultiHost();
        return Opened(source.CreateConnection(TargetSessionAttributes.Primary), name, db =>
        {
            db.Execute("SET statement_timeout = 0");
            db.Execute("SET idle_in_transaction_session_timeout = 0");
            db.Execute("SELECT set_config('lock_timeout', @patience, false)", new { patience = $"{Patience.TotalSeconds:0}s" });
        });
    }

    private static T Opened<T>(T connection, string name, Action<T> furnish)
        where T : DbConnection
    {
        try
        {
            connection.Open();
            furnish(connection);
            return connection;
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            connection.Dispose();
            throw new DatabaseUnavailableException($"{name} cannot be opened: {e.Message}", e);
        }
    }
}
