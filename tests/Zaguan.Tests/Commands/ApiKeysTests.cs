using System.Text.Json.Nodes;
using Zaguan.Admin;
using Zaguan.Admin.Api;
using Zaguan.Commands;

namespace Zaguan.Tests.Commands;

/// <summary>zaguan api-keys …</summary>
public sealed class ApiKeysTests
{
    [Fact]
    public async Task A_key_is_made_listed_and_revoked_and_the_audit_log_says_so()
    {
        await using var folder = new CommandFolder();
        var made = await folder.RunAsync("api-keys", "add", "informe", "--scope", "users:read", "--scope", "log:read", "--expires-in", "30d");

        made.Code.ShouldBe(ExitCode.Done, made.Error);
        var key = made.Output.Trim();
        key.ShouldStartWith("zgk_");
        (await folder.RunAsync("api-keys", "add", "otra", "--scope", "users:raed")).Error.ShouldContain("Did you mean \"users:read\"?");
        (await folder.RunAsync("api-keys", "add", " ", "--scope", "users:read")).Error.ShouldContain("A name is not empty");
        (await folder.RunAsync("api-keys", "add", "otra", "--scope", "users:read", "--expires-in", "mañana")).Code.ShouldNotBe(ExitCode.Done);
        (await folder.RunAsync("api-keys", "add", "otra", "--scope", "users:read", "--expires-in", "never")).Error.ShouldContain("until it is revoked");
        var listed = JsonNode.Parse((await folder.RunAsync("api-keys", "list", "--json")).Output)!.AsArray().Single(k => k!["name"]!.GetValue<string>() is "informe")!;
        (listed["state"]!.GetValue<string>(), listed["scopes"]!.ToJsonString()).ShouldBe(("good", """["users:read","log:read"]"""));
        var id = listed["id"]!.GetValue<string>();
        key.ShouldStartWith(id);
        (await folder.RunAsync("api-keys", "revoke", id)).Output.ShouldContain("is revoked");
        (await folder.RunAsync("api-keys", "revoke", id)).Error.ShouldContain("was revoked before");
        (await folder.RunAsync("api-keys", "revoke", "zgk_nada")).Error.ShouldContain("There is no API key");
        (await folder.RunAsync("api-keys", "list")).Output.ShouldContain("revoked");

        await using var database = Zaguan.Storage.Database.Open(folder.Place, TimeProvider.System);
        (await new ApiKeyStore(database, TimeProvider.System).RecognizeAsync(key))!.RevokedAt.ShouldNotBeNull();
        var audit = await new AuditLog(database).ListAsync(null, 100);
        audit.Select(a => a.Action).ShouldBe([AuditActions.ApiKeyRevoked, AuditActions.ApiKeyMade, AuditActions.ApiKeyMade]);
        audit.ShouldAllBe(a => a.Who.Length == 0 && a.Address == null);
    }
}
