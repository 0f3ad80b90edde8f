using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Tests.House;
using Zaguan.Tokens.Keys;

namespace Zaguan.Tests.Tokens.Keys;

/// <summary>A stock JWT library that knows nothing but the public address takes the tokens, and goes on taking them.</summary>
public sealed class InteropTests
{
    [Fact]
    public async Task PyJWT_that_knows_only_the_address_takes_tokens_of_before_and_after_a_rotation()
    {
        await using var door = await FrontDoor.OpenAsync();
        // Python reads its own clock: all of this happens in its last hour.
        var clock = new ManualClock();
        clock.Set(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1));
        var options = OwnKeysHouse.Options(clock, null, ("PublicUrl", door.Address)) with { IsDevelopment = true };
        await using var house = await TestHouse.OpenAsync(options);
        door.LeadTo(house);

        var first = await OwnKeysHouse.LogInAsync(house);
        var claims = JsonElement.Parse((await VerifyAsync(door, "clinica", first)).ShouldHaveSingleItem());
        claims.GetProperty("usuario_login").GetString().ShouldBe("johndoe");
        claims.GetProperty("iss").GetString().ShouldBe(door.Address);

        (await house.Services.GetRequiredService<SigningKeys>().RotateAsync()).ShouldBeTrue();
        clock.Advance(SigningKeys.PublishedBefore);
        var second = await OwnKeysHouse.LogInAsync(house);
        OwnKeysHouse.KidOf(second).ShouldNotBe(OwnKeysHouse.KidOf(first));

        var forged = $"{second[..second.LastIndexOf('.')]}{first[first.LastIndexOf('.')..]}";
        var verified = await VerifyAsync(door, "clinica", first, second, forged);
        verified.Take(2).ShouldAllBe(c => JsonElement.Parse(c).GetProperty("usuario_login").GetString() == "johndoe");
        verified[2].ShouldBe("InvalidSignatureError", "and it does look");
        (await VerifyAsync(door, "otra", second)).ShouldBe(["InvalidAudienceError"]);
    }

    private static async Task<string[]> VerifyAsync(FrontDoor door, string audience, params string[] tokens)
    {
        var script = Path.Combine(Repository.Root, "tests/Zaguan.Tests/Tokens/Keys/pyjwt.py");
        return (await ChildProcesses.RunAsync(["/usr/bin/python3", script, door.Address, audience, .. tokens])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
