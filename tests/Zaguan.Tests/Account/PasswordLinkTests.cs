using System.Net;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Account;
using Zaguan.Admin;
using Zaguan.Applications;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Tests.Account;

/// <summary>Links by which users set a password themselves: who gets one, what it is good for, and when no more.</summary>
public sealed class PasswordLinkTests
{
    private const string AdminPage = "/zaguan/users/romsoft/1";
    private const string New = "cuatro palabras bien largas";

    private static readonly DemoLogin Romsoft = DemoLogin.Romsoft;

    [Fact]
    public async Task A_user_sets_a_password_behind_a_link_that_is_good_once()
    {
        await using var house = await TestHouse.OpenAsync();
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        using var user = new ConsoleBrowser(house);
        (await Romsoft.LogsInAsync(house, Romsoft.RightBody)).ShouldBeTrue();
        var link = await MakeAsync(ana);
        var token = link[(link.IndexOf('=', StringComparison.Ordinal) + 1)..];
        (await ana.ReadAsync($"{AdminPage}/password")).ShouldNotContain(token);

        // The link leaves the address at once; whoever only looks at it, a scanner of mail for one, uses nothing up.
        using (var scanner = new ConsoleBrowser(house))
        {
            (await scanner.GetAsync(link)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
            await scanner.ReadAsync(PasswordLinkRoutes.Password);
        }

        var arrival = await user.GetAsync(link);
        (arrival.StatusCode, arrival.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.SeeOther, PasswordLinkRoutes.Password));
        var cookie = arrival.Headers.GetValues("Set-Cookie").Single();
        foreach (var part in new[] { "httponly", "samesite=lax", "path=/zaguan/password" })
        {
            cookie.ShouldContain(part, Case.Insensitive);
        }

        var page = await user.GetAsync(PasswordLinkRoutes.Password);
        page.Headers.CacheControl!.NoStore.ShouldBeTrue();
        page.Headers.GetValues("Referrer-Policy").Single().ShouldBe("same-origin");
        page.Headers.GetValues("X-Frame-Options").Single().ShouldBe("DENY");
        (await page.Content.ReadAsStringAsync()).ShouldContain("<strong>admin</strong>");

        await ExpectAsync(user, token, New, "otra cosa distinta", HttpStatusCode.BadRequest, "lo mismo");
        await ExpectAsync(user, token, "corta", "corta", HttpStatusCode.BadRequest, "al menos 12 caracteres");
        (await Romsoft.LogsInAsync(house, Romsoft.RightBody)).ShouldBeTrue("nothing was changed");
        await ExpectAsync(user, token, New, New, HttpStatusCode.OK, "Su contraseña está puesta");

        (await Romsoft.LogsInAsync(house, Romsoft.RightBody)).ShouldBeFalse();
        (await house.Services.GetRequiredService<SessionStore>().ListOpenAsync(await UserAsync(house), 10)).ShouldBeEmpty();
        (await Romsoft.LogsInAsync(house, Romsoft.Body("admin", New))).ShouldBeTrue();
        await ExpectAsync(user, token, "otras cuatro palabras largas", "otras cuatro palabras largas", HttpStatusCode.Gone, "Este enlace no vale");
        (await Romsoft.LogsInAsync(house, Romsoft.Body("admin", New))).ShouldBeTrue();

        var audit = (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 2)).Select(a => (a.Action, a.Who, a.Object));
        audit.ShouldBe([(AuditActions.PasswordLinkUsed, "romsoft/admin", "romsoft/admin"), (AuditActions.PasswordLinkMade, "ana", "romsoft/admin")]);
        (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 100)).ShouldAllBe(a => !$"{a.Before}{a.After}{a.Object}".Contains(token, StringComparison.Ordinal));
        house.Log.All.ShouldNotContain(l => l.Contains(New, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Links_that_are_good_no_more_look_like_those_that_never_were()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        var (users, database) = (house.Services.GetRequiredService<UserStore>(), house.Services.GetRequiredService<Database>());
        var none = await LookAsync(house, PasswordLinkRoutes.PathOf("inventado"));
        none.Status.ShouldBe(HttpStatusCode.Gone);
        (await LookAsync(house, PasswordLinkRoutes.Password)).ShouldBe(none);

        var older = await MakeAsync(house);
        var newer = await MakeAsync(house);
        (await LookAsync(house, older)).ShouldBe(none, "a newer one voids it");
        (await LookAsync(house, newer)).Status.ShouldBe(HttpStatusCode.OK);
        (await database.ReadAsync(db => db.QueryAsync<string>("SELECT link_hash FROM password_links"))).Single().ShouldBe(AdminSessions.Hash(newer[(newer.IndexOf('=', StringComparison.Ordinal) + 1)..]));

        await users.SetActiveAsync(await UserAsync(house), active: false, []);
        (await LookAsync(house, newer)).ShouldBe(none, "the user is disabled");
        (await MakeOrNullAsync(house)).ShouldBeNull();
        await users.SetActiveAsync(await UserAsync(house), active: true, []);
        (await LookAsync(house, newer)).ShouldBe(none, "and was");

        var link = await MakeAsync(house);
        await users.SetPasswordAsync(await UserAsync(house), FourApplications.CheapHash("otra contraseña"), []);
        (await LookAsync(house, link)).ShouldBe(none, "the password was changed otherwise");

        link = await MakeAsync(house);
        clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        (await LookAsync(house, link)).Status.ShouldBe(HttpStatusCode.OK);
        clock.Advance(TimeSpan.FromSeconds(1));
        (await LookAsync(house, link)).ShouldBe(none, "a day is over");
        await house.Services.GetRequiredService<PasswordLinks>().ForgetAsync();
        (await database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM password_links"))).ShouldBe(0);

        link = await MakeAsync(house);
        await users.DeleteAsync(await UserAsync(house), []);
        (await LookAsync(house, link)).ShouldBe(none, "there is no user any more");
    }

    [Fact]
    public async Task Of_many_who_use_a_link_at_once_one_sets_the_password()
    {
        await using var house = await TestHouse.OpenAsync();
        var (links, user) = (house.Services.GetRequiredService<PasswordLinks>(), await UserAsync(house));
        var link = (await links.MakeAsync(user, Audit()))!;

        var used = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => links.UseAsync(link, user, FourApplications.CheapHash(New), [], Audit())));

        used.Count(u => u).ShouldBe(1);
        (await UserAsync(house)).PasswordVersion.ShouldBe(user.PasswordVersion + 1);
    }

    [Fact]
    public async Task Whose_password_is_kept_in_a_directory_gets_no_link_and_the_page_says_why()
    {
        await using var house = await TestHouse.OpenAsync(new()
        {
            Settings = new()
            {
                ["Applications:ambiotec:Sources:0"] = "ldap",
                ["Applications:ambiotec:Sources:1"] = "local",
                ["Directories:clinica:Servers:0"] = "ldaps://127.0.0.1:1",
                ["Directories:clinica:BindAs"] = "{username}@clinica.example",
            },
        });
        await house.Services.GetRequiredService<Database>().WriteAsync(db => db.ExecuteAsync("UPDATE users SET password = NULL, adopted_at = 1, adopted_from = 'ldap' WHERE realm = 'ambiotec'"));
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");

        var page = await ana.ReadAsync("/zaguan/users/ambiotec/1/password");
        var answer = await ana.PostAsync("/zaguan/users/ambiotec/1/password-link");

        page.ShouldContain("está en el directorio o en el sistema antiguo");
        page.ShouldNotContain("Hacer un enlace");
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await house.Services.GetRequiredService<Database>().ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM password_links"))).ShouldBe(0);
        // Of another realm nothing is said.
        KeptElsewhere.Is((await house.Services.GetRequiredService<UserStore>().FindByNumberAsync("romsoft", 1))!, house.Services.GetRequiredService<RunningApplications>().Table.Applications).ShouldBeFalse();
    }

    private static AuditEntry Audit() => AuditEntry.OfCommandLine(DateTimeOffset.UnixEpoch, AuditActions.PasswordLinkMade, "romsoft/admin", null, null);

    private static async Task<User> UserAsync(TestHouse house) => (await house.Services.GetRequiredService<UserStore>().FindByNumberAsync("romsoft", 1))!;

    /// <summary>Path and query of a link that the console made.</summary>
    private static async Task<string> MakeAsync(ConsoleBrowser admin)
    {
        await admin.ReadAsync($"{AdminPage}/password");
        var page = await (await admin.PostAsync($"{AdminPage}/password-link")).Content.ReadAsStringAsync();
        return new Uri(WebUtility.HtmlDecode(page.Split("id=\"link\">")[1].Split('<')[0])).PathAndQuery;
    }

    private static async Task<string> MakeAsync(TestHouse house) => (await MakeOrNullAsync(house)).ShouldNotBeNull();

    private static async Task<string?> MakeOrNullAsync(TestHouse house) =>
        await house.Services.GetRequiredService<PasswordLinks>().MakeAsync(await UserAsync(house), Audit()) is { } link ? PasswordLinkRoutes.PathOf(link) : null;

    /// <summary>What somebody sees who opens a link.</summary>
    private static async Task<(HttpStatusCode Status, string Page)> LookAsync(TestHouse house, string link)
    {
        using var browser = new ConsoleBrowser(house);
        await browser.GetAsync(link);
        var answer = await browser.GetAsync(PasswordLinkRoutes.Password);
        return (answer.StatusCode, answer.StatusCode == HttpStatusCode.OK ? "" : await answer.Content.ReadAsStringAsync());
    }

    private static async Task ExpectAsync(ConsoleBrowser browser, string link, string password, string again, HttpStatusCode status, string said)
    {
        var answer = await browser.PostAsync(PasswordLinkRoutes.Password, (PasswordLinkRoutes.Link, link), ("password", password), ("again", again));
        answer.StatusCode.ShouldBe(status);
        WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()).ShouldContain(said);
    }
}
