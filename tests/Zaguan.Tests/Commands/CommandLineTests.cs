using Zaguan.Commands;
using Zaguan.Operations;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("usres", "Did you mean \"users\"?")]
    [InlineData("users lsit", "Did you mean \"list\"?")]
    [InlineData("users", "takes one of")]
    [InlineData("users list --relm ambiotec", "Did you mean \"--realm\"?")]
    [InlineData("users show ana", "--realm")]
    [InlineData("users list --limit 0", "from 1 to")]
    [InlineData("--confg x", "Did you mean \"--config\"?")]
    [InlineData("serve --ulrs x", "Did you mean \"--urls\"?")]
    [InlineData("contract check", "check")]
    [InlineData("users add ana --realm ambiotec --number", "--number")]
    [InlineData("access-log --outcome", "--outcome")]
    [InlineData("access-log --limit 1 --limit 2", "--limit")]
    public async Task Command_line_that_is_not_ours_is_told_what_was_probably_meant(string line, string sentence)
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync(line.Split(' '));

        ran.Code.ShouldBe(ExitCode.Usage);
        ran.Error.ShouldContain(sentence);
        ran.Error.ShouldContain("--help");
        ran.Output.ShouldBeEmpty();
    }

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("")]
    [InlineData("serve")]
    [InlineData("users")]
    [InlineData("users add")]
    [InlineData("users list")]
    [InlineData("users show")]
    [InlineData("users delete")]
    [InlineData("roles add")]
    [InlineData("access-log")]
    [InlineData("import")]
    [InlineData("export")]
    [InlineData("contract check")]
    [InlineData("compare")]
    [InlineData("doctor")]
    public async Task Every_command_has_its_help(string line)
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        ran.Code.ShouldBe(ExitCode.Done);
        ran.Output.ShouldContain($"zaguan {line}".Trim());
        ran.Error.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Help_without_a_command_has_all_of_them()
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync("--help");

        foreach (var name in new[] { "serve", "users", "access-log", "import", "contract", "doctor" })
        {
            ran.Output.ShouldContain($"\n  {name} ");
        }
    }

    [Fact]
    public async Task Configuration_is_named_before_or_after_the_command()
    {
        await using var folder = new CommandFolder();
        File.Move(folder.Configuration, Path.Combine(folder.Folder, "otra.json"));

        var before = await ZaguanProcess.RunAsync(folder.Folder, [], "--config", "otra.json", "roles", "add", "Caja", "--realm", "almacen");
        var after = await ZaguanProcess.RunAsync(folder.Folder, [], "roles", "list", "--config", "otra.json");
        var version = await ZaguanProcess.RunAsync(folder.Folder, [], "--version");

        before.Code.ShouldBe(ExitCode.Done, before.Output);
        after.Output.ShouldContain("Caja");
        version.Output.ShouldStartWith("0.");
        version.Code.ShouldBe(ExitCode.Done);
    }

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("users", "list")]
    [InlineData("users", "show", "ana", "--realm", "ambiotec")]
    [InlineData("users", "unlock", "ana", "--realm", "ambiotec")]
    [InlineData("roles", "list")]
    [InlineData("access-log")]
    [InlineData("doctor")]
    public async Task Looking_makes_no_database(params string[] args)
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync(args);

        ran.Code.ShouldNotBe(ExitCode.Done);
        (ran.Error + ran.Output).ShouldContain(folder.DatabaseFile);
        Directory.Exists(Path.Combine(folder.Folder, "data")).ShouldBeFalse();
    }

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("import nada.csv --realm ambiotec", "There is no file")]
    [InlineData("import vacia.csv --realm ambiotec", "There is nobody to import")]
    [InlineData("import vacia.jsonl --realm ambiotec", "There is nobody to import")]
    [InlineData("import mala.csv --realm ambiotec", "of no format that is known")]
    [InlineData("import mala.csv --realm nadie", "There is no realm \"nadie\"")]
    [InlineData("import mala.csv --realm ambiotec --map email=correo", "There is no column \"correo\"")]
    [InlineData("import --query SELECT --from Filename=nada.db --realm ambiotec", "There is no SQLite database")]
    [InlineData("users add ana --realm nadie --no-password", "There is no realm \"nadie\"")]
    [InlineData("roles add Caja --realm nadie", "There is no realm \"nadie\"")]
    public async Task Refused_command_makes_no_database(string line, string sentence)
    {
        await using var folder = new CommandFolder();
        folder.Write("vacia.csv", "usuario,clave\n");
        folder.Write("vacia.jsonl", "[]");
        folder.Write("mala.csv", "usuario,clave\nana,basura\n");
        var inFolder = line.Split(' ').Select(w => w.EndsWith(".csv", StringComparison.Ordinal) || w.EndsWith(".jsonl", StringComparison.Ordinal) ? Path.Combine(folder.Folder, w) : w);

        var ran = await folder.RunAsync([.. inFolder]);

        ran.Code.ShouldNotBe(ExitCode.Done);
        (ran.Error + ran.Output).ShouldContain(sentence);
        Directory.Exists(Path.Combine(folder.Folder, "data")).ShouldBeFalse();
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Looking_makes_no_secrets_in_Development()
    {
        await using var folder = new CommandFolder();

        var setup = Setup.Read(TestHouse.SetupOptionsOf(new(), folder.Folder) with { OnlyLooks = true });

        setup.Problems.ShouldBeEmpty();
        setup.Notices.ShouldContain(n => n.Contains("makes one when it starts", StringComparison.Ordinal));
        Directory.Exists(Path.Combine(folder.Folder, "data")).ShouldBeFalse();
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Broken_configuration_stops_commands_and_every_mistake_is_named()
    {
        await using var folder = new CommandFolder();
        folder.Write("zaguan.json", """
            {
              "DataFolder": ["data"],
              "Budgets": { "Acount": {} },
              "Network": { "TrustedProxies": ["10.0.0.999"] }
            }
            """);

        var ran = await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");

        ran.Code.ShouldBe(ExitCode.Problems);
        ran.Error.ShouldContain($"{folder.Configuration}:2 at /DataFolder");
        ran.Error.ShouldContain($"{folder.Configuration}:3 at /Budgets/Acount");
        ran.Error.ShouldContain($"{folder.Configuration}:4 at /Network/TrustedProxies");
        Directory.Exists(Path.Combine(folder.Folder, "data")).ShouldBeFalse();
    }

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("[]", "is an object")]
    [InlineData("null", "is an object")]
    [InlineData("""{ "DataFolder": "a", "datafolder": "b" }""", "a second time")]
    [InlineData("""{ "Applications": { "ambiotec": { "Realm": "a", "realm": "b" } } }""", "a second time")]
    [InlineData("""{ "Network:TrustedProxies": "a" }""", "no colon")]
    [InlineData("""{ "DataFolder": "" }""", "path of a folder")]
    [InlineData("""{ "ContractsFolder": "a\u0000b" }""", "path of a folder")]
    [InlineData("{", "not JSON")]
    public async Task Configuration_that_dotnet_would_not_take_is_a_problem_like_any_other(string json, string sentence)
    {
        await using var folder = new CommandFolder();
        folder.Write("zaguan.json", json);

        var ran = await folder.RunAsync("doctor");

        ran.Code.ShouldBe(ExitCode.Problems);
        ran.Output.ShouldContain(sentence);
    }
}
