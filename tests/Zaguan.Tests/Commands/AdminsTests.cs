using System.Text.Json.Nodes;
using Zaguan.Admin;
using Zaguan.Commands;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Commands;

/// <summary>zaguan admins …</summary>
public sealed class AdminsTests
{
    [Fact]
    public async Task An_administrator_is_added_listed_changed_and_deleted_and_the_audit_log_says_so()
    {
        await using var folder = new CommandFolder();

        var added = await folder.RunWithAsync($"{ConsoleBrowser.Password}\n", "admins", "add", "Ana Pérez", "--role", "operator");
        added.Code.ShouldBe(ExitCode.Done, added.Error);
        added.Output.ShouldContain("operator");
        (await folder.RunWithAsync($"{ConsoleBrowser.Password}\n", "admins", "add", "ANA PÉREZ")).Error.ShouldContain("already");
        (await folder.RunWithAsync("corta\n", "admins", "add", "eva")).Error.ShouldContain("at least 12");
        (await folder.RunWithAsync($"{ConsoleBrowser.Password}\n", "admins", "add", "eva", "--role", "jefe")).Error.ShouldContain("known: auditor, operator, administrator");

        (await folder.RunAsync("admins", "set-role", "ana pérez", "--role", "administrator")).Output.ShouldContain("is administrator now");
        (await folder.RunAsync("admins", "disable", "ana pérez")).Output.ShouldContain("disabled");
        var listed = JsonNode.Parse((await folder.RunAsync("admins", "list", "--json")).Output)!.AsArray().Single()!;
        (listed["name"]!.GetValue<string>(), listed["role"]!.GetValue<string>(), listed["active"]!.GetValue<bool>(), listed["secondFactor"]!.GetValue<bool>()).ShouldBe(("Ana Pérez", "administrator", false, false));
        (await folder.RunAsync("admins", "enable", "Ana Pérez")).Code.ShouldBe(ExitCode.Done);
        (await folder.RunAsync("admins", "unlock", "Ana Pérez")).Output.ShouldContain("was not locked");
        (await folder.RunWithAsync("otra contraseña buena\n", "admins", "set-password", "Ana Pérez")).Code.ShouldBe(ExitCode.Done);
        (await folder.RunAsync("admins", "delete", "Ana Perez")).Error.ShouldContain("There is no administrator \"Ana Perez\". Did you mean \"Ana Pérez\"?");
        (await folder.RunAsync("admins", "delete", "Ana Pérez")).Code.ShouldBe(ExitCode.Done);
        (await folder.RunAsync("admins", "list")).Error.ShouldContain("zaguan admins add");

        await using var database = Zaguan.Storage.Database.Open(folder.Place, TimeProvider.System);
        var audit = await new AuditLog(database).ListAsync(null, 100);
        audit.Select(a => a.Action).ShouldBe([AuditActions.AdminDeleted, AuditActions.AdminChanged, AuditActions.AdminChanged, AuditActions.AdminChanged, AuditActions.AdminChanged, AuditActions.AdminAdded]);
        audit.ShouldAllBe(a => a.Who.Length == 0 && a.Address == null && a.Object == "Ana Pérez");
        audit[^2].Before.ShouldBe("""{"role":"Operator"}""");
        audit[^2].After.ShouldBe("""{"role":"Administrator"}""");
    }

    [Fact]
    public async Task Who_lost_the_phone_sets_up_another_second_factor()
    {
        await using var folder = new CommandFolder();
        await using (var house = await folder.OpenHouseAsync())
        {
            using var browser = await ConsoleBrowser.EnterAsync(house, name: "ana");
            (await folder.RunAsync("admins", "reset-second-factor", "ana")).Code.ShouldBe(ExitCode.Done);

            (await browser.GetAsync(ConsoleRoutes.Home)).StatusCode.ShouldBe(System.Net.HttpStatusCode.SeeOther, "out at once");
            await browser.PostAsync(ConsoleRoutes.Enter, ("name", "ana"), ("password", ConsoleBrowser.Password));
            await browser.SetUpSecondFactorAsync();
        }
    }

    [Fact]
    public async Task The_doctor_says_that_second_factors_are_under_another_master_key()
    {
        await using var folder = new CommandFolder();
        await using (var house = await folder.OpenHouseAsync())
        {
            using var browser = await ConsoleBrowser.EnterAsync(house, name: "ana");
        }

        (await folder.RunAsync("doctor")).Output.ShouldContain("1 second factors");
        await File.WriteAllTextAsync(Path.Combine(folder.Folder, "data", "secrets", "master.key"), Convert.ToBase64String(new byte[32]));

        (await folder.RunAsync("doctor")).Output.ShouldContain("zaguan admins reset-second-factor ana");
    }
}
