using System.Text.Json;
using Zaguan.Commands;
using Zaguan.Tests.Commands;

namespace Zaguan.Tests.Contracts.Learning;

/// <summary>zaguan contract new: what it writes of the requests and answers of a documentation answers as these say.</summary>
public sealed class NewContractTests
{
    [Theory]
    [InlineData("Examples/activos-trebol", """{"number":1,"email":"juan@trebol.com","givenName":"Juan","familyName":"Pérez","roleName":"sys_admin"}""")]
    [InlineData("Examples/apitickets", """{"id":"12345678-90ab-cdef-1234-567890abcdef","username":"john","email":"john@empresa.co","givenName":"John","familyName":"Doe","roleName":"Admin"}""")]
    [InlineData("Examples/devise-token-auth", """{"number":1,"email":"jo@example.org"}""")]
    [InlineData("Golden/ambiotec", """{"number":1,"username":"johndoe","email":"john@example.com","givenName":"John","familyName":"Doe","phone":"12345678","attributes":{"departamento_id":5}}""")]
    [InlineData("Golden/inventario", """{"id":"550e8400-e29b-41d4-a716-446655440000","username":"john_doe","email":"john@example.com","roleNumber":2,"roleName":"manager"}""")]
    public async Task What_is_made_of_examples_answers_as_they_say(string set, string user)
    {
        await using var folder = new CommandFolder();
        var examples = Directory.CreateDirectory(Path.Combine(folder.Folder, "examples")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Contracts", set), "*.http").Where(IsPlain))
        {
            File.Copy(file, Path.Combine(examples, Path.GetFileName(file)));
        }

        var known = Path.Combine(examples, "user.json");
        await File.WriteAllTextAsync(known, user);
        var output = Path.Combine(folder.Folder, "nuevo.json");

        var made = await folder.RunAsync("contract", "new", "--from", examples, "--user", known, "--output", output);
        made.Code.ShouldBe(ExitCode.Done, made.Output + made.Error);
        (await folder.RunAsync("contract", "check", output)).Code.ShouldBe(ExitCode.Done);
        var tested = await folder.RunAsync("contract", "test", output, "--examples", examples);

        tested.Lines.Where(l => !l.Contains(": as written", StringComparison.Ordinal)).ShouldBeEmpty(await File.ReadAllTextAsync(output));
        tested.Lines.Length.ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task Without_a_granted_login_or_a_field_that_is_called_like_a_password_there_is_no_beginning()
    {
        await using var folder = new CommandFolder();
        var refused = folder.Write("no.http", "outcome: WrongPassword\n\nPOST /e\n\n{\"u\":\"a\",\"p\":\"b\"}\n\n--- 401\n\n{\"error\":\"no\"}\n");
        var output = Path.Combine(folder.Folder, "nuevo.json");

        var without = await folder.RunAsync("contract", "new", "--from", refused, "--output", output);
        (without.Code, File.Exists(output)).ShouldBe((ExitCode.Problems, false));
        without.Error.ShouldContain("no example of a granted login");

        var granted = folder.Write("si.http", "outcome: Granted\n\nPOST /e\n\n{\"u\":\"a\",\"p\":\"b\"}\n\n--- 200\n\n{\"ok\":true}\n");
        (await folder.RunAsync("contract", "new", "--from", granted, refused, "--output", output)).Error.ShouldContain("name both, --fields IDENTIFIER,PASSWORD");
        (await folder.RunAsync("contract", "new", "--from", granted, refused, "--fields", "u,p", "--output", output)).Code.ShouldBe(ExitCode.Done);

        var written = JsonElement.Parse(await File.ReadAllTextAsync(output));
        written.GetProperty("request").GetProperty("identifier").GetString().ShouldBe("u");
        written.GetProperty("answers").GetProperty("refused").GetProperty("body").GetProperty("error").GetString().ShouldBe("no");
        (await folder.RunAsync("contract", "new", "--from", granted, "--fields", "u,p", "--output", output)).Error.ShouldContain("Nothing is overwritten");
    }

    [Theory]
    [InlineData("session_id=‹…›; Path=/; HttpOnly; SameSite=Lax")]
    [InlineData("session_id=<…>; Path=/; HttpOnly; SameSite=Lax")]
    [InlineData("session_id=<opaque>; Path=/; HttpOnly; SameSite=Lax")]
    public async Task A_cookie_of_an_example_is_called_by_its_name_whatever_stands_in_it(string cookie)
    {
        var made = await NewAsync([("si", $"outcome: Granted\n\nPOST /e\n\n{{\"usuario\":\"ana\",\"clave\":\"b\"}}\n\n--- 200\nSet-Cookie: {cookie}\n\n{{\"ok\":true}}\n")]);

        made.Ran.Code.ShouldBe(ExitCode.Done, made.Ran.Error);
        var cookies = made.Contract.GetProperty("answers").GetProperty("granted").GetProperty("cookies");
        cookies.EnumerateObject().Select(c => c.Name).ShouldBe(["session_id"]);
        cookies.GetProperty("session_id").GetProperty("value").GetString().ShouldBe("{token}");
        made.Ran.Output.ShouldNotContain("cookie:session_id");
        cookies.GetProperty("session_id").GetProperty("path").GetString().ShouldBe("/");
        made.Contract.GetProperty("token").GetProperty("algorithm").GetString().ShouldBe("opaque");
    }

    [Fact]
    public async Task Wildcards_of_examples_are_no_literals_of_the_contract()
    {
        var made = await NewAsync(
        [
            ("si", "outcome: Granted\n\nPOST /e\n\n{\"usuario\":\"ana\",\"clave\":\"b\",\"equipo\":\"‹uuid›\"}\n\n--- 200\nX-Nodo: ‹nodo›\nSet-Cookie: visita=‹…›; path=/\n\n{\"ok\":true,\"access_token\":\"<…>\",\"saldo\":\"‹saldo›\",\"nota\":\"Hasta el ‹día›\"}\n"),
            ("no", "outcome: WrongPassword\n\nPOST /e\n\n{\"usuario\":\"ana\",\"clave\":\"c\",\"equipo\":\"‹uuid›\"}\n\n--- 401\nContent-Type: text/plain\n\nNo. Caso ‹número›.\n"),
        ]);

        made.Ran.Code.ShouldBe(ExitCode.Done, made.Ran.Error);
        var text = made.Contract.GetRawText();
        text.ShouldNotContain("‹");
        text.ShouldNotContain("<…>");
        text.ShouldNotContain("equipo");
        var granted = made.Contract.GetProperty("answers").GetProperty("granted").GetProperty("body");
        granted.GetProperty("access_token").GetString().ShouldBe("{token}");
        granted.GetProperty("saldo").ValueKind.ShouldBe(JsonValueKind.Null);
        made.Ran.Output.ShouldContain("/saldo is ‹saldo› in the examples, and nothing that is known");
        made.Ran.Output.ShouldContain("/nota is Hasta el ‹día› in the examples");
        made.Ran.Output.ShouldContain("equipo of the request is \"‹uuid›\" in the examples");
        made.Ran.Output.ShouldContain("The header X-Nodo");
        made.Ran.Output.ShouldContain("In a text of the examples stand wildcards");
    }

    [Fact]
    public async Task An_outcome_that_an_example_states_wins_over_what_its_request_looks_like()
    {
        var made = await NewAsync(
        [
            ("si", "outcome: Granted\n\nPOST /e\n\n{\"usuario\":\"ana\",\"clave\":\"b\",\"sede\":\"7\",\"canal\":\"web\"}\n\n--- 200\n\n{\"ok\":true}\n"),
            ("no", "outcome: WrongPassword\n\nPOST /e\n\n{\"usuario\":\"ana\",\"clave\":\"c\",\"sede\":7}\n\n--- 403\n\n{\"error\":\"no\"}\n"),
            ("nadie", "outcome: UnknownUser\n\nPOST /e\n\n{\"usuario\":\"eva\",\"sede\":7}\n\n--- 404\n\n{\"error\":\"nadie\"}\n"),
        ]);

        made.Ran.Code.ShouldBe(ExitCode.Done, made.Ran.Error);
        var (request, answers) = (made.Contract.GetProperty("request"), made.Contract.GetProperty("answers"));
        request.GetProperty("constants").GetRawText().ShouldBe("{\n      \"canal?\": \"web\"\n    }");
        request.GetProperty("fields").GetProperty("sede").GetProperty("type").GetString().ShouldBe("any");
        answers.GetProperty("refused").GetProperty("status").GetInt32().ShouldBe(403);
        answers.GetProperty("unknownUser").GetProperty("status").GetInt32().ShouldBe(404);
        answers.TryGetProperty("invalid", out _).ShouldBeFalse();
        made.Ran.Output.ShouldContain("The example nadie states the outcome UnknownUser, and its request is read as Invalid (clave: missing)");
        made.Ran.Output.ShouldContain("sede of the request is \"7\" in one example and 7 in another");
    }

    [Fact]
    public async Task What_answers_say_back_of_the_request_is_no_constant_where_the_examples_differ()
    {
        const string request = "POST /rpc\nContent-Type: application/json\n\n{\"jsonrpc\":\"2.0\",\"method\":\"entrar\",\"params\":{\"usuario\":\"ana\",\"clave\":\"b\"},\"id\":";
        var made = await NewAsync(
        [
            ("si", $"outcome: Granted\n\n{request}1}}\n\n--- 200\n\n{{\"jsonrpc\":\"2.0\",\"result\":true,\"id\":1}}\n"),
            ("no", $"outcome: WrongPassword\n\n{request}\"b-2\"}}\n\n--- 200\n\n{{\"jsonrpc\":\"2.0\",\"error\":\"no\",\"id\":\"b-2\"}}\n"),
        ]);

        made.Ran.Code.ShouldBe(ExitCode.Done, made.Ran.Error);
        made.Contract.GetProperty("request").GetProperty("constants").TryGetProperty("id", out _).ShouldBeFalse();
        made.Contract.GetProperty("answers").GetProperty("granted").GetProperty("body").GetProperty("id").GetString().ShouldBe("{request.id}");
        made.Contract.GetProperty("answers").GetProperty("refused").GetProperty("body").GetProperty("id").GetString().ShouldBe("{request.id}");
        made.Ran.Output.ShouldNotContain("says the file does not");
    }

    [Fact]
    public async Task What_cannot_be_made_or_written_is_said_first()
    {
        await using var folder = new CommandFolder();
        var get = folder.Write("get.http", "outcome: Granted\n\nGET /e?usuario=ana&clave=b\n\n--- 200\n\ntrue\n");
        var query = folder.Write("query.http", "outcome: Granted\n\nPOST /e?usuario=ana&clave=b\nContent-Type: application/json\n\n{\"canal\":\"web\"}\n\n--- 200\n\ntrue\n");
        var nowhere = folder.Write("nowhere.http", "outcome: Granted\n\nPOST //\n\n{\"usuario\":\"ana\",\"clave\":\"b\"}\n\n--- 200\n\ntrue\n");
        var output = Path.Combine(folder.Folder, "nuevo.json");

        (await folder.RunAsync("contract", "new", "--from", nowhere, "--output", output)).Error.ShouldContain("No endpoint has the path \"//\"");
        (await folder.RunAsync("contract", "new", "--from", get, "--output", "")).Error.ShouldContain("--output names the file to write, and is empty");
        (await folder.RunAsync("contract", "new", "--from", get, "--fields", "usuario,clave", "--output", output)).Error.ShouldContain("A GET, whose fields stand in the address, is read neither by new nor by learn");
        (await folder.RunAsync("contract", "new", "--from", query, "--fields", "usuario,clave", "--output", output)).Error.ShouldContain("behind the question mark this command does not read");
        (await folder.RunAsync("contract", "new", "--from", get, "--output", Path.Combine(folder.Folder, "no", "x.json"))).Error.ShouldContain("make it first");
        (await folder.RunAsync("contract", "new", "--from", get, "--output", folder.Folder)).Error.ShouldContain("is a folder; --output names the file to write");
    }

    private static async Task<(Ran Ran, JsonElement Contract)> NewAsync(IEnumerable<(string Name, string Text)> examples)
    {
        await using var folder = new CommandFolder();
        var files = examples.Select(e => folder.Write($"{e.Name}.http", e.Text)).ToList();
        var output = Path.Combine(folder.Folder, "nuevo.json");
        var ran = await folder.RunAsync(["contract", "new", "--from", .. files, "--output", output]);
        return (ran, File.Exists(output) ? JsonElement.Parse(await File.ReadAllTextAsync(output)) : default);
    }

    /// <summary>What depends on a configuration, or on what was before, no example says alone.</summary>
    private static bool IsPlain(string file) => Path.GetFileNameWithoutExtension(file) is not ("granted-with-token" or "wrong-method" or "malformed-wrong-method" or "busy" or "throttled")
        && !File.ReadAllText(file).Contains("given: ", StringComparison.Ordinal);
}
