using System.Diagnostics;
using System.Globalization;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;

namespace Zaguan.Benchmarks;

/// <summary>
/// Does the time of a refusal tell what the answer hides? Two kinds of guesses that are answered alike, each on an account
/// that nobody has guessed at before, in random order, one at a time over one connection to a server in its own process.
/// The order being drawn by chance, the test holds whatever else the machine is doing; a busy machine only blurs its eye.
/// </summary>
internal static class TimingBenchmark
{
    private const int Samples = 400;
    private const int WarmUps = 20;

    /// <summary>How often this benchmark may cry wolf.</summary>
    private const double Level = 0.01;

    public static async Task<bool> RunAsync()
    {
        var dice = Dice.New();
        Console.WriteLine($"{Samples} guesses of each kind in random order (seed {dice.Seed}).");
        var unknown = Names(dice);
        var known = Names(dice);
        var disabled = Names(dice);
        var enabled = Names(dice);
        using var house = await BenchmarkHouse.BuildAsync([.. known, .. disabled, .. enabled], disabled.ToHashSet(StringComparer.Ordinal));
        using var server = await ServerProcess.StartAsync(house);

        var names = Compare(server, dice, new("unknown user", unknown, BenchmarkHouse.WrongPassword), new("known user, wrong password", known, BenchmarkHouse.WrongPassword));
        var states = Compare(server, dice, new("disabled user, right password", disabled, BenchmarkHouse.Password), new("enabled user, wrong password", enabled, BenchmarkHouse.WrongPassword));
        return names & states;
    }

    public static string[] Names(Dice dice) => [.. Enumerable.Range(0, Samples + WarmUps).Select(_ => dice.Name())];

    /// <summary>True: they cannot be told apart.</summary>
    /// <param name="onlyTime">What the server computes may differ, as long as nobody outside can tell.</param>
    public static bool Compare(ListeningProcess server, Dice dice, Kind first, Kind second, bool onlyTime = false)
    {
        Console.WriteLine($"\n{first.Name}  against  {second.Name}");
        using var connection = new LoginConnection(server.Address);
        var threads = ServerThreads.CanBeRead && !onlyTime ? new ServerThreads(server.Id) : null;
        var answers = new HashSet<string>(StringComparer.Ordinal);
        var guesses = Guesses(first).Concat(Guesses(second)).ToList();
        foreach (var guess in dice.Shuffled(guesses.Where(g => g.IsWarmUp)).Concat(dice.Shuffled(guesses.Where(g => !g.IsWarmUp))))
        {
            Guess(connection, threads, guess);
            answers.Add(connection.AnswerText());
        }

        if (answers.Count > 1)
        {
            Console.WriteLine($"THE ANSWERS DIFFER, whatever their time:\n{string.Join("\n--\n", answers)}");
            return false;
        }

        var time = Print("Time from the request's first byte to the answer's last", first, second, g => g.Seconds, dice);
        if (threads is null)
        {
            return Judge("Time", time);
        }

        Print("The server's processor time in threads that do not hash (for information: nobody outside sees it)", first, second, g => g.Others, dice);
        var hashing = Print("The server's processor time in threads that hash (on an idle machine, everybody would see it)", first, second, g => g.Hashing, dice);
        return Judge("Time", time) & Judge("The cost of hashing", hashing);

        IEnumerable<Measured> Guesses(Kind kind) => kind.Names.Select((name, i) => new Measured(kind, LoginConnection.Request(name, kind.Password), i < WarmUps));
    }

    private static bool Judge(string what, MannWhitney test)
    {
        Console.WriteLine(test.P < Level
            ? $"{what} TELLS them apart at {Level:P0}. (Where there is nothing, chance says so once in {1 / Level:N0} runs.)"
            : $"{what} does not tell them apart at {Level:P0}.");
        return test.P >= Level;
    }

    private static void Guess(LoginConnection connection, ServerThreads? threads, Measured guess)
    {
        var cpu = threads?.Read() ?? default;
        var began = Stopwatch.GetTimestamp();
        var status = connection.Send(guess.Request);
        guess.Seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var after = threads?.Read() ?? default;
        (guess.Hashing, guess.Others) = ((after.Hashing - cpu.Hashing) / 1e9, (after.Others - cpu.Others) / 1e9);
        if (status != 401)
        {
            throw new BenchmarkFailedException($"A guess was answered with {status} instead of 401:\n{connection.AnswerText()}");
        }

        if (!guess.IsWarmUp)
        {
            guess.Kind.Measured.Add(guess);
        }
    }

    private static MannWhitney Print(string what, Kind first, Kind second, Func<Measured, double> read, Dice dice)
    {
        double[] a = [.. first.Measured.Select(read)];
        double[] b = [.. second.Measured.Select(read)];
        var test = MannWhitney.Test(a, b);
        var (from, to) = Sample.DifferenceOfMedians(a, b, 1 - Level, dice);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
              {what}:
                medians {Sample.Median(a) * 1e3:F3} and {Sample.Median(b) * 1e3:F3} ms; difference {(Sample.Median(a) - Sample.Median(b)) * 1e6:F1} µs, {1 - Level:P0} confidence {from * 1e6:F1} to {to * 1e6:F1} µs (bootstrap)
                Mann-Whitney U = {test.U:F1}, z = {test.Z:F3}, p = {test.P:F6}; a shift of {MannWhitney.SmallestShiftTold(a, b, Level) * 1e6:F1} µs would be told
            """));
        return test;
    }

    internal sealed record Kind(string Name, string[] Names, string Password)
    {
        public List<Measured> Measured { get; } = [];
    }

    /// <summary>One guess, and afterwards what it took, in seconds.</summary>
    internal sealed record Measured(Kind Kind, byte[] Request, bool IsWarmUp)
    {
        public double Seconds { get; set; }

        public double Hashing { get; set; }

        public double Others { get; set; }
    }
}
