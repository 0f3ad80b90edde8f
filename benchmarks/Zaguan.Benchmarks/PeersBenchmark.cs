using System.Globalization;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;

namespace Zaguan.Benchmarks;

/// <summary>Logins per second, and how long one takes, over 1, 8, 64 and 256 connections: Zaguan, and what a team would use instead, in turns.</summary>
internal static class PeersBenchmark
{
    private const int Rounds = 3;

    /// <summary>How many times as many logins as ASP.NET Core Identity answers.</summary>
    private const double Least = 10;

    private static readonly int[] Connections = [1, 8, 64, LoginPeers.MostConnections];

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);

    public static async Task<bool> RunAsync()
    {
        using var house = await BenchmarkHouse.BuildAsync([.. Enumerable.Range(0, LoginPeers.MostConnections).Select(LoginPeers.NameOf)]);
        var sides = new List<Side>();
        try
        {
            foreach (var peer in LoginPeers.Of(house))
            {
                sides.Add(new(peer, await peer.StartAsync()));
            }

            sides.ForEach(s => s.Run(64, WarmUp));
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var connections in Connections)
                {
                    // In turns, each round beginning with another.
                    foreach (var side in sides.Skip(round % sides.Count).Concat(sides.Take(round % sides.Count)))
                    {
                        side.Measured[connections].Add(side.Run(connections, Turn));
                    }
                }
            }

            return Print(sides);
        }
        finally
        {
            sides.ForEach(s => s.Server.Dispose());
        }
    }

    private static bool Print(List<Side> sides)
    {
        Console.WriteLine($"{Rounds} rounds; in each, every server for {Turn.TotalSeconds} s over so many connections, until the last is answered. Medians of the rounds. Zaguan on {BenchmarkDatabase.Name}, Identity on PostgreSQL; the others keep their users in memory.\n");
        Console.WriteLine("                                                  connections   logins/s   from       to       p50 ms    p95 ms    p99 ms   Zaguan's logins ÷ its");
        foreach (var side in sides)
        {
            foreach (var connections in Connections)
            {
                var rounds = side.Measured[connections];
                var ratio = Sample.Median([.. sides[0].Measured[connections].Zip(rounds, (zaguan, its) => zaguan.PerSecond / its.PerSecond)]);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {(connections == Connections[0] ? side.Peer.Name : ""),-22} {(connections == Connections[0] ? side.Peer.Hash : ""),-22}   {connections,11}   {Median(rounds, r => r.PerSecond),8:F1}   {rounds.Min(r => r.PerSecond),6:F1}   {rounds.Max(r => r.PerSecond),6:F1}   {Median(rounds, r => r.P50),8:F1}   {Median(rounds, r => r.P95),7:F1}   {Median(rounds, r => r.P99),7:F1}   {ratio,8:F2}"));
            }
        }

        Console.WriteLine();
        sides.ForEach(s => Ledger.Note($"logins/s of {s.Peer.Name}, over 64 connections", Median(s.Measured[64], r => r.PerSecond), "F1"));
        var holds = true;
        foreach (var other in sides.Skip(1))
        {
            var (what, ratio) = ($"Zaguan's logins/s ÷ those of {other.Peer.Name}, over 64 connections", Sample.Median([.. sides[0].Measured[64].Zip(other.Measured[64], (zaguan, its) => zaguan.PerSecond / its.PerSecond)]));
            if (ReferenceEquals(other, sides[1]))
            {
                holds = Ledger.Judge(what, ratio, least: Least, format: "F2");
            }
            else
            {
                Ledger.Note(what, ratio, "F2");
            }
        }

        return holds;
    }

    private static double Median(List<Run> rounds, Func<Run, double> read) => Sample.Median(rounds.ConvertAll(r => read(r)));

    /// <summary>Times in milliseconds.</summary>
    private sealed record Run(double PerSecond, double P50, double P95, double P99);

    private sealed class Side(LoginPeer peer, ListeningProcess server)
    {
        public LoginPeer Peer => peer;

        public ListeningProcess Server => server;

        public Dictionary<int, List<Run>> Measured { get; } = Connections.ToDictionary(c => c, _ => new List<Run>());

        public Run Run(int connections, TimeSpan time)
        {
            using var load = new Load(server.Address, Enumerable.Range(0, connections).Select(peer.Request));
            var (perSecond, _) = load.Run(time);
            return new(perSecond, Sample.Quantile(load.Milliseconds, 0.5), Sample.Quantile(load.Milliseconds, 0.95), Sample.Quantile(load.Milliseconds, 0.99));
        }
    }
}
