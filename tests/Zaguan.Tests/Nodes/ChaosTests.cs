using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Nodes;

/// <summary>Nodes are killed and started at random while clients never pause. benchmarks/chaos.sh goes on for longer.</summary>
[Collection(NodeGroup.Tests)]
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int LeastKills = 3;

    /// <summary>In seconds.</summary>
    private static readonly string? Asked = Environment.GetEnvironmentVariable("ZAGUAN_CHAOS_SECONDS");

    [Fact]
    public async Task Nodes_that_are_killed_and_started_at_random_lose_nothing_that_was_answered()
    {
        var duration = TimeSpan.FromSeconds(Asked is null ? 20 : int.Parse(Asked, CultureInfo.InvariantCulture));
        await using var server = await PostgresServer.StartAsync("fsync=on");
        await using var nodes = await NodeGroup.StartAsync(server.ConnectionString, 3, LoginLoad.Settings);
        await LoginLoad.AddUsersAsync(server.ConnectionString);
        var backEnd = await NodeGroup.AddBackEndAsync(server.ConnectionString);
        await using var load = new LoginLoad(nodes);
        load.Start();

        var (began, kills) = (Stopwatch.GetTimestamp(), 0);
        while (Stopwatch.GetElapsedTime(began) < duration || kills < LeastKills)
        {
            var node = RandomNumberGenerator.GetInt32(nodes.Count);
            var enough = load.Answers + RandomNumberGenerator.GetInt32(1, 40);
            await nodes.KillAsync(node);
            kills++;
            await Eventually.BecomesTrueAsync(() => load.Answers > enough, "the others go on", TimeSpan.FromMinutes(2));
            await nodes.StartAsync(node);
        }

        var granted = Enumerable.Range(0, nodes.Count).Select(load.GrantedBy).ToArray();
        await Eventually.BecomesTrueAsync(() => Enumerable.Range(0, nodes.Count).All(n => load.GrantedBy(n) > granted[n]), "every node lets people in", TimeSpan.FromMinutes(2));
        await load.StopAsync();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kills} kills in {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s; {load.Answers} attempts were answered, {load.Granted.Count} of them granted."));

        await load.KeepsItsPromisesAsync(server.ConnectionString);
        foreach (var (token, turn) in load.Granted.Select((t, i) => (t.Token!, i)))
        {
            (await new BackEndClient(nodes.At(turn)!.Client, backEnd).IsActiveAsync(token)).ShouldBeTrue();
        }

        nodes.Said.ShouldAllBe(s => !s.Contains("\"EventId\":1004", StringComparison.Ordinal));
        server.Log.ShouldNotContain(l => l.Contains("deadlock detected", StringComparison.Ordinal));
    }
}
