using System.Net;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Budgets;

/// <summary>A server that logs in for many people: its address has no budget of its own, its people's accounts have.</summary>
public sealed class ServerSideCallerTests
{
    [Fact]
    public async Task An_account_that_is_locked_at_a_server_side_caller_is_refused_at_once()
    {
        await using var house = await OpenAsync(("Budgets:AccountAndAddress:Failures", "1"), ("Budgets:AccountAndAddress:RefusedFor", "1m"), ("Budgets:AccountAndAddress:RefusedForAtMost", "1h"));
        await GuessAsync(house, DemoLogin.Ambiotec.Identifier);

        using var refused = await GuessAsync(house, DemoLogin.Ambiotec.Identifier);

        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await house.AccessLogAsync()).Select(r => r.Outcome).ShouldBe([Outcome.WrongPassword, Outcome.Locked]);
        house.Hashes.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_side_caller_is_not_refused_for_the_failures_of_its_people()
    {
        await using var house = await OpenAsync(("Budgets:Address:Failures", "1"), ("Budgets:Address:Within", "15m"));
        await GuessAsync(house, "nadie");

        using var other = await GuessAsync(house, DemoLogin.Ambiotec.Identifier);

        other.Headers.RetryAfter.ShouldBeNull();
        (await house.AccessLogAsync()).Select(r => r.Outcome).ShouldBe([Outcome.UnknownUser, Outcome.WrongPassword]);
    }

    private static Task<TestHouse> OpenAsync(params (string Name, string Value)[] settings)
    {
        var house = new HouseOptions { Settings = { ["Network:ServerSideCallers:0"] = "127.0.0.1" } };
        foreach (var (name, value) in settings)
        {
            house.Settings[name] = value;
        }

        return TestHouse.OpenAsync(house);
    }

    private static Task<HttpResponseMessage> GuessAsync(TestHouse house, string name) =>
        house.PostAsync(DemoLogin.Ambiotec.Path, DemoLogin.Ambiotec.Body(name, "incorrecta"));
}
