using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Zaguan.Tests.House;
using Zaguan.Tests.Nodes;

namespace Zaguan.Tests.Soak;

/// <summary>Everything at once, and one thing after the other fails. ./soak.sh goes on for half an hour and writes what came of it.</summary>
[Collection(NodeGroup.Tests)]
public sealed class SoakTests(ITestOutputHelper output)
{
    /// <summary>In minutes. Without it every fault happens once, and briefly.</summary>
    private static readonly string? Asked = Environment.GetEnvironmentVariable("ZAGUAN_SOAK_MINUTES");

    private static readonly string? Report = Environment.GetEnvironmentVariable("ZAGUAN_SOAK_REPORT");

    /// <summary>Below this, memory that a server takes while it warms up is too much of the whole.</summary>
    private static readonly TimeSpan LongEnoughToJudge = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Nothing_is_lost_and_nothing_grows_while_one_thing_after_the_other_fails()
    {
        var duration = TimeSpan.FromMinutes(Asked is null ? 0 : double.Parse(Asked, CultureInfo.InvariantCulture));
        var (fault, calm) = duration > TimeSpan.Zero ? (TimeSpan.FromSeconds(8), 500) : (TimeSpan.FromSeconds(1), 50);
        await using var house = await SoakHouse.StartAsync();
        await using var load = new SoakLoad(house);
        await (Asked is null ? load.StartAsync(victims: 100) : load.StartAsync());
        await Eventually.BecomesTrueAsync(() => load.AllLetInSince(0), "everybody is let in", TimeSpan.FromMinutes(2));
        await using var gauges = new SoakGauges(house.Servers);
        gauges.Start();

        var (began, runs, faults) = (Stopwatch.GetTimestamp(), new List<FaultRun>(), new SoakFaults(house, load).All.ToArray());
        while (runs.Count == 0 || Stopwatch.GetElapsedTime(began) < duration)
        {
            RandomNumberGenerator.Shuffle(faults.AsSpan());
            foreach (var (name, run) in faults)
            {
                runs.Add(await FailAsync(house, load, name, () => run(fault)));
                var enough = load.Logins + calm;
                await Eventually.BecomesTrueAsync(() => load.Logins > enough, "it goes on", TimeSpan.FromMinutes(2));
            }
        }

        var took = Stopwatch.GetElapsedTime(began);
        await load.StopAsync();
        await gauges.StopAsync();
        var growth = Enumerable.Range(0, SoakHouse.Nodes).Select(n => (
            Memory: gauges.Median(n, 0.75, 1, g => g.Memory) / gauges.Median(n, 0.25, 0.5, g => g.Memory),
            Descriptors: gauges.Median(n, 0.75, 1, g => g.Descriptors) - gauges.Median(n, 0.25, 0.5, g => g.Descriptors))).ToList();
        load.Surprises.Take(50).ToList().ForEach(output.WriteLine);
        output.WriteLine(SoakReport.Write(took, runs, load, gauges, "Not judged yet."));

        var (ended, open) = await load.KeepsItsPromisesAsync();
        house.Servers.ShouldAllBe(s => s.LinesWith("\"EventId\":1004") == 0 && s.Errors.Length == 0);
        house.Postgres.Log.ShouldNotContain(l => l.Contains("deadlock detected", StringComparison.Ordinal));
        if (took > LongEnoughToJudge)
        {
            growth.ShouldAllBe(g => g.Memory < 1.2 && g.Descriptors < 20);
        }

        if (Report is not null)
        {
            var verdict = string.Create(CultureInfo.InvariantCulture, $"""
                {load.Logins} logins were answered. Each that was granted or refused is in the access log as it was answered; at no account that was locked a guess was verified, and at none more than there were; no right password was
                called wrong; nobody heard what the contract does not say. All {ended} sessions that a back-end was told are over are over, and {open} others, drawn by chance, are not. Memory in the last quarter ÷ in the second, by node:
                {string.Join(", ", growth.Select(g => g.Memory.ToString("F2", CultureInfo.InvariantCulture)))}; open descriptors more than then: {string.Join(", ", growth.Select(g => g.Descriptors.ToString("F0", CultureInfo.InvariantCulture)))}.
                """);
            await File.WriteAllTextAsync(Report, SoakReport.Write(took, runs, load, gauges, verdict));
        }
    }

    private async Task<FaultRun> FailAsync(SoakHouse house, SoakLoad load, string name, Func<Task> run)
    {
        load.TakeLongestGap();
        await run();
        var over = Stopwatch.GetTimestamp();
        try
        {
            await Eventually.BecomesTrueAsync(() => load.AllLetInSince(over), $"everybody is let in again after this: {name}", TimeSpan.FromMinutes(2));
        }
        catch (TimeoutException)
        {
            output.WriteLine(load.State);
            output.WriteLine(string.Join('\n', house.Servers.SelectMany(s => s.Output.Split('\n').TakeLast(15)).Concat(house.Postgres.Log.TakeLast(40))));
            output.WriteLine(await house.Postgres.AskAsync<string>("SELECT coalesce(string_agg(concat_ws(' ', pid, state, wait_event_type, wait_event, now() - state_change, left(query, 120)), E'\\n'), '') FROM pg_stat_activity").WaitAsync(TimeSpan.FromSeconds(10)));
            throw;
        }

        return new(name, Stopwatch.GetElapsedTime(over), load.TakeLongestGap());
    }
}
