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

    /// <summary>What depends on a configuration, or on what was before, no example says alone.</summary>
    private static bool IsPlain(string file) => Path.GetFileNameWithoutExtension(file) is not ("granted-with-token" or "wrong-method" or "malformed-wrong-method" or "busy" or "throttled")
        && !File.ReadAllText(file).Contains("given: ", StringComparison.Ordinal);
}
