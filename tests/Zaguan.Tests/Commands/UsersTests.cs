using System.Net;
using System.Text;
using Zaguan.Admin;
using Zaguan.Argon2;
using Zaguan.Commands;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Commands;

public sealed class UsersTests
{
    private static readonly DemoLogin John = DemoLogin.Ambiotec;

    [Fact]
    public async Task User_added_by_another_process_logs_in_at_the_running_server()
    {
        await using var folder = new CommandFolder();
        await using var house = await folder.OpenHouseAsync();

        var added = await ZaguanProcess.RunAsync(folder.Folder, "contraseña de Ana\r\notra línea\n"u8.ToArray(), "users", "add", "Ana", "--realm", "ambiotec", "--attribute", "departamento_id=5");

        added.Code.ShouldBe(ExitCode.Done, added.Output);
        (await LogInAsync(house, "ana", "contraseña de Ana")).ShouldBe(HttpStatusCode.OK);
        (await LogInAsync(house, "ana", "otra línea")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Password_that_is_not_utf8_is_refused_and_does_not_become_another()
    {
        await using var folder = new CommandFolder();

        var refused = await ZaguanProcess.RunAsync(folder.Folder, Encoding.Latin1.GetBytes("contraseña\n"), "users", "add", "ana", "--realm", "ambiotec");

        refused.Code.ShouldBe(ExitCode.NotDone);
        refused.Output.ShouldContain("UTF-8");
        (await folder.FindAsync("ambiotec", "ana")).ShouldBeNull();
    }

    [Fact]
    public async Task Password_typed_at_a_terminal_is_asked_for_twice_and_not_shown()
    {
        await using var folder = new CommandFolder();
        (await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password")).Code.ShouldBe(ExitCode.Done);

        await using var process = await ZaguanProcess.StartProgramAsync(folder.Folder, ["script", "-qec", $"dotnet '{ZaguanProcess.Program}' users set-password ana --realm ambiotec", "/dev/null"]);
        await process.WaitForOutputAsync("Password: ");
        await process.TypeAsync("muy secreta y larga\r");
        await process.WaitForOutputAsync("Once more: ");
        await process.TypeAsync("muy secreta y larga\r");

        (await process.EndAsync()).ShouldBe(ExitCode.Done);
        process.Output.ShouldNotContain("secreta");
        await ShouldHavePasswordAsync(folder, "ana", "muy secreta y larga");
    }

    [Theory]
    [InlineData("una clave larga\nuna clave larga\n", "una clave larga")]
    [InlineData("una clave largx\ba\nuna clave larga\n", "una clave larga")]
    [InlineData("una clave larga\nuna clave largo\n", null)]
    [InlineData("\n", null)]
    public async Task Typed_password_counts_when_it_is_typed_the_same_twice(string keys, string? password)
    {
        await using var folder = new CommandFolder();
        await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");

        var ran = await folder.TypeAsync(keys, "users", "set-password", "ana", "--realm", "ambiotec");

        ran.Code.ShouldBe(password is null ? ExitCode.NotDone : ExitCode.Done);
        await ShouldHavePasswordAsync(folder, "ana", password);
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Password_as_an_argument_is_not_accepted_nor_repeated()
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--password", "hunter2");

        ran.Code.ShouldBe(ExitCode.Usage);
        ran.Error.ShouldContain("never an argument");
        ran.Error.ShouldNotContain("hunter2");
        File.Exists(folder.DatabaseFile).ShouldBeFalse();
    }

    [Theory]
    [InlineData("", "standard input")]
    [InlineData("\nclave\n", "standard input")]
    public async Task Empty_password_is_refused(string input, string sentence)
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunWithAsync(input, "users", "add", "ana", "--realm", "ambiotec");

        ran.Code.ShouldBe(ExitCode.NotDone);
        ran.Error.ShouldContain(sentence);
        (await folder.FindAsync("ambiotec", "ana")).ShouldBeNull();
    }

    public static TheoryData<string[], string> Refused => new()
    {
        { ["ana", "--realm", "ambiotek"], "Did you mean \"ambiotec\"?" },
        { ["ana", "--realm", "ambiotec", "--role", "jefe"], "no roles yet" },
        { ["", "--realm", "ambiotec"], "not empty" },
        { ["  ", "--realm", "ambiotec"], "not empty" },
        { [new string('a', 257), "--realm", "ambiotec"], "at most 256" },
        { ["a\tb", "--realm", "ambiotec"], "control characters" },
        { ["a\ud800b", "--realm", "ambiotec"], "half a character" },
        { ["ana", "--realm", "ambiotec", "--email", "ana"], "no e-mail address" },
        { ["ana", "--realm", "ambiotec", "--phone", "1\n2"], "A telephone number" },
        { ["ana", "--realm", "ambiotec", "--attribute", "area=Caja"], "--attribute 'area=\"text\"'" },
        { ["ana", "--realm", "ambiotec", "--attribute", "area"], "name=JSON" },
        { ["ana", "--realm", "ambiotec", "--attribute", "area=1", "--attribute", "area=2"], "stands twice" },
        { ["ana", "--realm", "ambiotec", "--attribute", "area=\"\\ud800\""], "not JSON" },
        { ["ana", "--realm", "ambiotec", "--attribute", "area=[1,]"], "not JSON" },
        { ["ana", "--realm", "ambiotec", "--attribute", $"area=\"{new string('x', 17_000)}\""], "more than" },
    };

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [MemberData(nameof(Refused))]
    public async Task What_cannot_be_a_user_is_refused_with_a_sentence_and_nothing_is_written(string[] args, string sentence)
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync(["users", "add", "--no-password", .. args]);

        ran.Code.ShouldBe(ExitCode.NotDone);
        ran.Error.ShouldContain(sentence);
        ran.Output.ShouldBeEmpty();
        File.Exists(folder.DatabaseFile).ShouldBeFalse();
    }

    [Theory]
    [InlineData("--number", "x")]
    [InlineData("--number", "-1")]
    [InlineData("--id", "550e8400")]
    public async Task Option_that_cannot_be_read_is_a_usage_error(string option, string value)
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", option, value);

        ran.Code.ShouldBe(ExitCode.Usage);
        ran.Error.ShouldContain($"\"{value}\"");
    }

    [Theory]
    [InlineData("The user name is taken", "JOSÉ")]
    [InlineData("The user name is taken", "Jose\u0301")]
    [InlineData("The e-mail address is taken", "otro", "--email", "Jose@Clinica.example")]
    [InlineData("The number is taken", "otro", "--number", "7")]
    [InlineData("The id is taken", "otro", "--id", "550e8400-e29b-41d4-a716-446655440000")]
    public async Task What_somebody_in_the_realm_has_already_is_taken(string sentence, params string[] args)
    {
        await using var folder = new CommandFolder();
        string[] jose = ["José", "--email", "jose@clinica.example", "--number", "7", "--id", "550e8400-e29b-41d4-a716-446655440000"];
        (await folder.RunAsync(["users", "add", "--realm", "ambiotec", "--no-password", .. jose])).Code.ShouldBe(ExitCode.Done);

        var ran = await folder.RunAsync(["users", "add", "--realm", "ambiotec", "--no-password", .. args]);

        ran.Code.ShouldBe(ExitCode.NotDone);
        ran.Error.ShouldContain(sentence);
        ran.Error.ShouldContain("José");
        (await folder.RunAsync("users", "list", "--json")).Json.GetArrayLength().ShouldBe(1);
        (await folder.RunAsync(["users", "add", "--realm", "almacen", "--no-password", .. jose])).Code.ShouldBe(ExitCode.Done, "Another realm has its own names and numbers.");
    }

    [Fact]
    public async Task Everything_that_was_said_of_a_user_is_shown_and_no_hash_is()
    {
        await using var folder = new CommandFolder();
        await folder.RunAsync("roles", "add", "Médico", "--realm", "almacen", "--number", "4");
        var added = await folder.RunWithAsync(
            "una clave larga\n", "users", "add", " Ana ", "--realm", "almacen", "--email", "ana@clinica.example", "--phone", "999", "--given-name", "Ana", "--family-name", "Peña",
            "--role", "médico", "--number", "12", "--id", "550E8400-e29b-41d4-a716-446655440000", "--attribute", "area=\"Caja 1\"", "--attribute", "nulo=null", "--inactive", "--json");

        added.Code.ShouldBe(ExitCode.Done, added.Error);
        var shown = await folder.RunAsync("users", "show", "ana@clinica.example", "--realm", "almacen", "--json");
        shown.Output.ShouldNotContain("$pbkdf2");
        var user = shown.Json;
        user.GetProperty("username").GetString().ShouldBe("Ana");
        user.GetProperty("number").GetInt64().ShouldBe(12);
        user.GetProperty("id").GetString().ShouldBe("550e8400-e29b-41d4-a716-446655440000");
        user.GetProperty("role").GetProperty("name").GetString().ShouldBe("Médico");
        user.GetProperty("active").GetBoolean().ShouldBeFalse();
        user.GetProperty("localPassword").GetString().ShouldBe("argon2id m=19456,t=2,p=1");
        user.GetProperty("attributes").GetRawText().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal).ShouldBe("""{"area":"Caja1","nulo":null}""");
        user.GetProperty("locked").GetArrayLength().ShouldBe(0);

        var table = await folder.RunAsync("users", "show", "ana", "--realm", "almacen");
        table.Output.ShouldContain("Peña");
        table.Output.ShouldNotContain("$pbkdf2");
    }

    [Fact]
    public async Task Every_change_is_in_the_audit_log_and_what_changes_nothing_is_not()
    {
        await using var folder = new CommandFolder();
        await folder.RunAsync("users", "add", "ana", "--realm", "almacen", "--no-password", "--email", "ana@clinica.example");
        await folder.RunAsync("users", "add", "ana", "--realm", "almacen", "--no-password");
        string[] ana = ["ana", "--realm", "almacen"];
        await folder.RunAsync(["users", "enable", .. ana]);
        await folder.RunAsync(["users", "unlock", .. ana]);
        await folder.RunAsync(["users", "disable", .. ana]);
        await folder.RunWithAsync("otra contraseña larga\n", ["users", "set-password", .. ana]);
        await folder.RunAsync(["sessions", "revoke", "--user", .. ana]);
        await folder.RunAsync(["users", "delete", .. ana, "--yes"]);

        await using var database = Zaguan.Storage.Database.Open(folder.Place, TimeProvider.System);
        var audit = await new AuditLog(database).ListAsync(null, 100);
        audit.Select(a => a.Action).ShouldBe([AuditActions.UserDeleted, AuditActions.UserSessionsEnded, AuditActions.UserPasswordSet, AuditActions.UserDisabled, AuditActions.UserAdded]);
        audit.ShouldAllBe(a => a.Who.Length == 0 && a.Address == null && a.Object == "almacen/ana");
        audit[0].Before.ShouldNotBeNull().ShouldContain("ana@clinica.example");
    }

    [Fact]
    public async Task Second_factor_is_set_up_once_shown_once_and_reset()
    {
        await using var folder = new CommandFolder();
        await folder.RunAsync("users", "add", "ana", "--realm", "almacen", "--no-password");
        (await folder.RunAsync("users", "reset-second-factor", "ana", "--realm", "almacen")).Output.ShouldContain("has none");

        var set = await folder.RunAsync("users", "set-up-second-factor", "ana", "--realm", "almacen");

        set.Code.ShouldBe(ExitCode.Done, set.Error);
        set.Output.ShouldContain("otpauth://totp/almacen:ana?secret=");
        set.Output.ShouldContain("recovery code 10");
        set.Output.ShouldContain("no application of the realm asks for codes yet");
        (await folder.RunAsync("users", "show", "ana", "--realm", "almacen", "--json")).Json.GetProperty("secondFactor").GetBoolean().ShouldBeTrue();
        (await folder.RunAsync("users", "set-up-second-factor", "ana", "--realm", "almacen")).Error.ShouldContain("has a second factor. Where it is lost:");
        (await folder.RunAsync("users", "reset-second-factor", "ana", "--realm", "almacen")).Output.ShouldContain("has no second factor any more");
        (await folder.RunAsync("users", "show", "ana", "--realm", "almacen")).Output.ShouldMatch("second factor +no");
    }

    [Fact]
    public async Task List_says_where_it_goes_on()
    {
        await using var folder = new CommandFolder();
        foreach (var name in new[] { "carla", "Ana", "bea" })
        {
            (await folder.RunAsync("users", "add", name, "--realm", "ambiotec", "--no-password")).Code.ShouldBe(ExitCode.Done);
        }

        var first = await folder.RunAsync("users", "list", "--realm", "ambiotec", "--limit", "2", "--json");
        var second = await folder.RunAsync("users", "list", "--realm", "ambiotec", "--after", "BEA", "--json");

        Names(first).ShouldBe(["Ana", "bea"]);
        first.Error.ShouldContain("--after \"bea\"");
        Names(second).ShouldBe(["carla"]);
        second.Error.ShouldBeEmpty();
        (await folder.RunAsync("users", "list", "--after", "bea")).Code.ShouldBe(ExitCode.Usage);
        (await folder.RunAsync("users", "list", "--realm", "ambiotek")).Error.ShouldContain("Did you mean \"ambiotec\"?");
    }

    [Fact]
    public async Task Redirected_table_is_neither_wrapped_nor_cut_nor_coloured()
    {
        await using var folder = new CommandFolder();
        var (name, family) = (new string('n', 200), "Apellido " + new string('x', 200));
        await folder.RunAsync("users", "add", name, "--realm", "ambiotec", "--no-password", "--family-name", family);

        var ran = await folder.RunAsync("users", "list");

        ran.Lines.Length.ShouldBe(2);
        ran.Lines[1].ShouldContain(name);
        ran.Lines[1].ShouldContain(family);
        ran.Output.ShouldNotContain("\u001b");
    }

    [Fact]
    public async Task Disabled_user_is_refused_until_enabled()
    {
        await using var folder = new CommandFolder();
        await using var house = await folder.OpenHouseAsync();

        (await folder.RunAsync("users", "disable", John.Identifier, "--realm", "ambiotec")).Output.ShouldContain("is disabled now");
        (await LogInAsync(house, John.Identifier, John.Password)).ShouldBe(HttpStatusCode.Unauthorized);

        (await folder.RunAsync("users", "enable", John.Identifier, "--realm", "ambiotec")).Output.ShouldContain("is enabled now");
        (await LogInAsync(house, John.Identifier, John.Password)).ShouldBe(HttpStatusCode.OK);
        (await folder.RunAsync("users", "enable", John.Identifier, "--realm", "ambiotec")).Output.ShouldContain("already");
    }

    [Fact]
    public async Task Unlocked_user_gets_in_at_once_also_while_a_contract_is_broken()
    {
        await using var folder = new CommandFolder("""{ "ambiotec": { "Realm": "ambiotec" }, "nadie": {}, "roto": { "Contract": "roto" } }""");
        await using var house = await folder.OpenHouseAsync();
        for (var i = 0; i < 5; i++)
        {
            (await LogInAsync(house, John.Identifier, "wrong")).ShouldBe(HttpStatusCode.Unauthorized);
        }

        Directory.CreateDirectory(Path.Combine(folder.Folder, "contracts"));
        folder.Write("contracts/roto.json", "{");

        (await LogInAsync(house, John.Identifier, John.Password)).ShouldBe(HttpStatusCode.Unauthorized);
        var locked = (await folder.RunAsync("users", "show", John.Identifier, "--realm", "ambiotec", "--json")).Json.GetProperty("locked")[0];
        locked.GetProperty("address").GetString().ShouldBe("127.0.0.1");
        locked.GetProperty("until").GetDateTimeOffset().ShouldBeGreaterThan(TimeProvider.System.GetUtcNow());
        (await folder.RunAsync("users", "show", John.Identifier, "--realm", "ambiotec")).Output.ShouldContain("until ");

        (await folder.RunAsync("users", "unlock", John.Identifier, "--realm", "ambiotec")).Output.ShouldContain("is unlocked");
        (await LogInAsync(house, John.Identifier, John.Password)).ShouldBe(HttpStatusCode.OK);
        (await folder.RunAsync("users", "show", John.Identifier, "--realm", "ambiotec", "--json")).Json.GetProperty("locked").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task User_without_failures_has_nothing_to_unlock()
    {
        await using var folder = new CommandFolder();
        await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");

        var ran = await folder.RunAsync("users", "unlock", "ana", "--realm", "ambiotec");

        ran.Code.ShouldBe(ExitCode.Done);
        ran.Output.ShouldContain("was not locked");
    }

    [Fact]
    public async Task Nobody_is_deleted_without_a_yes()
    {
        await using var folder = new CommandFolder();
        await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");

        var unasked = await folder.RunWithAsync("yes\n", "users", "delete", "ana", "--realm", "ambiotec");
        unasked.Code.ShouldBe(ExitCode.Usage);
        unasked.Error.ShouldContain("--yes");
        (await folder.TypeAsync("\n", "users", "delete", "ana", "--realm", "ambiotec")).Code.ShouldBe(ExitCode.NotDone);
        (await folder.FindAsync("ambiotec", "ana")).ShouldNotBeNull();

        (await folder.TypeAsync("yes\n", "users", "delete", "ana", "--realm", "ambiotec")).Code.ShouldBe(ExitCode.Done);
        (await folder.FindAsync("ambiotec", "ana")).ShouldBeNull();
    }

    [Fact]
    public async Task Deleted_user_takes_their_sessions_along_and_leaves_the_access_log()
    {
        await using var folder = new CommandFolder();
        await using var house = await folder.OpenHouseAsync();
        (await LogInAsync(house, John.Identifier, John.Password)).ShouldBe(HttpStatusCode.OK);

        (await folder.RunAsync("users", "delete", John.Identifier, "--realm", "ambiotec", "--yes")).Code.ShouldBe(ExitCode.Done);

        (await LogInAsync(house, John.Identifier, John.Password)).ShouldBe(HttpStatusCode.Unauthorized);
        (await house.AccessLogAsync()).Select(r => r.Outcome).ShouldBe([Outcome.Granted, Outcome.UnknownUser]);
    }

    [Theory]
    [InlineData("show")]
    [InlineData("disable")]
    [InlineData("enable")]
    [InlineData("unlock")]
    [InlineData("set-password")]
    public async Task Nobody_of_that_name_is_said(string verb)
    {
        await using var folder = new CommandFolder();
        await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");

        var ran = await folder.RunWithAsync("una clave larga\n", "users", verb, "eva", "--realm", "ambiotec");

        ran.Code.ShouldBe(ExitCode.NotDone);
        ran.Error.ShouldContain("\"eva\"");
    }

    private static IEnumerable<string?> Names(Ran ran) => ran.Json.EnumerateArray().Select(u => u.GetProperty("username").GetString());

    private static async Task ShouldHavePasswordAsync(CommandFolder folder, string name, string? password)
    {
        var stored = (await folder.FindAsync("ambiotec", name))!.Password;
        if (password is null)
        {
            stored.ShouldBeNull();
            return;
        }

        using var secret = Secret.FromText(password);
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        hasher.Verify(secret, stored).ShouldBe(new Verification(true, null));
    }

    private static async Task<HttpStatusCode> LogInAsync(TestHouse house, string name, string password)
    {
        using var answer = await house.PostAsync(John.Path, John.Body(name, password));
        return answer.StatusCode;
    }
}
