using Zaguan.Commands;
using Zaguan.Contracts;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Commands;

[Trait("Database", TestDatabase.FileOnly)]
public sealed class ContractCommandTests
{
    [Fact]
    public async Task Good_contracts_are_called_good()
    {
        await using var folder = new CommandFolder();
        var files = ContractLibrary.Shipped().Select(c => folder.Write($"{c.Name}.json", System.Text.Encoding.UTF8.GetString(c.Json))).ToList();
        files.Add(folder.Write("contract.schema.json", "{}"));

        var ran = await folder.RunAsync(["contract", "check", .. files]);

        ran.Code.ShouldBe(ExitCode.Done);
        ran.Lines.Order(StringComparer.Ordinal).ShouldBe(["ambiotec: good", "inventario: good", "romsoft: good", "sistema-venta: good"]);
        ran.Error.ShouldContain("a schema, not a contract");
    }

    [Fact]
    public async Task Every_problem_of_every_file_is_told_with_its_place()
    {
        await using var folder = new CommandFolder();
        var broken = folder.Write("roto.json", "{\n  \"titel\": \"x\"\n}");
        var other = folder.Write("otro.json", "{ \"title\": 1, }");

        var ran = await folder.RunAsync("contract", "check", broken, other);

        ran.Code.ShouldBe(ExitCode.Problems);
        ran.Lines.ShouldContain(l => l.StartsWith($"{broken}:2 at /titel: ", StringComparison.Ordinal) && l.Contains("Did you mean \"title\"?", StringComparison.Ordinal));
        ran.Lines.ShouldContain(l => l.StartsWith($"{broken}:1: \"request\" is missing", StringComparison.Ordinal));
        ran.Lines.ShouldContain(l => l.StartsWith($"{other}:1 at /title: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task File_that_is_not_there_is_not_done()
    {
        await using var folder = new CommandFolder();

        (await folder.RunAsync("contract", "check", Path.Combine(folder.Folder, "nada.json"))).Code.ShouldBe(ExitCode.NotDone);
        (await folder.RunAsync("contract", "check", folder.Folder)).Error.ShouldContain("is a folder");
    }

    [Fact]
    public async Task Show_prints_what_every_outcome_is_answered()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("zabbix.json", Repository.ExampleText("activos-trebol"));
        var user = folder.Write("ana.json", """{ "number": 12, "email": "ana@trebol.com" }""");

        var ran = await folder.RunAsync("contract", "show", file, "--user", user);

        ran.Code.ShouldBe(ExitCode.Done);
        ran.Output.ShouldContain("granted\n  200\n");
        ran.Output.ShouldContain("\"id\": 12");
        ran.Output.ShouldContain("\"email\": \"ana@trebol.com\"");
        ran.Output.ShouldContain("wrongPassword, as refused\n");
        ran.Output.ShouldContain("  WWW-Authenticate: Bearer realm=\"api\"");
    }

    [Fact]
    public async Task Test_says_which_requests_are_answered_as_written_and_what_differs()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("trebol.json", Repository.ExampleText("activos-trebol"));
        var cases = Directory.CreateDirectory(Path.Combine(folder.Folder, "casos")).FullName;
        foreach (var golden in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Contracts", "Examples", "activos-trebol"), "*.http"))
        {
            File.Copy(golden, Path.Combine(cases, Path.GetFileName(golden)));
        }

        await File.WriteAllTextAsync(Path.Combine(cases, "user.json"), """{ "number": 1, "email": "juan@trebol.com", "givenName": "Juan", "familyName": "Pérez", "roleName": "sys_admin" }""");

        var good = await folder.RunAsync("contract", "test", file, "--examples", cases);
        good.Output.ShouldNotContain("At ");
        (good.Code, good.Lines.Length).ShouldBe((ExitCode.Done, 6));

        var wrong = Path.Combine(cases, "wrong-password.http");
        await File.WriteAllTextAsync(wrong, (await File.ReadAllTextAsync(wrong)).Replace("Contraseña incorrecta", "Otra cosa", StringComparison.Ordinal).Replace("--- 401", "--- 403", StringComparison.Ordinal));
        var different = await folder.RunAsync("contract", "test", file, "--examples", cases);
        different.Code.ShouldBe(ExitCode.Different);
        different.Lines.ShouldContain("wrong-password: The status is 401, not 403. At /detail there is \"Contraseña incorrecta\", not \"Otra cosa\".");

        // A stranger's answer does not write on the terminal.
        await File.WriteAllTextAsync(wrong, (await File.ReadAllTextAsync(wrong)).Replace("Otra cosa", "Otra\u009b2Jcosa", StringComparison.Ordinal));
        (await folder.RunAsync("contract", "test", file, "--examples", cases)).Output.ShouldContain("Otra\ufffd2Jcosa");
    }
}
