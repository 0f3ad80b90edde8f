using System.Data.Common;
using Dapper;
using Npgsql;

namespace Zaguan.Storage;

/// <summary>
/// The database of several nodes. Every write is a transaction of its own on a pooled connection: PostgreSQL lets them share a commit by itself.
/// Of several hosts the primary is asked, and looked for again when it is another.
/// </summary>
internal sealed class PostgresDatabase : Database
{
    /// <summary>On which nodes announce. Migrations name it too.</summary>
    public const string Channel = "zaguan";

    /// <summary>Connections of one node, where the connection string does not say. A login holds one for two short transactions; PostgreSQL's own limit is 100 for all.</summary>
    private const int MostConnections = 20;

    /// <summary>Statements that a connection keeps prepared; the house has fewer.</summary>
    private const int MostPrepared = 200;

    /// <summary>How long to wait for a connection, or for a place in the pool.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    /// <summary>After which a silent primary is asked whether it is there, where nothing else is said.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);

    /// <summary>So long a host that was not the primary, or not there, is left alone; and so long passes between two attempts to listen.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly NpgsqlMultiHostDataSource source;

    private PostgresDatabase(NpgsqlMultiHostDataSource source, string name)
    {
        this.source = source;
        Name = name;
    }

    public override string Name { get; }

    public static PostgresDatabase Open(string connectionString, TimeSpan patience, TimeProvider clock, Action<DbConnection>? admission)
    {
        var told = new NpgsqlConnectionStringBuilder(connectionString);
        var database = new PostgresDatabase(SourceOf(told, patience), DatabasePlace.NameOf(told));
        try
        {
            using var connection = database.Primary.OpenConnection();
            Migrations.Apply(connection, clock);
            admission?.Invoke(connection);
            return database;
        }
        catch (NpgsqlException e)
        {
            database.source.Dispose();
            throw new DatabaseUnavailableException($"The database {database.Name} cannot be opened: {e.Message}", e);
        }
        catch
        {
            database.source.Dispose();
            throw;
        }
    }

    public override async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work)
    {
        try
        {
            await using var connection = await Primary.OpenConnectionAsync();
            return await work(connection);
        }
        catch (NpgsqlException e) when (IsUnavailable(e))
        {
            throw new DatabaseUnavailableException($"The database cannot be read: {e.Message}", e);
        }
    }

    public override async Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, Func<T, bool>? keep = null)
    {
        try
        {
            await using var connection = await Primary.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            var result = await work(connection);
            if (keep is null || keep(result))
            {
                await transaction.CommitAsync();
            }

            return result;
        }
        catch (NpgsqlException e) when (IsUnavailable(e))
        {
            throw new DatabaseUnavailableException($"The database cannot be written: {e.Message}", e);
        }
    }

    public override async Task AloneAsync(string what, Func<Task> work)
    {
        try
        {
            await using var connection = await Primary.OpenConnectionAsync();
            if (!await connection.ExecuteScalarAsync<bool>("SELECT pg_try_advisory_lock(hashtext(@what))", new { what }))
            {
                return;
            }

            try
            {
                await work();
            }
            finally
            {
                // The connection goes back to the pool and would keep the lock.
                await connection.ExecuteAsync("SELECT pg_advisory_unlock(hashtext(@what))", new { what });
            }
        }
        catch (NpgsqlException e) when (IsUnavailable(e))
        {
            throw new DatabaseUnavailableException($"The database cannot be asked: {e.Message}", e);
        }
    }

    public override async Task ListenAsync(Action<string> heard, CancellationToken stopped)
    {
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                await using var connection = await Primary.OpenConnectionAsync(stopped);
                connection.Notification += (_, told) => heard(told.Payload);
                await connection.ExecuteAsync($"LISTEN {Channel}");
                // What was said before nobody heard here.
                heard("");
                while (true)
                {
                    await connection.WaitAsync(stopped);
                }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException && !stopped.IsCancellationRequested)
            {
                // Those who ask say that the database is gone. Here it is only looked for again.
                await Task.Delay(Pause, stopped);
            }
        }
    }

    public override async Task AnnounceAsync(string what)
    {
        try
        {
            await using var connection = await Primary.OpenConnectionAsync();
            await connection.ExecuteAsync("SELECT pg_notify(@Channel, @what)", new { Channel, what });
        }
        catch (NpgsqlException e)
        {
            throw new DatabaseUnavailableException($"The database cannot be asked: {e.Message}", e);
        }
    }

    public override ValueTask DisposeAsync() => source.DisposeAsync();

    /// <summary>Only where data can be written is it read: a standby may not know yet what was just revoked.</summary>
    private NpgsqlDataSource Primary => source.WithTargetSession(TargetSessionAttributes.Primary);

    private static NpgsqlMultiHostDataSource SourceOf(NpgsqlConnectionStringBuilder told, TimeSpan patience)
    {
        var builder = new NpgsqlDataSourceBuilder();
        var it = builder.ConnectionStringBuilder;
        it.Timeout = (int)ConnectTimeout.TotalSeconds;
        it.CommandTimeout = (int)patience.TotalSeconds;
        it.MaxPoolSize = MostConnections;
        it.HostRecheckSeconds = (int)Pause.TotalSeconds;
        it.KeepAlive = (int)KeepAlive.TotalSeconds;
        it.ApplicationName = "zaguan";
        foreach (var name in told.Keys.OfType<string>())
        {
            it[name] = told[name];
        }

        it.MaxAutoPrepare = MostPrepared;
        // Nothing that one user of a connection sets is there for the next: what AloneAsync locks it unlocks.
        it.NoResetOnClose = true;
        // A statement that took too long breaks its connection. To cancel it instead could end the wait of a commit for its standby, and the commit would be told as one.
        it.CancellationTimeout = -1;
        it.IncludeErrorDetail = false;
        builder.UsePhysicalConnectionInitializer(Furnish, FurnishAsync);
        return builder.BuildMultiHost();
    }

    /// <summary>Recorded before answered: a commit that does not wait for the disk, and for the standby where there is one, is none.</summary>
    private const string CommitForGood = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')";

    private static void Furnish(NpgsqlConnection connection) => connection.Execute(CommitForGood);

    private static Task FurnishAsync(NpgsqlConnection connection) => connection.ExecuteAsync(CommitForGood);

    /// <summary>
    /// https://www.postgresql.org/docs/15/errcodes-appendix.html: what the server, the network or its administrator does, against what a statement does.
    /// What is no answer of the server's is always the former.
    /// </summary>
    private static bool IsUnavailable(NpgsqlException e) => e is not PostgresException { SqlState: { Length: 5 } state } || state[..2] is
        "08" or "25" or "28" or "3D" or "40" or "53" or "55" or "57" or "58" or "F0" or "XX" || state is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedTable;
}
