using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Admin;
using Zaguan.Admin.Api;
using Zaguan.Admin.Entering;
using Zaguan.Admin.ImportPages;
using Zaguan.Budgets;
using Zaguan.OneTimeCodes;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Admin;

/// <summary>Entering the console, and what keeps others out.</summary>
public sealed class EnteringTests
{
    [Fact]
    public async Task The_first_administrator_comes_by_a_link_that_is_good_once()
    {
        await using var house = await TestHouse.OpenAsync(new() { IsDevelopment = true });
        using var browser = new ConsoleBrowser(house);
        var link = (await house.Services.GetRequiredService<BeginEndpoint>().NewLinkAsync()).ShouldNotBeNull();
        (await browser.ReadAsync(link)).ShouldContain("El primer administrador");
        var token = link[(link.IndexOf('=', StringComparison.Ordinal) + 1)..];

        (await browser.PostAsync(ConsoleRoutes.Begin, ("link", token), ("name", "ana"), ("password", "corta"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await browser.PostAsync(ConsoleRoutes.Begin, ("link", token), ("name", "ana"), ("password", ConsoleBrowser.Password))).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await browser.PostAsync(ConsoleRoutes.Begin, ("link", token), ("name", "eva"), ("password", ConsoleBrowser.Password))).StatusCode.ShouldBe(HttpStatusCode.Gone);
        (await browser.GetAsync(link)).StatusCode.ShouldBe(HttpStatusCode.Gone);
        (await house.Services.GetRequiredService<BeginEndpoint>().NewLinkAsync()).ShouldBeNull("there is an administrator");

        (await browser.PostAsync(ConsoleRoutes.Enter, ("name", "Ana"), ("password", ConsoleBrowser.Password))).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        await browser.SetUpSecondFactorAsync();
        (await browser.ReadAsync(ConsoleRoutes.Home)).ShouldContain("Resumen");
    }

    [Fact]
    public async Task A_link_is_good_for_an_hour()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { IsDevelopment = true, Clock = clock });
        using var browser = new ConsoleBrowser(house);
        var link = (await house.Services.GetRequiredService<BeginEndpoint>().NewLinkAsync()).ShouldNotBeNull();

        clock.Advance(TimeSpan.FromMinutes(61));

        (await browser.GetAsync(link)).StatusCode.ShouldBe(HttpStatusCode.Gone);
        (await browser.PostAsync(ConsoleRoutes.Begin, ("link", link[(link.IndexOf('=', StringComparison.Ordinal) + 1)..]), ("name", "ana"), ("password", ConsoleBrowser.Password))).StatusCode.ShouldBe(HttpStatusCode.Gone);
    }

    [Fact]
    public async Task Without_a_second_factor_nothing_is_seen_but_the_page_that_sets_it_up()
    {
        await using var house = await TestHouse.OpenAsync();
        await ConsoleBrowser.AddAdminAsync(house, "ana", AdminRole.Administrator);
        using var browser = new ConsoleBrowser(house);
        await browser.PostAsync(ConsoleRoutes.Enter, ("name", "ana"), ("password", ConsoleBrowser.Password));

        foreach (var (path, access) in Routes(house).Where(r => r.Access is { Acts: false, Least: not null } && r.Path is not ConsoleRoutes.SecondFactor))
        {
            var answer = await browser.GetAsync(path);
            (answer.StatusCode, answer.Headers.Location?.ToString()).ShouldBe((HttpStatusCode.SeeOther, ConsoleRoutes.SecondFactor), path);
        }
    }

    [Fact]
    public async Task Whoever_entered_with_the_password_alone_is_out_when_the_second_factor_is_set_up()
    {
        await using var house = await TestHouse.OpenAsync();
        await ConsoleBrowser.AddAdminAsync(house, "ana", AdminRole.Administrator);
        using var early = new ConsoleBrowser(house);
        await early.PostAsync(ConsoleRoutes.Enter, ("name", "ana"), ("password", ConsoleBrowser.Password));
        using var ana = new ConsoleBrowser(house);
        await ana.PostAsync(ConsoleRoutes.Enter, ("name", "ana"), ("password", ConsoleBrowser.Password));
        await ana.SetUpSecondFactorAsync();

        var answer = await early.GetAsync(ConsoleRoutes.Home);

        (answer.StatusCode, answer.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.SeeOther, "/zaguan/enter?return=%2Fzaguan%2F"));
    }

    [Fact]
    public async Task Whoever_was_changed_while_they_were_verified_is_not_let_in()
    {
        await using var house = await TestHouse.OpenAsync();
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        var (store, database) = (house.Services.GetRequiredService<AdminStore>(), house.Services.GetRequiredService<Zaguan.Storage.Database>());
        var verified = (await store.FindAsync("ana"))!;
        (await database.WriteAsync(db => AdminStore.ConfirmAsync(db, verified))).ShouldBeTrue();
        foreach (var other in new[] { verified with { Password = "otra" }, verified with { CodeSecret = null }, verified with { CodeSecret = "otro" }, verified with { Key = 999 } })
        {
            (await database.WriteAsync(db => AdminStore.ConfirmAsync(db, other))).ShouldBeFalse();
        }

        await store.SetActiveAsync(verified, active: false, AuditEntry.OfCommandLine(DateTimeOffset.UnixEpoch, AuditActions.AdminChanged, "ana", null, null));
        (await database.WriteAsync(db => AdminStore.ConfirmAsync(db, verified))).ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_encrypted_under_another_master_key_lets_nobody_in_and_tells_no_password()
    {
        await using var house = await TestHouse.OpenAsync();
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        await File.WriteAllTextAsync(Path.Combine(house.Folder, "data", "secrets", "master.key"), Convert.ToBase64String(new byte[32]));

        var (right, wrong) = (await EnterAsync(house, "ana", ConsoleBrowser.Password, ana.Code(1)), await EnterAsync(house, "ana", "otra contraseña", ana.Code(1)));

        right.ShouldBe(wrong);
        right.Item1.ShouldBe(HttpStatusCode.InternalServerError);
        house.Log.All.ShouldContain(l => l.Contains("zaguan admins reset-second-factor ana", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("text/plain", "name=ana")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nrota")]
    [InlineData("multipart/form-data", "")]
    public async Task A_form_that_is_none_is_refused_and_no_fault(string type, string body)
    {
        await using var house = await TestHouse.OpenAsync();
        foreach (var (path, _) in Routes(house).Where(r => r.Access is { Acts: true, Least: null }))
        {
            using var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body));
            content.Headers.TryAddWithoutValidation("Content-Type", type);

            ((int)(await house.Client.PostAsync(path, content)).StatusCode).ShouldBeLessThan(500, path);
        }

        house.Log.All.ShouldNotContain(l => l.Contains(" 1802 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_code_is_taken_once_and_so_is_a_recovery_code()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        using var first = await ConsoleBrowser.EnterAsync(house, name: "ana");

        // The code that set the second factor up is taken.
        (await TryAsync(house, "ana", first.Code())).ShouldBe(HttpStatusCode.Unauthorized);
        clock.Advance(TimeSpan.FromSeconds(60));
        var code = first.Code();
        (await TryAsync(house, "ana", code)).ShouldBe(HttpStatusCode.SeeOther);
        (await TryAsync(house, "ana", code)).ShouldBe(HttpStatusCode.Unauthorized);
        (await TryAsync(house, "ana", first.Code(-1))).ShouldBe(HttpStatusCode.Unauthorized, "older than one that was taken");

        first.RecoveryCodes.Count.ShouldBe(OneTimeCode.RecoveryCodes);
        (await TryAsync(house, "ana", first.RecoveryCodes[0].ToLowerInvariant().Replace('-', ' '))).ShouldBe(HttpStatusCode.SeeOther);
        (await TryAsync(house, "ana", first.RecoveryCodes[0])).ShouldBe(HttpStatusCode.Unauthorized);
        (await TryAsync(house, "ana", "")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_code_that_many_send_at_once_lets_one_of_them_in()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        using var first = await ConsoleBrowser.EnterAsync(house, name: "ana");
        clock.Advance(TimeSpan.FromSeconds(60));
        var code = first.Code();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TryAsync(house, "ana", code)));

        answers.Count(a => a == HttpStatusCode.SeeOther).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_wrong_is_not_told_apart_costs_one_hash_and_is_charged()
    {
        await using var house = await TestHouse.OpenAsync(new() { Clock = new ManualClock() });
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        var before = house.Hashes;

        var unknown = await EnterAsync(house, "nadie", ConsoleBrowser.Password, "");
        var wrongPassword = await EnterAsync(house, "ana", "otra contraseña", "000000");
        var wrongCode = await EnterAsync(house, "ana", ConsoleBrowser.Password, "000000");

        house.Hashes.ShouldBe(before + 3);
        wrongPassword.ShouldBe(unknown);
        wrongCode.ShouldBe(unknown);
        for (var i = 0; i < 3; i++)
        {
            await EnterAsync(house, "ana", "otra contraseña", "");
        }

        (await TryAsync(house, "ana", ana.Code(1))).ShouldBe(HttpStatusCode.TooManyRequests, "the fifth failure was the last");
        house.Hashes.ShouldBe(before + 6);
        var audit = await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 100);
        audit.Count(a => a is { Action: AuditActions.NotEntered, Object: "ana" }).ShouldBe(6);
        audit.ShouldAllBe(a => !$"{a.Before}{a.After}".Contains(ConsoleBrowser.Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_ends_when_nobody_uses_it_and_after_a_day_of_work()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        using var idle = await ConsoleBrowser.EnterAsync(house, name: "ana");
        using var busy = await ConsoleBrowser.EnterAsync(house, name: "eva");

        for (var hours = 0.5; hours < 12; hours += 0.4)
        {
            clock.Advance(TimeSpan.FromHours(0.4));
            await busy.ReadAsync(ConsoleRoutes.Home);
        }

        (await idle.GetAsync(ConsoleRoutes.Home)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        clock.Advance(TimeSpan.FromHours(0.4));
        clock.Advance(TimeSpan.FromHours(0.05));
        var over = await busy.GetAsync(ConsoleRoutes.Home);
        (over.StatusCode, over.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.SeeOther, "/zaguan/enter?return=%2Fzaguan%2F"));
    }

    [Fact]
    public async Task A_session_that_somebody_prepared_is_not_the_one_that_entering_opens()
    {
        await using var house = await TestHouse.OpenAsync();
        await ConsoleBrowser.AddAdminAsync(house, "ana", AdminRole.Administrator);
        using var request = new HttpRequestMessage(HttpMethod.Post, ConsoleRoutes.Enter) { Content = new FormUrlEncodedContent([new("name", "ana"), new("password", ConsoleBrowser.Password)]) };
        request.Headers.Add("Cookie", "zaguan-console=preparada");

        var answer = await house.Client.SendAsync(request);

        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldNotContain("preparada");
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=strict", Case.Insensitive);
    }

    [Fact]
    public async Task Leaving_ends_the_session_wherever_its_cookie_went()
    {
        await using var house = await TestHouse.OpenAsync();
        using var browser = await ConsoleBrowser.EnterAsync(house);
        var stolen = browser.Cookies["zaguan-console"]!.Value;
        (await browser.PostAsync(ConsoleRoutes.Leave)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        using var request = new HttpRequestMessage(HttpMethod.Get, ConsoleRoutes.Home);
        request.Headers.Add("Cookie", $"zaguan-console={stolen}");

        (await house.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://malo.example")]
    [InlineData("Origin", "null")]
    public async Task Another_site_s_form_changes_nothing(string header, string value)
    {
        await using var house = await TestHouse.OpenAsync();
        using var browser = await ConsoleBrowser.EnterAsync(house);
        foreach (var (path, _) in Routes(house).Where(r => r.Access.Acts))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent([new(ConsoleDoor.FormTokenField, browser.FormToken)]) };
            request.Headers.Add(header, value);

            (await browser.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
        }

        Refusals(house).Count.ShouldBe(Routes(house).Count(r => r.Access is { Acts: true, IsForUsers: false }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("falso")]
    public async Task A_form_without_the_session_s_token_changes_nothing(string token)
    {
        await using var house = await TestHouse.OpenAsync();
        using var browser = await ConsoleBrowser.EnterAsync(house);
        foreach (var (path, _) in Routes(house).Where(r => r.Access is { Acts: true, Least: not null }))
        {
            (await browser.Client.PostAsync(path, new FormUrlEncodedContent([new(ConsoleDoor.FormTokenField, token)]))).StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
        }

        Refusals(house).Count.ShouldBe(Routes(house).Count(r => r.Access is { Acts: true, Least: not null }));
    }

    [Fact]
    public async Task Whoever_has_not_entered_sees_nothing_and_does_nothing()
    {
        await using var house = await TestHouse.OpenAsync();
        foreach (var (path, access) in Routes(house).Where(r => r.Access.Least is not null))
        {
            var answer = access.Acts ? await house.Client.PostAsync(path, new FormUrlEncodedContent([])) : await house.Client.GetAsync(path);

            answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther, path);
            answer.Headers.Location!.ToString().ShouldStartWith(ConsoleRoutes.Enter);
        }
    }

    [Fact]
    public async Task An_auditor_changes_nothing()
    {
        await using var house = await TestHouse.OpenAsync();
        using var auditor = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor);
        // These concern nobody but who sends them.
        string[] own = [ConsoleRoutes.Enter, ConsoleRoutes.Leave, ConsoleRoutes.Confirm, ConsoleRoutes.Language, ConsoleRoutes.Begin, ConsoleRoutes.SecondFactor];
        var acts = Routes(house).Where(r => r.Access is { Acts: true, IsForUsers: false } && !own.Contains(r.Path)).ToList();

        foreach (var (path, _) in acts)
        {
            (await auditor.PostAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
        }

        Refusals(house).Count.ShouldBe(acts.Count);
        Refusals(house).ShouldAllBe(l => l.Contains("Auditor was refused in the console: POST /zaguan/", StringComparison.Ordinal));
        (await auditor.GetAsync(ImportRoutes.Home)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Refusals(house)[^1].TrimEnd().ShouldEndWith($"GET {ImportRoutes.Home}");
    }

    [Fact]
    public async Task Every_route_under_zaguan_that_takes_a_form_is_the_console_s_or_the_api_s_or_known()
    {
        await using var house = await TestHouse.OpenAsync();
        string[] others = ["/zaguan/introspect", "/zaguan/revoke", "/zaguan/verify", "/zaguan/logout"];

        Endpoints(house).Where(e => e.Metadata.GetMetadata<ConsoleAccess>() is null && e.Metadata.GetMetadata<ApiRoute>() is null && e.Metadata.GetMetadata<HttpMethodMetadata>() is not { HttpMethods: ["GET"] })
            .Select(e => e.RoutePattern.RawText!).Except(others).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("https://malo.example/")]
    [InlineData("//malo.example/zaguan/")]
    [InlineData("/zaguan//malo.example")]
    [InlineData("/zaguan/\\malo.example")]
    [InlineData("/zaguan/../api/login")]
    [InlineData("/otro")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/zaguan/\r\nSet-Cookie: a=b")]
    public async Task Entering_leads_to_no_other_site(string target)
    {
        await using var house = await TestHouse.OpenAsync();
        await ConsoleBrowser.AddAdminAsync(house, "ana", AdminRole.Auditor);
        using var browser = new ConsoleBrowser(house);

        var answer = await browser.PostAsync(ConsoleRoutes.Enter, ("name", "ana"), ("password", ConsoleBrowser.Password), (ConsoleRoutes.ReturnTo, target));

        answer.Headers.Location!.ToString().ShouldBe(ConsoleRoutes.Home);
    }

    [Fact]
    public async Task A_page_is_neither_framed_nor_kept_and_runs_no_script_but_ours()
    {
        await using var house = await TestHouse.OpenAsync();
        using var browser = await ConsoleBrowser.EnterAsync(house);

        var page = await browser.GetAsync(ConsoleRoutes.Home);

        page.Headers.GetValues("Content-Security-Policy").Single().ShouldBe("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
        page.Headers.GetValues("X-Frame-Options").Single().ShouldBe("DENY");
        page.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var html = await page.Content.ReadAsStringAsync();
        html.ShouldNotContain(" style=");
        html.ShouldNotContain(" onclick=");
        html.ShouldNotContain("<script>");
    }

    [Fact]
    public async Task Whoever_is_disabled_is_out_at_once()
    {
        await using var house = await TestHouse.OpenAsync();
        using var browser = await ConsoleBrowser.EnterAsync(house, name: "ana");
        var store = house.Services.GetRequiredService<AdminStore>();

        await store.SetActiveAsync((await store.FindAsync("ana"))!, active: false, AuditEntry.OfCommandLine(DateTimeOffset.UnixEpoch, AuditActions.AdminChanged, "ana", null, null));

        (await browser.GetAsync(ConsoleRoutes.Home)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await TryAsync(house, "ana", browser.Code(1))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_language_is_the_browser_s_until_it_is_chosen()
    {
        await using var house = await TestHouse.OpenAsync();
        using var browser = new ConsoleBrowser(house);
        (await browser.ReadAsync(ConsoleRoutes.Enter)).ShouldContain("<html lang=\"es\">");

        var chosen = await browser.PostAsync(ConsoleRoutes.Language, ("language", "en"), (ConsoleRoutes.ReturnTo, ConsoleRoutes.Enter));

        chosen.Headers.Location!.ToString().ShouldBe(ConsoleRoutes.Enter);
        (await browser.ReadAsync(ConsoleRoutes.Enter)).ShouldContain("<html lang=\"en\">");
    }

    [Fact]
    public async Task A_database_that_is_gone_is_said_and_is_no_wrong_password()
    {
        await using var house = await TestHouse.OpenAsync();
        using var browser = await ConsoleBrowser.EnterAsync(house, name: "ana");
        await house.TakeDatabaseAwayAsync();

        (await browser.GetAsync(ConsoleRoutes.Home)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await TryAsync(house, "ana", browser.Code(1))).ShouldBe(HttpStatusCode.ServiceUnavailable);

        await house.BringDatabaseBackAsync();
        await browser.ReadAsync(ConsoleRoutes.Home);
    }

    [Fact]
    public void Forgotten_guesses_of_an_administrator_and_of_a_user_are_not_one_account() =>
        Accounts.Of(new Administrator { Key = 1 }).ShouldNotBe(Accounts.Of(new Zaguan.Users.User { Key = 1 }));

    private static async Task<HttpStatusCode> TryAsync(TestHouse house, string name, string code)
    {
        using var browser = new ConsoleBrowser(house);
        return (await browser.PostAsync(ConsoleRoutes.Enter, ("name", name), ("password", ConsoleBrowser.Password), ("code", code))).StatusCode;
    }

    private static async Task<(HttpStatusCode, string)> EnterAsync(TestHouse house, string name, string password, string code)
    {
        using var browser = new ConsoleBrowser(house);
        var answer = await browser.PostAsync(ConsoleRoutes.Enter, ("name", name), ("password", password), ("code", code));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Every route of the console, with something in the place of each parameter.</summary>
    private static List<string> Refusals(TestHouse house) => [.. house.Log.All.Where(l => l.Contains("was refused in the console", StringComparison.Ordinal))];

    internal static IReadOnlyList<(string Path, ConsoleAccess Access)> Routes(TestHouse house) => [.. Endpoints(house)
        .Where(e => e.Metadata.GetMetadata<ConsoleAccess>() is not null)
        .Select(e => (string.Join('/', e.RoutePattern.RawText!.Split('/').Select(s => s.StartsWith('{') ? "1" : s)), e.Metadata.GetMetadata<ConsoleAccess>()!))];

    private static IEnumerable<RouteEndpoint> Endpoints(TestHouse house) =>
        house.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Where(e => e.RoutePattern.RawText!.StartsWith("/zaguan", StringComparison.Ordinal)).DistinctBy(e => e.DisplayName);
}
