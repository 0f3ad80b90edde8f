using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Zaguan.AspNetCore.Revocations;
using Zaguan.BackEnds;
using Zaguan.Operations;
using Zaguan.Tests.House;
using Zaguan.Tokens;

namespace Zaguan.Tests.BackEnds;

public sealed class RevocationFeedTests
{
    [Fact]
    public async Task The_feed_tells_what_was_revoked_of_the_back_ends_application_and_no_other()
    {
        await using var house = await TestHouse.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        var token = await DemoLogin.Romsoft.TokenAsync(house.Client);
        var session = (await backEnd.IntrospectAsync(token)).GetProperty("jti").GetString()!;
        var store = house.Services.GetRequiredService<RevocationStore>();
        await store.RevokeApplicationAsync("ambiotec");
        await store.RevokeSessionAsync(session);

        var page = await backEnd.FeedAsync(after: 0);
        var last = page.GetProperty("last").GetInt64();
        var entry = page.GetProperty("revocations").EnumerateArray().ShouldHaveSingleItem();
        entry.GetProperty("number").GetInt64().ShouldBe(last);
        entry.GetProperty("session").GetString().ShouldBe(session);

        (await backEnd.FeedAsync(last)).GetProperty("revocations").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_waits_is_answered_when_there_is_something()
    {
        await using var house = await TestHouse.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        var waiting = backEnd.FeedAsync(after: 0, wait: 25);
        var store = house.Services.GetRequiredService<RevocationStore>();

        // Somebody else's wakes it, and it waits on.
        await store.RevokeApplicationAsync("ambiotec");
        await Eventually.BecomesTrueAsync(() => house.Services.GetRequiredService<Revocations>().Last > 0, "the node knows the first");
        waiting.IsCompleted.ShouldBeFalse();

        await store.RevokeApplicationAsync("romsoft");
        var page = await waiting;
        page.GetProperty("revocations").EnumerateArray().ShouldHaveSingleItem().GetProperty("issuedBefore").GetInt64().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_server_that_ends_answers_whoever_waits()
    {
        await using var house = await TestHouse.OpenAsync();
        var application = house.Services.GetRequiredService<Setup>().Applications.Applications.Single(a => a.Name is "romsoft");
        var http = new DefaultHttpContext { Response = { Body = new MemoryStream() }, Request = { QueryString = new("?after=0&wait=25") } };
        var waiting = house.Services.GetRequiredService<RevocationFeedEndpoint>().AnswerAsync(http, application);
        waiting.IsCompleted.ShouldBeFalse();

        house.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await waiting;
        http.Response.Body.Length.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_long_list_comes_in_pages()
    {
        await using var house = await FourApplications.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        var store = house.Services.GetRequiredService<RevocationStore>();
        foreach (var some in Enumerable.Range(0, 2_500).Chunk(100))
        {
            await Task.WhenAll(some.Select(i => store.RevokeTokenAsync("romsoft", $"token-{i}", 4_102_444_800)));
        }

        var numbers = new List<long>();
        var after = 0L;
        while (await backEnd.FeedAsync(after) is var page && page.GetProperty("revocations").GetArrayLength() > 0)
        {
            page.GetProperty("revocations").GetArrayLength().ShouldBeLessThanOrEqualTo(RevocationPage.MostEntries);
            numbers.AddRange(page.GetProperty("revocations").EnumerateArray().Select(r => r.GetProperty("number").GetInt64()));
            after = page.GetProperty("last").GetInt64();
        }

        numbers.Count.ShouldBe(2_500);
        numbers.ShouldBeInOrder();
        numbers.ShouldBeUnique();
    }

    [Theory]
    [InlineData("after=-1")]
    [InlineData("after=x")]
    [InlineData("after=1&after=2")]
    [InlineData("wait=26")]
    [InlineData("wait=-1")]
    [InlineData("after=99999999999999999999")]
    public async Task A_query_that_makes_no_sense_is_refused_in_words(string query)
    {
        await using var house = await TestHouse.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        using var answer = await backEnd.SendAsync(HttpMethod.Get, $"/zaguan/revocations?{query}");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("whole numbers");
    }
}
