using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Contracts;
using Zaguan.Login;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Sources.Ldap;

/// <summary>Through the login endpoint, as clients see it.</summary>
[Collection(SambaTests.Name)]
public sealed class LdapLoginTests(SambaDirectory samba)
{
    private const string Password = "Contraseña-de-ñandú-2026";
    private const string LocalPassword = "La-clave-de-esta-casa-2026";

    [Fact]
    public async Task ValidacionAD_asks_the_directory_and_user_and_role_come_from_the_realm()
    {
        await samba.AddUserAsync("jpullima", Password);
        await using var house = await OpenAsync(LdapHouse.ByTemplate(samba), "local", "ldap");
        await house.Services.GetRequiredService<Database>().WriteAsync(db => UserStore.AddRoleAsync(db, "romsoft", "Administrador", 2));
        await house.AddUserAsync(new() { Realm = "romsoft", Username = "JPullima", Number = 41, GivenName = "Jesús", FamilyName = "Pullima", Role = "Administrador" }, LocalPassword);

        var granted = await AskRomsoftAsync(house, "jpullima", Password, directory: true);

        granted.GetProperty("Warning").GetBoolean().ShouldBeFalse();
        var data = granted.GetProperty("Data");
        (data.GetProperty("id_usuario").GetInt32(), data.GetProperty("id_rol").GetInt32()).ShouldBe((41, 2));
        (data.GetProperty("usuario").GetString(), data.GetProperty("nombres").GetString(), data.GetProperty("apellidos").GetString()).ShouldBe(("JPullima", "Jesús", "Pullima"));
        data.GetProperty("token").GetString().ShouldNotBeNullOrEmpty();

        // Each password is good where it belongs, and nowhere else.
        (await OutcomeAsync(house, "jpullima", LocalPassword, directory: true)).ShouldBe(Outcome.WrongPassword);
        (await OutcomeAsync(house, "jpullima", Password, directory: false)).ShouldBe(Outcome.WrongPassword);
        (await OutcomeAsync(house, "jpullima", LocalPassword, directory: false)).ShouldBe(Outcome.Granted);
    }

    [Fact]
    public async Task ValidacionAD_is_refused_and_nothing_is_asked_where_the_source_is_not_listed()
    {
        await using var relay = new TcpRelay(new(samba.Address, 636));
        await using var house = await OpenAsync(LdapHouse.ByTemplate(samba, relay.Server), "local");
        await house.AddUserAsync(new() { Realm = "romsoft", Username = "administrator" }, LocalPassword);

        (await AskRomsoftAsync(house, "administrator", LocalPassword, directory: true)).GetProperty("Warning").GetBoolean().ShouldBeTrue();

        (await house.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.SourceNotAllowed);
        relay.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Stranger_is_made_a_user_at_a_first_good_login_and_refreshed_at_the_next()
    {
        var dn = await samba.AddUserAsync("nueva", Password, ("givenName", "Íngrid"), ("sn", "Ibáñez"));
        var nurses = await samba.AddGroupAsync("Enfermería", dn);
        var settings = LdapHouse.BySearch(samba);
        settings["CreateUsers"] = "true";
        settings["Attributes:givenName"] = "givenName";
        settings["Attributes:familyName"] = "sn";
        settings["Roles:0:Group"] = nurses;
        settings["Roles:0:Role"] = "Enfermera";
        await using var house = await OpenAsync(settings, "local", "ldap");

        (await OutcomeAsync(house, "nueva", "equivocada", directory: true)).ShouldBe(Outcome.WrongPassword);
        (await FindAsync(house, "nueva")).ShouldBeNull();

        // Two at once make one.
        var both = await Task.WhenAll(AskRomsoftAsync(house, "nueva", Password, directory: true), AskRomsoftAsync(house, "NUEVA", Password, directory: true));
        both.ShouldAllBe(b => b.GetProperty("Data").GetProperty("apellidos").GetString() == "Ibáñez");
        var made = (await FindAsync(house, "nueva")).ShouldNotBeNull();
        (made.Username, made.RoleName, made.Password).ShouldBe(("nueva", "Enfermera", null));
        both.ShouldAllBe(b => b.GetProperty("Data").GetProperty("id_usuario").GetInt64() == made.Number);

        await samba.SetAsync(dn, "sn", "Ibáñez de Soto");
        await samba.ModifyAsync($"dn:: {Convert.ToBase64String(Encoding.UTF8.GetBytes(nurses))}\nchangetype: modify\ndelete: member\n");
        (await OutcomeAsync(house, "nueva", Password, directory: true)).ShouldBe(Outcome.Granted);
        var refreshed = await FindAsync(house, "nueva");
        (refreshed!.Number, refreshed.FamilyName, refreshed.RoleName).ShouldBe((made.Number, "Ibáñez de Soto", null));
    }

    [Fact]
    public async Task Directory_that_cannot_be_asked_is_a_failure_and_costs_no_guess()
    {
        await using var house = await OpenAsync(LdapHouse.ByTemplate(samba, $"ldaps://{samba.Address}:1"), "local", "ldap");
        await house.AddUserAsync(new() { Realm = "romsoft", Username = "paciente" }, LocalPassword);

        for (var i = 0; i < 10; i++)
        {
            var answer = await AskRomsoftAsync(house, "paciente", "equivocada", directory: true);
            answer.GetProperty("Success").GetBoolean().ShouldBeFalse();
            (await house.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.SourceUnavailable);
        }

        (await OutcomeAsync(house, "paciente", LocalPassword, directory: false)).ShouldBe(Outcome.Granted);
    }

    [Fact]
    public async Task Budget_stands_before_the_directory()
    {
        await samba.AddUserAsync("tanteada", Password);
        await using var house = await OpenAsync(LdapHouse.ByTemplate(samba), "local", "ldap");
        await house.AddUserAsync(new() { Realm = "romsoft", Username = "tanteada" }, LocalPassword);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => AskRomsoftAsync(house, "tanteada", string.Create(CultureInfo.InvariantCulture, $"equivocada {i}"), directory: true)));

        outcomes.ShouldAllBe(o => o.GetProperty("Warning").GetBoolean());
        var recorded = (await house.AccessLogAsync()).GroupBy(r => r.Outcome).ToDictionary(g => g.Key, g => g.Count());
        (recorded.Count, recorded[Outcome.WrongPassword], recorded[Outcome.Locked]).ShouldBe((2, 5, 15));
        // The right one does not get there either.
        (await OutcomeAsync(house, "tanteada", Password, directory: true)).ShouldBe(Outcome.Locked);
    }

    [Fact]
    public async Task Who_is_not_in_the_directory_is_asked_for_at_the_next_source()
    {
        var settings = LdapHouse.BySearch(samba);
        await using var house = await OpenForAsync("inventario", settings, "ldap", "local");
        await house.AddUserAsync(new() { Realm = "inventario", Username = "solo-aqui" }, LocalPassword);

        using var right = await house.PostAsync("/api/v1/auth/login", JsonSerializer.Serialize(new { username = "solo-aqui", password = LocalPassword }));
        using var wrong = await house.PostAsync("/api/v1/auth/login", """{"username":"solo-aqui","password":"equivocada"}""");

        (right.StatusCode, wrong.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.Unauthorized));
        house.Hashes.ShouldBe(2);
    }

    [Fact]
    public async Task Directory_that_hangs_holds_up_no_other_application()
    {
        await using var hanging = new TcpRelay(to: null);
        var settings = LdapHouse.ByTemplate(samba, hanging.Server);
        settings["Deadline"] = "8s";
        await using var house = await OpenAsync(settings, "local", "ldap");
        await house.AddUserAsync(new() { Realm = "inventario", Username = "ajena" }, LocalPassword);
        var held = Task.WhenAll(Enumerable.Range(0, 200).Select(i => AskRomsoftAsync(house, string.Create(CultureInfo.InvariantCulture, $"colgada-{i}"), "equivocada", directory: true)));
        await Eventually.BecomesTrueAsync(() => hanging.Connections > 0, "the directory is being asked");

        var took = new List<TimeSpan>();
        while (!held.IsCompleted && took.Count < 100)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await house.PostAsync("/api/v1/auth/login", JsonSerializer.Serialize(new { username = "ajena", password = LocalPassword }));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            took.Add(Stopwatch.GetElapsedTime(began));
        }

        // The benchmark "sources" says how long they take; here they must not have to wait until the directory is given up.
        took.Count.ShouldBeGreaterThan(3);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{took.Count} logins beside it, median {took.Order().ElementAt(took.Count / 2).TotalMilliseconds:F1} ms, longest {took.Max().TotalMilliseconds:F1} ms"));
        (await held).ShouldAllBe(b => !b.GetProperty("Success").GetBoolean());
    }

    private static Task<TestHouse> OpenAsync(Dictionary<string, string?> directory, params string[] sources) => OpenForAsync("romsoft", directory, sources);

    private static Task<TestHouse> OpenForAsync(string application, Dictionary<string, string?> directory, params string[] sources) => TestHouse.OpenAsync(new()
    {
        IsDevelopment = false,
        Settings = FourApplications.Settings(
        [
            .. directory.Select(s => ($"Directories:clinica:{s.Key}", s.Value)),
            .. sources.Select((s, i) => (string.Create(CultureInfo.InvariantCulture, $"Applications:{application}:Sources:{i}"), (string?)s)),
        ]),
    });

    private static async Task<JsonElement> AskRomsoftAsync(TestHouse house, string name, string password, bool directory)
    {
        using var answer = await house.PostAsync("/api/Account/Login", JsonSerializer.Serialize(new { Username = name, Password = password, ValidacionAD = directory }));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync());
    }

    private static async Task<Outcome> OutcomeAsync(TestHouse house, string name, string password, bool directory)
    {
        await AskRomsoftAsync(house, name, password, directory);
        return (await house.AccessLogAsync()).MaxBy(r => r.Id)!.Outcome;
    }

    private static Task<User?> FindAsync(TestHouse house, string name) => house.Services.GetRequiredService<UserStore>().FindAsync("romsoft", Identifies.Username, name);
}
