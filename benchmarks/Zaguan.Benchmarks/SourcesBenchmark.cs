using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;

namespace Zaguan.Benchmarks;

/// <summary>
/// What one application notices when the old system of another one does not answer: how long its logins take, alone and beside
/// a crowd that logs in where the old system refuses, hangs, resets or answers with a page.
/// </summary>
internal static class SourcesBenchmark
{
    private const int Rounds = 5;
    private const int LoginsPerRound = 150;
    private const int WarmUp = 300;
    private const int Crowded = 16;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>How many times as long the slowest logins may take beside an old system that fails as with nobody else there.</summary>
    private const double MostHarm = 1.5;

    private static readonly (string What, OldBehaviour? Behaviour)[] Sides =
    [
        ("nobody else", null),
        ("an old system that refuses", OldBehaviour.Refuses),
        ("an old system that hangs", OldBehaviour.Hangs),
        ("an old system that resets", OldBehaviour.Resets),
        ("an old system that answers HTML", OldBehaviour.AnswersHtml),
    ];

    public static async Task<bool> RunAsync()
    {
        var dice = Dice.New();
        var name = dice.Name();
        await using var old = new OldSystem();
        using var house = await BenchmarkHouse.BuildAsync([name], old: old.Url);
        using var server = await ServerProcess.StartAsync(house);
        var request = LoginConnection.Request(name, BenchmarkHouse.Password);
        using var connection = new LoginConnection(server.Address);
        Measure(connection, request, WarmUp);

        var measured = Sides.ToDictionary(s => s.What, _ => new List<double[]>(), StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            // In turns, each round beginning with another: a machine that warms up favours none.
            foreach (var (what, behaviour) in Sides.Skip(round % Sides.Length).Concat(Sides.Take(round % Sides.Length)))
            {
                measured[what].Add(behaviour is { } failing ? Beside(failing) : Measure(connection, request, LoginsPerRound));
            }
        }

        return Print(measured);

        double[] Beside(OldBehaviour behaviour)
        {
            old.Behaviour = behaviour;
            using var done = new ManualResetEventSlim();
            var guesses = new ConcurrentQueue<byte[]>(Enumerable.Range(0, 20_000).Select(_ => LoginConnection.Request(dice.Name(), BenchmarkHouse.WrongPassword, BenchmarkHouse.OldPath)));
            var crowd = Task.Run(() => Crowd.Run(Crowded, _ =>
            {
                using var guessing = new LoginConnection(server.Address);
                while (!done.Wait(Pause) && guesses.TryDequeue(out var guess))
                {
                    guessing.Send(guess);
                }
            }));
            // Until the crowd is at it.
            Thread.Sleep(Pause * 3);
            var times = Measure(connection, request, LoginsPerRound);
            done.Set();
            crowd.GetAwaiter().GetResult();
            return times;
        }
    }

    /// <summary>Milliseconds of each login, one after the other.</summary>
    private static double[] Measure(LoginConnection connection, byte[] request, int count)
    {
        var times = new double[count];
        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            if (connection.Send(request) != 200)
            {
                throw new BenchmarkFailedException($"A login was not granted:\n{connection.AnswerText()}");
            }

            times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        return times;
    }

    private static bool Print(Dictionary<string, List<double[]>> measured)
    {
        Console.WriteLine($"{Rounds} rounds of {LoginsPerRound} logins of one application, one after the other, beside {Crowded} clients of another that log in every {Pause.TotalMilliseconds} ms.\n");
        Console.WriteLine("  beside                               p50 ms     p99 ms   p99 of the rounds");
        var p99 = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (what, rounds) in measured)
        {
            var each = rounds.ConvertAll(r => Sample.Quantile(r, 0.99));
            p99[what] = Sample.Median(each);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {what,-34} {Sample.Median(rounds.ConvertAll(r => Sample.Median(r))),8:F2}   {p99[what],8:F2}   {each.Min():F2} to {each.Max():F2}"));
        }

        var harm = Sides.Skip(2).Max(s => p99[s.What] / p99[Sides[0].What]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\np99 beside an old system that fails ÷ with nobody else = {harm:F2} at worst: {(harm <= MostHarm ? "at most" : "ABOVE")} {MostHarm}."));
        return harm <= MostHarm;
    }
}
