using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Zaguan.Budgets;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Storage;

/// <summary>Recorded before answered: whatever a client was told is on disk, when the process is killed at whatever moment.</summary>
public sealed class KillTests
{
    private const int Kills = 20;
    private const int Clients = 24;
    private const int MostAnswersBeforeAKill = 1_000;

    private static readonly DemoLogin Login = DemoLogin.Ambiotec;

    [Fact]
    public async Task Killed_twenty_times_under_load_no_answered_attempt_is_missing_from_the_access_log()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        await DemoDatabase.CopyToAsync(Path.Combine(folder, "data"));
        await LockOutAsync(Options(folder, failures: 5));

        // A kill leaves charges behind that become failures; the user who logs in all the time must not be locked by them.
        var options = Options(folder, failures: 100);
        var answered = new ConcurrentDictionary<string, long?>(StringComparer.Ordinal);

        for (var kill = 0; kill < Kills; kill++)
        {
            await using var server = await ServerProcess.StartAsync(options);
            await ExpectAllInTheLogAsync(server.DatabaseFile, answered);
            await LoadUntilKilledAsync(server, answered, RandomNumberGenerator.GetInt32(1, MostAnswersBeforeAKill));
        }

        await using (var last = await ServerProcess.StartAsync(options))
        {
            await ExpectAllInTheLogAsync(last.DatabaseFile, answered);
            using var answer = await last.PostAsync(Login.Path, Login.RightBody);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        answered.Count.ShouldBeGreaterThan(Kills * 100);
        answered.Values.Count(id => id is not null).ShouldBeGreaterThan(0);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_charge_whose_process_was_killed_before_it_settled_counts_as_a_failure_once_its_lifetime_has_passed()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        var file = Path.Combine(folder, "zaguan.db");
        var clock = new ManualClock();
        var rules = new BudgetSettings { AccountAndAddress = new() { Failures = 2, RefusedFor = TimeSpan.FromMinutes(1), RefusedForAtMost = TimeSpan.FromHours(1) } };
        var subject = new BudgetSubject("user:1", "192.0.2.1", AddressIsShared: false);
        await using (var killed = SqliteDatabase.Open(file, clock))
        {
            var store = new BudgetStore(killed, clock);
            (await store.TryChargeAsync(subject, rules)).ShouldNotBeNull();
            (await store.TryChargeAsync(subject, rules)).ShouldNotBeNull();
        }

        await using (var database = SqliteDatabase.Open(file, clock))
        {
            var guard = new BudgetGuard(new BudgetStore(database, clock), rules, clock);
            clock.Advance(TimeSpan.FromMilliseconds(BudgetStore.ChargeLifetime + 1));
            var refused = await guard.ChargeAsync(subject, CancellationToken.None);
            refused.Refusal.ShouldBe(Zaguan.Login.Outcome.Locked);

            clock.Advance(TimeSpan.FromMinutes(1));
            (await guard.ChargeAsync(subject, CancellationToken.None)).Charge.ShouldNotBeNull();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static ServerOptions Options(string folder, int failures) => new()
    {
        Folder = folder,
        Environment =
        {
            ["Budgets__AccountAndAddress__Failures"] = failures.ToString(CultureInfo.InvariantCulture),
            ["Budgets__AccountAndAddress__RefusedFor"] = "1d",
            ["Budgets__AccountAndAddress__RefusedForAtMost"] = "1d",
        },
    };

    /// <summary>Attempts on a locked account are recorded and answered without a hash: thousands a second.</summary>
    private static async Task LockOutAsync(ServerOptions options)
    {
        await using var server = await ServerProcess.StartAsync(options);
        for (var i = 0; i < 5; i++)
        {
            using var answer = await server.PostAsync(Login.Path, Login.Body("nadie", "wrong"));
        }
    }

    private static async Task LoadUntilKilledAsync(ServerProcess server, ConcurrentDictionary<string, long?> answered, int answers)
    {
        var left = answers;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            // Two of the clients log in; the others knock at the locked account.
            var body = client < 2 ? Login.RightBody : Login.Body("nadie", "wrong");
            try
            {
                while (true)
                {
                    var tag = Guid.NewGuid().ToString();
                    using var answer = await server.PostAsync(Login.Path, body, ("x-client-info", tag));
                    answered[tag] = AccessId(await answer.Content.ReadAsStringAsync(), answer.StatusCode);
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        server.Kill();
                    }
                }
            }
            catch (HttpRequestException)
            {
                // The process is dead; this attempt was not answered.
            }
        }));
    }

    private static long? AccessId(string body, HttpStatusCode status)
    {
        status.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Unauthorized);
        return status == HttpStatusCode.OK ? JsonDocument.Parse(body).RootElement.GetProperty("user").GetProperty("access_id").GetInt64() : null;
    }

    private static async Task ExpectAllInTheLogAsync(string databaseFile, ConcurrentDictionary<string, long?> answered)
    {
        _ = SqliteLibrary.Version;
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = databaseFile, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT client_info, id, is_successful FROM access_log WHERE client_info IS NOT NULL";
        await using var reader = await command.ExecuteReaderAsync();
        var logged = new Dictionary<string, long?>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            logged[reader.GetString(0)] = reader.GetBoolean(2) ? reader.GetInt64(1) : null;
        }

        var missing = answered.Where(a => !logged.TryGetValue(a.Key, out var id) || id != a.Value).Select(a => string.Create(CultureInfo.InvariantCulture, $"{a.Key} {a.Value}"));
        missing.ShouldBeEmpty();
    }
}
