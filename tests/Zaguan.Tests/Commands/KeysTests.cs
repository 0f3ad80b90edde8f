using Zaguan.Commands;
using Zaguan.Tests.House;
using Zaguan.Tokens.Keys;

namespace Zaguan.Tests.Commands;

public sealed class KeysTests
{
    private const string Applications = """{ "clinica": {} }, "PublicUrl": "https://login.clinica.example" """;

    [Fact]
    public async Task Keys_are_listed_with_their_state()
    {
        var clock = new ManualClock();
        await using var folder = Folder(clock);
        (await folder.RunAsync("keys", "rotate")).Code.ShouldBe(ExitCode.Done);
        var first = (await folder.RunAsync("keys", "list", "--json")).Json[0];
        first.EnumerateObject().Select(m => m.Name).ShouldBe(["kid", "algorithm", "state", "createdAt", "signsFrom", "signsUntil"]);
        $"{first.GetProperty("algorithm")} {first.GetProperty("state")} {first.GetProperty("signsFrom")}".ShouldBe("ES256 signs 2026-03-01T08:00:00.000Z");

        var rotated = await folder.RunAsync("keys", "rotate");
        rotated.Output.ShouldMatch(@"^The key [A-Za-z0-9_-]{43} is made and signs from 2026-03-01T08:15:00\.000Z\.\s*$");
        (await StatesAsync(folder)).ShouldBe(["signs", "next"]);

        clock.Advance(SigningKeys.PublishedBefore);
        (await StatesAsync(folder)).ShouldBe(["retired", "signs"]);
        (await folder.RunAsync("keys", "list")).Output.ShouldNotContain("BEGIN");
    }

    [Fact]
    public async Task A_key_that_waits_already_is_not_followed_by_another()
    {
        await using var folder = Folder(new ManualClock());
        await folder.RunAsync("keys", "rotate");
        await folder.RunAsync("keys", "rotate");

        var refused = await folder.RunAsync("keys", "rotate");

        refused.Code.ShouldBe(ExitCode.NotDone);
        refused.Error.ShouldMatch(@"^The key [A-Za-z0-9_-]{43} is made already and signs from 2026-03-01T08:15:00\.000Z\.\s*$");
    }

    [Fact]
    public async Task Without_its_master_key_nothing_is_rotated()
    {
        await using var folder = Folder(TimeProvider.System);
        await folder.RunAsync("keys", "rotate");
        File.Delete(Path.Combine(folder.Folder, "data", "secrets", "master.key"));

        var refused = await folder.RunAsync("keys", "rotate");

        refused.Code.ShouldBe(ExitCode.Problems);
        refused.Error.ShouldContain("master.key: The master key is missing");
        (await StatesAsync(folder)).ShouldBe(["signs"]);
    }

    [Fact]
    public async Task Where_no_application_signs_with_an_own_key_there_is_none_to_rotate()
    {
        await using var folder = new CommandFolder();
        await folder.RunAsync("roles", "add", "Médico", "--realm", "ambiotec");

        (await folder.RunAsync("keys", "rotate")).Error.ShouldStartWith("No application signs with a key of Zaguan's own");
        (await folder.RunAsync("keys", "list")).Error.ShouldStartWith("No keys.");
        (await folder.RunAsync("keys", "list", "--json")).Json.GetArrayLength().ShouldBe(0);
    }

    private static CommandFolder Folder(TimeProvider clock)
    {
        var folder = new CommandFolder(Applications) { Clock = clock };
        Directory.CreateDirectory(Path.Combine(folder.Folder, "contracts"));
        folder.Write("contracts/clinica.json", OwnKeysHouse.Contract);
        return folder;
    }

    private static async Task<IEnumerable<string>> StatesAsync(CommandFolder folder) => (await folder.RunAsync("keys", "list", "--json")).Json.EnumerateArray().Select(k => k.GetProperty("state").GetString()!);
}
