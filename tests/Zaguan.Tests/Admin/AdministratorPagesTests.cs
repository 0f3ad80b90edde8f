using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Admin;
using Zaguan.Admin.AdministratorPages;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Admin;

/// <summary>Who may enter the console, and as what.</summary>
public sealed class AdministratorPagesTests
{
    [Fact]
    public async Task Administrators_are_added_changed_and_deleted_and_each_change_is_recorded()
    {
        await using var house = await TestHouse.OpenAsync();
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        var admins = house.Services.GetRequiredService<AdminStore>();

        (await AddAsync("eva", "Operator", "corta")).ShouldBe(HttpStatusCode.BadRequest);
        (await AddAsync("", "Operator", ConsoleBrowser.Password)).ShouldBe(HttpStatusCode.BadRequest);
        (await AddAsync("eva", "Jefa", ConsoleBrowser.Password)).ShouldBe(HttpStatusCode.BadRequest);
        (await AddAsync("eva", "Operator", ConsoleBrowser.Password)).ShouldBe(HttpStatusCode.SeeOther);
        (await AddAsync("Eva", "Auditor", ConsoleBrowser.Password)).ShouldBe(HttpStatusCode.Conflict);
        var eva = (await admins.FindAsync("eva"))!;
        eva.Role.ShouldBe(AdminRole.Operator);

        using var browser = new ConsoleBrowser(house);
        (await browser.PostAsync(ConsoleRoutes.Enter, ("name", "eva"), ("password", ConsoleBrowser.Password))).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        await browser.SetUpSecondFactorAsync();
        var seen = await browser.ReadAsync(AdministratorRoutes.List);
        seen.ShouldContain("ana");
        seen.ShouldNotContain("Añadir un administrador");
        (await browser.PostAsync(AdministratorRoutes.Of(eva, "enable"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        (await ActAsync(eva, "second-factor")).ShouldBe(HttpStatusCode.SeeOther);
        (await admins.FindAsync("eva"))!.CodeSecret.ShouldBeNull();
        (await ActAsync(eva, "role", ("role", "Auditor"))).ShouldBe(HttpStatusCode.SeeOther);
        (await ActAsync(eva, "role", ("role", "9"))).ShouldBe(HttpStatusCode.BadRequest);
        (await admins.FindAsync("eva"))!.Role.ShouldBe(AdminRole.Auditor);
        (await browser.GetAsync(ConsoleRoutes.Home)).StatusCode.ShouldBe(HttpStatusCode.SeeOther, "another role is another session");
        (await ActAsync(eva, "disable")).ShouldBe(HttpStatusCode.SeeOther);
        (await ana.ReadAsync(AdministratorRoutes.List)).ShouldContain("desactivado");
        (await ActAsync(eva, "enable")).ShouldBe(HttpStatusCode.SeeOther);
        (await admins.FindAsync("eva"))!.Active.ShouldBeTrue();
        (await ActAsync(eva, "delete")).ShouldBe(HttpStatusCode.SeeOther);
        (await ActAsync(eva, "delete")).ShouldBe(HttpStatusCode.NotFound);
        (await admins.FindAsync("eva")).ShouldBeNull();

        var audit = (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 100)).Where(a => a is { Who: "ana", Object: "eva" }).Reverse().ToList();
        audit.Select(a => (a.Action, a.Before, a.After)).ShouldBe(
        [
            (AuditActions.AdminAdded, null, """{"role":"Operator"}"""),
            (AuditActions.AdminChanged, null, """{"secondFactor":"none"}"""),
            (AuditActions.AdminChanged, """{"role":"Operator"}""", """{"role":"Auditor"}"""),
            (AuditActions.AdminChanged, """{"active":true}""", """{"active":false}"""),
            (AuditActions.AdminChanged, """{"active":false}""", """{"active":true}"""),
            (AuditActions.AdminDeleted, """{"role":"Auditor"}""", null),
        ]);

        async Task<HttpStatusCode> AddAsync(string name, string role, string password) => (await ana.PostAsync(AdministratorRoutes.List, ("name", name), ("role", role), ("password", password))).StatusCode;

        async Task<HttpStatusCode> ActAsync(Administrator admin, string act, params (string, string)[] fields) => (await ana.PostAsync(AdministratorRoutes.Of(admin, act), fields)).StatusCode;
    }

    [Fact]
    public async Task Too_many_wrong_passwords_are_shown_and_forgiven()
    {
        await using var house = await TestHouse.OpenAsync();
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        await ConsoleBrowser.AddAdminAsync(house, "eva", AdminRole.Auditor);
        using var stranger = new ConsoleBrowser(house);
        for (var i = 0; i < 5; i++)
        {
            await stranger.PostAsync(ConsoleRoutes.Enter, ("name", "eva"), ("password", "otra contraseña"));
        }

        (await ana.ReadAsync(AdministratorRoutes.List)).ShouldContain("activo, bloqueado");
        var eva = (await house.Services.GetRequiredService<AdminStore>().FindAsync("eva"))!;
        (await ana.PostAsync(AdministratorRoutes.Of(eva, "unlock"))).StatusCode.ShouldBe(HttpStatusCode.SeeOther);

        (await ana.ReadAsync(AdministratorRoutes.List)).ShouldNotContain("bloqueado");
        (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 1)).Single().After.ShouldBe("""{"failedAttempts":"forgiven"}""");
    }

    [Theory]
    [InlineData("disable")]
    [InlineData("delete")]
    [InlineData("role")]
    public async Task Nobody_takes_their_own_place_away(string act)
    {
        await using var house = await TestHouse.OpenAsync();
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        await ConsoleBrowser.AddAdminAsync(house, "eva", AdminRole.Administrator);
        var store = house.Services.GetRequiredService<AdminStore>();

        (await ana.PostAsync(AdministratorRoutes.Of((await store.FindAsync("ana"))!, act), ("role", "Auditor"))).StatusCode.ShouldBe(HttpStatusCode.Conflict);

        (await store.FindAsync("ana")).ShouldSatisfyAllConditions(a => a!.Active.ShouldBeTrue(), a => a!.Role.ShouldBe(AdminRole.Administrator));
    }

    [Fact]
    public async Task Of_all_who_take_each_other_s_place_away_at_once_one_is_left()
    {
        await using var house = await TestHouse.OpenAsync();
        var store = house.Services.GetRequiredService<AdminStore>();
        foreach (var name in new[] { "ana", "eva", "luz", "paz" })
        {
            await ConsoleBrowser.AddAdminAsync(house, name, AdminRole.Administrator);
        }

        await ConsoleBrowser.AddAdminAsync(house, "auditora", AdminRole.Auditor);
        var audit = AuditEntry.OfCommandLine(DateTimeOffset.UnixEpoch, AuditActions.AdminChanged, "", null, null);
        var rulers = (await store.ListAsync()).Where(a => a.Role == AdminRole.Administrator).ToList();

        var done = await Task.WhenAll(rulers.Select((a, i) => (i % 3) switch
        {
            0 => store.SetActiveAsync(a, active: false, audit, keepsOne: true),
            1 => store.DeleteAsync(a, audit, keepsOne: true),
            _ => store.SetRoleAsync(a, AdminRole.Auditor, audit, keepsOne: true),
        }));

        done.Count(d => d).ShouldBe(3);
        (await store.ListAsync()).Count(a => a is { Active: true, Role: AdminRole.Administrator }).ShouldBe(1);
        // Whoever is no administrator of that role keeps nobody from anything.
        (await store.DeleteAsync((await store.FindAsync("auditora"))!, audit, keepsOne: true)).ShouldBeTrue();
    }
}
