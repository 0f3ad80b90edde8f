using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Admin;
using Zaguan.Admin.Api;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Admin.Api;

/// <summary>The keys of the API, in the console.</summary>
public sealed class ApiKeyPagesTests
{
    [Fact]
    public async Task A_key_is_made_and_seen_once_used_and_revoked_and_both_are_recorded()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        var keys = house.Services.GetRequiredService<ApiKeyStore>();
        (await ana.ReadAsync(ApiPages.Keys)).ShouldContain("No hay ninguna.");

        (await ana.PostAsync(ApiPages.Keys, ("name", "informe"), ("days", "90"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest, "it could do nothing");
        (await ana.PostAsync(ApiPages.Keys, ("name", "informe"), ("scope", "todo"), ("days", "90"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ana.PostAsync(ApiPages.Keys, ("name", ""), ("scope", "log:read"), ("days", "90"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ana.PostAsync(ApiPages.Keys, ("name", "informe"), ("scope", "log:read"), ("days", "9000"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await keys.ListAsync()).ShouldBeEmpty();
        var shown = await ana.PostAsync(ApiPages.Keys, ("name", "informe"), ("scope", "log:read"), ("scope", "users:read"), ("days", "90"));

        shown.StatusCode.ShouldBe(HttpStatusCode.OK);
        var page = await shown.Content.ReadAsStringAsync();
        var text = page[page.IndexOf("zgk_", StringComparison.Ordinal)..].Split('<')[0];
        var key = (await keys.ListAsync()).ShouldHaveSingleItem();
        (key.Name, key.Scopes, key.CreatedBy, key.ExpiresAt).ShouldBe(("informe", "users:read log:read", "ana", clock.GetUtcNow().AddDays(90).ToUnixTimeMilliseconds()));
        var list = await ana.ReadAsync(ApiPages.Keys);
        list.ShouldContain(key.PublicId);
        list.ShouldNotContain(text);
        await (await ApiClient.WithAsync(house)).As(text).DoAsync("GET", "/access-log");

        clock.Advance(TimeSpan.FromMinutes(16));
        (await ana.PostAsync(ApiPages.Revoke(key))).Headers.Location!.ToString().ShouldStartWith(ConsoleRoutes.Confirm);
        (await ana.PostAsync(ApiPages.Keys, ("name", "otra"), ("scope", "log:read"), ("days", "90"))).Headers.Location!.ToString().ShouldStartWith(ConsoleRoutes.Confirm);
        (await keys.FindAsync(key.Id))!.RevokedAt.ShouldBeNull("nobody confirmed");
        (await ana.PostAsync(ConsoleRoutes.Confirm, ("password", ConsoleBrowser.Password), ("code", ana.Code()))).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await ana.PostAsync(ApiPages.Revoke(key))).Headers.Location!.ToString().ShouldBe(ApiPages.Keys);
        (await ana.PostAsync(ApiPages.Revoke(key))).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await (await ApiClient.WithAsync(house)).As(text).GetAsync("/access-log")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await ana.ReadAsync(ApiPages.Keys)).ShouldContain("anulada");

        var audit = (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 100)).Where(a => a is { Who: "ana", Action: AuditActions.ApiKeyMade or AuditActions.ApiKeyRevoked }).Reverse().ToList();
        audit.Select(a => (a.Action, a.Object)).ShouldBe([(AuditActions.ApiKeyMade, $"informe ({key.PublicId})"), (AuditActions.ApiKeyRevoked, $"informe ({key.PublicId})")]);
        audit[0].After!.ShouldStartWith("""{"scopes":["users:read","log:read"],"expiresAt":""");
        string.Concat(audit.Select(a => a.Before + a.After)).ShouldNotContain(text.Split('_', 3)[2]);
    }

    [Fact]
    public async Task Only_an_administrator_sees_keys()
    {
        await using var house = await TestHouse.OpenAsync();
        using var browser = await ConsoleBrowser.EnterAsync(house, AdminRole.Operator);

        (await browser.GetAsync(ApiPages.Keys)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await browser.ReadAsync(ConsoleRoutes.Home)).ShouldNotContain(ApiPages.Keys);
        (await browser.PostAsync(ApiPages.Keys, ("name", "x"), ("scope", "log:read"), ("days", "never"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }
}
