using Zaguan.Commands;

namespace Zaguan.Tests.Commands;

public sealed class RolesTests
{
    [Fact]
    public async Task Role_is_added_once_under_its_name_and_its_number()
    {
        await using var folder = new CommandFolder();

        (await folder.RunAsync("roles", "add", "Médico", "--realm", "ambiotec", "--number", "4", "--json")).Json.GetProperty("number").GetInt64().ShouldBe(4);
        (await folder.RunAsync("roles", "add", "MÉDICO", "--realm", "ambiotec")).Error.ShouldContain("The name is taken");
        (await folder.RunAsync("roles", "add", "Caja", "--realm", "ambiotec", "--number", "4")).Error.ShouldContain("The number is taken");
        (await folder.RunAsync("roles", "add", "Caja", "--realm", "ambiotec")).Output.ShouldContain("number 5");
        (await folder.RunAsync("roles", "add", "", "--realm", "ambiotec")).Code.ShouldBe(ExitCode.NotDone);

        var listed = (await folder.RunAsync("roles", "list", "--realm", "ambiotec", "--json")).Json;
        listed.EnumerateArray().Select(r => r.GetProperty("name").GetString()).ShouldBe(["Médico", "Caja"]);
        (await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--role", "cajas", "--no-password")).Error.ShouldContain("Did you mean \"Caja\"?");
    }
}
