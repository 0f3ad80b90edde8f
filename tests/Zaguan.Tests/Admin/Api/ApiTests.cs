using System.Net;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Admin;
using Zaguan.Admin.AccessPages;
using Zaguan.Admin.Api;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Admin.Api;

/// <summary>What the Admin API does: what the console does.</summary>
public sealed class ApiTests
{
    private static readonly string[] OneScope = [ApiScopes.LogRead];

    private static readonly string[] ReadingKeys = [ApiScopes.ApiKeysRead];

    [Fact]
    public async Task Every_operation_of_the_document_is_done_as_it_says_and_every_change_is_recorded()
    {
        await using var house = await OwnKeysHouse.OpenAsync();
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        var api = await ApiClient.WithAllAsync(house);
        string[] eva = ["ambiotec", "2"];
        const string user = "/users/{realm}/{number}";

        // Users.
        Names(await api.DoAsync("GET", "/realms"), "realms").ShouldContain("ambiotec");
        var added = await api.DoAsync("POST", "/users", body: new { realm = "ambiotec", username = "eva", email = "eva@clinica.example", givenName = "Eva" });
        (added.GetProperty("number").GetInt64(), added.GetProperty("hash").GetString()).ShouldBe((2, "none"));
        (await api.PostAsync("/users", new { realm = "ambiotec", username = "EVA" })).Status.ShouldBe(HttpStatusCode.Conflict);
        var edited = await api.DoAsync("PUT", user, eva, new { username = "eva.ruiz", email = "eva@clinica.example" });
        (edited.GetProperty("username").GetString(), edited.GetProperty("givenName").ValueKind).ShouldBe(("eva.ruiz", JsonValueKind.Null));
        (await api.SendAsync("PUT", user, eva, new { username = "johndoe" })).Status.ShouldBe(HttpStatusCode.Conflict);
        var made = (await api.DoAsync("POST", $"{user}/password", eva, new { })).GetProperty("password").GetString()!;
        (await LogInAsync("eva.ruiz", made)).ShouldBe(HttpStatusCode.OK);
        (await api.SendAsync("POST", $"{user}/password", eva, new { password = "corta" })).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await api.DoAsync("POST", $"{user}/password", eva, new { password = "caballo de la batería" })).GetProperty("password").ValueKind.ShouldBe(JsonValueKind.Null);
        for (var i = 0; i < 3; i++)
        {
            (await LogInAsync("eva.ruiz", "caballo de la batería")).ShouldBe(HttpStatusCode.OK);
        }

        var sessions = (await api.DoAsync("GET", $"{user}/sessions", eva)).GetProperty("sessions").EnumerateArray().Select(s => s.GetProperty("id").GetString()!).ToList();
        sessions.Count.ShouldBe(3);
        await api.DoAsync("DELETE", $"{user}/sessions/{{id}}", [.. eva, sessions[0]]);
        (await api.SendAsync("DELETE", $"{user}/sessions/{{id}}", [.. eva, sessions[0]])).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.SendAsync("DELETE", $"{user}/sessions/{{id}}", ["ambiotec", "1", sessions[1]])).Status.ShouldBe(HttpStatusCode.NotFound, "somebody else's");
        await api.DoAsync("DELETE", $"{user}/sessions", eva);
        (await api.DoAsync("GET", $"{user}/sessions", eva)).GetProperty("sessions").GetArrayLength().ShouldBe(0);
        for (var i = 0; i < 5; i++)
        {
            await LogInAsync("eva.ruiz", "otra");
        }

        (await api.DoAsync("GET", user, eva)).GetProperty("locks").GetArrayLength().ShouldBeGreaterThan(0);
        (await api.DoAsync("POST", $"{user}/unlock", eva)).GetProperty("locks").GetArrayLength().ShouldBe(0);
        await SecondFactorOf.SetUpAsync(house, (await house.Services.GetRequiredService<UserStore>().FindByNameOrEmailAsync("ambiotec", "eva.ruiz"))!);
        (await api.DoAsync("GET", user, eva)).GetProperty("secondFactor").GetBoolean().ShouldBeTrue();
        (await api.DoAsync("POST", $"{user}/reset-second-factor", eva)).GetProperty("secondFactor").GetBoolean().ShouldBeFalse();
        (await api.DoAsync("POST", $"{user}/disable", eva)).GetProperty("active").GetBoolean().ShouldBeFalse();
        (await api.DoAsync("GET", "/users?q=eva&realm=ambiotec&state=disabled&hash=modern")).GetProperty("users").GetArrayLength().ShouldBe(1);
        (await api.DoAsync("POST", $"{user}/enable", eva)).GetProperty("active").GetBoolean().ShouldBeTrue();
        var attempted = (await api.DoAsync("GET", $"{user}/attempts", eva)).GetProperty("attempts").EnumerateArray().Select(a => a.GetProperty("user").GetString()).ToList();
        attempted.Count.ShouldBe(9);
        attempted.ShouldAllBe(name => name == "eva.ruiz");

        // Logs and figures.
        var log = await api.DoAsync("GET", "/access-log?from=2020-01-01T00:00:00Z&user=eva.ruiz&outcome=granted&application=ambiotec");
        log.GetProperty("attempts").GetArrayLength().ShouldBe(4);
        (await api.DoAsync("GET", "/access-log/addresses?user=eva.ruiz")).GetProperty("addresses")[0].GetProperty("failures").GetInt64().ShouldBe(5);
        (await api.DoAsync("GET", "/overview")).GetProperty("minutes").EnumerateArray().Sum(m => m.GetProperty("attempts").GetInt64()).ShouldBe(9);

        // Applications, keys, back-ends.
        Names(await api.DoAsync("GET", "/applications"), "applications").ShouldContain("clinica");
        var application = await api.DoAsync("GET", "/applications/{name}", ["romsoft"]);
        application.ToString().ShouldNotContain(FourApplications.RomsoftSecret);
        application.GetProperty("outcomes").GetArrayLength().ShouldBeGreaterThan(3);
        (await api.DoAsync("GET", "/applications/{name}/verdict?method=GET&path=/x&role=a", ["romsoft"])).GetProperty("verdict").GetString().ShouldBe("permitted");
        (await api.GetAsync("/applications/{name}", "ninguna")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.DoAsync("GET", "/signing-keys")).GetProperty("keys").GetArrayLength().ShouldBe(1);
        (await api.DoAsync("POST", "/signing-keys")).GetProperty("keys").EnumerateArray().Last().GetProperty("state").GetString().ShouldBe("next");
        (await api.PostAsync("/signing-keys")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await api.DoAsync("POST", "/back-ends", body: new { name = "caja", application = "romsoft" })).GetProperty("key").GetString()!.ShouldStartWith("zbk_");
        (await api.PostAsync("/back-ends", new { name = "caja", application = "romsoft" })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await api.PostAsync("/back-ends", new { name = "Con Blancos", application = "romsoft" })).Status.ShouldBe(HttpStatusCode.BadRequest);
        Names(await api.DoAsync("GET", "/back-ends"), "backEnds").ShouldBe(["caja"]);
        await api.DoAsync("DELETE", "/back-ends/{name}", ["caja"]);
        (await api.SendAsync("DELETE", "/back-ends/{name}", ["caja"])).Status.ShouldBe(HttpStatusCode.NotFound);

        // Administrators.
        var admin = (await api.DoAsync("POST", "/administrators", body: new { name = "eva", role = "operator", password = ConsoleBrowser.Password })).GetProperty("key").ToString();
        (await api.PostAsync("/administrators", new { name = "Eva", role = "operator", password = ConsoleBrowser.Password })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await api.DoAsync("PUT", "/administrators/{key}/role", [admin], new { role = "auditor" })).GetProperty("role").GetString().ShouldBe("auditor");
        foreach (var act in new[] { "disable", "enable", "unlock", "reset-second-factor" })
        {
            await api.DoAsync("POST", $"/administrators/{{key}}/{act}", [admin]);
        }

        (await api.DoAsync("GET", "/administrators/{key}", [admin])).GetProperty("active").GetBoolean().ShouldBeTrue();
        Names(await api.DoAsync("GET", "/administrators"), "administrators").ShouldBe(["ana", "eva"]);
        await api.DoAsync("DELETE", "/administrators/{key}", [admin]);

        // The keys themselves.
        var child = await api.DoAsync("POST", "/api-keys", body: new { name = "informe", scopes = OneScope, expiresAt = TimeProvider.System.GetUtcNow().AddDays(1) });
        await api.As(child.GetProperty("key").GetString()).DoAsync("GET", "/access-log");
        Names(await api.DoAsync("GET", "/api-keys"), "keys").ShouldContain("informe");
        await api.DoAsync("DELETE", "/api-keys/{id}", [child.GetProperty("id").GetString()!]);
        (await api.SendAsync("DELETE", "/api-keys/{id}", [child.GetProperty("id").GetString()!])).Status.ShouldBe(HttpStatusCode.Conflict);
        (await api.As(child.GetProperty("key").GetString()).GetAsync("/access-log")).Status.ShouldBe(HttpStatusCode.Unauthorized);

        await api.DoAsync("DELETE", user, eva);
        (await api.SendAsync("DELETE", user, eva)).Status.ShouldBe(HttpStatusCode.NotFound);

        // Who did it, and what was there before.
        var audit = (await api.DoAsync("GET", "/audit-log")).GetProperty("entries").EnumerateArray().Reverse().ToList();
        var own = audit.Where(a => a.GetProperty("who").GetString()!.StartsWith("prueba (zgk_", StringComparison.Ordinal)).ToList();
        own.Select(a => (a.GetProperty("action").GetString(), a.GetProperty("object").GetString())).ShouldBe(
        [
            (AuditActions.UserAdded, "ambiotec/eva"), (AuditActions.UserChanged, "ambiotec/eva"),
            (AuditActions.UserPasswordSet, "ambiotec/eva.ruiz"), (AuditActions.UserPasswordSet, "ambiotec/eva.ruiz"),
            (AuditActions.UserSessionEnded, "ambiotec/eva.ruiz"), (AuditActions.UserSessionsEnded, "ambiotec/eva.ruiz"),
            (AuditActions.UserUnlocked, "ambiotec/eva.ruiz"), (AuditActions.UserSecondFactorReset, "ambiotec/eva.ruiz"), (AuditActions.UserDisabled, "ambiotec/eva.ruiz"), (AuditActions.UserEnabled, "ambiotec/eva.ruiz"),
            (AuditActions.KeyMade, (await OwnKeysHouse.KidsAsync(house))[^1]), (AuditActions.BackEndAdded, "caja"), (AuditActions.BackEndRemoved, "caja"),
            (AuditActions.AdminAdded, "eva"), (AuditActions.AdminChanged, "eva"), (AuditActions.AdminChanged, "eva"), (AuditActions.AdminChanged, "eva"), (AuditActions.AdminChanged, "eva"),
            (AuditActions.AdminDeleted, "eva"),
            (AuditActions.ApiKeyMade, $"informe ({child.GetProperty("id").GetString()})"), (AuditActions.ApiKeyRevoked, $"informe ({child.GetProperty("id").GetString()})"),
            (AuditActions.UserDeleted, "ambiotec/eva.ruiz"),
        ]);
        own[1].GetProperty("before").GetProperty("username").GetString().ShouldBe("eva");
        own[1].GetProperty("after").GetProperty("username").GetString().ShouldBe("eva.ruiz");
        var told = string.Concat(own.Select(a => a.ToString()));
        told.ShouldNotContain(made);
        told.ShouldNotContain("caballo");
        told.ShouldNotContain("zbk_");
        (await ana.ReadAsync(AccessRoutes.Audit)).ShouldContain(own[0].GetProperty("who").GetString()!);

        api.Done.ShouldBe(ApiClient.Routes(house).Select(r => $"{r.Method} {r.Path}"), ignoreOrder: true);

        async Task<HttpStatusCode> LogInAsync(string name, string password) =>
            (await house.PostAsync("/api/login", JsonSerializer.Serialize(new { usuario_login = name, usuario_password = password }))).StatusCode;
    }

    [Fact]
    public async Task There_are_so_many_keys_and_no_more_and_of_those_that_are_good_no_more_the_newest_are_kept()
    {
        await using var house = await TestHouse.OpenAsync();
        var api = await ApiClient.WithAsync(house, "api-keys:write", "api-keys:read");
        await FillAsync("buena", ApiKeyStore.Most - 2, null);
        await FillAsync("vieja", ApiKeyStore.Most + 5, 1);

        var last = (await api.DoAsync("POST", "/api-keys", [], new { name = "última", scopes = ReadingKeys })).GetProperty("id").GetString()!;
        (await api.PostAsync("/api-keys", new { name = "una más", scopes = ReadingKeys })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await house.Services.GetRequiredService<ApiKeyStore>().ListAsync()).Count.ShouldBe(2 * ApiKeyStore.Most);

        await api.DoAsync("DELETE", "/api-keys/{id}", [last]);
        (await api.PostAsync("/api-keys", new { name = "otra", scopes = ReadingKeys })).Status.ShouldBe(HttpStatusCode.OK);
        (await house.Services.GetRequiredService<ApiKeyStore>().ListAsync()).Count.ShouldBe(2 * ApiKeyStore.Most);

        Task FillAsync(string name, int count, long? expiresAt) => house.Services.GetRequiredService<Database>().WriteAsync(db => db.ExecuteAsync(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @count)
            INSERT INTO api_keys (id, name, hash, scopes, created_by, created_at, expires_at) SELECT @name || i, @name, '', 'users:read', 'ana', i, @expiresAt FROM n
            """,
            new { name, count, expiresAt }));
    }

    [Fact]
    public async Task A_key_gives_nobody_more_than_it_has_and_the_last_administrator_stays()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        await ConsoleBrowser.AddAdminAsync(house, "ana", AdminRole.Administrator);
        await ConsoleBrowser.AddAdminAsync(house, "leo", AdminRole.Administrator);
        var admins = house.Services.GetRequiredService<AdminStore>();
        var (ana, leo) = ((await admins.FindAsync("ana"))!, (await admins.FindAsync("leo"))!);
        await admins.SetActiveAsync(leo, active: false, AuditEntry.OfCommandLine(clock.GetUtcNow(), AuditActions.AdminChanged, "leo", null, null));
        string[] first = [ana.Key.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        string[] second = [leo.Key.ToString(System.Globalization.CultureInfo.InvariantCulture)];

        var ends = clock.GetUtcNow().AddDays(1);
        var limited = (await ApiClient.WithAsync(house)).As((await ApiClient.MakeAsync(house, "limitada", ends, ApiScopes.AdministratorsWrite, ApiScopes.ApiKeysWrite, ApiScopes.UsersRead)).Text);
        var before = await ApiClient.EverythingAsync(house);
        (await KeyAsync(["users:read", "users:write"], ends)).ShouldBe(HttpStatusCode.Forbidden);
        (await KeyAsync(["users:read"], null)).ShouldBe(HttpStatusCode.Forbidden, "it would outlive it");
        (await KeyAsync(["users:read"], ends.AddSeconds(1))).ShouldBe(HttpStatusCode.Forbidden);
        (await KeyAsync([], ends)).ShouldBe(HttpStatusCode.BadRequest);
        (await KeyAsync(["usuarios:leer"], ends)).ShouldBe(HttpStatusCode.BadRequest);
        (await KeyAsync(["users:read"], clock.GetUtcNow())).ShouldBe(HttpStatusCode.BadRequest);
        // Not by way of the console either.
        foreach (var role in new[] { "auditor", "operator", "administrator" })
        {
            (await limited.PostAsync("/administrators", new { name = "eva", role, password = ConsoleBrowser.Password })).Status.ShouldBe(HttpStatusCode.Forbidden);
        }

        (await limited.SendAsync("PUT", "/administrators/{key}/role", second, new { role = "auditor" })).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await limited.SendAsync("POST", "/administrators/{key}/enable", second)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await limited.SendAsync("POST", "/administrators/{key}/reset-second-factor", first)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await ApiClient.EverythingAsync(house)).ShouldBe(before);
        (await KeyAsync(["users:read"], ends)).ShouldBe(HttpStatusCode.OK);
        (await limited.SendAsync("POST", "/administrators/{key}/unlock", second)).Status.ShouldBe(HttpStatusCode.Forbidden, "Who forgives without end lets guess without end.");

        var api = await ApiClient.WithAllAsync(house);
        (await api.SendAsync("DELETE", "/administrators/{key}", first)).Status.ShouldBe(HttpStatusCode.Conflict);
        (await api.SendAsync("POST", "/administrators/{key}/disable", first)).Status.ShouldBe(HttpStatusCode.Conflict);
        (await api.SendAsync("PUT", "/administrators/{key}/role", first, new { role = "operator" })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await admins.FindAsync("ana")).ShouldBe(ana);
        await api.DoAsync("POST", "/administrators/{key}/enable", second);
        await api.DoAsync("DELETE", "/administrators/{key}", first);

        var auditing = await ApiClient.WithAsync(house, [ApiScopes.AdministratorsWrite, .. ApiScopes.OfRole(AdminRole.Auditor)]);
        await auditing.DoAsync("POST", "/administrators", body: new { name = "eva", role = "auditor", password = ConsoleBrowser.Password });
        (await auditing.PostAsync("/administrators", new { name = "iris", role = "operator", password = ConsoleBrowser.Password })).Status.ShouldBe(HttpStatusCode.Forbidden);

        async Task<HttpStatusCode> KeyAsync(string[] scopes, DateTimeOffset? expiresAt) => (await limited.PostAsync("/api-keys", new { name = "hija", scopes, expiresAt })).Status;
    }

    [Fact]
    public async Task Long_lists_are_read_page_by_page()
    {
        await using var house = await TestHouse.OpenAsync();
        var api = await ApiClient.WithAllAsync(house);
        var users = house.Services.GetRequiredService<Zaguan.Users.UserStore>();
        for (var i = 0; i < 60; i++)
        {
            await users.AddAsync(new() { Realm = "romsoft", Username = $"usuario {i:00}" });
        }

        var page = await api.DoAsync("GET", "/users?realm=romsoft");
        page.GetProperty("users").GetArrayLength().ShouldBe(50);
        var rest = await api.DoAsync("GET", $"/users?realm=romsoft&after={Uri.EscapeDataString(page.GetProperty("next").GetString()!)}");
        rest.GetProperty("next").ValueKind.ShouldBe(JsonValueKind.Null);
        page.GetProperty("users").EnumerateArray().Concat(rest.GetProperty("users").EnumerateArray()).Select(u => u.GetProperty("number").GetInt64()).Distinct().Count().ShouldBe(61);

        var audit = house.Services.GetRequiredService<AuditLog>();
        for (var i = 0; i < 205; i++)
        {
            await audit.AppendAsync(AuditEntry.OfCommandLine(DateTimeOffset.UnixEpoch, AuditActions.UserChanged, $"romsoft/{i}", null, null));
        }

        var newest = await api.DoAsync("GET", "/audit-log");
        newest.GetProperty("entries").GetArrayLength().ShouldBe(200);
        (await api.DoAsync("GET", $"/audit-log?before={newest.GetProperty("next")}")).GetProperty("entries").GetArrayLength().ShouldBe(6);
    }

    private static IReadOnlyList<string?> Names(JsonElement answer, string list) => [.. answer.GetProperty(list).EnumerateArray().Select(e => e.GetProperty("name").GetString())];
}
