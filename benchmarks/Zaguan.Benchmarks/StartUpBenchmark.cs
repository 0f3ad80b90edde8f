using System.Diagnostics;
using System.Globalization;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;

namespace Zaguan.Benchmarks;

/// <summary>
/// From the start of the process to the first login that is granted, on a database that is there, and the memory that a server holds: at rest, and at its peak under
/// 64 connections that log in. Zaguan, and what a team would use instead, in turns.
/// </summary>
internal static class StartUpBenchmark
{
    private const int Rounds = 3;
    private const double MostSeconds = 1.0;
    private const double MostIdle = 120;

    /// <summary>Until what a start leaves behind is collected.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Loaded = TimeSpan.FromSeconds(4);

    public static async Task<bool> RunAsync()
    {
        using var house = await BenchmarkHouse.BuildAsync([.. Enumerable.Range(0, LoginPeers.MostConnections).Select(LoginPeers.NameOf)]);
        var peers = LoginPeers.Of(house).Select(p => (Peer: p, Rounds: new List<Measured>())).ToList();
        // To warm the disk's cache, and to make the databases.
        foreach (var (peer, _) in peers)
        {
            (await peer.StartAsync()).Dispose();
        }

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (peer, rounds) in peers.Skip(round % peers.Count).Concat(peers.Take(round % peers.Count)))
            {
                rounds.Add(await MeasureAsync(peer));
            }
        }

        Console.WriteLine($"{Rounds} rounds, in turns, after a start of each to warm the disk's cache. Medians. Memory in MiB, of the server and the processes that it starts. Zaguan on {BenchmarkDatabase.Name}, Identity on PostgreSQL; the others keep their users in memory.\n");
        Console.WriteLine("                                 first login s   from     to       at rest   under load");
        foreach (var (peer, rounds) in peers)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {peer.Name,-28}   {Median(rounds, r => r.Seconds),12:F2}   {rounds.Min(r => r.Seconds),5:F2}   {rounds.Max(r => r.Seconds),5:F2}   {Median(rounds, r => r.Idle),7:F0}   {Median(rounds, r => r.Loaded),10:F0}"));
        }

        Console.WriteLine();
        var own = peers[0].Rounds;
        return Ledger.Judge("Seconds from the start to the first login that is answered", Median(own, r => r.Seconds), most: MostSeconds, format: "F2")
            & Ledger.Judge("MiB at rest", Median(own, r => r.Idle), most: MostIdle, format: "F0");
    }

    private static async Task<Measured> MeasureAsync(LoginPeer peer)
    {
        var began = Stopwatch.GetTimestamp();
        using var server = await peer.StartAsync();
        using (var first = new LoginConnection(server.Address))
        {
            if (first.Send(peer.Request(0)) != 200)
            {
                throw new BenchmarkFailedException($"{peer.Name}: the first login was not granted:\n{first.AnswerText()}");
            }
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await Task.Delay(Rest);
        var idle = server.Memory;
        using var load = new Load(server.Address, Enumerable.Range(0, 64).Select(peer.Request));
        load.Run(Loaded);
        return new(seconds, idle / 1048576.0, server.Memory / 1048576.0);
    }

    private static double Median(List<Measured> rounds, Func<Measured, double> read) => Sample.Median(rounds.ConvertAll(r => read(r)));

    private sealed record Measured(double Seconds, double Idle, double Loaded);
}
