using System.Diagnostics;
using System.Globalization;
using System.Net;
using Zaguan.Tests.AspNetCore;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Nodes;

/// <summary>A primary, a standby that confirms every commit, three nodes and clients that never pause; and then the primary is no more.</summary>
[Collection(NodeGroup.Tests)]
public sealed class FailoverTests(ITestOutputHelper output)
{
    private const int EnoughAnswers = 60;
    private const int EnoughOfANode = 3;

    [Fact]
    public async Task When_the_primary_dies_and_the_standby_takes_over_nothing_that_was_answered_is_lost_and_logins_go_on_without_a_restart()
    {
        await using var primary = await PostgresServer.StartAsync("fsync=on");
        await using var standby = await primary.AddStandbyAsync();
        var connectionString = $"Host={primary.Folder},{standby.Folder};Username=postgres;Database=postgres";
        await primary.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
        await primary.ExecuteAsync("SELECT pg_reload_conf()");
        await Eventually.BecomesTrueAsync(() => primary.AskAsync<bool>("SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync')"), "the standby is synchronous");

        await using var nodes = await NodeGroup.StartAsync(connectionString, 3, LoginLoad.Settings);
        await LoginLoad.AddUsersAsync(connectionString);
        await NodeGroup.AddUsersAsync(connectionString, "romsoft", DemoLogin.Romsoft.Password, DemoLogin.Romsoft.Identifier);
        var clinicToken = await DemoLogin.Romsoft.TokenAsync(nodes.At(0)!.Client);
        var backEnd = await NodeGroup.AddBackEndAsync(connectionString);
        await using var clinic = await Clinic.StartAsync(new(StringComparer.Ordinal)
        {
            ["JWT_SECRET_KEY"] = FourApplications.RomsoftSecret,
            ["JWT_ISSUER_TOKEN"] = "http://localhost:44390",
            ["JWT_AUDIENCE_TOKEN"] = "http://localhost:44390",
        });

        await using var load = new LoginLoad(nodes);
        load.Start();
        await Eventually.BecomesTrueAsync(() => load.Answers > EnoughAnswers && load.Granted.Count > EnoughOfANode, "clients are answered", TimeSpan.FromMinutes(2));
        var before = load.Granted.Select(t => t.Token!).ToList();

        var died = Stopwatch.GetTimestamp();
        await primary.KillAsync();
        await SaysThatItCannotServeAsync(nodes, backEnd, before[0]);
        (await clinic.PostAsync(clinicToken)).Status.ShouldBe(HttpStatusCode.OK, "who believes a token by its signature needs no database");
        (await clinic.PostAsync($"{clinicToken}x")).Status.ShouldBe(HttpStatusCode.Unauthorized);

        var promoted = Stopwatch.GetTimestamp();
        (await standby.AskAsync<bool>("SELECT pg_promote()")).ShouldBeTrue();
        var granted = Enumerable.Range(0, nodes.Count).Select(load.GrantedBy).ToArray();
        await Eventually.BecomesTrueAsync(() => load.GrantedBy(0) > granted[0] || load.GrantedBy(1) > granted[1] || load.GrantedBy(2) > granted[2], "somebody is let in again");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Without service for {Stopwatch.GetElapsedTime(died).TotalSeconds:F1} s, of which {Stopwatch.GetElapsedTime(promoted).TotalSeconds:F1} s since the standby was told to take over."));
        await Eventually.BecomesTrueAsync(() => Enumerable.Range(0, nodes.Count).All(n => load.GrantedBy(n) > granted[n] + EnoughOfANode), "every node lets people in again", TimeSpan.FromMinutes(2));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"All nodes let people in again after {Stopwatch.GetElapsedTime(died).TotalSeconds:F1} s. {load.Answers} attempts were answered."));
        await load.StopAsync();

        await load.KeepsItsPromisesAsync(standby.ConnectionString);
        foreach (var node in nodes.Running)
        {
            await Eventually.BecomesTrueAsync(async () => await StatusAsync(node, "/health/ready") == HttpStatusCode.OK, "the node is ready again");
            var client = new BackEndClient(node.Client, backEnd);
            foreach (var token in before.Concat(load.Granted.Select(t => t.Token!).TakeLast(10)))
            {
                (await client.IsActiveAsync(token)).ShouldBeTrue();
            }
        }

        nodes.Said.ShouldAllBe(s => !s.Contains("\"EventId\":1004", StringComparison.Ordinal), "losing the database is no fault of Zaguan's");
        standby.Log.ShouldNotContain(l => l.Contains("deadlock detected", StringComparison.Ordinal));
    }

    /// <summary>No node says "wrong password", "not good" or "ready" while it cannot ask.</summary>
    private static async Task SaysThatItCannotServeAsync(NodeGroup nodes, string backEnd, string token)
    {
        foreach (var node in nodes.Running)
        {
            await Eventually.BecomesTrueAsync(async () => await StatusAsync(node, "/health/ready") == HttpStatusCode.ServiceUnavailable, "the node says that it is not ready");
            (await StatusAsync(node, "/health/live")).ShouldBe(HttpStatusCode.OK);
            foreach (var login in DemoLogin.All)
            {
                using var answer = await node.PostAsync(login.Path, login.RightBody);
                (answer.StatusCode, await answer.Content.ReadAsStringAsync()).ShouldBe((login.Unavailable.Status, login.Unavailable.Body));
                answer.Headers.RetryAfter.ShouldNotBeNull();
            }

            using var introspected = await new BackEndClient(node.Client, backEnd).SendAsync(HttpMethod.Post, "/zaguan/introspect", BackEndClient.Form(token));
            introspected.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            introspected.Headers.RetryAfter.ShouldNotBeNull();
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(ServerProcess node, string path)
    {
        using var answer = await node.Client.GetAsync(path);
        return answer.StatusCode;
    }
}
