using System.Data.Common;
using System.Globalization;
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

    /// <summary>Of ten connections, those that write. Who only reads, a token's validation for one, finds another one.</summary>
    private const int WritersOfTen = 6;

    /// <summary>Connections that nobody writes on, however few there are: one listens, one tidies up, one reads.</summary>
    private const int FewestOthers = 3;

    /// <summary>Statements that a connection keeps prepared; the house has fewer.</summary>
    private const int MostPrepared = 200;

    /// <summary>How long to wait for a connection, or for a place in the pool.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>So long a host that was not the primary, or not there, is left alone: longer than it takes to find that out, or a dead one would be waited for without end.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);

    /// <summary>What the network may add to the longest statement, before nobody waits for its answer any more.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>Between two attempts to listen.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource source;
    private readonly SemaphoreSlim writers;
    private readonly WriteTurns turns;
    private readonly TimeSpan patience;

    private PostgresDatabase(NpgsqlDataSource source, TimeSpan patience, string name)
    {
        this.source = source;
        this.patience = patience;
        var connections = new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxPoolSize;
        writers = new(Math.Min(connections * WritersOfTen / 10, connections - FewestOthers));
        turns = new(writers, patience);
        Name = name;
    }

    public override string Name { get; }

    public static PostgresDatabase Open(string connectionString, TimeSpan patience, TimeProvider clock, Action<DbConnection>? admission)
    {
        var told = new NpgsqlConnectionStringBuilder(connectionString);
        var longest = DatabasePlace.Says(told, "Command Timeout") ? TimeSpan.FromSeconds(told.CommandTimeout) : patience;
        var database = new PostgresDatabase(SourceOf(told, longest), longest, DatabasePlace.NameOf(told));
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
            throw new DatabaseUnavailableException($"The database {database.Name} cannot be opened: {Reason(e)}", e);
        }
        catch
        {
            database.source.Dispose();
            throw;
        }
    }

    public override Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work) => PatientlyAsync("read", async () =>
    {
        await using var connection = await Primary.OpenConnectionAsync();
        return await work(connection);
    });

    public override async Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, Func<T, bool>? keep = null, SharedRows? shared = null, CancellationToken abandoned = default)
    {
        // Given back when nobody waits for the work any more, though it may go on: on a connection to a machine that is gone it would for minutes.
        using var turn = await turns.TakeAsync(shared, abandoned);
        return await PatientlyAsync("written", async () =>
        {
            await using var connection = await Primary.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            var result = await work(connection);
            if (keep is null || keep(result))
            {
                await CommitAsync(connection, transaction);
            }

            return result;
        });
    }

    /// <summary>An administrator who cancels a commit's wait for its standby ends the wait and not the commit, and PostgreSQL calls it done, with a warning.</summary>
    private static async Task CommitAsync(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        string? warning = null;
        connection.Notice += (_, said) => warning = said.Notice.InvariantSeverity is "WARNING" ? said.Notice.MessageText : warning;
        await transaction.CommitAsync();
        if (warning is not null)
        {
            throw new DatabaseUnavailableException($"The database wrote it, but perhaps not on its standby: {warning}");
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
            throw new DatabaseUnavailableException($"The database cannot be asked: {Reason(e)}", e);
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
            catch (Exception) when (!stopped.IsCancellationRequested)
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
            throw new DatabaseUnavailableException($"The database cannot be asked: {Reason(e)}", e);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        writers.Dispose();
    }

    /// <summary>Only where data can be written is it read: a standby may not know yet what was just revoked.</summary>
    private NpgsqlDataSource Primary => source is NpgsqlMultiHostDataSource several ? several.WithTargetSession(TargetSessionAttributes.Primary) : source;

    /// <summary>
    /// Waits no longer than somebody would. What is waited for goes on: a commit that waits for its standby is not cancelled, or PostgreSQL would end
    /// the wait and call it done. Whether it is done in the end nobody knows here, and a charge that may be there counts.
    /// </summary>
    private async Task<T> PatientlyAsync<T>(string what, Func<Task<T>> work)
    {
        var working = work();
        try
        {
            return await (patience > TimeSpan.Zero ? working.WaitAsync(patience + Grace) : working);
        }
        catch (NpgsqlException e) when (IsUnavailable(e))
        {
            throw new DatabaseUnavailableException($"The database cannot be {what}: {Reason(e)}", e);
        }
        catch (TimeoutException e) when (!working.IsCompleted)
        {
            _ = working.ContinueWith(static late => late.Exception, TaskScheduler.Default);
            throw new DatabaseUnavailableException($"The database cannot be {what}: it does not answer.", e);
        }
    }

    /// <summary>Why, where there were several hosts to ask: of each the last word. Never a password.</summary>
    public static string Reason(NpgsqlException e) => e.InnerException is AggregateException several
        ? string.Join(" ", several.Flatten().InnerExceptions.Select(i => i.GetBaseException().Message).Distinct(StringComparer.Ordinal))
        : e.Message;

    private static NpgsqlDataSource SourceOf(NpgsqlConnectionStringBuilder told, TimeSpan patience)
    {
        var builder = new NpgsqlDataSourceBuilder();
        var it = builder.ConnectionStringBuilder;
        it.Timeout = (int)ConnectTimeout.TotalSeconds;
        it.MaxPoolSize = MostConnections;
        it.HostRecheckSeconds = (int)BetweenLooks.TotalSeconds;
        if (DatabasePlace.IsFar(told))
        {
            (it.TcpKeepAlive, it.TcpKeepAliveTime, it.TcpKeepAliveInterval) = (true, 10, 5);
        }

        it.ApplicationName = "zaguan";
        foreach (var name in told.Keys.OfType<string>())
        {
            it[name] = told[name];
        }

        it.MaxAutoPrepare = MostPrepared;
        // Nothing that one user of a connection sets is there for the next: what AloneAsync locks it unlocks.
        it.NoResetOnClose = true;
        // The server ends a statement that takes too long. Npgsql would send a cancel request, for a commit too.
        it.CommandTimeout = 0;
        it.IncludeErrorDetail = false;
        var furnish = Furnishing(patience);
        builder.UsePhysicalConnectionInitializer(c => c.Execute(furnish), c => c.ExecuteAsync(furnish));
        // A single host is not left alone for a while because one connection to it broke: there is no other to ask.
        return (told.Host ?? "").Contains(',', StringComparison.Ordinal) ? builder.BuildMultiHost() : builder.Build();
    }

    /// <summary>
    /// Recorded before answered: a commit that does not wait for the disk, and for the standby where there is one, is none.
    /// And a node whose machine is gone holds no row for longer than others wait; a statement that takes too long ends, but never a commit, for which this limit does not count.
    /// </summary>
    private static string Furnishing(TimeSpan patience) => string.Create(CultureInfo.InvariantCulture, $"""
        SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false);
        SET statement_timeout = {(long)patience.TotalMilliseconds};
        SET idle_in_transaction_session_timeout = '15s';
        SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET tcp_user_timeout = '30s'
        """);

    /// <summary>
    /// https://www.postgresql.org/docs/15/errcodes-appendix.html: what the server, the network or its administrator does, against what a statement does.
    /// What is no answer of the server's is always the former.
    /// </summary>
    private static bool IsUnavailable(NpgsqlException e) => e is not (NpgsqlOperationInProgressException or PostgresException { SqlState.Length: 5 }) || e is PostgresException { SqlState: var state } && IsUnavailable(state);

    private static bool IsUnavailable(string state) => state[..2] is "08" or "28" or "3D" or "40" or "53" or "55" or "57" or "58" or "F0" or "XX" || state is "25P03" or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.InsufficientPrivilege;
}
