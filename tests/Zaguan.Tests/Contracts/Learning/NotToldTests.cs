using System.Text.Json;
using Zaguan.Commands;
using Zaguan.Tests.Commands;

namespace Zaguan.Tests.Contracts.Learning;

/// <summary>zaguan contract learn: what one user's answers cannot tell is listed, and what was heard is in the examples.</summary>
public sealed class NotToldTests
{
    [Fact]
    public async Task What_may_be_the_users_own_and_the_file_says_to_everybody_is_listed()
    {
        await using var learned = await LearnAsync(
            """{"email":"marta@trebol.com"}""",
            asked => IsRight(asked)
                ? new(200, $$$"""{"ok":true,"version":"2.1","id":61,"name":"Marta Núñez","telefono":null,"email":"marta@trebol.com","cargo":"Jefa","token":"{{{Endpoint.Jwt(Endpoint.Seconds, 3600, ("uid", 61), ("iss", "vieja"))}}}"}""")
                : new(401, """{"ok":false,"version":"2.1","error":"no"}"""));

        learned.Notes.ShouldContain("/id is 61 as it was answered to this user, and the file says that to everybody");
        learned.Notes.ShouldContain("user.json: \"number\"");
        learned.Notes.ShouldContain("/name is \"Marta Núñez\" as it was answered");
        learned.Notes.ShouldContain("user.json: \"roleName\"");
        learned.Notes.ShouldContain("The claim /uid of the token is 61");
        learned.Notes.ShouldNotContain("/version is");
        learned.Notes.ShouldNotContain("/ok is");
        learned.Notes.ShouldNotContain("/email is");
        learned.Notes.ShouldNotContain("/iss");
    }

    [Fact]
    public async Task Redirections_and_cookies_stand_in_the_examples_and_a_change_of_them_is_noticed()
    {
        await using var learned = await LearnAsync(
            """{"number":61,"email":"marta@trebol.com"}""",
            asked => IsRight(asked)
                ? new(302, "") { Headers = [("Location", "/inicio"), ("Set-Cookie", $"sesion={Endpoint.Letters(32)}; path=/; secure; httponly"), ("Set-Cookie", "tema=claro; path=/")] }
                : new(302, "") { Headers = [("Location", "/entrar?error=1")] });

        learned.Ran.Code.ShouldBe(ExitCode.Done, learned.Ran.Output);
        var granted = await File.ReadAllTextAsync(Path.Combine(learned.Output, "examples", "granted.http"));
        granted.ShouldContain("Location: /inicio\n");
        granted.ShouldContain("Set-Cookie: sesion=‹…›; path=/; secure; httponly\n");
        granted.ShouldContain("Set-Cookie: tema=claro; path=/\n");
        (await File.ReadAllTextAsync(Path.Combine(learned.Output, "examples", "wrong-password.http"))).ShouldContain("Location: /entrar?error=1\n");

        learned.Notes.ShouldContain("The redirection is \"/inicio\" as it was answered to this user");
        learned.Notes.ShouldContain("write a placeholder in its place");

        foreach (var (is_, other) in new[] { ("\"/inicio\"", "\"/otra\""), ("\"sesion\"", "\"session\""), ("\"/entrar?error=1\"", "\"/entrar\"") })
        {
            var changed = learned.Folder.Write("nuevo.json", learned.File.Replace(is_, other, StringComparison.Ordinal));
            (await learned.Folder.RunAsync("contract", "test", changed, "--examples", Path.Combine(learned.Output, "examples"))).Code.ShouldBe(ExitCode.Different, other);
        }
    }

    [Fact]
    public async Task A_redirection_that_is_another_for_everybody_is_not_written_as_it_was()
    {
        await using var learned = await LearnAsync(
            """{"email":"marta@trebol.com"}""",
            asked => IsRight(asked) ? new(302, "") { Headers = [("Location", $"/inicio/{Guid.NewGuid():N}")] } : new(302, "") { Headers = [("Location", "/entrar")] });

        JsonElement.Parse(learned.File).GetProperty("answers").GetProperty("granted").GetProperty("redirect").GetString().ShouldBe("/inicio/");
        (await File.ReadAllTextAsync(Path.Combine(learned.Output, "examples", "granted.http"))).ShouldContain("Location: /inicio/‹…›\n");
        learned.Notes.ShouldContain("The header Location is \"/inicio/\", not \"/inicio/‹…›\".");
    }

    [Fact]
    public async Task A_field_that_was_varied_on_failing_logins_alone_is_said_to_be_so()
    {
        await using var learned = await LearnAsync(
            """{"email":"marta@trebol.com"}""",
            asked => IsRight(asked) ? new(200, """{"ok":true}""") : new(401, """{"error":"no"}"""),
            request: """{"u":"{identifier}","password":"{password}","recordar":true}""");

        learned.Notes.ShouldContain("recordar changes nothing in the answers to logins that fail");
        learned.Notes.ShouldContain("With the right password it was not varied");
    }

    [Fact]
    public async Task A_cookie_of_chance_that_is_no_token_is_said_to_be_none()
    {
        await using var learned = await LearnAsync(
            """{"email":"marta@trebol.com"}""",
            asked => IsRight(asked)
                ? new(200, $$"""{"token":"{{Endpoint.Jwt(Endpoint.Seconds, 3600, ("x", "y"))}}"}""") { Headers = [("Set-Cookie", $"visita={Guid.NewGuid():N}; path=/")] }
                : new(401, """{"error":"no"}"""));

        learned.Notes.ShouldContain("The cookie visita of the granted login is made of chance ({generated.hex32}): Zaguan sets it, and knows no session by it.");
    }

    [Fact]
    public async Task An_answer_that_the_file_does_not_give_is_listed()
    {
        await using var learned = await LearnAsync(
            """{"email":"marta@trebol.com"}""",
            asked => asked.Headers["X-Api-Key"] is not ["la-llave-1"] ? new(302, "") { Headers = [("Location", "/sin-llave")] }
                : asked.Fields?["u"] is null || asked.Fields?["password"] is null ? new(302, "") { Headers = [("Location", "/sin-campos")] }
                : IsRight(asked) ? new(302, "") { Headers = [("Location", "/inicio")] }
                : new(302, "") { Headers = [("Location", "/entrar"), ("Set-Cookie", "pista=1; domain=trebol.com; path=/")] },
            request: "POST /entrar\nContent-Type: application/json\nX-Api-Key: la-llave-1\n\n{\"u\":\"{identifier}\",\"password\":\"{password}\"}");

        var invalid = JsonElement.Parse(learned.File).GetProperty("answers").GetProperty("invalid").GetRawText();
        (invalid.Contains("/sin-llave", StringComparison.Ordinal), invalid.Contains("/sin-campos", StringComparison.Ordinal)).ShouldBe((true, true), learned.File);
        // No contract says the domain of a cookie.
        learned.Notes.ShouldContain(Path.Combine("examples", "wrong-password.http") + " the file does not say: The header Set-Cookie is");
        learned.Ran.Code.ShouldBe(ExitCode.Different);
    }

    [Fact]
    public async Task Where_nothing_can_be_written_nothing_is_asked()
    {
        await using var folder = new CommandFolder();
        await using var endpoint = await Endpoint.StartAsync("/entrar", _ => new(401, ""));
        var user = folder.Write("user.json", """{"email":"marta@trebol.com"}""");

        foreach (var output in new[] { user, Path.Combine(user, "nuevo") })
        {
            var ran = await folder.RunWithAsync("clave-larga-1\n", "contract", "learn", endpoint.Url, "--identifier", "marta@trebol.com", "--user", user, "--fields", "u,password", "--name", "nuevo", "--output", output, "--pause", "0s");
            ran.Code.ShouldBe(ExitCode.NotDone);
            ran.Error.ShouldContain("is a file; --output names a folder");
        }

        (await folder.RunWithAsync("clave-larga-1\n", "contract", "learn", endpoint.Url, "--identifier", "marta@trebol.com", "--user", user, "--fields", "u,password", "--name", "nuevo", "--output", "", "--pause", "0s")).Error.ShouldContain("--output names a folder, and is empty");
        endpoint.Requests.ShouldBeEmpty();
        Directory.EnumerateFiles(folder.Folder, ".zaguan-*").ShouldBeEmpty();
    }

    private static bool IsRight(Asked asked) => asked.Fields?["password"]?.ToString() is "clave-larga-1" && asked.Fields["u"]?.ToString() is "marta@trebol.com";

    private static async Task<Learned> LearnAsync(string user, Func<Asked, Answered> answer, string request = """{"u":"{identifier}","password":"{password}"}""")
    {
        var folder = new CommandFolder();
        await using var endpoint = await Endpoint.StartAsync("/entrar", answer);
        var output = Path.Combine(folder.Folder, "nuevo");
        var ran = await folder.RunWithAsync("clave-larga-1\n", "contract", "learn", endpoint.Url, "--identifier", "marta@trebol.com", "--user", folder.Write("user.json", user), "--request", folder.Write("request.http", request), "--name", "nuevo", "--output", output, "--pause", "0s");
        File.Exists(Path.Combine(output, "nuevo.json")).ShouldBeTrue(ran.Output + ran.Error);
        return new(folder, output, ran, await File.ReadAllTextAsync(Path.Combine(output, "nuevo.json")), await File.ReadAllTextAsync(Path.Combine(output, "could-not-tell.txt")));
    }

    private sealed record Learned(CommandFolder Folder, string Output, Ran Ran, string File, string Notes) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Folder.DisposeAsync();
    }
}
