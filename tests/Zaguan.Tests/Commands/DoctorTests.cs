using System.Runtime.Versioning;
using Zaguan.Commands;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Commands;

[UnsupportedOSPlatform("windows")]
public sealed class DoctorTests
{
    private const string Good = """{ "ambiotec": { "JWT_SECRET": "q8wJr0Vt3nEw5ZyXuPfL7mBcD2hGkA9s" } }""";

    [Theory]
    [InlineData("/run/postgresql", "1\n", true)]
    [InlineData("localhost", "1\n", true)]
    [InlineData("db1,db2", "1\n", false)]
    [InlineData("/run/postgresql", "0\n", false)]
    [InlineData("/run/postgresql", null, false)]
    public async Task A_PostgreSQL_that_would_wait_behind_hashing_is_told_of(string hosts, string? setting, bool isTold)
    {
        await using var folder = new CommandFolder();
        var file = setting is null ? Path.Combine(folder.Folder, "none") : folder.Write("sched_autogroup_enabled", setting);

        var finding = DatabaseFindings.OfAutogroup(hosts, file);

        (finding is { Verdict: Verdict.Notice } notice && notice.Sentence.Contains("sysctl kernel.sched_autogroup_enabled=0", StringComparison.Ordinal)).ShouldBe(isTold);
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Process_names_three_mistakes_at_once_with_file_line_and_pointer()
    {
        await using var folder = new CommandFolder();
        folder.Write("zaguan.json", """
            {
              "Aplications": {},
              "Network": { "TrustedProxies": ["10.0.0.999"] },
              "Applications": {
                "ambiotec": { "JWT_SECRET": "corto" }
              }
            }
            """);

        var doctor = await ZaguanProcess.RunAsync(folder.Folder, [], "doctor");
        var serve = await ZaguanProcess.RunAsync(folder.Folder, [], "serve");

        foreach (var ran in new[] { doctor, serve })
        {
            ran.Code.ShouldBe(ExitCode.Problems);
            ran.Output.ShouldContain("zaguan.json:2 at /Aplications: \"Aplications\" is not known here. Did you mean \"Applications\"?");
            ran.Output.ShouldContain("zaguan.json:3 at /Network/TrustedProxies: ");
            ran.Output.ShouldContain("zaguan.json:5 at /Applications/ambiotec/JWT_SECRET: ");
            ran.Output.ShouldContain("3 things are wrong");
            ran.Output.ShouldNotContain("corto");
        }

        Directory.Exists(Path.Combine(folder.Folder, "data")).ShouldBeFalse();
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Nothing_is_wrong_where_nothing_is()
    {
        await using var folder = new CommandFolder(Good);
        File.SetUnixFileMode(folder.Configuration, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var before = await folder.RunAsync("doctor");
        before.Code.ShouldBe(ExitCode.Done, before.Output);
        before.Output.ShouldContain("There is no ");
        Directory.Exists(Path.Combine(folder.Folder, "data")).ShouldBeFalse();

        await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");
        var after = await folder.RunAsync("doctor", "--json");
        after.Code.ShouldBe(ExitCode.Done, after.Output);
        after.Json.EnumerateArray().ShouldAllBe(f => f.GetProperty("verdict").ValueEquals("good"));
    }

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("zaguan.json", "secret")]
    [InlineData("data/zaguan.db", "database")]
    [InlineData("data/secrets/otra.JWT_SECRET", "secret")]
    public async Task File_that_everybody_can_read_is_a_problem(string file, string about)
    {
        await using var folder = new CommandFolder(Good);
        File.SetUnixFileMode(folder.Configuration, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");
        var path = Path.Combine(folder.Folder, file);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, "secreto");
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var ran = await folder.RunAsync("doctor", "--json");

        ran.Code.ShouldBe(ExitCode.Problems);
        var problem = ran.Json.EnumerateArray().Where(f => f.GetProperty("verdict").ValueEquals("problem")).ShouldHaveSingleItem();
        problem.GetProperty("about").GetString().ShouldBe(about);
        problem.GetProperty("sentence").GetString()!.ShouldContain($"chmod o-rwx {path}");
    }

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("JWT_SECRET_FILE")]
    [InlineData("JWT_SECRET_PREVIOUS_FILE")]
    public async Task Secret_file_of_the_configuration_that_everybody_can_read_is_a_problem(string setting)
    {
        var other = setting is "JWT_SECRET_FILE" ? "" : "\"JWT_SECRET\": \"otra llave de 32 letras o de más, solo para pruebas\", ";
        await using var folder = new CommandFolder($$"""{ "ambiotec": { {{other}}"{{setting}}": "SECRET" } }""");
        File.SetUnixFileMode(folder.Configuration, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var secret = folder.Write("ambiotec.secret", "q8wJr0Vt3nEw5ZyXuPfL7mBcD2hGkA9s");
        folder.Write("zaguan.json", (await File.ReadAllTextAsync(folder.Configuration)).Replace("SECRET\" }", $"{secret}\" }}", StringComparison.Ordinal));
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        (await folder.RunAsync("doctor")).Output.ShouldContain($"chmod o-rwx {secret}");

        File.SetUnixFileMode(secret, UnixFileMode.UserRead);
        (await folder.RunAsync("doctor")).Code.ShouldBe(ExitCode.Done);
    }

    [Fact]
    public async Task Demo_users_outside_Development_are_a_problem()
    {
        await using var folder = new CommandFolder(Good);
        await using (await folder.OpenHouseAsync())
        {
        }

        var ran = await folder.RunAsync("doctor");

        ran.Code.ShouldBe(ExitCode.Problems);
        ran.Output.ShouldContain("demo users");
    }

    [Theory]
    [InlineData("INSERT INTO migrations VALUES ('9999_future.sql', 'x', 0)", "newer Zaguan")]
    [InlineData("UPDATE migrations SET sha256 = 'x'", "another build")]
    [InlineData("DROP TABLE migrations", "another program's")]
    public async Task Database_of_another_program_or_version_is_a_problem(string sql, string sentence)
    {
        await using var folder = new CommandFolder(Good);
        await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");
        await using (var database = await TestDatabase.ConnectAsync(folder.Folder))
        {
            await using var command = database.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync();
        }

        var ran = await folder.RunAsync("doctor");

        ran.Code.ShouldBe(ExitCode.Problems);
        ran.Output.ShouldContain(sentence);
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task File_that_is_no_database_is_a_problem()
    {
        await using var folder = new CommandFolder(Good);
        Directory.CreateDirectory(Path.Combine(folder.Folder, "data"));
        folder.Write("data/zaguan.db", new string('x', 5_000));

        var ran = await folder.RunAsync("doctor");

        ran.Code.ShouldBe(ExitCode.Problems);
        ran.Output.ShouldContain("not a database");
        (await folder.RunAsync("users", "list")).Code.ShouldBe(ExitCode.NotDone);
    }
}
