using System.Net;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.AccessLog;
using Zaguan.Admin;
using Zaguan.Admin.Overviews;
using Zaguan.Login;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Admin;

/// <summary>The first page of the console, and the counting behind it.</summary>
public sealed class OverviewTests
{
    private static readonly DemoLogin Login = DemoLogin.Ambiotec;

    [Fact]
    public async Task The_overview_says_how_the_house_is_doing_and_what_to_do()
    {
        await using var house = await TestHouse.OpenAsync(new() { Settings = { ["NodeName"] = "recepción" } });
        await LogInAsync(house, Login.Identifier, Login.Password);
        for (var i = 0; i < 6; i++)
        {
            await LogInAsync(house, Login.Identifier, "una incorrecta");
        }

        await house.Services.GetRequiredService<Database>().WriteAsync(db => db.ExecuteAsync("UPDATE users SET password = '{MD5}X03MO1qnZdYdgyfeuILPmQ==', password_cost = 'md5' WHERE number = (SELECT max(number) FROM users WHERE realm = 'romsoft') AND realm = 'romsoft'"));
        using var browser = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor);
        await Eventually.BecomesTrueAsync(async () => !(await browser.ReadAsync(ConsoleRoutes.Home)).Contains("se están contando.", StringComparison.Ordinal), "the users are counted");

        var page = await browser.ReadAsync(ConsoleRoutes.Home);
        page.ShouldContain("En la última hora entraron 1 y no entraron 6.");
        page.ShouldContain("recepción: último intento");
        page.ShouldContain("1 cuentas");
        page.ShouldContain("1 contraseñas siguen guardadas");
        page.ShouldContain("<a href=\"/zaguan/users/ambiotec/");
        page.ShouldContain("contraseña incorrecta");
        page.ShouldContain("\"name\":\"cuenta bloqueada\"");
        page.ShouldContain("esperan 0 contraseñas");
        page.ShouldContain("en los últimos 15 minutos: comprobar la contraseña");
        (await browser.ReadAsync($"{ConsoleRoutes.Home}?by=application")).ShouldContain("\"name\":\"ambiotec\"");

        using var request = new HttpRequestMessage(HttpMethod.Get, ConsoleRoutes.Home) { Headers = { { "HX-Request", "true" } } };
        var piece = await (await browser.Client.SendAsync(request)).Content.ReadAsStringAsync();
        piece.ShouldNotContain("<html");
        piece.ShouldContain("data-chart");
        await browser.PostAsync(ConsoleRoutes.Language, ("language", "en"));
        (await browser.ReadAsync(ConsoleRoutes.Home)).ShouldContain("In the last hour 1 logged in and 6 did not.");
        (await browser.Client.GetAsync($"{ConsoleRoutes.Assets}/uplot.js")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await browser.Client.GetAsync($"{ConsoleRoutes.Assets}/overview.js")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Each_login_is_counted_once_whether_it_is_counted_behind_or_just_now()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        var (log, store, counter) = (house.Services.GetRequiredService<AccessLogStore>(), house.Services.GetRequiredService<OverviewStore>(), house.Services.GetRequiredService<LoginCounter>());
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        await log.AppendAsync(Record(now - (40 * 24 * LoginCounter.Hour)));
        for (var i = 0; i < 3; i++)
        {
            await log.AppendAsync(Record(now - (2 * 24 * LoginCounter.Hour)));
            await log.AppendAsync(Record(now));
        }

        (await SumAsync()).ShouldBe((3, 6), "nothing is counted yet");
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => counter.CountAsync(CancellationToken.None)));
        await StoreAsync(9, "three by minute, and six by hour");
        (await SumAsync()).ShouldBe((3, 6));
        await log.AppendAsync(Record(now));
        (await SumAsync()).ShouldBe((4, 7));
        await StoreAsync(11, "one more of both");
        (await SumAsync()).ShouldBe((4, 7));

        clock.Advance(TimeSpan.FromDays(60));
        await StoreAsync(0, "what is not shown any more is forgotten");

        async Task<(long Minutes, long Hours)> SumAsync() => (
            (await store.CountsAsync(LoginCounter.Minute, now - LoginCounter.Hour)).Counts.Sum(c => c.Logins),
            (await store.CountsAsync(LoginCounter.Hour, now - (30 * 24 * LoginCounter.Hour))).Counts.Sum(c => c.Logins));

        // The server counts by itself too, and where it is at it nobody else is.
        Task StoreAsync(long logins, string what) => Eventually.BecomesTrueAsync(
            async () =>
            {
                await counter.CountAsync(CancellationToken.None);
                return await StoredAsync() == logins;
            },
            what);
        Task<long> StoredAsync() => house.Services.GetRequiredService<Database>().ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT coalesce(sum(logins), 0) FROM login_counts"));
    }

    [Fact]
    public async Task A_login_that_is_committed_late_is_counted_too()
    {
        await using var house = await TestHouse.OpenAsync(new() { Clock = new ManualClock() });
        var (log, store, counter) = (house.Services.GetRequiredService<AccessLogStore>(), house.Services.GetRequiredService<OverviewStore>(), house.Services.GetRequiredService<LoginCounter>());
        var now = house.Services.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeMilliseconds();
        var (isWritten, mayCommit) = (new TaskCompletionSource(), new TaskCompletionSource());
        if (!TestDatabase.IsPostgres)
        {
            // SQLite has one writer: nobody can be late.
            mayCommit.SetResult();
        }

        var late = house.Services.GetRequiredService<Database>().WriteAsync(async db =>
        {
            await AccessLogStore.AppendAsync(db, Record(now));
            isWritten.SetResult();
            await mayCommit.Task;
            return true;
        });
        await isWritten.Task;
        await log.AppendAsync(Record(now));
        await counter.CountAsync(CancellationToken.None);
        await counter.CountAsync(CancellationToken.None);
        mayCommit.TrySetResult();
        await late;
        await counter.CountAsync(CancellationToken.None);

        (await store.CountsAsync(LoginCounter.Minute, now - LoginCounter.Hour)).Counts.Sum(c => c.Logins).ShouldBe(2);
    }

    [Fact]
    public async Task The_overview_reads_nothing_through_on_sqlite()
    {
        if (TestDatabase.IsPostgres)
        {
            // Looked at where the login's plans are (LoginPlanTests).
            return;
        }

        await using var house = await TestHouse.OpenAsync();
        await using var db = new SqliteConnection($"Data Source={house.DatabaseFile};Pooling=false");
        await db.OpenAsync();
        (await PlanAsync(OverviewStore.Locks)).ShouldContain("SEARCH budgets USING COVERING INDEX budgets_by_refusal (refused_until>?)");
        var counts = await PlanAsync(OverviewStore.Counts);
        counts.ShouldContain("SEARCH login_counts USING PRIMARY KEY (span=? AND since>?)");
        counts.ShouldContain("SEARCH access_log USING INTEGER PRIMARY KEY (rowid>?)");

        // Before 3.36 SQLite said that a table is one.
        async Task<string> PlanAsync(string sql) =>
            string.Join('\n', (await db.QueryAsync($"EXPLAIN QUERY PLAN {sql}", new { now = 1L, span = 1L, from = 1L, CountedTo = "x" })).Select(r => ((string)r.detail).Replace("SEARCH TABLE", "SEARCH", StringComparison.Ordinal)));
    }

    private static AccessRecord Record(long at) => new() { At = at, Application = "ambiotec", Realm = "ambiotec", Identifier = "nadie", Outcome = Outcome.UnknownUser, Address = "192.0.2.1" };

    private static async Task LogInAsync(TestHouse house, string name, string password)
    {
        using var answer = await house.PostAsync(Login.Path, Login.Body(name, password));
    }
}
