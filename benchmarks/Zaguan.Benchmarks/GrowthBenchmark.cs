using System.Globalization;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;

namespace Zaguan.Benchmarks;

/// <summary>
/// Whether a login's database time grows with the house: the steps find, charge and record of granted logins, one by one, where there are a thousand, a hundred thousand
/// and a million users and ten access records for each, in turns.
/// </summary>
internal static class GrowthBenchmark
{
    private const int Rounds = 9;
    private const int LoginsPerRound = 40;
    private const int WarmUp = 80;
    private const int RecordsPerUser = 10;

    /// <summary>How many times as long the steps may take at the largest size as at the smallest.</summary>
    private const double MostGrowth = 1.2;

    private static readonly int[] Sizes = [1_000, 100_000, 1_000_000];
    private static readonly string[] Steps = ["find", "charge", "record"];

    public static async Task<bool> RunAsync()
    {
        var dice = Dice.New();
        var sides = new List<Side>();
        try
        {
            foreach (var size in Sizes)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Making {size:N0} users and {(long)size * RecordsPerUser:N0} access records."));
                sides.Add(await Side.OpenAsync(size, dice));
            }

            Crowd.Run(1, _ =>
            {
                sides.ForEach(s => s.LogIn(WarmUp));
                for (var round = 0; round < Rounds; round++)
                {
                    // In turns, each round beginning with another: a machine that warms up favours none.
                    foreach (var side in sides.Skip(round % sides.Count).Concat(sides.Take(round % sides.Count)))
                    {
                        side.Measure();
                    }
                }
            });
            return Print(sides);
        }
        finally
        {
            foreach (var side in sides)
            {
                await side.DisposeAsync();
            }
        }
    }

    private static bool Print(List<Side> sides)
    {
        Console.WriteLine($"\n{Rounds} rounds of {LoginsPerRound} logins, each by another user drawn by chance. Milliseconds, medians, on {BenchmarkDatabase.Name}.\n");
        Console.WriteLine($"      users   {string.Join("   ", Steps.Select(s => $"{s,8}"))}   together   from the fastest round to the slowest");
        foreach (var side in sides)
        {
            var steps = Steps.Select((_, i) => Sample.Median(side.Rounds.ConvertAll(r => r[i])));
            var all = side.Rounds.ConvertAll(r => r.Sum());
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {side.Size,9:N0}   {string.Join("   ", steps.Select(s => s.ToString("F3", CultureInfo.InvariantCulture).PadLeft(8)))}   {Sample.Median(all),8:F3}   {all.Min():F3} to {all.Max():F3}"));
        }

        var growth = Sample.Median([.. sides[^1].Rounds.Zip(sides[0].Rounds, (large, small) => large.Sum() / small.Sum())]);
        Console.WriteLine();
        return Ledger.Judge(string.Create(CultureInfo.InvariantCulture, $"database time of a login at {Sizes[^1]:N0} users ÷ at {Sizes[0]:N0}"), growth, most: MostGrowth, format: "F2");
    }

    private sealed class Side(int size, Dice dice, BenchmarkHouse house, ServerInside server) : IAsyncDisposable
    {
        private readonly StepTimes steps = new(server.Meter);
        private readonly HashSet<int> drawn = [];

        public int Size => size;

        /// <summary>Of each round the medians of the steps, in milliseconds.</summary>
        public List<double[]> Rounds { get; } = [];

        public static async Task<Side> OpenAsync(int size, Dice dice)
        {
            var house = await BenchmarkHouse.BuildAsync([]);
            try
            {
                await house.FillAsync(size, size * RecordsPerUser);
                return new(size, dice, house, await ServerInside.StartAsync(house));
            }
            catch
            {
                house.Dispose();
                throw;
            }
        }

        public void Measure()
        {
            steps.Clear();
            LogIn(LoginsPerRound);
            var all = steps.All.ToDictionary(s => s.Step, s => s.Seconds, StringComparer.Ordinal);
            Rounds.Add([.. Steps.Select(s => Sample.Median(all[s]) * 1e3)]);
        }

        public void LogIn(int count)
        {
            // Anew each time: while the next house is filled, for minutes, the server would close one that nobody uses.
            using var connection = new LoginConnection(server.Address);
            for (var i = 0; i < count; i++)
            {
                if (connection.Send(LoginConnection.Request($"usuario{Draw()}", BenchmarkHouse.Password)) != 200)
                {
                    throw new BenchmarkFailedException($"A login was not granted:\n{connection.AnswerText()}");
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            steps.Dispose();
            await server.DisposeAsync();
            house.Dispose();
        }

        private int Draw()
        {
            int number;
            do
            {
                number = dice.Below(size) + 1;
            }
            while (!drawn.Add(number));
            return number;
        }
    }
}
