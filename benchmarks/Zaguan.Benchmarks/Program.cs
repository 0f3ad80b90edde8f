using System.Net.Sockets;
using Zaguan.Benchmarks;
using Zaguan.Benchmarks.House;

(string Name, Func<Task<bool>> Run)[] benchmarks =
[
    ("argon2", Argon2Benchmark.RunAsync),
    ("timing", TimingBenchmark.RunAsync),
    ("codes", CodesBenchmark.RunAsync),
    ("formats", FormatsBenchmark.RunAsync),
    ("login", LoginBenchmark.RunAsync),
    ("peers", PeersBenchmark.RunAsync),
    ("start-up", StartUpBenchmark.RunAsync),
    ("sources", SourcesBenchmark.RunAsync),
    ("allocations", AllocationsBenchmark.RunAsync),
    ("steps", StepsBenchmark.RunAsync),
    ("contracts", ContractsBenchmark.RunAsync),
    ("growth", GrowthBenchmark.RunAsync),
    ("console", ConsoleBenchmark.RunAsync),
    ("flood", FloodBenchmark.RunAsync),
    ("token-cost", TokenCostBenchmark.RunAsync),
    ("validation", ValidationBenchmark.RunAsync),
];

if (args is [GuardedBackEnd.Argument, var kind])
{
    await GuardedBackEnd.RunAsync(kind);
    return 0;
}

if (args is [IdentityPeer.Argument])
{
    await IdentityPeer.RunAsync();
    return 0;
}

string? database = null;
string? report = null;
while (args is ["--database" or "--report", var value, ..])
{
    (database, report, args) = args[0] is "--database" ? (value, report, args[2..]) : (database, value, args[2..]);
}

using var told = new ToldTwice(Console.Out);
Console.SetOut(told);

if (database is not (null or "sqlite" or "postgresql"))
{
    await Console.Error.WriteLineAsync($"There is no database \"{database}\"; there are sqlite and postgresql.");
    return 2;
}

if (args.Except(benchmarks.Select(b => b.Name), StringComparer.Ordinal).FirstOrDefault() is { } unknown)
{
    await Console.Error.WriteLineAsync($"There is no benchmark \"{unknown}\"; there are {string.Join(", ", benchmarks.Select(b => b.Name))}. Without a name, all run.");
    return 2;
}

await using var postgres = database is "postgresql" ? await BenchmarkDatabase.UsePostgresAsync() : null;
Machine.Print();
var good = true;
foreach (var (name, run) in benchmarks.Where(b => args.Length == 0 || args.Contains(b.Name, StringComparer.Ordinal)))
{
    Console.WriteLine($"\n== {name}\n");
    try
    {
        good &= await run();
    }
    catch (Exception e) when (e is BenchmarkFailedException or IOException or SocketException)
    {
        Console.WriteLine($"NOT MEASURED: {e.Message}");
        good = false;
    }
}

await BenchmarkDatabase.EndPeersAsync();
Report.Print(Ledger.All);
if (report is not null)
{
    File.WriteAllText(report, Report.AsDocument(Ledger.All, told.Everything));
}

return good ? 0 : 1;
