using System.Globalization;
using Dapper;
using Npgsql;
using Zaguan.AccessLog;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Storage;

/// <summary>What PostgreSQL does otherwise than a file. What both do alike the rest of the suite shows, which runs on both.</summary>
[Trait("Database", TestDatabase.PostgresOnly)]
public sealed class PostgresDatabaseTests : IAsyncLifetime
{
    private PostgresServer server = null!;

    public async ValueTask InitializeAsync() => server = await PostgresServer.StartAsync("synchronous_commit=off");

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Nodes_that_start_at_once_make_one_schema()
    {
        var databases = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Open())));

        (await databases[3].ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM migrations"))).ShouldBeGreaterThan(0);
        foreach (var database in databases)
        {
            await database.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("INSERT INTO migrations VALUES ('9999_future.sql', 'x', 0)", "newer Zaguan")]
    [InlineData("UPDATE migrations SET sha256 = 'x'", "another build")]
    public async Task Database_of_another_version_is_not_taken(string sql, string sentence)
    {
        await Open().DisposeAsync();
        await server.ExecuteAsync(sql);

        Should.Throw<DatabaseUnavailableException>(Open).Message.ShouldContain(sentence);
    }

    [Fact]
    public async Task A_commit_waits_for_the_disk_whatever_the_server_says()
    {
        await using var database = Open();
        (await database.ReadAsync(db => db.ExecuteScalarAsync<string>("SELECT current_setting('synchronous_commit')"))).ShouldBe("on");
    }

    [Fact]
    public async Task What_is_not_kept_or_throws_leaves_nothing_behind()
    {
        await using var database = Open();
        await database.WriteAsync(db => db.ExecuteAsync("INSERT INTO realms (name) VALUES ('kept')"));
        await database.WriteAsync(db => db.ExecuteAsync("INSERT INTO realms (name) VALUES ('not-kept')"), keep: _ => false);
        await Should.ThrowAsync<InvalidOperationException>(database.WriteAsync<int>(async db =>
        {
            await db.ExecuteAsync("INSERT INTO realms (name) VALUES ('bug')");
            throw new InvalidOperationException("a bug");
        }));
        // A rule of the schema that is broken is the statement's fault, and not the database's.
        await Should.ThrowAsync<PostgresException>(database.WriteAsync(db => db.ExecuteAsync("INSERT INTO realms (name) VALUES ('kept')")));

        (await database.ReadAsync(db => db.QueryAsync<string>("SELECT name FROM realms"))).ShouldBe(["kept"]);
    }

    [Fact]
    public async Task A_server_that_is_gone_is_unavailable_and_asked_again_when_it_is_back()
    {
        await using var database = Open();
        await server.ExecuteAsync("CREATE DATABASE other");
        await using var other = new NpgsqlConnection($"{server.ConnectionString};Pooling=false".Replace("Database=postgres", "Database=other", StringComparison.Ordinal));
        await other.OpenAsync();
        await other.ExecuteAsync("ALTER DATABASE postgres ALLOW_CONNECTIONS false; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'");

        await Should.ThrowAsync<DatabaseUnavailableException>(database.ReadAsync(db => db.ExecuteScalarAsync<int>("SELECT 1")));
        await Should.ThrowAsync<DatabaseUnavailableException>(database.WriteAsync(db => db.ExecuteScalarAsync<int>("SELECT 1")));

        await other.ExecuteAsync("ALTER DATABASE postgres ALLOW_CONNECTIONS true");
        await Eventually.BecomesTrueAsync(async () => await IsThereAsync(database), "the database is asked again");
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_unavailable()
    {
        await using var database = Database.Open(new("", server.ConnectionString) { Patience = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        await Should.ThrowAsync<DatabaseUnavailableException>(database.WriteAsync(db => db.ExecuteScalarAsync<string>("SELECT pg_sleep(60)::text")));
        (await IsThereAsync(database)).ShouldBeTrue();
    }

    /// <summary>Cancelled, PostgreSQL would end the wait, keep the row and answer with success: whoever sees it believes what a fail-over forgets.</summary>
    [Fact]
    public async Task A_commit_that_waits_for_its_standby_is_unavailable_and_not_cancelled()
    {
        await using var database = Database.Open(new("", server.ConnectionString) { Patience = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        await server.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        await server.ExecuteAsync("SELECT pg_reload_conf()");

        // The server takes its new configuration up when it comes to it: until then commits wait for nobody.
        var written = 0;
        await Eventually.BecomesTrueAsync(async () =>
        {
            try
            {
                await database.WriteAsync(db => db.ExecuteAsync("INSERT INTO realms (name) VALUES (@name)", new { name = $"written-{written}" }));
                written++;
                return false;
            }
            catch (DatabaseUnavailableException)
            {
                return true;
            }
        }, "a commit waits for its standby");

        (await database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM realms"))).ShouldBe(written);
        (await database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))).ShouldBe(1);
        await server.ExecuteAsync("ALTER SYSTEM RESET synchronous_standby_names");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
        await Eventually.BecomesTrueAsync(async () => await database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM realms")) == written + 1, "it is committed for good");
    }

    [Fact]
    public async Task Those_who_wait_to_write_one_row_hold_no_connection_that_others_need()
    {
        await using var database = Open();
        await database.WriteAsync(db => db.ExecuteAsync("INSERT INTO realms (name) VALUES ('hot'), ('cold')"));
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = WriteAsync("hot", async () =>
        {
            entered.SetResult();
            await leave.Task;
        });
        await Task.WhenAny(entered.Task, first).Unwrap();
        var crowd = Enumerable.Range(0, 100).Select(_ => WriteAsync("hot", () => Task.CompletedTask)).ToList();

        await WriteAsync("cold", () => Task.CompletedTask);

        crowd.ShouldAllBe(w => !w.IsCompleted);
        leave.SetResult();
        await Task.WhenAll([first, .. crowd]);

        Task<int> WriteAsync(string name, Func<Task> then) => database.WriteAsync(
            async db =>
            {
                var written = await db.ExecuteAsync("UPDATE realms SET name = name WHERE name = @name", new { name });
                await then();
                return written;
            },
            shared: new("", name));
    }

    [Fact]
    public async Task Readers_do_not_wait_behind_writers_that_hold_all_their_connections()
    {
        await using var database = Open();
        var leave = new TaskCompletionSource();
        var writers = Enumerable.Range(0, 100).Select(_ => database.WriteAsync(async _ =>
        {
            await leave.Task;
            return true;
        })).ToList();

        (await database.ReadAsync(db => db.ExecuteScalarAsync<int>("SELECT 1"))).ShouldBe(1);

        leave.SetResult();
        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task The_fewest_connections_that_a_node_may_have_leave_one_to_read_on()
    {
        await using var database = Database.Open(new("", $"{server.ConnectionString};Maximum Pool Size=4"), TimeProvider.System);
        var (leave, listens) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var stopped = new CancellationTokenSource();
        var listening = database.ListenAsync(_ => listens.TrySetResult(), stopped.Token);
        await listens.Task;
        var tidying = database.AloneAsync("tidying", () => leave.Task);
        var writers = Enumerable.Range(0, 10).Select(_ => database.WriteAsync(async _ =>
        {
            await leave.Task;
            return true;
        })).ToList();

        (await database.ReadAsync(db => db.ExecuteScalarAsync<int>("SELECT 1"))).ShouldBe(1);

        leave.SetResult();
        await Task.WhenAll([tidying, .. writers]);
        await stopped.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(listening);
    }

    [Fact]
    public async Task Of_those_who_guess_from_one_address_one_alone_waits_on_a_connection_and_who_hangs_up_leaves()
    {
        await using var database = Open();
        var store = new BudgetStore(database, TimeProvider.System);
        var rules = new BudgetSettings();
        (await store.TryChargeAsync(Guess(0), rules)).ShouldNotBeNull();
        await using var holder = new NpgsqlConnection($"{server.ConnectionString};Pooling=false");
        await holder.OpenAsync();
        await using var holding = await holder.BeginTransactionAsync();
        await holder.ExecuteAsync("UPDATE budgets SET failed = failed WHERE account = ''");
        var first = store.TryChargeAsync(Guess(0), rules);
        using var hangUp = new CancellationTokenSource();

        var others = Enumerable.Range(1, 10).Select(i => store.TryChargeAsync(Guess(i), rules, hangUp.Token)).ToList();
        await hangUp.CancelAsync();

        // One that had a connection would wait for the row, and be charged in the end.
        foreach (var other in others)
        {
            await Should.ThrowAsync<OperationCanceledException>(other);
        }

        await holding.RollbackAsync();
        (await first).ShouldNotBeNull();
        (await database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT in_flight FROM budgets WHERE account = ''"))).ShouldBe(2);

        static BudgetSubject Guess(int account) => new(string.Create(CultureInfo.InvariantCulture, $"user:{account}"), "192.0.2.1", AddressIsShared: false);
    }

    [Fact]
    public async Task Whoever_waits_too_long_for_a_row_is_told_so_and_stands_in_nobodys_way()
    {
        using var writers = new SemaphoreSlim(3);
        var turns = new WriteTurns(writers, TimeSpan.FromMilliseconds(50));
        var rows = new SharedRows("192.0.2.1", "user:1");
        var held = await turns.TakeAsync(new("", "user:1"));

        await Should.ThrowAsync<DatabaseUnavailableException>(turns.TakeAsync(rows));

        // What it had already is free again.
        (await turns.TakeAsync(new("192.0.2.1", "user:2"))).Dispose();
        held.Dispose();
        (await turns.TakeAsync(rows)).Dispose();
    }

    [Fact]
    public async Task Whoever_hangs_up_waits_no_longer_and_who_comes_when_too_many_wait_is_told_at_once()
    {
        using var writers = new SemaphoreSlim(3);
        var turns = new WriteTurns(writers, TimeSpan.Zero);
        using var hangUp = new CancellationTokenSource();
        var rows = new SharedRows("192.0.2.1", "user:1");
        var held = await turns.TakeAsync(rows);
        var crowd = Enumerable.Range(0, 1_000).Select(_ => turns.TakeAsync(rows, hangUp.Token)).ToList();

        await Should.ThrowAsync<DatabaseUnavailableException>(turns.TakeAsync(rows));

        await hangUp.CancelAsync();
        foreach (var waiting in crowd)
        {
            await Should.ThrowAsync<OperationCanceledException>(waiting);
        }

        held.Dispose();
        (await turns.TakeAsync(rows)).Dispose();
    }

    [Fact]
    public async Task Work_that_nobody_waits_for_any_more_stands_in_nobodys_way()
    {
        await using var database = PostgresDatabase.Open(server.ConnectionString, TimeSpan.FromSeconds(1), TimeProvider.System, null);
        var leave = new TaskCompletionSource();
        var stuck = database.WriteAsync(
            async _ =>
            {
                await leave.Task;
                return true;
            },
            shared: new("192.0.2.1", "user:1"));

        await Should.ThrowAsync<DatabaseUnavailableException>(stuck);

        (await database.WriteAsync(_ => Task.FromResult(true), shared: new("192.0.2.1", "user:1"))).ShouldBeTrue();
        leave.SetResult();
    }

    [Fact]
    public async Task A_node_that_is_gone_holds_no_row_for_long()
    {
        await using var database = Open();
        (await database.ReadAsync(db => db.ExecuteScalarAsync<string>("SELECT current_setting('idle_in_transaction_session_timeout')"))).ShouldBe("15s");
    }

    [Fact]
    public async Task What_one_node_does_alone_the_others_leave_out()
    {
        await using var first = Open();
        await using var second = Open();
        var entered = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        var times = 0;
        var alone = first.AloneAsync("tidying", async () =>
        {
            entered.SetResult();
            await leave.Task;
            times++;
        });
        await Task.WhenAny(entered.Task, alone).Unwrap();

        await second.AloneAsync("tidying", () => throw new InvalidOperationException("two at once"));
        await second.AloneAsync("something else", () => Task.FromResult(times++));
        leave.SetResult();
        await alone;
        await second.AloneAsync("tidying", () => Task.FromResult(times++));

        times.ShouldBe(3);
    }

    [Fact]
    public async Task What_a_node_announces_the_others_hear()
    {
        await using var speaker = Open();
        await using var listener = Open();
        using var stopped = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var heard = System.Threading.Channels.Channel.CreateUnbounded<string>();
        var listening = listener.ListenAsync(what => heard.Writer.TryWrite(what), stopped.Token);
        (await heard.Reader.ReadAsync(stopped.Token)).ShouldBe("");

        await speaker.AnnounceAsync("contracts");
        (await heard.Reader.ReadAsync(stopped.Token)).ShouldBe("contracts");

        // Its connection is cut: what was said meanwhile it did not hear, and says so.
        await server.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN zaguan'");
        (await heard.Reader.ReadAsync(stopped.Token)).ShouldBe("");
        await stopped.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(listening);
    }

    [Fact]
    public async Task Months_of_the_access_log_are_made_ahead_and_take_what_came_before_them()
    {
        var clock = new ManualClock();
        await using var database = Database.Open(new("", server.ConnectionString), clock);
        var now = clock.GetUtcNow();
        // Of a month that nobody has made yet: the last partition takes it.
        var early = await AppendAsync(database, now.AddMonths(1));

        await AccessLogPartitions.KeepAheadAsync(database, now);
        await AccessLogPartitions.KeepAheadAsync(database, now);

        var months = await PartitionsAsync(database);
        months.Count.ShouldBe(5);
        (await database.ReadAsync(db => db.ExecuteScalarAsync<string>("SELECT tableoid::regclass::text FROM access_log WHERE id = @early", new { early }))).ShouldBe(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"access_log_{now.AddMonths(1):yyyy_MM}"));
        (await AppendAsync(database, now)).ShouldBe(early + 1);

        await AccessLogPartitions.KeepAheadAsync(database, now.AddMonths(2));
        (await PartitionsAsync(database)).Count.ShouldBe(7);
    }

    [Fact]
    public async Task A_month_is_dropped_when_all_of_it_is_too_old()
    {
        var clock = new ManualClock();
        await using var database = Database.Open(new("", server.ConnectionString), clock);
        var first = new DateTimeOffset(clock.GetUtcNow().Year, clock.GetUtcNow().Month, 1, 0, 0, 0, TimeSpan.Zero);
        await AccessLogPartitions.KeepAheadAsync(database, first);
        await AppendAsync(database, first);
        await AppendAsync(database, first.AddMonths(1));

        await AccessLogPartitions.DropAsync(database, first.AddMonths(1).AddMilliseconds(-1));
        (await CountAsync(database)).ShouldBe(2);
        await AccessLogPartitions.DropAsync(database, first.AddMonths(1));
        (await CountAsync(database)).ShouldBe(1);
        (await PartitionsAsync(database)).Count.ShouldBe(4);
    }

    private Database Open() => Database.Open(new("", server.ConnectionString), TimeProvider.System);

    private static async Task<bool> IsThereAsync(Database database)
    {
        try
        {
            return await database.ReadAsync(db => db.ExecuteScalarAsync<int>("SELECT 1")) == 1;
        }
        catch (DatabaseUnavailableException)
        {
            return false;
        }
    }

    private static Task<long> AppendAsync(Database database, DateTimeOffset at) => database.WriteAsync(db => AccessLogStore.AppendAsync(db, new()
    {
        At = at.ToUnixTimeMilliseconds(),
        Application = "ambiotec",
        Realm = "ambiotec",
        Identifier = "ana",
        Outcome = Outcome.WrongPassword,
        Address = "192.0.2.1",
    }));

    private static Task<long> CountAsync(Database database) => database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM access_log"));

    private static Task<IReadOnlyList<string>> PartitionsAsync(Database database) => database.ReadAsync<IReadOnlyList<string>>(async db =>
        (await db.QueryAsync<string>("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'access_log'::regclass")).AsList());
}
