using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Login;

/// <summary>Who guesses without a pause waits behind himself.</summary>
public sealed class FloodTests
{
    private const string Flooding = "203.0.113.1";
    private const int Guessing = 40;
    private const int Logins = 8;
    private static readonly DemoLogin Login = DemoLogin.Ambiotec;

    [Fact]
    public async Task While_one_address_floods_the_queue_another_one_logs_in_and_what_was_turned_away_was_neither_hashed_nor_charged()
    {
        await using var house = await FourApplications.OpenAsync(FourApplications.Settings(
            ("Network:TrustedProxies:0", "127.0.0.1"), ("Hashing:LongestQueue", "8"), ("Hashing:LongestWait", "30s"), ("Budgets:Address:Failures", "1000000"), ("Budgets:Address:Within", "15m")));
        using var enough = new CancellationTokenSource();
        var flood = Enumerable.Range(0, Guessing).Select(i => FloodAsync(house, i, enough.Token)).ToList();
        await Eventually.BecomesTrueAsync(async () => (await house.AccessLogAsync()).Any(r => r.Outcome == Outcome.Busy), "the queue is full");

        for (var i = 0; i < Logins; i++)
        {
            (await LogInAsync(house)).ShouldBe(HttpStatusCode.OK);
        }

        await enough.CancelAsync();
        await Task.WhenAll(flood);
        await ExpectPaidAsync(house);
    }

    private static async Task ExpectPaidAsync(TestHouse house)
    {
        var flood = (await house.AccessLogAsync()).Where(r => r.Address is Flooding).ToLookup(r => r.Outcome);
        flood[Outcome.Busy].Count().ShouldBeGreaterThan(Logins);
        flood.Select(o => o.Key).ShouldBe([Outcome.Busy, Outcome.UnknownUser], ignoreOrder: true);
        var verified = flood[Outcome.UnknownUser].Count();
        house.Hashes.ShouldBe(verified + Logins);
        var subject = new BudgetSubject("", Flooding, AddressIsShared: false);
        var row = (await house.Services.GetRequiredService<BudgetStore>().ReadAsync(subject)).Single(r => r.Account.Length == 0);
        (row.InFlight, row.Failed).ShouldBe((0, verified));
    }

    private static async Task FloodAsync(TestHouse house, int number, CancellationToken enough)
    {
        for (var i = 0; !enough.IsCancellationRequested; i++)
        {
            using var answer = await house.PostAsync(Login.Path, Encoding.UTF8.GetBytes(Login.Body($"nadie {number} {i}", "un intento")), "application/json", ("X-Forwarded-For", Flooding));
        }
    }

    private static async Task<HttpStatusCode> LogInAsync(TestHouse house)
    {
        using var answer = await house.PostAsync(Login.Path, Encoding.UTF8.GetBytes(Login.RightBody), "application/json", ("X-Forwarded-For", "203.0.113.2"));
        return answer.StatusCode;
    }
}
