using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Zaguan.Argon2;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;
using Zaguan.Login;
using Zaguan.Passwords;

namespace Zaguan.Benchmarks;

/// <summary>
/// How much of the machine a login leaves to its hash: logins per second over 64 connections, divided by password hashes
/// per second on the same cores with nothing around them, in turns. The same number of hashes is computed either way.
/// </summary>
internal static class LoginBenchmark
{
    private const int Connections = 64;
    private const int Rounds = 9;
    private const double SecondsPerRound = 8;

    /// <summary>Logins until the runtime has compiled for good what they run through.</summary>
    private const int WarmUp = 2_048;

    /// <summary>What a login may not fall below, on SQLite.</summary>
    private const double Least = 0.95;

    /// <summary>How many times as long as in a queue of nothing but hashes the slowest logins may take.</summary>
    private const double MostSlowness = 1.3;

    public static async Task<bool> RunAsync()
    {
        var dice = Dice.New();
        string[] names = [.. Enumerable.Range(0, Connections).Select(_ => dice.Name())];
        using var house = await BenchmarkHouse.BuildAsync(names);
        using var server = await ServerProcess.StartAsync(house);
        var threads = new ServerThreads(server.Id);
        using var password = Secret.FromText(BenchmarkHouse.Password);
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        var stored = hasher.Create(password).Text;
        var load = names.Select(n => (Connection: new LoginConnection(server.Address), Request: LoginConnection.Request(n, BenchmarkHouse.Password))).ToList();

        // Warm both, and learn how many make a round; one user per connection, so that no budget makes them queue.
        Logins(load, WarmUp / Connections, []);
        var perConnection = Math.Max(1, (int)(SecondsPerRound / Bare(stored, Connections) + 0.5));
        var hashes = perConnection * Connections;
        Console.WriteLine($"{Rounds} rounds, each {hashes} logins over {Connections} connections and {hashes} bare hashes on {Environment.ProcessorCount} threads.\n");
        Console.WriteLine("                                      by proc.   milliseconds of processor time in a login                    in a");
        Console.WriteLine("  round   logins/s   hashes/s   ratio    time     its hash   beside it, server   the database   the load     bare hash");
        var rounds = Enumerable.Range(0, Rounds).Select(i => Round(i)).ToList();
        load.ForEach(l => l.Connection.Dispose());
        return Print(rounds);

        Measured Round(int index)
        {
            // In turns, and the first of the two in turns as well: a machine that warms up favours neither.
            var bare = index % 2 == 0 ? Timed(() => Bare(stored, hashes)) : default;
            var before = threads.Read();
            var took = new ConcurrentQueue<double>();
            var logins = Timed(() => Logins(load, perConnection, took));
            var after = threads.Read();
            bare = index % 2 == 0 ? bare : Timed(() => Bare(stored, hashes));
            var database = logins.Database * 1e3 / hashes;
            var (hashing, others) = ((after.Hashing - before.Hashing) / 1e6 / hashes, (after.Others - before.Others) / 1e6 / hashes);
            var measured = new Measured(hashes / logins.Seconds, hashes / bare.Seconds, bare.Cpu / logins.Cpu, others, database, Sample.Quantile(took, 0.99));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {index + 1,5}   {measured.Logins,8:F2}   {measured.Hashes,8:F2}   {measured.Ratio,5:F3}   {measured.ByCpu,5:F3}     {hashing,8:F3}   {others,17:F3}   {database,12:F3}   {(logins.Cpu * 1e3 / hashes) - hashing - others - database,8:F3}     {bare.Cpu * 1e3 / hashes,9:F3}"));
            return measured;
        }

        // The load's own processor time is the login's too, and that of the database's processes: it is taken from the same cores.
        (double Seconds, double Cpu, double Database) Timed(Func<double> run)
        {
            var (before, database) = (Environment.CpuUsage.TotalTime + server.CpuTime, BenchmarkDatabase.CpuTime);
            var seconds = run();
            var took = BenchmarkDatabase.CpuTime - database;
            return (seconds, (Environment.CpuUsage.TotalTime + server.CpuTime - before + took).TotalSeconds, took.TotalSeconds);
        }
    }

    private static bool Print(List<Measured> rounds)
    {
        Console.WriteLine();
        foreach (var (what, read) in new (string, Func<Measured, double>)[] { ("logins/s", m => m.Logins), ("bare hashes/s", m => m.Hashes), ("ratio", m => m.Ratio), ("ratio by processor time", m => m.ByCpu), ("ms beside its hash", m => m.Beside), ("ms of the database", m => m.Database), ("p99 of a login, s", m => m.Slowest) })
        {
            var values = rounds.ConvertAll(r => read(r));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-24} median {Sample.Median(values):F3}, from {values.Min():F3} to {values.Max():F3}"));
        }

        var ratio = Sample.Median(rounds.ConvertAll(r => r.Ratio));
        Console.WriteLine();
        // Every login waits for those before it, and all cost a hash: with nothing but hashes, all would wait as long.
        var slowest = Sample.Median(rounds.ConvertAll(r => r.Slowest / (Connections / r.Hashes)));
        // What PostgreSQL's own processes compute is taken from the same cores: there the ratio is told and not judged.
        if (BenchmarkDatabase.IsPostgres)
        {
            Ledger.Note("logins/s ÷ bare hashes/s, on PostgreSQL", ratio);
            Ledger.Note($"p99 of a login over {Connections} connections ÷ what a queue of bare hashes takes, on PostgreSQL", slowest, "F2");
            return true;
        }

        Ledger.Note($"bare hashes/s, on {Environment.ProcessorCount} threads", Sample.Median(rounds.ConvertAll(r => r.Hashes)), "F1");
        var holds = Ledger.Judge($"logins/s ÷ bare hashes/s, over {Connections} connections", ratio, least: Least);
        Ledger.Note("the same by processor time", Sample.Median(rounds.ConvertAll(r => r.ByCpu)));
        return holds & Ledger.Judge($"p99 of a login over {Connections} connections ÷ what a queue of bare hashes takes", slowest, most: MostSlowness, format: "F2");
    }

    /// <summary>Seconds that so many hashes take, on threads like those of the gate: as many as cores, at their priority.</summary>
    private static double Bare(string stored, int hashes)
    {
        var left = hashes;
        return Crowd.Run(Environment.ProcessorCount, _ =>
        {
            HashGate.LowerPriority();
            using var password = Secret.FromText(BenchmarkHouse.Password);
            using var hasher = new PasswordHasher(Argon2Cost.Recommended, wipesLater: true);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                if (!hasher.Verify(password, stored).IsRight)
                {
                    throw new BenchmarkFailedException("The right password did not verify.");
                }
            }
        });
    }

    private static double Logins(List<(LoginConnection Connection, byte[] Request)> load, int perConnection, ConcurrentQueue<double> took) => Crowd.Run(load.Count, i =>
    {
        for (var n = 0; n < perConnection; n++)
        {
            var began = Stopwatch.GetTimestamp();
            if (load[i].Connection.Send(load[i].Request) != 200)
            {
                throw new BenchmarkFailedException($"A login was not granted (503 on a machine that does not get to hashing is \"busy\"):\n{load[i].Connection.AnswerText()}");
            }

            took.Enqueue(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
    });

    /// <param name="Slowest">Seconds of a login, at the 99th percentile.</param>
    private sealed record Measured(double Logins, double Hashes, double ByCpu, double Beside, double Database, double Slowest)
    {
        public double Ratio => Logins / Hashes;
    }
}
