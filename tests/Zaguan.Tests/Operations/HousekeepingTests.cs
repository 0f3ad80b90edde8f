using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Budgets;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Operations;

/// <summary>What is old is forgotten within the hour, in batches; what is young stays.</summary>
public sealed class HousekeepingTests
{
    private const int Old = 1_203;
    private const int Young = 7;

    [Fact]
    public async Task Old_records_expired_sessions_and_idle_budgets_go_and_young_ones_stay()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock, Settings = { ["AccessLog:KeptFor"] = "90d" } });
        var database = house.Services.GetRequiredService<Database>();
        var now = clock.GetUtcNow();
        await AddAccessRecordsAsync(database, now.AddDays(-91), Old);
        await AddAccessRecordsAsync(database, now.AddDays(-89), Young);
        await AddSessionsAsync(database, now.AddMinutes(-1), Old);
        await AddSessionsAsync(database, now.AddHours(2), Young);
        await AddBudgetsAsync(database, "old", now.AddDays(-31), Old);
        await AddBudgetsAsync(database, "young", now.AddDays(-29), Young);

        clock.Advance(TimeSpan.FromHours(1));

        await Eventually.BecomesTrueAsync(async () => await CountAsync(database) == (Young, Young, Young), "only the young are left");
    }

    [Fact]
    public async Task A_database_that_is_gone_is_waited_for()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        var database = house.Services.GetRequiredService<Database>();
        await AddAccessRecordsAsync(database, clock.GetUtcNow().AddYears(-2), Old);

        await house.TakeDatabaseAwayAsync();
        clock.Advance(TimeSpan.FromHours(1));
        await Eventually.BecomesTrueAsync(() => house.Log.All.Any(l => l.StartsWith("Warning 1201 ", StringComparison.Ordinal)), "the log says that nothing is deleted");

        await house.BringDatabaseBackAsync();
        clock.Advance(TimeSpan.FromHours(1));
        await Eventually.BecomesTrueAsync(async () => (await CountAsync(database)).Records == 0, "the old records are gone");
    }

    [Fact]
    public async Task A_budget_that_is_refused_or_in_flight_is_not_idle()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        var database = house.Services.GetRequiredService<Database>();
        var store = house.Services.GetRequiredService<BudgetStore>();
        (await store.TryChargeAsync(new("user:9", "192.0.2.1", AddressIsShared: false), new())).ShouldNotBeNull();

        await store.ForgetAsync(("", ""), clock.GetUtcNow(), 500);

        (await CountAsync(database)).Budgets.ShouldBe(3);
    }

    private static Task<int> AddAccessRecordsAsync(Database database, DateTimeOffset at, int count) => database.WriteAsync(db => db.ExecuteAsync(
        "INSERT INTO access_log (at, application, realm, identifier, is_successful, outcome, address) VALUES (@at, 'ambiotec', 'ambiotec', 'x', @no, 1, '192.0.2.1')",
        Enumerable.Repeat(new { at = at.ToUnixTimeMilliseconds(), no = false }, count)));

    private static Task<int> AddSessionsAsync(Database database, DateTimeOffset expires, int count) => database.WriteAsync(db => db.ExecuteAsync(
        "INSERT INTO sessions (id, application, user_key, access_id, opened_at, expires_at) VALUES (@id, 'ambiotec', 1, 1, 0, @expires)",
        Enumerable.Range(0, count).Select(_ => new { id = Guid.NewGuid().ToString(), expires = expires.ToUnixTimeMilliseconds() })));

    private static Task<int> AddBudgetsAsync(Database database, string account, DateTimeOffset touched, int count) => database.WriteAsync(db => db.ExecuteAsync(
        """
        INSERT INTO budgets (account, address, failed, forgiven, in_flight, in_flight_until, burials, window_from, refused_until, refusals, failures, within, refused_for, refused_at_most)
        VALUES (@account, @address, 1, 0, 0, @at, 0, @at, 0, 0, 5, 0, 60000, 3600000)
        """,
        Enumerable.Range(0, count).Select(i => new { account, address = $"{i}", at = touched.ToUnixTimeMilliseconds() })));

    private static Task<(long Records, long Sessions, long Budgets)> CountAsync(Database database) => database.ReadAsync(db => db.QuerySingleAsync<(long, long, long)>(
        "SELECT (SELECT count(*) FROM access_log), (SELECT count(*) FROM sessions), (SELECT count(*) FROM budgets)"));
}
