using Microsoft.Extensions.DependencyInjection;
using Zaguan.Commands;
using Zaguan.Tests.House;
using Zaguan.Tests.Sources;

namespace Zaguan.Tests.Commands;

public sealed class MigrationTests
{
    [Fact]
    public async Task The_status_tells_who_came_over_when_and_who_has_not_come_yet()
    {
        var users = OldUsers.Copy("inventario");
        await using var old = OldUsers.Start("inventario", users);
        await using var folder = new CommandFolder($$"""{ "inventario": { "Sources": ["local", "upstream"], "Upstream": { "Url": "{{old.Url("/api/v1/auth/login")}}" } } }""");
        await folder.RunWithAsync("una clave que es de aquí", "users", "add", "aquí", "--realm", "inventario");
        await using (var house = await TestHouse.OpenAsync(new() { Folder = folder.Folder, Settings = { ["Applications:inventario:Sources:0"] = "local", ["Applications:inventario:Sources:1"] = "upstream", ["Applications:inventario:Upstream:Url"] = old.Url("/api/v1/auth/login") } }))
        {
            await house.Services.GetRequiredService<Zaguan.Users.UserStore>().TryAddAsync(new() { Realm = "inventario", Username = "pendiente" });
            using var granted = await house.PostAsync("/api/v1/auth/login", DemoLogin.Inventario.Body(users[0].Login, users[0].Password));
            using var refused = await house.PostAsync("/api/v1/auth/login", DemoLogin.Inventario.Body("pendiente", "no es ésta"));
        }

        var status = (await folder.RunAsync("migration", "status", "--json")).Json[0];
        (status.GetProperty("adopted").GetInt32(), status.GetProperty("notYet").GetInt32(), status.GetProperty("otherPassword").GetInt32()).ShouldBe((1, 1, 1));
        status.GetProperty("days")[0].GetProperty("adopted").GetInt32().ShouldBe(1);
        status.GetProperty("lastSeenAt").GetString().ShouldNotBeNull();
        var missing = status.GetProperty("missing")[0];
        missing.GetProperty("username").GetString().ShouldBe("pendiente");
        missing.GetProperty("lastSeenAt").GetString().ShouldNotBeNull("an attempt that was refused is one");

        var text = await folder.RunAsync("migration", "status", "--limit", "0");
        text.Output.ShouldContain("1 came over, 1 have not come yet, 1 have a password");
        text.Error.ShouldContain("There are more");
    }

    [Fact]
    public async Task Without_an_old_system_there_is_nothing_to_tell()
    {
        await using var folder = new CommandFolder();
        await folder.RunAsync("roles", "add", "uno", "--realm", "almacen");
        var ran = await folder.RunAsync("migration", "status");
        (ran.Code, ran.Output).ShouldBe((ExitCode.NotDone, ""));
        ran.Error.ShouldContain("No application has an old system");
    }
}
