using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Dapper;
using Npgsql;
using Zaguan.Budgets;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Tokens;

namespace Zaguan.Tests.Nodes;

/// <summary>The statements under what several nodes do to few rows at once.</summary>
[Collection(NodeGroup.Tests)]
public sealed class ConcurrencyTests
{
    private const int Turns = 150;

    private static readonly BudgetSettings Rules = new()
    {
        AccountAndAddress = new() { Failures = 50, RefusedFor = TimeSpan.FromMinutes(1), RefusedForAtMost = TimeSpan.FromHours(1) },
        Account = new() { Failures = 100, RefusedFor = TimeSpan.FromMinutes(1), RefusedForAtMost = TimeSpan.FromHours(1) },
        Address = new() { Failures = 1_000_000, Within = TimeSpan.FromMinutes(15) },
    };

    [Fact]
    public async Task Charges_settlements_mending_unlocking_forgetting_and_new_rules_never_wait_for_each_other_in_a_circle()
    {
        await using var server = await PostgresServer.StartAsync("deadlock_timeout=100ms");
        var place = server.ConnectionString;
        // Charges are old at once, so that there is something to mend and to forget.
        var clock = new ManualClock();
        await using var one = Database.Open(new("", place), clock);
        await using var two = Database.Open(new("", place), clock);
        BudgetStore[] stores = [new(one, clock), new(two, clock)];
        Database[] databases = [one, two];
        var failures = new ConcurrentQueue<Exception>();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var (store, database) = (stores[worker % 2], databases[worker % 2]);
            for (var turn = 0; turn < Turns; turn++)
            {
                try
                {
                    await DoSomethingAsync(store, database, clock, worker, turn);
                }
                catch (DatabaseUnavailableException e)
                {
                    failures.Enqueue(e);
                }
            }
        })));

        failures.ShouldBeEmpty(string.Join('\n', server.Log.Where(l => l.Contains("Process ", StringComparison.Ordinal))));
        server.Log.ShouldNotContain(l => l.Contains("deadlock detected", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_charged_and_settled_at_once_on_two_nodes_adds_up()
    {
        var place = await TestDatabase.MakeOnPostgresAsync();
        var clock = new ManualClock();
        await using var one = Database.Open(new("", place), clock);
        await using var two = Database.Open(new("", place), clock);
        var rules = Rules with { Account = Rules.Account with { Failures = 1_000_000 }, AccountAndAddress = Rules.AccountAndAddress with { Failures = 1_000_000 } };
        var charged = 0;

        await Task.WhenAll(Enumerable.Range(0, 10).Select(worker => Task.Run(async () =>
        {
            var database = worker % 2 == 0 ? one : two;
            var store = new BudgetStore(database, clock);
            for (var turn = 0; turn < 40; turn++)
            {
                var charge = (await store.TryChargeAsync(Subject(turn % 2, turn % 3), rules)).ShouldNotBeNull();
                Interlocked.Increment(ref charged);
                await SettleAsync(store, database, charge, Settlement.Failure);
            }
        })));

        await using var db = new NpgsqlConnection($"{place};Pooling=false");
        foreach (var rows in new[] { "address = ''", "account = ''", "account <> '' AND address <> ''" })
        {
            (await db.QuerySingleAsync<(long Failed, long InFlight)>($"SELECT sum(failed)::bigint, sum(in_flight)::bigint FROM budgets WHERE {rows}")).ShouldBe((charged, 0));
        }
    }

    /// <summary>A charge adds a row before the one that an unlocking waits for, holds it, and wants the account's, which the unlocking has.</summary>
    [Fact]
    public async Task An_unlocking_waits_for_no_row_that_was_added_behind_it()
    {
        await using var server = await PostgresServer.StartAsync("deadlock_timeout=100ms");
        await using var database = Database.Open(new("", server.ConnectionString), TimeProvider.System);
        var store = new BudgetStore(database, TimeProvider.System);
        var (first, last) = (Subject(1, 1), Subject(1, 9));
        await SettleAsync(store, database, (await store.TryChargeAsync(last, Rules)).ShouldNotBeNull(), Settlement.Failure);
        await using var holder = new NpgsqlConnection($"{server.ConnectionString};Pooling=false");
        await using var charging = new NpgsqlConnection($"{server.ConnectionString};Pooling=false");
        await holder.OpenAsync();
        await charging.OpenAsync();
        var held = await holder.BeginTransactionAsync();
        await holder.ExecuteAsync("SELECT 1 FROM budgets WHERE account = @Account AND address = @Address FOR UPDATE", last, held);

        var unlocking = store.UnlockAsync(last.Account);
        await WaitersBecomeAsync(1);
        await charging.ExecuteAsync("INSERT INTO budgets SELECT (jsonb_populate_record(b, jsonb_build_object('address', @Address))).* FROM budgets b WHERE account = @Account AND address = ''", first);
        var charge = await charging.BeginTransactionAsync();
        await charging.ExecuteAsync("UPDATE budgets SET failed = failed + 1 WHERE account = @Account AND address = @Address", first, charge);
        var wanted = charging.ExecuteAsync("UPDATE budgets SET failed = failed + 1 WHERE account = @Account AND address = ''", first, charge);
        await WaitersBecomeAsync(2);
        await held.CommitAsync();

        (await unlocking).ShouldBeTrue();
        await wanted;
        await charge.CommitAsync();

        Task WaitersBecomeAsync(int count) =>
            Eventually.BecomesTrueAsync(() => server.AskAsync<bool>($"SELECT count(*) = {count} FROM pg_stat_activity WHERE wait_event_type = 'Lock'"), "who waits for a row");
    }

    [Fact]
    public async Task Two_who_revoke_an_application_at_once_both_do_so()
    {
        await using var server = await PostgresServer.StartAsync("deadlock_timeout=100ms");
        await using var one = Database.Open(new("", server.ConnectionString), TimeProvider.System);
        await using var two = Database.Open(new("", server.ConnectionString), TimeProvider.System);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => new RevocationStore(i % 2 == 0 ? one : two, TimeProvider.System).RevokeApplicationAsync("ambiotec"))));

        server.Log.ShouldNotContain(l => l.Contains("deadlock detected", StringComparison.Ordinal));
    }

    /// <summary>PostgreSQL calls a commit done whose wait for the standby somebody cancels: it is on one disk alone.</summary>
    [Fact]
    public async Task A_commit_whose_wait_for_the_standby_is_cancelled_is_not_taken_for_one()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var database = Database.Open(new("", server.ConnectionString) { Patience = TimeSpan.FromMinutes(5) }, TimeProvider.System);
        await server.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
        await Eventually.BecomesTrueAsync(() => server.AskAsync<bool>("SELECT current_setting('synchronous_standby_names') = 'nobody'"), "the standby is waited for");

        var writing = database.WriteAsync(db => db.ExecuteAsync("INSERT INTO facts (name, value) VALUES ('a', 'b')"));
        await Eventually.BecomesTrueAsync(
            () => server.AskAsync<bool>("SELECT count(*) FILTER (WHERE pg_cancel_backend(pid)) > 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"), "it waits for the standby, and no longer");

        await Should.ThrowAsync<DatabaseUnavailableException>(writing);
    }

    /// <summary>That no such limit ends the wait of a commit for its standby, PostgresDatabaseTests shows.</summary>
    [Fact]
    public async Task A_limit_that_the_server_sets_for_statements_gives_way_to_Zaguans()
    {
        await using var server = await PostgresServer.StartAsync("statement_timeout=1000");
        await using var database = Database.Open(new("", server.ConnectionString) { Patience = TimeSpan.FromSeconds(4) }, TimeProvider.System);

        (await database.ReadAsync(db => db.ExecuteScalarAsync<string>("SHOW statement_timeout"))).ShouldBe("4s");
    }

    private static async Task DoSomethingAsync(BudgetStore store, Database database, ManualClock clock, int worker, int turn)
    {
        var subject = Subject(RandomNumberGenerator.GetInt32(3), RandomNumberGenerator.GetInt32(3));
        switch (worker)
        {
            case < 10:
                if (await store.TryChargeAsync(subject, Rules) is { } charge && turn % 5 != 0)
                {
                    await SettleAsync(store, database, charge, (Settlement)RandomNumberGenerator.GetInt32(4));
                }

                break;
            case < 12:
                clock.Advance(TimeSpan.FromSeconds(20));
                await store.MendAsync(subject);
                break;
            case 12:
                await store.UnlockAsync(subject.Account);
                break;
            case < 14:
                await store.ForgetAsync(("", ""), clock.GetUtcNow() + TimeSpan.FromDays(1), 100);
                break;
            default:
                // As a node does that starts.
                await database.ReadAsync(db =>
                {
                    BudgetStore.ApplyRules(db, new()
                    {
                        AccountAndAddress = Rules.AccountAndAddress with { Failures = 50 + turn % 2 },
                        Account = Rules.Account with { Failures = 100 - turn % 2 },
                        Address = Rules.Address with { Failures = 1_000_000 + turn },
                    });
                    return Task.FromResult(true);
                });
                break;
        }
    }

    private static Task<bool> SettleAsync(BudgetStore store, Database database, Charge charge, Settlement settlement) => database.WriteAsync(async db =>
    {
        await store.SettleAsync(db, charge, settlement);
        return true;
    });

    private static BudgetSubject Subject(int account, int address) =>
        new(string.Create(CultureInfo.InvariantCulture, $"user:{account}"), string.Create(CultureInfo.InvariantCulture, $"192.0.2.{address}"), AddressIsShared: false);
}
