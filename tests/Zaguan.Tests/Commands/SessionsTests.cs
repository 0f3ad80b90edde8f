using Zaguan.Commands;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Tokens;

namespace Zaguan.Tests.Commands;

public sealed class SessionsTests
{
    private const string Applications = """{ "romsoft": { "JWT_SECRET_KEY": "una llave de 32 letras o de más, solo para pruebas", "JWT_ISSUER_TOKEN": "i", "JWT_AUDIENCE_TOKEN": "a" }, "inventario": {} }""";

    [Fact]
    public async Task Sessions_are_listed_and_revoked_one_by_one_by_user_and_by_application()
    {
        await using var folder = new CommandFolder(Applications);
        await using var house = await folder.OpenHouseAsync();
        for (var i = 0; i < 3; i++)
        {
            await DemoLogin.Romsoft.TokenAsync(house.Client);
        }

        var open = (await folder.RunAsync("sessions", "list", "--application", "romsoft", "--json")).Json;
        open.GetArrayLength().ShouldBe(3);
        var first = open[0];
        first.GetProperty("username").GetString().ShouldBe("admin");
        first.GetProperty("address").GetString().ShouldBe("127.0.0.1");
        var id = first.GetProperty("id").GetString()!;

        (await folder.RunAsync("sessions", "revoke", id)).Output.ShouldContain("is revoked");
        (await folder.RunAsync("sessions", "revoke", id)).Error.ShouldContain("no session");
        (await folder.RunAsync("sessions", "list", "--json")).Json.GetArrayLength().ShouldBe(2);
        (await folder.RunAsync("sessions", "list", "--with-revoked")).Lines.Count(l => l.Contains("revoked", StringComparison.Ordinal)).ShouldBe(1);
        (await folder.RunAsync("sessions", "list", "--limit", "1")).Error.ShouldContain("There are more");

        (await folder.RunAsync("sessions", "revoke", "--user", "admin", "--realm", "romsoft")).Output.ShouldContain("2 revoked");
        await DemoLogin.Romsoft.TokenAsync(house.Client);
        (await folder.RunAsync("sessions", "revoke", "--application", "romsoft")).Code.ShouldBe(ExitCode.Done);
        (await folder.RunAsync("sessions", "list")).Error.ShouldContain("No sessions.");
        (await folder.RunAsync("sessions", "revoke", "--all")).Lines.Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("revoke")]
    [InlineData("revoke", "x", "--all")]
    [InlineData("revoke", "--user", "ana")]
    [InlineData("list", "--user", "ana")]
    [InlineData("list", "--limit", "0")]
    public async Task What_is_not_said_well_is_explained_and_revokes_nothing(params string[] args)
    {
        await using var folder = new CommandFolder(Applications);
        var ran = await folder.RunAsync(["sessions", .. args]);
        ran.Code.ShouldBe(ExitCode.Usage);
        ran.Error.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Names_that_are_nobodys_are_said()
    {
        await using var folder = new CommandFolder(Applications);
        await using var house = await folder.OpenHouseAsync();
        (await folder.RunAsync("sessions", "revoke", "--user", "nadie", "--realm", "romsoft")).Error.ShouldContain("Nobody in the realm");
        (await folder.RunAsync("sessions", "revoke", "--user", "admin", "--realm", "romsof")).Error.ShouldContain("Did you mean \"romsoft\"?");
        (await folder.RunAsync("sessions", "revoke", "--application", "inventari")).Error.ShouldContain("Did you mean \"inventario\"?");
        (await folder.RunAsync("sessions", "revoke", "7")).Error.ShouldContain("UUID");
    }

    /// <summary>The secret is the service's alone; whoever administers has another environment.</summary>
    [Fact]
    public async Task Tokens_that_name_a_user_are_revoked_even_where_the_secret_is_not_known()
    {
        await using var folder = new CommandFolder("""{ "romsoft": {}, "otra": { "Realm": "romsoft", "Contract": "no-hay" } }""");
        await folder.RunWithAsync("contraseña-larga-de-ana\n", "users", "add", "ana", "--realm", "romsoft");

        var ran = await folder.RunAsync("users", "disable", "ana", "--realm", "romsoft");
        ran.Output.ShouldContain("is disabled now");
        ran.Error.ShouldContain("The application \"otra\" cannot be read");
        ran.Code.ShouldBe(ExitCode.Problems);
        await using var database = Database.Open(await TestDatabase.OfAsync(folder.Folder), TimeProvider.System);
        var revocation = (await new RevocationStore(database, TimeProvider.System).ReadAsync("romsoft", 0)).Rows.ShouldHaveSingleItem();
        (revocation.Claim, revocation.Value).ShouldBe(("unique_name", "ana"));
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task A_back_end_gets_a_key_once_and_loses_it_when_it_is_removed()
    {
        await using var folder = new CommandFolder(Applications);
        await using var house = await folder.OpenHouseAsync();
        var added = await folder.RunAsync("backends", "add", "clinica", "--application", "romsoft");
        var client = new BackEndClient(house.Client, added.Lines.ShouldHaveSingleItem());
        (await client.IsActiveAsync("nada")).ShouldBeFalse();

        (await folder.RunAsync("backends", "add", "clinica", "--application", "romsoft")).Error.ShouldContain("already");
        (await folder.RunAsync("backends", "add", "otra", "--application", "romsofd")).Error.ShouldContain("Did you mean \"romsoft\"?");
        (await folder.RunAsync("backends", "add", "Otra Más", "--application", "romsoft")).Error.ShouldContain("small letters");
        var listed = await folder.RunAsync("backends", "list");
        listed.Output.ShouldContain("clinica");
        listed.Output.ShouldNotContain(client.Key);
        (await File.ReadAllBytesAsync(folder.DatabaseFile)).AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(client.Key)).ShouldBe(-1);

        (await folder.RunAsync("backends", "remove", "clinica")).Code.ShouldBe(ExitCode.Done);
        (await folder.RunAsync("backends", "remove", "clinica")).Error.ShouldContain("no back-end");
        using var answer = await client.SendAsync(HttpMethod.Get, "/zaguan/revocations");
        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
    }
}
