using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Admin;
using Zaguan.Admin.KeyPages;
using Zaguan.BackEnds;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Admin;

/// <summary>Keys that sign, back-ends and their keys, and the rules of forward-auth.</summary>
public sealed class KeyPagesTests
{
    [Fact]
    public async Task The_next_signing_key_is_made_once_and_recorded()
    {
        var clock = new ManualClock();
        await using var house = await OwnKeysHouse.OpenAsync(clock);
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        var first = (await OwnKeysHouse.KidsAsync(house)).ShouldHaveSingleItem();
        (await ana.ReadAsync(KeyPageRoutes.Home)).ShouldContain(first);

        (await ana.PostAsync(KeyPageRoutes.Rotate)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await ana.PostAsync(KeyPageRoutes.Rotate)).StatusCode.ShouldBe(HttpStatusCode.Conflict, "one waits already");

        var next = (await OwnKeysHouse.KidsAsync(house)).Except([first], StringComparer.Ordinal).Single();
        var page = await ana.ReadAsync(KeyPageRoutes.Home);
        page.ShouldContain(next);
        page.ShouldContain("publicada; firmará");
        var audit = (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 100)).Single(a => a.Action is AuditActions.KeyMade);
        (audit.Who, audit.Object).ShouldBe(("ana", next));
    }

    [Fact]
    public async Task A_back_end_s_key_is_seen_once_and_is_good_until_it_is_removed()
    {
        var clock = new ManualClock();
        await using var house = await FourApplications.OpenAsync(options: new() { Clock = clock });
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        (await ana.PostAsync(KeyPageRoutes.Rotate)).StatusCode.ShouldBe(HttpStatusCode.Conflict, "nobody signs with one");
        (await ana.PostAsync(KeyPageRoutes.BackEnds, ("name", "Con Blancos"), ("application", "romsoft"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ana.PostAsync(KeyPageRoutes.BackEnds, ("name", "caja"), ("application", "ninguna"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        var added = await ana.PostAsync(KeyPageRoutes.BackEnds, ("name", "caja"), ("application", "romsoft"));

        added.StatusCode.ShouldBe(HttpStatusCode.OK);
        var page = await added.Content.ReadAsStringAsync();
        var key = page[page.IndexOf("zbk_", StringComparison.Ordinal)..].Split('<')[0];
        (await house.Services.GetRequiredService<BackEndStore>().FindByKeyAsync(key))!.Application.ShouldBe("romsoft");
        var list = await ana.ReadAsync(KeyPageRoutes.Home);
        list.ShouldContain("caja");
        list.ShouldNotContain(key);
        (await ana.PostAsync(KeyPageRoutes.BackEnds, ("name", "caja"), ("application", "romsoft"))).StatusCode.ShouldBe(HttpStatusCode.Conflict);

        clock.Advance(TimeSpan.FromMinutes(16));
        (await ana.PostAsync($"{KeyPageRoutes.BackEnds}/caja/remove")).Headers.Location!.ToString().ShouldStartWith(ConsoleRoutes.Confirm);
        (await house.Services.GetRequiredService<BackEndStore>().FindByKeyAsync(key)).ShouldNotBeNull("nobody confirmed");
        (await ana.PostAsync(ConsoleRoutes.Confirm, ("password", ConsoleBrowser.Password), ("code", ana.Code()))).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await ana.PostAsync($"{KeyPageRoutes.BackEnds}/caja/remove")).Headers.Location!.ToString().ShouldBe(KeyPageRoutes.Home);
        (await house.Services.GetRequiredService<BackEndStore>().FindByKeyAsync(key)).ShouldBeNull();
        (await ana.PostAsync($"{KeyPageRoutes.BackEnds}/caja/remove")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        var audit = (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 100)).Where(a => a.Object is "caja").ToList();
        audit.Select(a => a.Action).ShouldBe([AuditActions.BackEndRemoved, AuditActions.BackEndAdded]);
        audit.ShouldAllBe(a => !$"{a.Before}{a.After}".Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_rules_are_shown_and_say_what_a_role_may_open()
    {
        await using var house = await FourApplications.OpenAsync(FourApplications.Settings(
            ("Applications:romsoft:Rules:0:Path", "/api/informes"), ("Applications:romsoft:Rules:0:Methods:0", "GET"), ("Applications:romsoft:Rules:0:Roles:0", "Gerencia")));
        using var auditor = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor);
        var page = await auditor.ReadAsync(KeyPageRoutes.Home);
        page.ShouldContain("/api/informes");
        page.ShouldContain("GET, HEAD");
        page.ShouldNotContain("Añadir uno", customMessage: "an auditor only looks");

        (await AskAsync("GET", "/api/informes/2026", "gerencia")).ShouldContain("Puede pasar, si ha entrado.");
        (await AskAsync("GET", "/api/informes/2026", "Caja")).ShouldContain("la regla no nombra ese papel");
        (await AskAsync("GET", "/api/informes/2026", "")).ShouldContain("la regla no nombra ese papel");
        (await AskAsync("GET", "/api/informes/2026", "%EF%BF%BE")).ShouldContain("la regla no nombra ese papel", customMessage: "what cannot be a name is no role");
        (await AskAsync("POST", "/api/informes", "Caja")).ShouldContain("Puede pasar, si ha entrado.");
        (await AskAsync("GET", "/api/../api/informes", "gerencia")).ShouldContain("dos maneras");

        Task<string> AskAsync(string method, string path, string role) =>
            auditor.ReadAsync($"{KeyPageRoutes.Home}?application=romsoft&method={method}&path={Uri.EscapeDataString(path)}&role={role}");
    }
}
