using System.Text;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Operations;

/// <summary>Whose address an attempt counts against: the client's, as far as the proxies that we know can vouch for it.</summary>
public sealed class ForwardedAddressTests
{
    private static readonly DemoLogin Login = DemoLogin.Ambiotec;

    [Theory]
    [InlineData("", "203.0.113.9", "127.0.0.1")] // A stranger says who he is.
    [InlineData("192.0.2.1", "203.0.113.9", "127.0.0.1")] // There is a proxy, but this is not it.
    [InlineData("127.0.0.1", "203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.1", "", "127.0.0.1")]
    [InlineData("127.0.0.1,10.0.0.0/8", "203.0.113.9, 10.1.2.3", "203.0.113.9")] // Two proxies in a row.
    [InlineData("127.0.0.1,10.0.0.0/8", "198.51.100.7, 203.0.113.9, 10.1.2.3", "203.0.113.9")] // The client adds one in front.
    [InlineData("127.0.0.1", "203.0.113.9, 10.1.2.3", "10.1.2.3")] // The second hop is nobody that we know.
    [InlineData("127.0.0.1", "2001:db8::5", "2001:db8::5")]
    [InlineData("127.0.0.1", "nonsense", "127.0.0.1")]
    public async Task The_address_is_the_first_one_that_no_trusted_proxy_has(string proxies, string forwarded, string expected)
    {
        await using var house = await TestHouse.OpenAsync(new() { Settings = Trusting(proxies) });
        await AttemptAsync(house, "x", forwarded);

        (await house.AccessLogAsync()).ShouldHaveSingleItem().Address.ShouldBe(expected);
    }

    [Fact]
    public async Task A_proxy_that_nobody_named_is_noticed_once()
    {
        await using var house = await TestHouse.OpenAsync();
        await AttemptAsync(house, "x", "203.0.113.9");
        await AttemptAsync(house, "y", "203.0.113.9");

        house.Log.All.Count(l => l.Contains("X-Forwarded-For", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task The_variable_of_ASP_NET_that_believes_everybody_is_not_believed()
    {
        await using var server = await ServerProcess.StartAsync(new() { Environment = { ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true", ["Budgets__Address__Failures"] = "2", ["Budgets__Address__Within"] = "15m" } });
        foreach (var i in Enumerable.Range(1, 3))
        {
            using var answer = await server.PostAsync(Login.Path, Login.Body($"nadie{i}", "x"), ("X-Forwarded-For", $"203.0.113.{i}"));
            (answer.Headers.RetryAfter is not null).ShouldBe(i == 3);
        }
    }

    [Fact]
    public async Task Behind_a_proxy_each_client_has_an_address_budget_of_its_own()
    {
        await using var house = await TestHouse.OpenAsync(new() { Settings = new(Trusting("127.0.0.1"), StringComparer.Ordinal) { ["Budgets:Address:Failures"] = "2", ["Budgets:Address:Within"] = "15m" } });
        foreach (var address in new[] { "203.0.113.1", "203.0.113.1", "203.0.113.1", "203.0.113.2" })
        {
            await AttemptAsync(house, Guid.NewGuid().ToString(), address);
        }

        (await house.AccessLogAsync()).Select(r => r.Outcome).ShouldBe([Outcome.UnknownUser, Outcome.UnknownUser, Outcome.Throttled, Outcome.UnknownUser]);
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData("127.0.0.0/8", 4)]
    public async Task A_server_side_caller_has_no_address_budget(string? caller, int verified)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Budgets:Address:Failures"] = "2", ["Budgets:Address:Within"] = "15m" };
        if (caller is not null)
        {
            settings["Network:ServerSideCallers:0"] = caller;
        }

        await using var house = await TestHouse.OpenAsync(new() { Settings = settings });
        for (var i = 0; i < 4; i++)
        {
            await AttemptAsync(house, $"nadie{i}", "");
        }

        (await house.AccessLogAsync()).Count(r => r.Outcome == Outcome.UnknownUser).ShouldBe(verified);
    }

    private static Dictionary<string, string?> Trusting(string proxies) => proxies
        .Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select((proxy, i) => ($"Network:TrustedProxies:{i}", proxy))
        .ToDictionary(p => p.Item1, string? (p) => p.proxy, StringComparer.Ordinal);

    private static async Task AttemptAsync(TestHouse house, string identifier, string forwarded)
    {
        using var answer = await house.PostAsync(Login.Path, Encoding.UTF8.GetBytes(Login.Body(identifier, "x")), headers: forwarded.Length > 0 ? [("X-Forwarded-For", forwarded)] : []);
    }
}
