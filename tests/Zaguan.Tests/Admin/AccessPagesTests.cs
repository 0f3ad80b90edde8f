using System.Net;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.AccessLog;
using Zaguan.Admin;
using Zaguan.Admin.AccessPages;
using Zaguan.Login;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Admin;

/// <summary>The pages of the access log and of the audit log.</summary>
public sealed class AccessPagesTests
{
    private static readonly DemoLogin Login = DemoLogin.Ambiotec;

    [Fact]
    public async Task Attempts_are_found_by_what_the_form_asks_and_leave_as_a_file()
    {
        await using var house = await TestHouse.OpenAsync();
        await LogInAsync(house, Login.Identifier, Login.Password);
        await LogInAsync(house, Login.Identifier, "una incorrecta");
        await LogInAsync(house, "=<b>nadie</b>", "una incorrecta");
        using var browser = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor);

        var all = await browser.ReadAsync(AccessRoutes.AccessLog);
        Rows(all).Select(r => r.Outcome).ShouldBe(["usuario desconocido", "contraseña incorrecta", "entró"]);
        all.ShouldContain("href=\"/zaguan/users/ambiotec/");
        (await (await browser.GetAsync(AccessRoutes.AccessLog)).Content.ReadAsStringAsync()).ShouldNotContain("<b>nadie");

        Rows(await browser.ReadAsync($"{AccessRoutes.AccessLog}?outcome=wrongPassword")).Count.ShouldBe(1);
        Rows(await browser.ReadAsync($"{AccessRoutes.AccessLog}?user={Uri.EscapeDataString($" {Login.Identifier.ToUpperInvariant()} ")}")).Count.ShouldBe(2, "by the name of a user");
        Rows(await browser.ReadAsync($"{AccessRoutes.AccessLog}?user={Uri.EscapeDataString("=<B>NADIE</B>")}")).Count.ShouldBe(1, "as it was sent");
        Rows(await browser.ReadAsync($"{AccessRoutes.AccessLog}?sent=1&user={Uri.EscapeDataString(Login.Identifier)}")).Count.ShouldBe(2, "as it was sent, though it is a user's");
        Rows(await browser.ReadAsync($"{AccessRoutes.AccessLog}?application=ambiotec&address=127.0.0.1&from=2020-01-01T00:00&until=2999-01-01T00:00")).Count.ShouldBe(3);
        Rows(await browser.ReadAsync($"{AccessRoutes.AccessLog}?application=romsoft")).ShouldBeEmpty();
        Rows(await browser.ReadAsync($"{AccessRoutes.AccessLog}?until=2020-01-01T00:00")).ShouldBeEmpty();
        (await browser.ReadAsync($"{AccessRoutes.AccessLog}?address=192.0.2.77")).ShouldContain("No hay ningún intento así.");

        foreach (var wrong in new[] { "from=ayer", "outcome=quizás", "address=casa" })
        {
            var refused = await browser.GetAsync($"{AccessRoutes.AccessLog}?{wrong}");
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest, wrong);
            (await refused.Content.ReadAsStringAsync()).ShouldContain("alert-danger");
        }

        var csv = await browser.Client.GetAsync($"{AccessRoutes.Export}?format=csv");
        csv.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        var lines = (await csv.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(4);
        lines[1].ShouldContain(",'=<b>nadie</b>,", Case.Sensitive, "a spreadsheet would calculate it");
        (await browser.Client.GetStringAsync($"{AccessRoutes.Export}?format=jsonl&outcome=granted")).Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldHaveSingleItem().ShouldContain("\"isSuccessful\":true");
        (await browser.GetAsync($"{AccessRoutes.Export}?format=exe")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);

        var addresses = await browser.ReadAsync(AccessRoutes.ByAddress);
        addresses.ShouldContain("<progress");
        addresses.ShouldContain(">127.0.0.1</a>");
        addresses.ShouldContain("<td>2</td>");

        await browser.PostAsync(ConsoleRoutes.Language, ("language", "en"));
        Rows(await browser.ReadAsync(AccessRoutes.AccessLog)).Select(r => r.Outcome).ShouldBe(["unknown user", "wrong password", "logged in"]);
        (await browser.ReadAsync(AccessRoutes.ByAddress)).ShouldContain("Failures by address");
    }

    [Fact]
    public async Task A_rare_attempt_is_searched_for_in_bounded_pieces_and_a_page_leads_to_the_next()
    {
        await using var house = await TestHouse.OpenAsync();
        var log = house.Services.GetRequiredService<AccessLogStore>();
        await log.AppendAsync(Record("la aguja") with { Outcome = Outcome.Busy });
        await FillAsync(house, AccessLogSearch.Window + 100);
        using var browser = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor);

        var first = await browser.ReadAsync(AccessRoutes.AccessLog);
        Rows(first).Count.ShouldBe(50);
        var second = await browser.ReadAsync(Next(first));
        Rows(second).Count.ShouldBe(50);
        Rows(second).Select(r => r.Identifier).Intersect(Rows(first).Select(r => r.Identifier), StringComparer.Ordinal).ShouldBeEmpty();

        var searched = await browser.ReadAsync($"{AccessRoutes.AccessLog}?outcome=busy");
        Rows(searched).ShouldBeEmpty();
        searched.ShouldContain("Se ha buscado hacia atrás hasta");
        Rows(await browser.ReadAsync(Next(searched))).Single().Identifier.ShouldBe("la aguja");

        (await browser.Client.GetStringAsync($"{AccessRoutes.Export}?format=jsonl&outcome=busy")).ShouldContain("la aguja");
    }

    [Fact]
    public async Task Who_follows_sees_each_attempt_once_even_one_that_appears_below_others()
    {
        await using var house = await TestHouse.OpenAsync();
        var (log, database) = (house.Services.GetRequiredService<AccessLogStore>(), house.Services.GetRequiredService<Database>());
        using var browser = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor);
        await log.AppendAsync(Record("de antes"));
        var page = await browser.ReadAsync($"{AccessRoutes.AccessLog}?follow=1");
        Rows(page).Select(r => r.Identifier).ShouldBe(["de antes"]);

        if (TestDatabase.IsPostgres)
        {
            var (isWritten, mayCommit) = (new TaskCompletionSource(), new TaskCompletionSource());
            var slow = database.WriteAsync(async db =>
            {
                await AccessLogStore.AppendAsync(db, Record("el lento"));
                isWritten.SetResult();
                await mayCommit.Task;
                return true;
            });
            await isWritten.Task;
            await log.AppendAsync(Record("el rápido"));
            page = await browser.ReadAsync(News(page));
            Rows(page).Select(r => r.Identifier).ShouldBe(["el rápido"]);
            mayCommit.SetResult();
            await slow;
            page = await browser.ReadAsync(News(page));
            Rows(page).Select(r => r.Identifier).ShouldBe(["el rápido", "el lento"]);
        }
        else
        {
            await log.AppendAsync(Record("el lento"));
            await log.AppendAsync(Record("el rápido"));
            page = await browser.ReadAsync(News(page));
            Rows(page).Select(r => r.Identifier).ShouldBe(["el rápido", "el lento"]);
        }

        // They stay beneath what the next answer replaces.
        page = await browser.ReadAsync(News(page));
        if (Rows(page).Count == 0)
        {
            page = await browser.ReadAsync(News(page));
        }

        var parts = page.Split("</tbody>");
        Rows(parts[0]).ShouldBeEmpty();
        await log.AppendAsync(Record("el último"));
        Rows(await browser.ReadAsync(News(page))).Select(r => r.Identifier).ShouldBe(["el último"]);
    }

    [Fact]
    public async Task A_page_that_asks_by_itself_keeps_no_session_open()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        using var browser = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor);
        var news = News(await browser.ReadAsync($"{AccessRoutes.AccessLog}?follow=1"));
        HttpResponseMessage answer;
        var asked = 0;
        do
        {
            clock.Advance(TimeSpan.FromMinutes(5));
            using var request = new HttpRequestMessage(HttpMethod.Get, news) { Headers = { { "HX-Request", "true" }, { ConsoleDoor.WatchingHeader, "1" } } };
            answer = await browser.Client.SendAsync(request);
        }
        while (answer.StatusCode == HttpStatusCode.OK && ++asked < 100);

        asked.ShouldBe(5);
        answer.Headers.GetValues("HX-Redirect").Single().ShouldStartWith(ConsoleRoutes.Enter);
    }

    [Fact]
    public async Task The_audit_log_says_who_did_what_from_where_and_what_changed()
    {
        await using var house = await TestHouse.OpenAsync();
        using var browser = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor, "eva");
        var audit = house.Services.GetRequiredService<AuditLog>();
        for (var i = 0; i < 50; i++)
        {
            await audit.AppendAsync(AuditEntry.OfCommandLine(DateTimeOffset.UnixEpoch, AuditActions.AdminChanged, $"objeto {i}", new { role = "auditor", active = true }, new { role = "operator", active = true }));
        }

        var page = await browser.ReadAsync(AccessRoutes.Audit);
        page.ShouldContain("cambió un administrador");
        page.ShouldContain("<del>auditor</del><span> → </span><ins>operator</ins>");
        page.ShouldNotContain("active:");
        page.ShouldContain("(en el servidor)");
        page.ShouldNotContain("entró");

        var older = await browser.ReadAsync(Next(page));
        older.ShouldContain(">eva<");
        older.ShouldContain("127.0.0.1");
        older.ShouldContain("entró");
        older.ShouldNotContain("objeto 0<");
        await browser.PostAsync(ConsoleRoutes.Language, ("language", "en"));
        (await browser.ReadAsync(AccessRoutes.Audit)).ShouldContain("changed an administrator");
    }

    [Theory]
    [InlineData(null, null, "")]
    [InlineData(null, """{"role":"auditor"}""", "role: → auditor")]
    [InlineData("""{"role":"auditor"}""", null, "role:auditor →")]
    [InlineData("""{"a":1,"b":[1]}""", """{"a":2,"b":[1],"c":null}""", "a:1 → 2 c: → —")]
    [InlineData("\"antes\"", "\"después\"", ":antes → después")]
    [InlineData("roto{", null, ":roto{ →")]
    public void A_change_is_told_member_by_member(string? before, string? after, string told) =>
        string.Join(' ', AuditChange.Between(before, after).Select(c => $"{c.Name}:{c.Before} → {c.After}".TrimEnd())).ShouldBe(told);

    [Fact]
    public async Task No_search_reads_the_log_through()
    {
        if (TestDatabase.IsPostgres)
        {
            // PostgreSQL's plans are looked at where the login's are (LoginPlanTests), in a log that is large enough.
            return;
        }

        await using var house = await TestHouse.OpenAsync();
        await using var db = new SqliteConnection($"Data Source={house.DatabaseFile};Pooling=false");
        await db.OpenAsync();
        db.CreateFunction("capitals", (string? text) => text?.ToUpperInvariant(), isDeterministic: true);
        var parameters = new { user = 1L, after = 1L, before = 100L, Since = 1L, Until = 2L, Application = "a", Outcome = 1, Address = "a", sent = "a", no = false };

        await ShouldSearchAsync(AccessLogSearch.RecordsOf(db, null, 51), "SEARCH l USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
        await ShouldSearchAsync(AccessLogSearch.EdgeOf(db, null, 10), "SEARCH l USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
        await ShouldSearchAsync(AccessLogSearch.FailuresOf(db, null), "SEARCH l USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
        await ShouldSearchAsync(AccessLogSearch.RecordsOf(db, 1, 51), "SEARCH l USING INDEX access_log_by_user (user_key=? AND id>? AND id<?)");
        await ShouldSearchAsync(AccessLogSearch.EdgeOf(db, 1, 10), "access_log_by_user (user_key=? AND id>? AND id<?)");

        async Task ShouldSearchAsync(string sql, string way)
        {
            // Before 3.36 SQLite said a table's whole name.
            var plan = string.Join('\n', (await db.QueryAsync($"EXPLAIN QUERY PLAN {sql}", parameters)).Select(r => ((string)r.detail).Replace("TABLE access_log AS l", "l", StringComparison.Ordinal)));
            plan.ShouldContain(way);
            plan.ShouldNotContain("SCAN");
        }
    }

    private static AccessRecord Record(string identifier) => new()
    {
        At = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
        Application = "ambiotec",
        Realm = "ambiotec",
        Identifier = identifier,
        Outcome = Outcome.UnknownUser,
        Address = "192.0.2.1",
    };

    private static Task<int> FillAsync(TestHouse house, int records) => house.Services.GetRequiredService<Database>().WriteAsync(db => db.ExecuteAsync(
        """
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @records)
        INSERT INTO access_log (at, application, realm, identifier, is_successful, outcome, address) SELECT @now, 'ambiotec', 'ambiotec', 'nadie' || i, @no, 1, '192.0.2.1' FROM n
        """,
        new { records, now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), no = false }));

    private static async Task LogInAsync(TestHouse house, string name, string password)
    {
        using var answer = await house.PostAsync(Login.Path, Login.Body(name, password));
    }

    /// <summary>The cells that say something, of each record in a page.</summary>
    private static List<(string Outcome, string Identifier)> Rows(string page) => [.. page.Split("<span class=\"badge").Skip(1)
        .Select(row => (Inner(row[row.IndexOf('>', StringComparison.Ordinal)..]), Inner(row.Split("<td class=\"zaguan-given\"")[1])))];

    private static string Inner(string text) => text[(text.IndexOf('>', StringComparison.Ordinal) + 1)..].Split("</")[0];

    private static string Next(string page) => page.Split("rel=\"next\" href=\"")[1].Split('"')[0];

    private static string News(string page) => page.Split("hx-get=\"")[1].Split('"')[0];
}
