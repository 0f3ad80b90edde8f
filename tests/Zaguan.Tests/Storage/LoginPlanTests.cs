using System.Text;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Zaguan.AccessLog;
using Zaguan.Admin.Overviews;
using Zaguan.Login;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Storage;

/// <summary>
/// PostgreSQL itself tells the plan of every statement that a login makes it run, those of its foreign keys included, in tables that are large enough that it would read
/// them through if it had to. ZAGUAN_PLANS=full makes them as large as a big house's: a million users and ten million access records.
/// </summary>
[Trait("Database", TestDatabase.PostgresOnly)]
public sealed partial class LoginPlanTests
{
    private static readonly int Users = Environment.GetEnvironmentVariable("ZAGUAN_PLANS") is "full" ? 1_000_000 : 20_000;

    private static readonly DemoLogin Login = DemoLogin.Ambiotec;

    [Fact]
    public async Task Every_statement_of_a_login_looks_its_rows_up_in_an_index()
    {
        await using var server = await PostgresServer.StartAsync(
            "session_preload_libraries=auto_explain", "auto_explain.log_min_duration=0", "auto_explain.log_nested_statements=on", "logging_collector=on", "log_filename=plans.log", "max_wal_size=4GB");
        await using var house = await FourApplications.OpenAsync(FourApplications.Settings(("Database:ConnectionString", server.ConnectionString), ("Applications:ambiotec:SessionCookie", "true")));
        await FillAsync(house, server);
        var log = Path.Combine(server.Folder, "data", "log", "plans.log");
        var before = new FileInfo(log).Length;
        // Often enough that what is prepared has got the plan that it keeps.
        for (var i = 0; i < 12; i++)
        {
            await LogInAsync(house, Login.Identifier, Login.Password);
            await LogInAsync(house, $"usuario{i}", "una incorrecta");
            await LogInAsync(house, $"nadie{i}", "una incorrecta");
            await LogInAsync(house, "usuario77", "una incorrecta");
        }

        var after = new FileInfo(log).Length;
        (await house.AccessLogAsync()).TakeLast(48).Select(r => r.Outcome).Distinct().ShouldBe([Outcome.Granted, Outcome.WrongPassword, Outcome.UnknownUser, Outcome.Locked], ignoreOrder: true);
        var plans = await ReadAsync(log, before, after);
        foreach (var touched in new[] { "FROM users u", "INSERT INTO budgets", "UPDATE budgets", "INSERT INTO access_log", "INSERT INTO sessions", "UPDATE users", "FOR SHARE", "FOR KEY SHARE" })
        {
            plans.ShouldContain(p => p.Contains(touched, StringComparison.Ordinal), touched);
        }

        plans.Where(HasFault).Distinct(StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_statement_of_the_console_s_access_log_and_overview_reads_its_rows_by_an_index()
    {
        await using var server = await PostgresServer.StartAsync(
            "session_preload_libraries=auto_explain", "auto_explain.log_min_duration=0", "auto_explain.log_nested_statements=on", "logging_collector=on", "log_filename=plans.log", "max_wal_size=4GB");
        await using var house = await FourApplications.OpenAsync(FourApplications.Settings(("Database:ConnectionString", server.ConnectionString)));
        await FillAsync(house, server);
        var (search, overview) = (house.Services.GetRequiredService<AccessLogSearch>(), house.Services.GetRequiredService<OverviewStore>());
        var log = Path.Combine(server.Folder, "data", "log", "plans.log");
        var before = new FileInfo(log).Length;
        var now = TimeProvider.System.GetUtcNow();
        AccessLogFilter[] filters =
        [
            new(),
            new() { Before = 5L * Users },
            new() { User = "usuario77", Outcome = Outcome.Granted },
            new() { User = "nadie77" },
            new() { Address = "192.0.2.77" },
            new() { Application = "romsoft", Outcome = Outcome.Busy, Since = now.AddDays(-70).ToUnixTimeMilliseconds(), Until = now.AddDays(-10).ToUnixTimeMilliseconds() },
        ];
        // Often enough that what is prepared has got the plan that it keeps.
        for (var i = 0; i < 12; i++)
        {
            foreach (var filter in filters)
            {
                await search.FindAsync(filter with { Most = 50 });
            }

            await overview.CountsAsync(LoginCounter.Minute, now.AddHours(-1).ToUnixTimeMilliseconds());
            await overview.LockedAsync(now);
            await overview.NodesAsync(now.AddHours(-1));
        }

        var plans = await ReadAsync(log, before, new FileInfo(log).Length);
        foreach (var touched in new[] { "l.user_key = ", "OFFSET 20000", "FROM login_counts", "refused_until > 0", "SELECT node" })
        {
            plans.ShouldContain(p => p.Contains(touched, StringComparison.Ordinal), touched);
        }

        plans.Where(HasFault).Distinct(StringComparer.Ordinal).ShouldBeEmpty();
    }

    /// <summary>Whether a statement reads a table that grows other than by a condition on an index; or its smallest or largest entry, which is a look-up too.</summary>
    private static bool HasFault(string plan)
    {
        var lines = plan.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            // What has no page, a month that has not come, costs nothing to read through.
            var isScan = !lines[i].Contains("(cost=0.00..0.00 ", StringComparison.Ordinal) && Scan().Match(lines[i]) is { Success: true } scan && !IsSmall(scan.Groups["table"].Value);
            var hasCondition = i + 1 < lines.Length && lines[i + 1].Contains("Index Cond", StringComparison.Ordinal);
            var isFirstEntry = i > 0 && lines[i - 1].Contains("->  Limit", StringComparison.Ordinal);
            if (isScan || (IndexScan().IsMatch(lines[i]) && !hasCondition && !isFirstEntry))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A handful of rows, whatever becomes of the house: reading them is what an index look-up would be.</summary>
    private static bool IsSmall(string table) => table is "roles" or "realms" or "revocation_numbers" or "facts";

    private static async Task FillAsync(TestHouse house, PostgresServer server)
    {
        // What is counted in the background is not what is looked at.
        await house.Services.GetRequiredService<LoginCounter>().StopAsync(CancellationToken.None);
        await using var db = new NpgsqlConnection($"{server.ConnectionString};Pooling=false;Command Timeout=0");
        await db.OpenAsync();
        await db.ExecuteAsync("SET auto_explain.log_min_duration = -1");
        var now = TimeProvider.System.GetUtcNow();
        await AccessLogPartitions.KeepAheadAsync(house.Services.GetRequiredService<Database>(), now.AddMonths(-3));
        var parameters = new { users = Users, records = 10L * Users, from = now.AddDays(-80).ToUnixTimeMilliseconds(), step = (long)TimeSpan.FromDays(80).TotalMilliseconds / (10L * Users), hash = FourApplications.CheapHash("otra").Text };
        await db.ExecuteAsync(
            """
            INSERT INTO users (realm, number, id, username, username_key, email, email_key, active, password, password_cost, created_at)
            SELECT 'ambiotec', 1000 + i, 'id-' || i, 'usuario' || i, 'USUARIO' || i, 'usuario' || i || '@example.com', 'USUARIO' || i || '@EXAMPLE.COM', true, @hash, 'pbkdf2-sha512 1', 0 FROM generate_series(1, @users) i;
            INSERT INTO budgets (account, address, failed, forgiven, in_flight, in_flight_until, burials, window_from, refused_until, refusals, failures, within, refused_for, refused_at_most)
            SELECT 'user:' || (100000000 + i), '', 1, 0, 0, 0, 0, 0, 0, 0, 100, 0, 1000, 1000 FROM generate_series(1, @users) i;
            INSERT INTO access_log (at, application, realm, identifier, user_key, is_successful, outcome, address)
            SELECT @from + i * @step, 'ambiotec', 'ambiotec', 'usuario' || i, i, true, 0, '192.0.2.1' FROM generate_series(1, @records) i;
            INSERT INTO sessions (id, application, user_key, access_id, opened_at, expires_at)
            SELECT 's' || key, 'ambiotec', key, key, 0, 0 FROM users;
            """,
            parameters);
        await db.ExecuteAsync("ANALYZE users, budgets, access_log, sessions");
    }

    private static async Task LogInAsync(TestHouse house, string name, string password)
    {
        using var answer = await house.PostAsync(Login.Path, Login.Body(name, password));
    }

    /// <summary>One text for each statement with its plan, without when and for how long it ran. It is in the log before the statement's answer is.</summary>
    private static async Task<List<string>> ReadAsync(string log, long from, long to)
    {
        var bytes = new byte[to - from];
        await using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = from;
        await file.ReadExactlyAsync(bytes);
        return [.. Entry().Split(Encoding.UTF8.GetString(bytes)).Where(e => e.Contains("Query Text: ", StringComparison.Ordinal)).Select(e => e[e.IndexOf("Query Text: ", StringComparison.Ordinal)..])];
    }

    [GeneratedRegex(@"Seq Scan on (?<table>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Scan();

    [GeneratedRegex("(Index Scan|Index Only Scan|Bitmap Index Scan)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IndexScan();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d ", RegexOptions.Multiline, 1000)]
    private static partial Regex Entry();
}
