using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
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

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Flooded = TimeSpan.FromSeconds(6);

    /// <summary>Without a pause: until the runtime has compiled for good what both run through.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);

    /// <summary>Until all of the flood stands in the queue.</summary>
    private static readonly TimeSpan Rising = TimeSpan.FromSeconds(2);

    /// <summary>What is not answered for so long is counted as taking so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Between two validations of the one client.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private static bool IsAutogrouped => File.Exists(Autogroup) && File.ReadAllText(Autogroup).Trim() is "1";

    public static async Task<bool> RunAsync()
    {
        using var house = await BenchmarkHouse.BuildAsync([.. Enumerable.Range(0, Users).Select(LoginPeers.NameOf)]);
        var sides = LoginPeers.Of(house).Select(p => new Side(p, AddressesInUse: 1)).ToList();
        sides.Insert(1, new(sides[0].Peer, Guessing));
        Console.WriteLine($"{Rounds} rounds; in each, every server is started, and asked for {Idle.TotalSeconds} s without a flood and {Flooded.TotalSeconds} s with {Guessing} connections that guess, at Zaguan's and Identity's {Users} users, at the others' one. Zaguan on {BenchmarkDatabase.Name}, Identity on PostgreSQL; the others' users are in memory.{(IsAutogrouped ? " The kernel shares the processors out among sessions (kernel.sched_autogroup_enabled): see docs/deploy.md." : "")}\n");
        for (var round = 0; round < Rounds; round++)
        {
            // In turns, each round beginning with another.
            foreach (var side in sides.Skip(round % sides.Count).Concat(sides.Take(round % sides.Count)))
            {
                // A server of its own each time: one that computes a dozen guesses a second would go on with the last flood for half a minute.
                using var server = await side.Peer.StartAsync();
                try
                {
                    side.Rounds.Add(Measure(side, server));
                }
                catch (Exception e) when (e is IOException or SocketException)
                {
                    throw new BenchmarkFailedException($"{side.Name}: {e.Message}");
                }
            }
        }

        return Print(sides);
    }

    private static Measured Measure(Side side, ListeningProcess server)
    {
        // Both on connections that are there before the flood, and by a user at whom nobody guesses.
        using var entering = new LoginConnection(server.Address, patience: Patience);
        using var validating = new LoginConnection(server.Address, patience: Patience);
        var login = side.Peer.Request(0);
        LogIn(side, validating, login);
        var validation = Load.Request(side.Peer.GuardedPath, validating.Field(side.Peer.TokenField));
        var (logins, idle, validations, guesses) = (new Times(), new Times(), new Times(), new Times());
        using var begun = new ManualResetEventSlim();
        using var over = new ManualResetEventSlim();
        // They are connected before they guess: whoever is not at it yet when hundreds of threads hash takes long to get there.
        var crowd = Task.Factory.StartNew(() => Crowd.Run(Guessing, i => Guess(side, server, i, guesses, begun, over)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        long peak;
        try
        {
            Both(new(), new(), WarmUp, TimeSpan.Zero, isFlooded: false);
            Both(new(), idle, Idle, Pause, isFlooded: false);
            begun.Set();
            Thread.Sleep(Rising);
            Both(logins, validations, Flooded, Pause, isFlooded: true);
            peak = server.PeakMemory;
        }
        finally
        {
            // Who still waits for an answer is hung up on.
            over.Set();
            begun.Set();
            server.Dispose();
        }

        crowd.GetAwaiter().GetResult();
        return new(logins.Quantile(0.99), logins.Count, idle.Quantile(0.99), validations.Quantile(0.99), guesses.Count, guesses.Others, peak / 1048576.0);

        void Both(Times logins, Times validations, TimeSpan during, TimeSpan pause, bool isFlooded) => Crowd.Run(2, i => (i == 0
            ? (Action)(() => Repeat(logins, () => LogIn(side, entering, login), during, TimeSpan.Zero, isFlooded))
            : () => Repeat(validations, () => Validate(side, validating, validation), during, pause, isFlooded))());
    }

    /// <param name="pause">Between one and the next. Where an answer takes longer, those that were due meanwhile waited for the rest of it.</param>
    private static void Repeat(Times times, Action send, TimeSpan during, TimeSpan pause, bool isFlooded)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < during; Thread.Sleep(pause))
        {
            var sent = Stopwatch.GetTimestamp();
            var isOver = false;
            try
            {
                send();
            }
            catch (SocketException e) when (isFlooded && e.SocketErrorCode is SocketError.TimedOut)
            {
                // That long, at least. Its answer would be the next one's.
                isOver = true;
            }

            for (var took = Stopwatch.GetElapsedTime(sent); took > TimeSpan.Zero; took = pause > TimeSpan.Zero ? took - pause : TimeSpan.Zero)
            {
                times.Add(took, isExpected: true);
            }

            if (isOver)
            {
                return;
            }
        }
    }

    private static void LogIn(Side side, LoginConnection connection, byte[] request) => Expect200(side, connection, request, "the proper login was not granted");

    private static void Validate(Side side, LoginConnection connection, byte[] request) => Expect200(side, connection, request, "a good token was refused");

    private static void Expect200(Side side, LoginConnection connection, byte[] request, string otherwise)
    {
        if (connection.Send(request) != 200)
        {
            throw new BenchmarkFailedException($"{side.Name}: {otherwise}:\n{connection.AnswerText()}");
        }
    }

    private static void Guess(Side side, ListeningProcess server, int number, Times times, ManualResetEventSlim begun, ManualResetEventSlim over)
    {
        var from = new IPAddress([127, 0, (byte)(1 + (number % side.AddressesInUse / 200)), (byte)(2 + (number % side.AddressesInUse % 200))]);
        using var connection = new LoginConnection(server.Address, from);
        begun.Wait();
        try
        {
            for (var i = number; !over.IsSet; i += Guessing)
            {
                // One that is hung up on is no guess that was answered.
                times.Take(() => connection.Send(side.Peer.Login(1 + (i % (Users - 1)), BenchmarkHouse.WrongPassword)), expected: 401);
            }
        }
        catch (Exception e) when (e is IOException or SocketException && over.IsSet)
        {
            // Hung up on.
        }
    }

    private static bool Print(List<Side> sides)
    {
        Console.WriteLine("                               proper login   logins a   validation's p99 ms           in the flood   guesses   of them");
        Console.WriteLine("                                     p99 s      round     idle  in the flood                 ÷ idle   a round      busy");
        foreach (var side in sides)
        {
            var rounds = side.Rounds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {side.Name,-28} {Median(side, r => r.Login) / 1e3,12:F3}   {Median(side, r => r.Logins),8:F0}   {Median(side, r => r.Idle),6:F2}  {Median(side, r => r.Flooded),12:F2}   {Median(side, r => r.Harm),20:F2}   {Median(side, r => r.Guesses),7:F0}   {Median(side, r => r.Busy),7:F0}"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"    from round to round        {rounds.Min(r => r.Login) / 1e3:F3} to {rounds.Max(r => r.Login) / 1e3:F3} s; harm {rounds.Min(r => r.Harm):F2} to {rounds.Max(r => r.Harm):F2}"));
        }

        var judged = sides[0];
        var (login, harm, memory) = (Median(judged, r => r.Login), Median(judged, r => r.Harm), judged.Rounds.Max(r => r.Peak));
        Console.WriteLine();
        var holds = Ledger.Judge("Seconds of a proper login in the flood, p99", login / 1e3, most: LongestLogin.TotalSeconds)
            & Ledger.Judge("MiB at the flood's peak", memory, most: MostMemory, format: "F0")
            & Ledger.Judge("A validation's p99 in the flood ÷ idle", harm, most: MostHarm, format: "F2");
        foreach (var other in sides.Skip(1))
        {
            Ledger.Note($"the same, {other.Name}", Median(other, r => r.Harm), "F2");
        }

        return holds;

        static double Median(Side side, Func<Measured, double> read) => Sample.Median(side.Rounds.ConvertAll(r => read(r)));
    }

    private sealed record Side(LoginPeer Peer, int AddressesInUse)
    {
        public string Name => AddressesInUse == 1 ? Peer.Name : $"{Peer.Name}, {AddressesInUse} addresses";

        public List<Measured> Rounds { get; } = [];
    }

    /// <summary>Times in milliseconds.</summary>
    /// <param name="Peak">The most memory that the server held, in MiB.</param>
    private sealed record Measured(double Login, int Logins, double Idle, double Flooded, int Guesses, int Busy, double Peak)
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

        public void Take(Func<int> send, int expected)
        {
            var began = Stopwatch.GetTimestamp();
            var status = send();
            Add(Stopwatch.GetElapsedTime(began), status == expected);
        }

        public void Add(TimeSpan took, bool isExpected)
        {
            lock (gate)
            {
                milliseconds.Add(took.TotalMilliseconds);
                Others += isExpected ? 0 : 1;
            }
        }

        public double Quantile(double fraction) => Sample.Quantile(milliseconds, fraction);
    }
}
