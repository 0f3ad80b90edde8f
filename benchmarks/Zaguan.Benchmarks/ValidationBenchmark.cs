using System.Globalization;
using System.Text.Json.Nodes;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;

namespace Zaguan.Benchmarks;

/// <summary>
/// What a guard leaves of an endpoint: requests per second of one that asks for a token, divided by those of the same one that does not, over 64 connections
/// that all send a token, in turns. Beside the package: Express with jsonwebtoken, and Flask with PyJWT.
/// </summary>
internal static class ValidationBenchmark
{
    private const int Connections = 64;
    private const int Rounds = 19;

    /// <summary>What the package may not fall below.</summary>
    private const double Least = 0.92;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    /// <summary>Requests of each back-end, or as many as fit into <see cref="LongestWarmUp"/>: until the runtime has compiled for good what they run through.</summary>
    private const int WarmUp = 200_000;

    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(10);

    public static async Task<bool> RunAsync()
    {
        var requests = Enumerable.Range(0, Connections).Select(i => Load.Request(GuardedBackEnd.Path, BenchmarkToken.Of($"usuario{i}"))).ToList();
        using var stacks = new Stacks();
        await stacks.StartAsync(requests);
        foreach (var stack in stacks.All)
        {
            stack.WarmUp();
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Rounds} rounds; in each, {Turn.TotalSeconds} s of every back-end over {Connections} connections. Requests per second: guarded, not guarded, ratio, ratio by processor time.\n"));
        Console.WriteLine($"  round   {string.Join("   ", stacks.All.Select(s => $"{s.Name,-34}"))}");
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var stack in stacks.All)
            {
                stack.Measure(protectedFirst: round % 2 == 0);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {round + 1,5}   {string.Join("   ", stacks.All.Select(s => Line(s.Rounds[^1])))}"));
        }

        Console.WriteLine();
        stacks.All.ForEach(Print);
        var ratio = Sample.Median(stacks.All[0].Rounds.ConvertAll(r => r.Ratio));
        Console.WriteLine();
        var holds = Ledger.Judge($"guarded ÷ not guarded, {stacks.All[0].Name}", ratio, least: Least);
        foreach (var stack in stacks.All.Skip(1))
        {
            Ledger.Note($"guarded ÷ not guarded, {stack.Name}", Sample.Median(stack.Rounds.ConvertAll(r => r.Ratio)));
        }

        return holds;

        static string Line(Measured measured) => string.Create(CultureInfo.InvariantCulture, $"{measured.Protected.PerSecond,9:N0}  {measured.Open.PerSecond,9:N0}  {measured.Ratio,6:F3}  {measured.ByCpu,6:F3}");
    }

    private static void Print(Stack stack)
    {
        foreach (var (what, read) in new (string, Func<Measured, double>)[]
        {
            ("guarded/s", r => r.Protected.PerSecond),
            ("not guarded/s", r => r.Open.PerSecond),
            ("ratio", r => r.Ratio),
            ("ratio by processor time", r => r.ByCpu),
            ("µs of the server more", r => (r.Protected.Server - r.Open.Server) * 1e6),
        })
        {
            var values = stack.Rounds.ConvertAll(r => read(r));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {stack.Name,-26} {what,-24} median {Sample.Median(values),10:N3}, from {values.Min(),10:N3} to {values.Max(),10:N3}"));
        }
    }

    /// <param name="Server">Seconds of processor time for one request, of the server.</param>
    /// <param name="Load">The same of the load.</param>
    private sealed record Side(double PerSecond, double Server, double Load);

    private sealed record Measured(Side Protected, Side Open)
    {
        public double Ratio => Protected.PerSecond / Open.PerSecond;

        public double ByCpu => (Open.Server + Open.Load) / (Protected.Server + Protected.Load);
    }

    /// <summary>One way to write the back-end: with the guard, and without.</summary>
    private sealed class Stack(string name, ListeningProcess guarded, ListeningProcess open, List<byte[]> requests)
    {
        public string Name => name;

        public List<Measured> Rounds { get; } = [];

        public void WarmUp()
        {
            foreach (var process in new[] { guarded, open })
            {
                using var load = new Load(process.Address, requests);
                load.Run(LongestWarmUp, ValidationBenchmark.WarmUp);
                if (!JsonNode.DeepEquals(JsonNode.Parse(load.LastBody), JsonNode.Parse(GuardedBackEnd.AnswerText)))
                {
                    throw new BenchmarkFailedException($"{name} answers something else: {load.LastBody}");
                }
            }
        }

        public void Measure(bool protectedFirst)
        {
            var first = Turned(protectedFirst ? guarded : open);
            var second = Turned(protectedFirst ? open : guarded);
            Rounds.Add(protectedFirst ? new(first, second) : new(second, first));
        }

        /// <summary>Over new connections: which process of a server has which of them is a matter of luck, and should not be the same luck in every round.</summary>
        private Side Turned(ListeningProcess process)
        {
            using var load = new Load(process.Address, requests);
            var (server, own) = (process.CpuTime, Environment.CpuUsage.TotalTime);
            var (perSecond, answers) = load.Run(Turn);
            return new(perSecond, (process.CpuTime - server).TotalSeconds / answers, (Environment.CpuUsage.TotalTime - own).TotalSeconds / answers);
        }
    }

    private sealed class Stacks : IDisposable
    {
        private readonly List<ListeningProcess> started = [];

        public List<Stack> All { get; } = [];

        public async Task StartAsync(List<byte[]> requests)
        {
            if (Environment.GetEnvironmentVariable("ZAGUAN_PEERS") is not { } peers)
            {
                throw new BenchmarkFailedException("The peers are not installed: run ./bench.sh validation.");
            }

            var cores = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture);
            await AddAsync("Zaguan.AspNetCore", kind => [Environment.ProcessPath!, GuardedBackEnd.Argument, kind]);
            await AddAsync("the same without UseZaguan", kind => [Environment.ProcessPath!, GuardedBackEnd.Argument, kind], GuardedBackEnd.ProtectedByTwo);
            await AddAsync("Express + jsonwebtoken", kind => ["node", Path.Combine(peers, "express.cjs"), kind]);
            await AddAsync("Flask + PyJWT, gunicorn", _ => ["/usr/bin/python3", "-m", "gunicorn", "--chdir", peers, "--bind", "127.0.0.1:0", "--workers", cores, "--worker-class", "gthread", "--threads", "8", "--keep-alive", "600", "flask_app:app"]);

            async Task AddAsync(string name, Func<string, string[]> command, string kindOfGuard = GuardedBackEnd.Protected)
            {
                var guarded = await ProcessAsync(command, kindOfGuard);
                var open = await ProcessAsync(command, GuardedBackEnd.Open);
                All.Add(new(name, guarded, open, requests));
            }

            async Task<ListeningProcess> ProcessAsync(Func<string, string[]> command, string kind)
            {
                var process = await ListeningProcess.StartAsync(command(kind), new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["ASPNETCORE_ENVIRONMENT"] = "Production",
                    // As the template has it; this program's own projects say otherwise.
                    ["DOTNET_gcServer"] = "1",
                    ["NODE_ENV"] = "production",
                    ["BENCHMARK_SECRET"] = BenchmarkToken.Secret,
                    ["BENCHMARK_ORIGIN"] = GuardedBackEnd.Origin,
                    ["BENCHMARK_ANSWER"] = GuardedBackEnd.AnswerText,
                    ["BENCHMARK_PROTECTED"] = kind is GuardedBackEnd.Protected ? "1" : "0",
                });
                started.Add(process);
                return process;
            }
        }

        public void Dispose()
        {
            started.ForEach(s => s.Dispose());
        }
    }
}
