using System.Globalization;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;

namespace Zaguan.Benchmarks;

/// <summary>
/// Managed bytes that one login allocates, by what becomes of it. The server runs in this process, where the runtime counts
/// every byte; the client is a socket that allocates none, and what the server allocates when idle is taken off.
/// </summary>
internal static class AllocationsBenchmark
{
    private const int Rounds = 5;
    private const int LoginsPerRound = 20;

    /// <summary>Of refused attempts that hash nothing: volume is cheap.</summary>
    private const int LockedPerRound = 400;

    private const int Failures = 5;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(6);

    public static async Task<bool> RunAsync()
    {
        var dice = Dice.New();
        string granted = dice.Name(), locked = dice.Name();
        using var house = await BenchmarkHouse.BuildAsync([granted, locked], failures: Failures);
        await using var server = await ServerInside.StartAsync(house);

        Crowd.Run(1, _ => Measure(new LoginConnection(server.Address), granted, locked, dice));
        return true;
    }

    private static void Measure(LoginConnection connection, string granted, string locked, Dice dice)
    {
        using var disposed = connection;
        var right = LoginConnection.Request(granted, BenchmarkHouse.Password);
        var unknown = Enumerable.Range(0, (Rounds + 1) * LoginsPerRound).Select(_ => LoginConnection.Request(dice.Name(), BenchmarkHouse.WrongPassword)).ToArray();
        var next = 0;
        var refused = LoginConnection.Request(locked, BenchmarkHouse.WrongPassword);
        for (var i = 0; i < Failures; i++)
        {
            connection.Send(refused);
        }

        (string What, int PerRound, int Status, Func<byte[]> Request)[] kinds =
        [
            ("granted", LoginsPerRound, 200, () => right),
            ("refused after a hash (unknown user)", LoginsPerRound, 401, () => unknown[next++]),
            ("refused without a hash (locked)", LockedPerRound, 401, () => refused),
        ];

        foreach (var (_, perRound, status, request) in kinds)
        {
            Bytes(connection, perRound, status, request, idlePerSecond: 0);
        }

        var idle = IdlePerSecond();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Idle, the server allocates {idle:N0} bytes a second; taken off below.\n"));
        foreach (var (what, perRound, status, request) in kinds)
        {
            var rounds = Enumerable.Range(0, Rounds).Select(_ => Bytes(connection, perRound, status, request, idle)).ToList();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {what,-36} median {Sample.Median(rounds),7:N0} bytes per login, from {rounds.Min():N0} to {rounds.Max():N0} ({Rounds} rounds of {perRound})"));
        }

        PrintTypes(connection, refused);
    }

    /// <summary>Bytes per login.</summary>
    private static double Bytes(LoginConnection connection, int count, int status, Func<byte[]> request, double idlePerSecond)
    {
        var (began, own, before) = (TimeProvider.System.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread(), GC.GetTotalAllocatedBytes(precise: true));
        for (var i = 0; i < count; i++)
        {
            if (connection.Send(request()) != status)
            {
                throw new BenchmarkFailedException($"Expected {status}:\n{connection.AnswerText()}");
            }
        }

        var total = GC.GetTotalAllocatedBytes(precise: true) - before;
        var client = GC.GetAllocatedBytesForCurrentThread() - own;
        return (total - client - (idlePerSecond * TimeProvider.System.GetElapsedTime(began).TotalSeconds)) / count;
    }

    private static double IdlePerSecond()
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Thread.Sleep(Idle);
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / Idle.TotalSeconds;
    }

    private static void PrintTypes(LoginConnection connection, byte[] refused)
    {
        const int Attempts = 10 * LockedPerRound;
        using var ticks = new AllocationTicks();
        for (var i = 0; i < Attempts; i++)
        {
            connection.Send(refused);
        }

        var types = ticks.Types;
        var all = types.Sum(t => t.Bytes);
        Console.WriteLine($"\n  What a locked attempt allocates, by the runtime's samples ({types.Sum(t => t.Samples)} in {Attempts} attempts):");
        foreach (var (type, bytes, _) in types.Take(12))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {100.0 * bytes / all,6:F1} %  {type}"));
        }
    }
}
