using System.Net;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Login;

/// <summary>Charged first: parallel guesses never buy more verifications than the budget has left, and people who share an account all get in.</summary>
public sealed class ParallelGuessTests
{
    [Theory]
    [MemberData(nameof(DemoLogin.Names), MemberType = typeof(DemoLogin))]
    public async Task Of_200_parallel_guesses_at_most_5_wrong_ones_are_verified(string application)
    {
        var login = DemoLogin.Of(application);
        await using var house = await TestHouse.OpenAsync();
        // The right one is the 100th; nothing guarantees that it comes in that place.
        var guesses = Enumerable.Range(0, 200).Select(i => i == 100 ? login.Password : $"guess {i}");

        await Task.WhenAll(guesses.Select(g => GuessAsync(house, login, g)));

        var log = await house.AccessLogAsync();
        log.Count.ShouldBe(200);
        var granted = log.Count(r => r.Outcome == Outcome.Granted);
        log.Count(r => r.Outcome == Outcome.WrongPassword).ShouldBeLessThanOrEqualTo(5);
        log.Count(r => r.Outcome is Outcome.Locked).ShouldBe(200 - granted - 5);
        house.Hashes.ShouldBeLessThanOrEqualTo(5 + granted);
    }

    [Theory]
    [MemberData(nameof(DemoLogin.Names), MemberType = typeof(DemoLogin))]
    public async Task Fifty_people_who_share_an_account_all_get_in(string application)
    {
        var login = DemoLogin.Of(application);
        // Some ten milliseconds a hash: the last one is in time on a busy machine too, and all of them come while five are being verified.
        await using var house = await FourApplications.OpenAsync(iterations: 20_000);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => GuessAsync(house, login, login.Password)));

        (await house.AccessLogAsync()).Count(r => r.Outcome == Outcome.Granted).ShouldBe(50);
    }

    private static async Task GuessAsync(TestHouse house, DemoLogin login, string password)
    {
        using var answer = await house.PostAsync(login.Path, login.Body(login.Identifier, password));
        answer.StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Unauthorized);
    }
}
