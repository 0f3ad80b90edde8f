using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Zaguan.Commands;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Commands;

/// <summary>zaguan contract test, and show: what is as written is, and what is wrong with an example is told with its line.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class ContractTestCommandTests
{
    private const string Request = "POST /e\nContent-Type: application/json\n\n{\"u\":\"ana\",\"p\":\"x\"}\n\n";

    [Theory]
    [InlineData("text/html", "<html><p>Hola {user.username}</p></html>", "<html><p>Hola ana</p></html>", true)]
    [InlineData("text/html", "<html><p>Hola {user.username}</p></html>", "<html><p>‹saludo› ana</p>‹más›", true)]
    [InlineData("text/html", "<html><p>Hola {user.username}</p></html>", "<html><p>Adiós ana</p></html>", false)]
    [InlineData("text/html", "<html><p>Hola {user.username}</p></html>", "<html>", false)]
    [InlineData("text/xml", "<a><b>{user.number}</b><c>{generated.uuid}</c></a>", "<a><b>‹n›</b><c>‹uuid›</c></a>", true)]
    [InlineData("text/xml", "<a><b>{user.number}</b><c>{generated.uuid}</c></a>", "<a><b>‹n›</b><d>‹uuid›</d></a>", false)]
    [InlineData("text/plain", "a={generated.hex16}; b={generated.hex32}", "a=‹x›; b=‹y›", true)]
    [InlineData("text/plain", "a={generated.hex16}; b={generated.hex32}", "b=‹x›; a=‹y›", false)]
    [InlineData("text/plain", "Hola", "Hola‹algo›", false)]
    [InlineData("text/plain", "Sí.\r\nAdiós.\r\n", "Sí.\nAdiós.", true)]
    [InlineData("text/plain", "Ok.\n", "Ok.", true)]
    [InlineData("text/plain", "{{\"ok\"", "{\"ok\"", true)]
    [InlineData("text/plain", "{{\"a\":\"\\ud83d\"}}", "{\"a\":\"\\ud83d\"}", true)]
    [InlineData("text/plain", "{{\"a\":\"\\ud83d\"}}", "{\"a\":\"\\ud83e\"}", false)]
    public async Task Wildcards_alone_stand_for_anything_in_a_text(string contentType, string text, string expected, bool isAsWritten)
    {
        var granted = new JsonObject { ["contentType"] = contentType, ["text"] = text };

        var ran = await TestAsync(granted, ("caso", $"outcome: Granted\n\n{Request}--- 200\nContent-Type: {contentType}\n\n{expected}\n"));

        (ran.Code == ExitCode.Done).ShouldBe(isAsWritten, ran.Output);
        ran.Output.Contains("The body is another one: \"", StringComparison.Ordinal).ShouldBe(!isAsWritten, ran.Output);
    }

    [Theory]
    [InlineData("""{"t":"1|‹opaque›","s":"‹sesión›"}""", true)]
    [InlineData("""{"s":"<uuid>","t":"1|‹opaque›"}""", true)]
    [InlineData("""{"t":"2|‹opaque›","s":"‹sesión›"}""", false)]
    [InlineData("""{"t":"1|‹opaque›","s":"‹x›-‹y›.‹z›"}""", false)]
    public async Task A_wildcard_is_a_piece_of_a_text_of_JSON_too(string body, bool isAsWritten)
    {
        var granted = new JsonObject { ["body"] = new JsonObject { ["t"] = "1|{generated.hex32}", ["s"] = "{generated.uuid}" } };

        var ran = await TestAsync(granted, ("caso", $"outcome: Granted\n\n{Request}--- 200\n\n{body}\n"));

        (ran.Code == ExitCode.Done).ShouldBe(isAsWritten, ran.Output);
    }

    [Theory]
    [InlineData("X-A: a=‹x›; b=‹y›", "")]
    [InlineData("X-A: a=<x>; b=<y>", "")]
    [InlineData("X-A: a=‹x›; c=‹y›", "The header X-A is")]
    [InlineData("Set-Cookie: sid=‹x›; samesite=Lax; HTTPONLY; path=/;", "")]
    [InlineData("Set-Cookie: sid=‹x›; Path=/app; HttpOnly; SameSite=Lax", "The header Set-Cookie is")]
    [InlineData("Set-Cookie: sid=‹x›; Path=/; SameSite=Lax", "The header Set-Cookie is")]
    [InlineData("Set-Cookie: otra=‹x›; Path=/; HttpOnly; SameSite=Lax", "The header Set-Cookie is")]
    [InlineData("Content-Type: Application/JSON;charset=UTF-8", "")]
    [InlineData("Retry-After: 5", "The header Retry-After is not there")]
    public async Task Headers_and_cookies_are_as_written_or_differ(string header, string difference)
    {
        var granted = new JsonObject
        {
            ["headers"] = new JsonObject { ["X-A"] = "a={generated.hex16}; b={generated.hex32}" },
            ["cookies"] = new JsonObject { ["sid"] = new JsonObject { ["value"] = "{generated.letters32}", ["path"] = "/", ["secure"] = false } },
            ["body"] = new JsonObject { ["ok"] = true },
        };

        var ran = await TestAsync(granted, ("caso", $"outcome: Granted\n\n{Request}--- 200\n{header}\n\n{{\"ok\":true}}\n"));

        ran.Code.ShouldBe(difference.Length == 0 ? ExitCode.Done : ExitCode.Different, ran.Output);
        ran.Output.ShouldContain(difference);
    }

    [Fact]
    public async Task What_Zaguan_decides_is_said_not_to_be_compared_and_a_wait_is_a_number()
    {
        var ran = await TestAsync(
            new() { ["body"] = true },
            ("uno", $"outcome: Locked\n\n{Request}--- 401\nServer: nginx\nRetry-After: 900\n\n\"no\"\n"),
            ("otro", $"outcome: Locked\n\n{Request}--- 401\nRetry-After: mañana\n\n\"no\"\n"));

        ran.Lines.ShouldContain("uno: as written (not compared, because Zaguan decides it: Server, Retry-After)");
        ran.Lines.ShouldContain("otro: The header Retry-After is a number of seconds, not \"mañana\".");
    }

    [Fact]
    public async Task Bytes_of_a_body_go_out_as_they_are()
    {
        var example = Encoding.Latin1.GetBytes("outcome: Granted\n\nPOST /e\nContent-Type: application/x-www-form-urlencoded\n\nu=Jos\u00e9&p=x\n\n--- 200\n\ntrue\n");

        var ran = await TestAsync(new() { ["body"] = true }, "form", ("caso", example));

        ran.Lines.ShouldBe(["caso: The request is read as Malformed, not as Granted."]);
    }

    [Theory]
    [InlineData("outcome: Granted\nPOST /e\n\n{}\n\n--- 200\n", 2, "An empty line belongs before the request")]
    [InlineData("outcome: Garnted\n\nPOST /e\n\n{}\n\n--- 200\n", 1, "Did you mean \"Granted\"?")]
    [InlineData("outcome: 3\n\nPOST /e\n\n{}\n\n--- 200\n", 1, "\"3\" is no outcome")]
    [InlineData("outcmoe: Granted\n\nPOST /e\n\n{}\n\n--- 200\n", 1, "Did you mean \"outcome\"?")]
    [InlineData("outcome: Granted\n# y\noutcome: Locked\n\nPOST /e\n\n{}\n\n--- 200\n", 3, "stands here a second time")]
    [InlineData("# y\n\nPOST e\n\n{}\n\n--- 200\n", 3, "no first line of a request")]
    [InlineData("# y\n\nPOST /e\n{\"u\":\"a\"}\n\n--- 200\n", 4, "An empty line belongs before the body")]
    [InlineData("# y\n\nPOST /e\n\n{}\n", 6, "There is no answer")]
    [InlineData("# y\n\nPOST /e\n\n{}\n\n--- bien\n", 7, "says no status")]
    [InlineData("# y\n\nPOST /e\n\n{}\n\n--- 200\n{\"ok\":true}\n", 8, "An empty line belongs before the body")]
    [InlineData("# y\n\nPOST /e\n\n{}\n\n--- 200\n\n{\n\"ok\": true,\n}\n", 11, "The answer's body is not JSON")]
    [InlineData("# y\n\nPOST /e\n\n{}\n\n--- 200\n\n{\n\"ok\": true,\n\"ok\": true\n}\n", 11, "In the answer's body: ")]
    [InlineData("# y\n\nPOST /e\n\n{}\n\n--- 200\n\n{\"id\": ‹id›}\n", 9, "stands in quotes, where a number belongs too")]
    [InlineData("# y\n\nPOST /e\n\n{}\n\n--- 200\n\n{}\n--- 200\n\n{}\n", 10, "one request and one answer")]
    public async Task What_is_wrong_with_an_example_is_told_with_its_line_and_the_others_are_tested(string text, int line, string fault)
    {
        var ran = await TestAsync(new() { ["body"] = true }, ("malo", text), ("bueno", $"outcome: Granted\n\n{Request}--- 200\n\ntrue\n"));

        ran.Code.ShouldBe(ExitCode.Problems);
        ran.Lines.ShouldContain("bueno: as written");
        var place = string.Create(CultureInfo.InvariantCulture, $"malo.http:{line}");
        ran.Lines.ShouldContain(l => l.Contains(place, StringComparison.Ordinal) && l.Contains(fault, StringComparison.Ordinal), ran.Output);
    }

    [Fact]
    public async Task Folders_in_the_place_of_files_are_called_so()
    {
        await using var folder = new CommandFolder();
        var contract = Write(folder, new() { ["body"] = true });
        var examples = Directory.CreateDirectory(Path.Combine(folder.Folder, "casos")).FullName;

        (await folder.RunAsync("contract", "show", folder.Folder)).Output.ShouldContain("This is a folder; name a contract file in it.");
        (await folder.RunAsync("contract", "show", contract, "--user", examples)).Output.ShouldContain("This is a folder; here belongs a JSON file that says who logs in.");
        (await folder.RunAsync("contract", "test", examples, "--examples", examples)).Output.ShouldContain("This is a folder");
        (await folder.RunAsync("contract", "show", contract, "--user", Path.Combine(examples, "nadie.json"))).Output.ShouldContain("There is no such file");
    }

    [Fact]
    public async Task Lines_and_tabs_of_a_text_are_shown_as_such()
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync("contract", "show", Write(folder, new() { ["text"] = "Uno\tdos\r\n\r\ntres\u001b[2J\n" }));

        ran.Output.ShouldContain("  Uno\tdos\n\n  tres\ufffd[2J\n");
    }

    private static Task<Ran> TestAsync(JsonObject granted, params (string Name, string Text)[] examples) => TestAsync(granted, "json", [.. examples.Select(e => (e.Name, Encoding.UTF8.GetBytes(e.Text)))]);

    private static async Task<Ran> TestAsync(JsonObject granted, string from, params (string Name, byte[] Content)[] examples)
    {
        await using var folder = new CommandFolder();
        var cases = Directory.CreateDirectory(Path.Combine(folder.Folder, "casos")).FullName;
        foreach (var (name, content) in examples)
        {
            await File.WriteAllBytesAsync(Path.Combine(cases, $"{name}.http"), content);
        }

        return await folder.RunAsync("contract", "test", Write(folder, granted, from), "--examples", cases);
    }

    private static string Write(CommandFolder folder, JsonObject granted, string from = "json") => folder.Write("prueba.json", new JsonObject
    {
        ["title"] = "Prueba",
        ["request"] = new JsonObject { ["path"] = "/e", ["from"] = from, ["identifier"] = "u", ["password"] = "p" },
        ["answers"] = new JsonObject { ["granted"] = granted, ["refused"] = new JsonObject { ["status"] = 401, ["body"] = "no" }, ["failed"] = new JsonObject { ["status"] = 500 } },
    }.ToJsonString());
}
