using System.Net;
using System.Text;
using Dapper;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Account;
using Zaguan.Admin;
using Zaguan.Login;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Tests.Account;

/// <summary>My account: who gets in, what a user sees and changes of themselves, and never of anybody else.</summary>
public sealed class AccountTests
{
    private const string Home = "/zaguan/account/ambiotec";
    private const string Sessions = $"{Home}/sessions";
    private const string Password = $"{Home}/password";
    private const string New = "cuatro palabras bien largas";

    private static readonly DemoLogin Ambiotec = DemoLogin.Ambiotec;

    [Fact]
    public async Task A_user_signs_in_sees_logins_and_sessions_and_ends_them()
    {
        await using var house = await OpenAsync();
        var (users, sessions) = (house.Services.GetRequiredService<UserStore>(), house.Services.GetRequiredService<SessionStore>());
        await users.TryAddAsync(new() { Realm = "ambiotec", Username = "eva", Password = FourApplications.CheapHash("clave de Eva") });
        await Ambiotec.LogsInAsync(house, Ambiotec.WrongBody);
        (await Ambiotec.LogsInAsync(house, Ambiotec.RightBody)).ShouldBeTrue();
        (await Ambiotec.LogsInAsync(house, Ambiotec.RightBody)).ShouldBeTrue();
        (await Ambiotec.LogsInAsync(house, Ambiotec.Body("eva", "clave de Eva"))).ShouldBeTrue();
        var (john, eva) = (await UserAsync(house), (await users.FindAsync("ambiotec", Zaguan.Contracts.Identifies.Username, "eva"))!);
        var (his, hers) = (await sessions.ListOpenAsync(john, 10), (await sessions.ListOpenAsync(eva, 10)).Single());

        using var browser = new ConsoleBrowser(house);
        (await browser.ReadAsync(Home)).ShouldContain("Mi cuenta de ambiotec");
        var signedIn = await SignInAsync(browser, "johndoe", Ambiotec.Password);
        (signedIn.StatusCode, signedIn.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.SeeOther, Home));
        (await sessions.ListOpenAsync(john, 10)).Count.ShouldBe(2, "it opens no session of the application");
        var logins = await browser.ReadAsync(Home);
        logins.ShouldContain("contraseña incorrecta");
        logins.Split("entró").Length.ShouldBe(5, "two logins, signing in, and the sentence above them");
        logins.ShouldContain("Salir (johndoe)");

        var page = await browser.ReadAsync(Sessions);
        page.ShouldContain(his[0].Id);
        page.ShouldNotContain(hers.Id);
        foreach (var id in new[] { hers.Id, "nada", Guid.NewGuid().ToString() })
        {
            (await browser.PostAsync($"{Sessions}/end", ("session", id))).Headers.Location!.ToString().ShouldBe(Sessions);
        }

        (await sessions.ListOpenAsync(eva, 10)).Count.ShouldBe(1, "nobody ends another's");
        await browser.PostAsync($"{Sessions}/end", ("session", his[0].Id));
        (await sessions.ListOpenAsync(john, 10)).Select(s => s.Id).ShouldBe([his[1].Id]);
        using var elsewhere = new ConsoleBrowser(house);
        await SignInAsync(elsewhere, "johndoe", Ambiotec.Password);
        await browser.PostAsync($"{Sessions}/end-all");
        (await sessions.ListOpenAsync(john, 10)).ShouldBeEmpty();
        (await elsewhere.GetAsync(Sessions)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        await browser.ReadAsync(Sessions);
        (await sessions.ListOpenAsync(eva, 10)).Count.ShouldBe(1);

        var audit = (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 100)).Select(a => (a.Action, a.Who, a.Object, a.Before));
        audit.ShouldBe([(AuditActions.UserSessionsEnded, "ambiotec/johndoe", "ambiotec/johndoe", null), (AuditActions.UserSessionEnded, "ambiotec/johndoe", "ambiotec/johndoe", $$"""{"session":"{{his[0].Id}}"}""")]);

        var stolen = Cookie(browser);
        (await browser.PostAsync($"{Home}/leave")).Headers.Location!.ToString().ShouldBe(Home);
        (await WithCookieAsync(house, Sessions, stolen)).ShouldBe(HttpStatusCode.SeeOther, "leaving ends it wherever its cookie went");
    }

    [Fact]
    public async Task A_user_changes_the_password_with_the_one_of_now_and_every_other_session_ends()
    {
        await using var house = await OpenAsync();
        var sessions = house.Services.GetRequiredService<SessionStore>();
        (await Ambiotec.LogsInAsync(house, Ambiotec.RightBody)).ShouldBeTrue();
        using var browser = await EnterAsync(house);
        using var elsewhere = await EnterAsync(house);
        await browser.ReadAsync(Password);
        var before = (Cookie: Cookie(browser), house.Hashes);

        await ExpectAsync("otra cosa", New, New, HttpStatusCode.Unauthorized, "La contraseña de ahora no es esa");
        house.Hashes.ShouldBe(before.Hashes + 2, "the new one is hashed whether the one of now is right or not, so that neither time nor a full queue tells");
        await ExpectAsync("", New, New, HttpStatusCode.BadRequest, "la contraseña de ahora");
        await ExpectAsync(Ambiotec.Password, New, "otra", HttpStatusCode.BadRequest, "lo mismo");
        await ExpectAsync(Ambiotec.Password, "corta", "corta", HttpStatusCode.BadRequest, "al menos 12 caracteres");
        house.Hashes.ShouldBe(before.Hashes + 2, "what the policy refuses costs nothing");
        (await Ambiotec.LogsInAsync(house, Ambiotec.RightBody)).ShouldBeTrue("nothing was changed");

        var done = await PostAsync(Ambiotec.Password, New, New);
        (done.StatusCode, done.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.SeeOther, $"{Password}?done=1"));
        (await browser.ReadAsync($"{Password}?done=1")).ShouldContain("La contraseña está cambiada");
        Cookie(browser).ShouldNotBe(before.Cookie);
        (await WithCookieAsync(house, Sessions, before.Cookie)).ShouldBe(HttpStatusCode.SeeOther);
        (await elsewhere.GetAsync(Sessions)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await sessions.ListOpenAsync(await UserAsync(house), 10)).ShouldBeEmpty();
        (await Ambiotec.LogsInAsync(house, Ambiotec.RightBody)).ShouldBeFalse();
        (await Ambiotec.LogsInAsync(house, Ambiotec.Body("johndoe", New))).ShouldBeTrue();

        var audit = (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 100)).Single();
        (audit.Action, audit.Who, audit.Object, audit.Before, audit.After).ShouldBe((AuditActions.OwnPasswordChanged, "ambiotec/johndoe", "ambiotec/johndoe", null, null));
        house.Log.All.ShouldNotContain(l => l.Contains(New, StringComparison.Ordinal));

        // Whoever finds a page that was left open has as many guesses as at the login, and no more.
        for (var i = 0; i < 5; i++)
        {
            await PostAsync("otra cosa", New, New);
        }

        await ExpectAsync(New, "otras cuatro palabras largas", "otras cuatro palabras largas", HttpStatusCode.TooManyRequests, "Demasiados intentos");
        (await house.AccessLogAsync()).Count(r => r.Outcome == Outcome.WrongPassword).ShouldBe(7);

        Task<HttpResponseMessage> PostAsync(string current, string password, string again) => browser.PostAsync(Password, ("current", current), ("password", password), ("again", again));

        async Task ExpectAsync(string current, string password, string again, HttpStatusCode status, string said)
        {
            var answer = await PostAsync(current, password, again);
            answer.StatusCode.ShouldBe(status);
            WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()).ShouldContain(said);
        }
    }

    [Fact]
    public async Task Of_many_changes_at_once_one_is_made_and_none_waits_for_another_for_ever()
    {
        await using var house = await OpenAsync();
        var browsers = new List<ConsoleBrowser>();
        for (var i = 0; i < 4; i++)
        {
            browsers.Add(await EnterAsync(house));
        }

        var version = (await UserAsync(house)).PasswordVersion;
        var answers = await Task.WhenAll(browsers.Select((b, i) => b.PostAsync(Password, ("current", Ambiotec.Password), ("password", $"{New} {i}"), ("again", $"{New} {i}"))));

        answers.Count(a => string.Equals(a.Headers.Location?.ToString(), $"{Password}?done=1", StringComparison.Ordinal)).ShouldBe(1);
        answers.ShouldAllBe(a => (int)a.StatusCode < 500);
        (await UserAsync(house)).PasswordVersion.ShouldBe(version + 1);
        browsers.ForEach(b => b.Dispose());
    }

    [Fact]
    public async Task What_is_wrong_is_not_told_apart_costs_one_hash_is_charged_and_is_recorded()
    {
        await using var house = await OpenAsync(new ManualClock());
        var users = house.Services.GetRequiredService<UserStore>();
        await users.TryAddAsync(new() { Realm = "ambiotec", Username = "eva", Password = FourApplications.CheapHash("clave de Eva"), Active = false });
        var before = house.Hashes;

        var (unknown, wrong, inactive) = (await AnswerAsync("nadie", "x"), await AnswerAsync("johndoe", "x"), await AnswerAsync("eva", "clave de Eva"));

        unknown.Status.ShouldBe(HttpStatusCode.Unauthorized);
        (wrong, inactive).ShouldBe((unknown, unknown));
        house.Hashes.ShouldBe(before + 3);
        (await AnswerAsync("", "x")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await AnswerAsync("johndoe", "")).Status.ShouldBe(HttpStatusCode.BadRequest);
        for (var i = 0; i < 4; i++)
        {
            await AnswerAsync("johndoe", "x");
        }

        var hashed = house.Hashes;
        using var browser = new ConsoleBrowser(house);
        var locked = await SignInAsync(browser, "johndoe", Ambiotec.Password);
        (locked.StatusCode, locked.Headers.RetryAfter.ShouldNotBeNull().Delta > TimeSpan.Zero, house.Hashes).ShouldBe((HttpStatusCode.TooManyRequests, true, hashed));
        (await locked.Content.ReadAsStringAsync()).ShouldContain(" min.");
        (await Ambiotec.LogsInAsync(house, Ambiotec.RightBody)).ShouldBeFalse("it is the login's own budget");
        var log = await house.AccessLogAsync();
        log.Select(r => (r.Application, r.Identifier, r.Outcome)).ShouldBe([
            ("ambiotec", "nadie", Outcome.UnknownUser), ("ambiotec", "johndoe", Outcome.WrongPassword), ("ambiotec", "eva", Outcome.Inactive),
            .. Enumerable.Repeat(("ambiotec", "johndoe", Outcome.WrongPassword), 4), ("ambiotec", "johndoe", Outcome.Locked), ("ambiotec", "johndoe", Outcome.Locked),
        ]);

        async Task<(HttpStatusCode Status, string Page)> AnswerAsync(string identifier, string password)
        {
            using var somebody = new ConsoleBrowser(house);
            var answer = await SignInAsync(somebody, identifier, password);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_session_is_good_for_its_application_and_ends_when_nobody_uses_it_or_the_user_changes()
    {
        var clock = new ManualClock();
        await using var house = await OpenAsync(clock);
        var users = house.Services.GetRequiredService<UserStore>();

        // Nothing of a cookie that somebody prepared goes on, and nothing of a session before.
        using var browser = new ConsoleBrowser(house);
        browser.PutCookie("zaguan-account", "preparada", AccountRoutes.Root);
        var answer = await SignInAsync(browser, "johndoe", Ambiotec.Password);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldNotContain("preparada");
        foreach (var part in new[] { "httponly", "samesite=strict", "path=/zaguan/account" })
        {
            cookie.ShouldContain(part, Case.Insensitive);
        }

        (await house.Services.GetRequiredService<Database>().ReadAsync(db => db.QueryAsync<string>("SELECT token_hash FROM account_sessions"))).Single().ShouldBe(AdminSessions.Hash(Cookie(browser)));
        var first = Cookie(browser);
        await SignInAsync(browser, "johndoe", Ambiotec.Password);
        (await WithCookieAsync(house, Sessions, first)).ShouldBe(HttpStatusCode.SeeOther);

        // Another application of another realm, and one that does not have it.
        (await WithCookieAsync(house, "/zaguan/account/inventario/sessions", Cookie(browser))).ShouldBe(HttpStatusCode.SeeOther);
        (await browser.GetAsync("/zaguan/account/romsoft")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await browser.PostAsync("/zaguan/account/romsoft", ("identifier", "admin"), ("password", "yourpassword"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await browser.GetAsync("/zaguan/account/nada/sessions")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        // Nor does it open the console.
        (await WithCookieAsync(house, ConsoleRoutes.Home, Cookie(browser))).ShouldBe(HttpStatusCode.SeeOther);

        for (var minutes = 0; minutes < 230; minutes += 10)
        {
            clock.Advance(TimeSpan.FromMinutes(10));
            await browser.ReadAsync(Sessions);
        }

        clock.Advance(TimeSpan.FromMinutes(10));
        (await browser.GetAsync(Sessions)).StatusCode.ShouldBe(HttpStatusCode.SeeOther, "four hours");
        using var idle = await EnterAsync(house);
        clock.Advance(TimeSpan.FromMinutes(15));
        (await idle.GetAsync(Sessions)).StatusCode.ShouldBe(HttpStatusCode.SeeOther, "a quarter of an hour");
        await house.Services.GetRequiredService<AccountSessions>().ForgetAsync();
        (await house.Services.GetRequiredService<Database>().ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM account_sessions"))).ShouldBe(0);

        foreach (var end in new Func<User, Task>[]
        {
            u => users.SetActiveAsync(u, active: false, []),
            u => users.SetActiveAsync(u, active: true, []),
            u => users.SetPasswordAsync(u, FourApplications.CheapHash(Ambiotec.Password), []),
            u => house.Services.GetRequiredService<RevocationStore>().RevokeUserAsync(u, []),
        })
        {
            using var user = (await UserAsync(house)).Active ? await EnterAsync(house) : null;
            await end(await UserAsync(house));
            if (user is not null)
            {
                (await user.GetAsync(Sessions)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
            }
        }
    }

    [Fact]
    public async Task A_session_that_ended_while_its_form_was_being_sent_ends_nobodys_and_does_not_come_back()
    {
        await using var house = await OpenAsync();
        using var stolen = await EnterAsync(house);
        await stolen.ReadAsync(Sessions);
        var form = $"{ConsoleDoor.FormTokenField}={Uri.EscapeDataString(stolen.FormToken!)}";
        using var socket = await RawHttp.ConnectAsync(house.Address);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {Sessions}/end-all HTTP/1.1\r\nHost: {house.Address.Authority}\r\nCookie: zaguan-account={Cookie(stolen)}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"));
        // The server asks for the form when it has found the session.
        var asked = new byte[64];
        Encoding.ASCII.GetString(asked, 0, await socket.ReceiveAsync(asked)).ShouldStartWith("HTTP/1.1 100 ");

        (await stolen.PostAsync($"{Home}/leave")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        using var own = await EnterAsync(house);
        await socket.SendAsync(Encoding.ASCII.GetBytes(form));
        (await RawHttp.ReadToEndAsync(socket)).ShouldContain("HTTP/1.1 303 ");

        await own.ReadAsync(Sessions);
        (await house.Services.GetRequiredService<Database>().ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM account_sessions"))).ShouldBe(1);
    }

    [Fact]
    public async Task Every_page_asks_for_a_session_and_every_form_for_its_token()
    {
        await using var house = await OpenAsync();
        using var stranger = new ConsoleBrowser(house);
        using var browser = await EnterAsync(house);
        using var admin = await ConsoleBrowser.EnterAsync(house);
        var routes = Routes(house);
        routes.Count.ShouldBeGreaterThan(6);

        foreach (var (path, acts) in routes.Where(r => r.Path is not Home))
        {
            // Whoever has entered the console is nobody here.
            foreach (var nobody in new[] { stranger, admin })
            {
                var answer = acts ? await nobody.PostAsync(path) : await nobody.GetAsync(path);
                (answer.StatusCode, answer.Headers.Location?.ToString()).ShouldBe((HttpStatusCode.SeeOther, Home), path);
            }

            if (acts)
            {
                foreach (var token in new[] { "", "falso", admin.FormToken! })
                {
                    (await browser.Client.PostAsync(path, new FormUrlEncodedContent([new(ConsoleDoor.FormTokenField, token)]))).StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
                }
            }
        }

        foreach (var (path, _) in routes.Where(r => r.Acts))
        {
            foreach (var (header, value) in new[] { ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://malo.example"), ("Origin", "null") })
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent([new(ConsoleDoor.FormTokenField, browser.FormToken), new("identifier", "johndoe"), new("password", Ambiotec.Password)]) };
                request.Headers.Add(header, value);
                (await browser.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
            }
        }

        foreach (var (path, _) in routes.Where(r => !r.Acts))
        {
            var page = await browser.GetAsync(path);
            page.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'; script-src 'self';");
            page.Headers.GetValues("X-Frame-Options").Single().ShouldBe("DENY");
            page.Headers.CacheControl!.NoStore.ShouldBeTrue();
            var html = await page.Content.ReadAsStringAsync();
            html.ShouldNotContain(" style=");
            html.ShouldNotContain("<script>");
            html.ShouldNotContain("href=\"/zaguan/users\"", Case.Sensitive, "the console is none of theirs");
        }

        // Signing in leads to the account's own page, whatever a form says.
        using var led = new ConsoleBrowser(house);
        (await led.PostAsync($"{Home}?return=https://malo.example", ("identifier", "johndoe"), ("password", Ambiotec.Password), (ConsoleRoutes.ReturnTo, "https://malo.example"))).Headers.Location!.ToString().ShouldBe(Home);
    }

    [Fact]
    public async Task Whose_password_is_kept_elsewhere_sees_where_to_change_it()
    {
        await using var house = await OpenAsync();
        using var browser = await EnterAsync(house);
        await house.Services.GetRequiredService<Database>().WriteAsync(db => db.ExecuteAsync("UPDATE users SET password = NULL WHERE realm = 'ambiotec'"));

        var page = await browser.ReadAsync(Password);
        var answer = await browser.PostAsync(Password, ("current", "x"), ("password", New), ("again", New));

        page.ShouldContain("Su contraseña es la de su organización");
        page.ShouldNotContain("name=\"current\"");
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public void An_application_that_is_compared_with_its_old_system_cannot_have_it()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        try
        {
            var setup = Zaguan.Operations.Setup.Read(TestHouse.SetupOptionsOf(
                new()
                {
                    Settings = FourApplications.Settings(
                        ("Applications:ambiotec:Account", "true"), ("Applications:ambiotec:Sources:0", "local"), ("Applications:ambiotec:Sources:1", "upstream"),
                        ("Applications:ambiotec:Upstream:Url", "http://127.0.0.1:1/api/login"), ("Applications:ambiotec:Upstream:Mode", "compare")),
                },
                folder));
            setup.Problems.ShouldContain(p => p.Sentence.Contains("Leave \"Account\" out until the mode is another", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<TestHouse> OpenAsync(TimeProvider? clock = null) => TestHouse.OpenAsync(new()
    {
        Settings = FourApplications.Settings(("Applications:ambiotec:Account", "true"), ("Applications:inventario:Account", "true")),
        Clock = clock ?? TimeProvider.System,
    });

    private static async Task<User> UserAsync(TestHouse house) => (await house.Services.GetRequiredService<UserStore>().FindByNumberAsync("ambiotec", 1))!;

    private static Task<HttpResponseMessage> SignInAsync(ConsoleBrowser browser, string identifier, string password) => browser.PostAsync(Home, ("identifier", identifier), ("password", password));

    private static async Task<ConsoleBrowser> EnterAsync(TestHouse house)
    {
        var browser = new ConsoleBrowser(house);
        (await SignInAsync(browser, "johndoe", Ambiotec.Password)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        await browser.ReadAsync(Home);
        return browser;
    }

    private static string Cookie(ConsoleBrowser browser) => browser.CookiesOf(AccountRoutes.Root)["zaguan-account"]!.Value;

    private static async Task<HttpStatusCode> WithCookieAsync(TestHouse house, string path, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Cookie", $"zaguan-account={cookie}; zaguan-console={cookie}");
        return (await house.Client.SendAsync(request)).StatusCode;
    }

    /// <summary>Every route of My account.</summary>
    private static IReadOnlyList<(string Path, bool Acts)> Routes(TestHouse house) => [.. house.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
        .Where(e => e.RoutePattern.RawText!.StartsWith(AccountRoutes.Root, StringComparison.Ordinal)).DistinctBy(e => e.DisplayName)
        .Select(e => (e.RoutePattern.RawText!.Replace("{application}", "ambiotec", StringComparison.Ordinal), e.Metadata.GetMetadata<ConsoleAccess>()!.Acts))];
}
