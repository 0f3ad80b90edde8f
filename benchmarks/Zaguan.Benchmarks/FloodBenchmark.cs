using System.Diagnostics;
using System.Globalization;
using System.Net;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;

namespace Zaguan.Benchmarks;

/// <summary>
/// What everybody else notices while 256 connections guess without a pause: one client that logs in properly, one after the other, and one that validates its token. Beside
/// it the same flood on what a team would use instead.
/// </summary>
internal static class FloodBenchmark
{
    private const int Guessing = 256;
    private const int Rounds = 3;

    /// <summary>At whom they guess, where there is more than one.</summary>
    private const int Users = 1_000;

    private const string Autogroup = "/proc/sys/kernel/sched_autogroup_enabled";

    /// <summary>Of a proper login, at the 99th percentile.</summary>
    private static readonly TimeSpan LongestLogin = TimeSpan.FromSeconds(2);

    /// <summary>How many times as long the slowest validations may take in the flood as without.</summary>
    private const double MostHarm = 1.5;

    /// <summary>Of the server, in MiB: what it holds at its peak.</summary>
    private const double MostMemory = 400;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Flooded = TimeSpan.FromSeconds(8);

    /// <summary>Until all of the flood stands in the queue.</summary>
    private static readonly TimeSpan Rising = TimeSpan.FromSeconds(2);

    /// <summary>Between two validations of the one client.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private static bool IsAutogrouped => File.Exists(Autogroup) && File.ReadAllText(Autogroup).Trim() is "1";

    public static async Task<bool> RunAsync()
    {
        using var house = await BenchmarkHouse.BuildAsync([.. Enumerable.Range(0, Users).Select(LoginPeers.NameOf)]);
        var sides = new List<Side>();
        try
        {
            foreach (var peer in LoginPeers.Of(house))
            {
                sides.Add(new(peer, await peer.StartAsync(), AddressesInUse: 1));
            }

            sides.Insert(1, sides[0].From(Guessing));
            Console.WriteLine($"{Rounds} rounds; in each, every side for {Idle.TotalSeconds} s without a flood and {Flooded.TotalSeconds} s with {Guessing} connections that guess, at Zaguan's and Identity's {Users} users, at the others' one. Zaguan on {BenchmarkDatabase.Name}, Identity on PostgreSQL; the others' users are in memory.{(IsAutogrouped ? " The kernel shares the processors out among sessions (kernel.sched_autogroup_enabled): see docs/deploy.md." : "")}\n");
            for (var round = -1; round < Rounds; round++)
            {
                // In turns, each round beginning with another; the first warms up.
                foreach (var side in sides.Skip((round + 1) % sides.Count).Concat(sides.Take((round + 1) % sides.Count)))
                {
                    Measure(side, isWarmUp: round < 0);
                }
            }

            return Print(sides);
        }
        finally
        {
            foreach (var server in sides.Select(s => s.Server).Distinct())
            {
                server.Dispose();
            }
        }
    }

    private static void Measure(Side side, bool isWarmUp)
    {
        var (login, validate, flood) = (new Times(), new Times(), new Times());
        // The first user is nobody's guess: this one is to be let in.
        var proper = side.Peer.Request(0);
        var idle = new Times();
        Crowd.Run(2, i => (i == 0 ? (Action)(() => LogIn(side, proper, new(), Idle)) : () => Validate(side, proper, idle, Idle))());
        using var over = new ManualResetEventSlim();
        var crowd = Task.Factory.StartNew(() => Crowd.Run(Guessing, i => Guess(side, i, flood, over)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Thread.Sleep(Rising);
        Crowd.Run(2, i => (i == 0 ? (Action)(() => LogIn(side, proper, login, Flooded)) : () => Validate(side, proper, validate, Flooded))());
        over.Set();
        crowd.GetAwaiter().GetResult();
        if (!isWarmUp)
        {
            side.Rounds.Add(new(login.Quantile(0.99), login.Count, idle.Quantile(0.99), validate.Quantile(0.99), flood.Count, flood.Others));
        }
    }

    private static void LogIn(Side side, byte[] request, Times times, TimeSpan during)
    {
        using var connection = new LoginConnection(side.Server.Address);
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < during;)
        {
            if (times.Take(() => connection.Send(request)) != 200)
            {
                throw new BenchmarkFailedException($"{side.Name}: the proper login was not granted:\n{connection.AnswerText()}");
            }
        }
    }

    private static void Validate(Side side, byte[] login, Times times, TimeSpan during)
    {
        using var connection = new LoginConnection(side.Server.Address);
        connection.Send(login);
        var request = Load.Request(side.Peer.GuardedPath, connection.Field(side.Peer.TokenField));
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < during; Thread.Sleep(Pause))
        {
            if (times.Take(() => connection.Send(request)) != 200)
            {
                throw new BenchmarkFailedException($"{side.Name}: a good token was refused:\n{connection.AnswerText()}");
            }
        }
    }

    private static void Guess(Side side, int number, Times times, ManualResetEventSlim over)
    {
        var from = new IPAddress([127, 0, (byte)(1 + (number % side.AddressesInUse / 200)), (byte)(2 + (number % side.AddressesInUse % 200))]);
        using var connection = new LoginConnection(side.Server.Address, from);
        for (var i = number; !over.IsSet; i += Guessing)
        {
            times.Take(() => connection.Send(side.Peer.Login(1 + (i % (Users - 1)), BenchmarkHouse.WrongPassword)), expected: 401);
        }
    }

    private static bool Print(List<Side> sides)
    {
        Console.WriteLine("                               proper login   logins a   validation's p99 ms           in the flood   guesses   of them     peak");
        Console.WriteLine("                                     p99 s      round     idle  in the flood                 ÷ idle   a round      busy      MiB");
        foreach (var side in sides)
        {
            var rounds = side.Rounds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {side.Name,-28} {Median(side, r => r.Login) / 1e3,12:F3}   {Median(side, r => r.Logins),8:F0}   {Median(side, r => r.Idle),6:F2}  {Median(side, r => r.Flooded),12:F2}   {Median(side, r => r.Harm),20:F2}   {Median(side, r => r.Guesses),7:F0}   {Median(side, r => r.Busy),7:F0}   {side.Server.PeakMemory / 1048576.0,6:F0}"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"    from round to round        {rounds.Min(r => r.Login) / 1e3:F3} to {rounds.Max(r => r.Login) / 1e3:F3} s; harm {rounds.Min(r => r.Harm):F2} to {rounds.Max(r => r.Harm):F2}"));
        }

        var judged = sides[0];
        var (login, harm, memory) = (Median(judged, r => r.Login), Median(judged, r => r.Harm), judged.Server.PeakMemory / 1048576.0);
        Console.WriteLine();
        foreach (var other in sides.Skip(1))
        {
            Ledger.Note($"A validation's p99 in the flood ÷ idle, {other.Name}", Median(other, r => r.Harm), "F2");
        }

        return Ledger.Judge("Seconds of a proper login in the flood, p99", login / 1e3, most: LongestLogin.TotalSeconds)
            & Ledger.Judge("A validation's p99 in the flood ÷ idle", harm, most: MostHarm, format: "F2")
            & Ledger.Judge("MiB at the flood's peak", memory, most: MostMemory, format: "F0");

        static double Median(Side side, Func<Measured, double> read) => Sample.Median(side.Rounds.ConvertAll(r => read(r)));
    }

    private sealed record Side(LoginPeer Peer, ListeningProcess Server, int AddressesInUse)
    {
        public string Name => AddressesInUse == 1 ? Peer.Name : $"{Peer.Name}, {AddressesInUse} addresses";

        public List<Measured> Rounds { get; private init; } = [];

        /// <summary>The same server, measured apart.</summary>
        public Side From(int addresses) => this with { AddressesInUse = addresses, Rounds = [] };
    }

    /// <summary>Times in milliseconds.</summary>
    private sealed record Measured(double Login, int Logins, double Idle, double Flooded, int Guesses, int Busy)
    {
        public double Harm => Flooded / Idle;
    }

    private sealed class Times
    {
        private readonly Lock gate = new();
        private readonly List<double> milliseconds = [];

        public int Count => milliseconds.Count;

        /// <summary>Of them, what was answered otherwise than expected.</summary>
        public int Others { get; private set; }

        public int Take(Func<int> send, int expected = 200)
        {
            var began = Stopwatch.GetTimestamp();
            var status = send();
            var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            lock (gate)
            {
                milliseconds.Add(took);
                Others += status == expected ? 0 : 1;
            }

            return status;
        }

        public double Quantile(double fraction) => Sample.Quantile(milliseconds, fraction);
    }
}
