using Zaguan.Commands;
using Zaguan.Contracts;

namespace Zaguan.Tests.Commands;

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
}
