using Zaguan.Commands;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;
using Zaguan.Tests.Users.Import;

namespace Zaguan.Tests.Users.Export;

public sealed class ExportTests
{
    [Theory]
    [InlineData("csv")]
    [InlineData("jsonl")]
    public async Task Exported_users_are_imported_again_as_they_were(string format)
    {
        await using var from = await PeopledAsync();
        await using var to = new CommandFolder();
        var file = Path.Combine(from.Folder, "users");

        (await from.RunAsync("export", "--format", format, "--with-hashes", "--output", file)).Code.ShouldBe(ExitCode.Done);
        var ran = await to.RunAsync("import", file);

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        (await to.ContentAsync()).ShouldBe(await from.ContentAsync());
        foreach (var name in new[] { "ana", "bea" })
        {
            var (one, other) = ((await from.FindAsync("ambiotec", name))!, (await to.FindAsync("ambiotec", name))!);
            (other with { Key = one.Key }).ShouldBe(one);
        }

        (await ChildProcesses.RunAsync("stat", "-c", "%a", file)).ShouldBe("600\n");
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("jsonl")]
    public async Task Hashes_stay_inside_unless_they_are_asked_for(string format)
    {
        await using var folder = await PeopledAsync();
        var ran = await folder.RunAsync("export", "--format", format, "--realm", "ambiotec");

        ran.Code.ShouldBe(ExitCode.Done);
        ran.Output.ShouldContain("ana");
        ran.Output.ShouldNotContain("zulema");
        ran.Output.ShouldNotContain("argon2");
        ran.Output.ShouldNotContain("pbkdf2");
        ran.Output.ShouldNotContain("password");
    }

    [Fact]
    public async Task Spreadsheet_calculates_nothing_of_an_export()
    {
        await using var folder = await PeopledAsync();
        var ran = await folder.RunAsync("export");
        ran.Output.ShouldContain("'=HYPERLINK");
        ran.Output.ShouldContain("'+34 600");
    }

    private static async Task<CommandFolder> PeopledAsync()
    {
        var folder = new CommandFolder();
        var file = folder.Write("people.jsonl", $$"""
            {"realm":"ambiotec","number":7,"id":"550e8400-e29b-41d4-a716-446655440000","username":"ana","email":"ana@x.example","phone":"+34 600","given_name":"Ana; =1+1","family_name":"=HYPERLINK(\"x\")","role":"Médico","role_number":4,"active":false,"password":"{{Samples.Weak("clave")}}","attributes":{"sede":"Norte, \"Sur\"","n":1} }
            {"realm":"ambiotec","number":9,"username":"bea","password":null}
            {"realm":"almacen","number":1,"username":"zulema","password":"{{Samples.Strong()}}"}
            """);
        var ran = await folder.RunAsync("import", file);
        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        return folder;
    }
}
