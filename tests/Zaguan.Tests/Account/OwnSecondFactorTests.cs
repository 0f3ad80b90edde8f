using System.Net;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using OtpNet;
using Zaguan.Account;
using Zaguan.Admin;
using Zaguan.Login;
using Zaguan.OneTimeCodes;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Tests.Account;

/// <summary>A user's own second factor in My account: who sets it up, and what it takes to do away with it.</summary>
public sealed class OwnSecondFactorTests
{
    private const string Home = "/zaguan/account/ambiotec";
    private const string Page = $"{Home}/second-factor";
    private const string Renewal = $"{Page}/recovery-codes";
    private const string Removal = $"{Page}/remove";

    private static readonly DemoLogin Ambiotec = DemoLogin.Ambiotec;

    [Fact]
    public async Task A_user_sets_it_up_makes_other_recovery_codes_and_removes_it_each_with_the_password_of_now_and_a_code()
    {
        var clock = new ManualClock();
        await using var house = await OpenAsync("optional", clock);
        (await Ambiotec.LogsInAsync(house, Ambiotec.RightBody)).ShouldBeTrue();
        using var elsewhere = await EnterAsync(house);
        using var browser = new ConsoleBrowser(house);
        (await browser.ReadAsync(Home)).ShouldContain("contraseña123456");
        await SignInAsync(browser, Ambiotec.Password);
        (await browser.ReadAsync(Home)).ShouldContain($"href=\"{Page}\"");
        (await browser.ReadAsync($"{Home}/password")).ShouldContain("contraseña123456");

        // The secret stays the same until it is set up, and the database has it encrypted.
        var letters = await SecretAsync(browser);
        (await SecretAsync(browser)).ShouldBe(letters);
        (await SecretAsync(elsewhere)).ShouldNotBe(letters);
        var pending = (await house.Services.GetRequiredService<Database>().ReadAsync(db => db.QueryAsync<string?>("SELECT pending_code_secret FROM account_sessions"))).ToList();
        pending.ShouldAllBe(p => p != null && !p.Contains(letters, StringComparison.Ordinal));
        var authenticator = new Authenticator(letters, clock);

        // A wrong code costs no guess, a wrong password does.
        var (hashes, attempts) = (house.Hashes, (await house.AccessLogAsync()).Count);
        await ExpectAsync(Page, HttpStatusCode.BadRequest, "Ese código no es el de ahora", ("code", authenticator.Code(steps: -5)), ("current", Ambiotec.Password));
        await ExpectAsync(Page, HttpStatusCode.BadRequest, "la contraseña de ahora", ("code", authenticator.Code()), ("current", ""));
        (house.Hashes, (await house.AccessLogAsync()).Count).ShouldBe((hashes, attempts));
        await ExpectAsync(Page, HttpStatusCode.Unauthorized, "La contraseña de ahora no es esa.", ("code", authenticator.Code()), ("current", "otra cosa"));
        (house.Hashes, (await house.AccessLogAsync())[^1].Outcome).ShouldBe((hashes + 1, Outcome.WrongPassword));
        (await UserAsync(house)).CodeSecret.ShouldBeNull();

        var before = Cookie(browser);
        var codes = RecoveryCodes(await ExpectAsync(Page, HttpStatusCode.OK, "solo se ven ahora", ("code", authenticator.Code()), ("current", Ambiotec.Password)));
        (codes.Count, codes.Distinct(StringComparer.Ordinal).Count()).ShouldBe((OneTimeCode.RecoveryCodes, OneTimeCode.RecoveryCodes));
        Cookie(browser).ShouldNotBe(before);
        (await elsewhere.GetAsync(Home)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await elsewhere.GetAsync(Page)).StatusCode.ShouldBe(HttpStatusCode.SeeOther, "every other session of My account is over");
        (await house.Services.GetRequiredService<SessionStore>().ListOpenAsync(await UserAsync(house), 10)).ShouldBeEmpty("whoever was in with the password alone is out");
        (await browser.ReadAsync(Page)).ShouldContain("Le quedan 10 códigos");

        (await LogsInAsync(Ambiotec.Password)).ShouldBeFalse();
        (await LogsInAsync(Ambiotec.Password + authenticator.Code())).ShouldBeFalse("that code was taken when it was set up");
        (await LogsInAsync(Ambiotec.Password + authenticator.Code(steps: 1))).ShouldBeTrue();
        (await LogsInAsync(Ambiotec.Password + codes[0])).ShouldBeTrue();
        (await browser.ReadAsync(Page)).ShouldContain("Le quedan 9 códigos");

        // Whoever knows the password alone changes nothing, and does not learn that it is right.
        clock.Advance(TimeSpan.FromMinutes(1));
        foreach (var path in new[] { Renewal, Removal })
        {
            await ExpectAsync(path, HttpStatusCode.Unauthorized, "el código que va detrás no son correctos", ("current", Ambiotec.Password));
            (await house.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.WrongCode);
        }

        await ExpectAsync(Renewal, HttpStatusCode.Unauthorized, "el código que va detrás no son correctos", ("current", $"otra cosa{authenticator.Code()}"));
        await ExpectAsync($"{Home}/password", HttpStatusCode.Unauthorized, "La contraseña de ahora no es esa.", ("current", Ambiotec.Password), ("password", "cuatro palabras bien largas"), ("again", "cuatro palabras bien largas"));

        var others = RecoveryCodes(await ExpectAsync(Renewal, HttpStatusCode.OK, "solo se ven ahora", ("current", Ambiotec.Password + authenticator.Code())));
        others.Intersect(codes, StringComparer.Ordinal).ShouldBeEmpty();
        (await LogsInAsync(Ambiotec.Password + codes[1])).ShouldBeFalse();
        (await LogsInAsync(Ambiotec.Password + others[1])).ShouldBeTrue();
        await browser.ReadAsync(Page);

        // The phone is lost: a recovery code stands in for the code.
        var removed = await browser.PostAsync(Removal, ("current", Ambiotec.Password + others[2]));
        (removed.StatusCode, removed.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.SeeOther, $"{Page}?removed=1"));
        (await browser.ReadAsync($"{Page}?removed=1")).ShouldContain("El segundo factor está quitado");
        (await SecretAsync(browser)).ShouldNotBe(letters);
        (await LogsInAsync(Ambiotec.Password)).ShouldBeTrue();

        (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 100)).Select(a => (a.Action, a.Who, a.Object, a.Before, a.After)).ShouldBe(
            new[] { AuditActions.OwnSecondFactorRemoved, AuditActions.OwnRecoveryCodesMade, AuditActions.OwnSecondFactorSet }.Select(action => (action, "ambiotec/johndoe", "ambiotec/johndoe", (string?)null, (string?)null)));
        foreach (var secret in codes.Concat(others).Append(letters))
        {
            house.Log.All.ShouldNotContain(l => l.Contains(secret, StringComparison.Ordinal));
        }

        Task<bool> LogsInAsync(string password) => Ambiotec.LogsInAsync(house, Ambiotec.Body(Ambiotec.Identifier, password));

        async Task<string> ExpectAsync(string path, HttpStatusCode status, string said, params (string, string)[] fields)
        {
            var answer = await browser.PostAsync(path, fields);
            var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
            answer.StatusCode.ShouldBe(status, page);
            page.ShouldContain(said);
            return page;
        }
    }

    [Fact]
    public async Task Where_codes_are_required_it_is_set_up_with_the_password_alone_and_never_removed()
    {
        var clock = new ManualClock();
        await using var house = await OpenAsync("required", clock, ("Applications:ambiotec:Realm", "ambiotec"), ("Applications:inventario:Realm", "ambiotec"), ("Applications:inventario:Account", "true"));
        (await Ambiotec.LogsInAsync(house, Ambiotec.RightBody)).ShouldBeFalse();
        using var browser = await EnterAsync(house);
        foreach (var path in new[] { Home, $"{Home}/sessions", $"{Home}/password" })
        {
            (await browser.GetAsync(path)).Headers.Location!.ToString().ShouldBe(Page, "until it is set up, nothing else is seen");
        }

        (await browser.PostAsync($"{Home}/sessions/end-all")).Headers.Location!.ToString().ShouldBe(Page, "nor done");
        (await browser.ReadAsync(Page)).ShouldContain("sin él no se entra en ambiotec");
        var authenticator = new Authenticator(await SecretAsync(browser), clock);
        (await browser.PostAsync(Page, ("code", authenticator.Code()), ("current", Ambiotec.Password))).StatusCode.ShouldBe(HttpStatusCode.OK);
        clock.Advance(TimeSpan.FromMinutes(1));

        var page = await browser.ReadAsync(Page);
        page.ShouldContain("No puede quitarlo");
        page.ShouldNotContain(Removal);
        (await browser.PostAsync(Removal, ("current", Ambiotec.Password + authenticator.Code()))).Headers.Location!.ToString().ShouldBe(Page);
        using var other = new ConsoleBrowser(house);
        const string Other = "/zaguan/account/inventario";
        (await other.PostAsync(Other, ("identifier", "johndoe"), ("password", Ambiotec.Password))).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await other.ReadAsync($"{Other}/second-factor")).ShouldContain("No puede quitarlo", Case.Sensitive, "nor by way of an application of the realm that asks nobody");
        (await other.PostAsync($"{Other}/second-factor/remove", ("current", Ambiotec.Password + authenticator.Code()))).Headers.Location!.ToString().ShouldBe($"{Other}/second-factor");
        (await UserAsync(house)).CodeSecret.ShouldNotBeNull();
        (await Ambiotec.LogsInAsync(house, Ambiotec.Body(Ambiotec.Identifier, Ambiotec.Password + authenticator.Code()))).ShouldBeTrue();
        using var second = new ConsoleBrowser(house);
        (await SignInAsync(second, Ambiotec.Password)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "My account is no way around it");
    }

    [Fact]
    public async Task Where_nobody_is_asked_for_codes_nobody_finds_it_but_who_has_one_and_the_password_alone_does_not_remove_that()
    {
        var clock = new ManualClock();
        await using var house = await OpenAsync("off", clock);
        using var browser = await EnterAsync(house);
        (await browser.ReadAsync(Home)).ShouldNotContain(Page);
        (await browser.GetAsync(Page)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        foreach (var path in new[] { Page, Renewal, Removal })
        {
            (await browser.PostAsync(path, ("current", Ambiotec.Password), ("code", "123456"))).Headers.Location!.ToString().ShouldBe(Page);
        }

        var (factors, user) = (house.Services.GetRequiredService<UserSecondFactors>(), await UserAsync(house));
        using var secret = OneTimeCode.NewSecret();
        var authenticator = new Authenticator(OneTimeCode.Base32(secret), clock);
        await factors.SetAsync(user, await factors.SealAsync(secret, user), step: 0, [], AuditEntry.OfCommandLine(DateTimeOffset.UnixEpoch, AuditActions.UserSecondFactorSet, "ambiotec/johndoe", null, null));
        await SignInAsync(browser, Ambiotec.Password);
        (await browser.ReadAsync(Home)).ShouldContain(Page);
        await browser.ReadAsync(Page);

        // Whoever guesses here has the login's own budget.
        for (var guess = 0; guess < 5; guess++)
        {
            (await browser.PostAsync(Removal, ("current", Ambiotec.Password))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        var hashes = house.Hashes;
        var locked = await browser.PostAsync(Removal, ("current", Ambiotec.Password + authenticator.Code()));
        (locked.StatusCode, locked.Headers.RetryAfter.ShouldNotBeNull().Delta > TimeSpan.Zero, house.Hashes).ShouldBe((HttpStatusCode.TooManyRequests, true, hashes));
        (await UserAsync(house)).CodeSecret.ShouldNotBeNull();
        clock.Advance(TimeSpan.FromMinutes(2));
        (await browser.PostAsync(Removal, ("current", Ambiotec.Password + authenticator.Code()))).Headers.Location!.ToString().ShouldBe($"{Page}?removed=1");
        (await UserAsync(house)).CodeSecret.ShouldBeNull();
        (await browser.GetAsync(Page)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Of_many_who_set_one_up_at_once_one_does_and_its_codes_alone_are_good()
    {
        await using var house = await OpenAsync("optional", TimeProvider.System);
        var browsers = new List<(ConsoleBrowser Browser, Authenticator Authenticator)>();
        for (var i = 0; i < 4; i++)
        {
            var browser = await EnterAsync(house);
            browsers.Add((browser, new(await SecretAsync(browser), TimeProvider.System)));
        }

        var answers = await Task.WhenAll(browsers.Select(b => b.Browser.PostAsync(Page, ("code", b.Authenticator.Code()), ("current", Ambiotec.Password))));

        answers.ShouldAllBe(a => (int)a.StatusCode < 500);
        var winner = answers.Index().Where(a => a.Item.StatusCode == HttpStatusCode.OK).ShouldHaveSingleItem();
        var recovery = RecoveryCodes(await winner.Item.Content.ReadAsStringAsync());
        (await Ambiotec.LogsInAsync(house, Ambiotec.Body(Ambiotec.Identifier, Ambiotec.Password + recovery[0]))).ShouldBeTrue();
        (await browsers[winner.Index].Browser.GetAsync(Page)).StatusCode.ShouldBe(HttpStatusCode.OK);
        browsers.ForEach(b => b.Browser.Dispose());
    }

    private static Task<TestHouse> OpenAsync(string asked, TimeProvider clock, params (string, string?)[] more) => TestHouse.OpenAsync(new()
    {
        Settings = FourApplications.Settings([("Applications:ambiotec:Account", "true"), ("Applications:ambiotec:OneTimeCodes", asked), .. more]),
        Clock = clock,
    });

    private static async Task<User> UserAsync(TestHouse house) => (await house.Services.GetRequiredService<UserStore>().FindByNumberAsync("ambiotec", 1))!;

    private static Task<HttpResponseMessage> SignInAsync(ConsoleBrowser browser, string password) => browser.PostAsync(Home, ("identifier", "johndoe"), ("password", password));

    private static async Task<ConsoleBrowser> EnterAsync(TestHouse house)
    {
        var browser = new ConsoleBrowser(house);
        (await SignInAsync(browser, Ambiotec.Password)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        await browser.GetAsync(Page);
        return browser;
    }

    /// <summary>What the page that sets one up says to somebody without a camera.</summary>
    private static async Task<string> SecretAsync(ConsoleBrowser browser) => (await browser.ReadAsync(Page)).Split("id=\"secret\">")[1].Split('<')[0];

    private static IReadOnlyList<string> RecoveryCodes(string page) => [.. page.Split("<li>").Skip(1).Select(rest => rest.Split("</li>")[0])];

    private static string Cookie(ConsoleBrowser browser) => browser.CookiesOf(AccountRoutes.Root)["zaguan-account"]!.Value;

    private sealed record Authenticator(string Letters, TimeProvider Clock)
    {
        public string Code(int steps = 0) => new Totp(Base32Encoding.ToBytes(Letters)).ComputeTotp(Clock.GetUtcNow().AddSeconds(30 * steps).UtcDateTime);
    }
}
