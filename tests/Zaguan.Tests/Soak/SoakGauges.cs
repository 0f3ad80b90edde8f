using System.Diagnostics;
using System.Globalization;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Soak;

/// <summary>What the kernel says of a process.</summary>
/// <param name="At">Since the beginning.</param>
/// <param name="Memory">Resident, MiB.</param>
internal sealed record Gauge(TimeSpan At, double Memory, int Descriptors, int Threads);

/// <summary>Reads every node's gauges again and again while the soak runs.</summary>
internal sealed class SoakGauges(IReadOnlyList<ServerProcess> servers) : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private readonly long began = Stopwatch.GetTimestamp();
    private readonly CancellationTokenSource stopping = new();
    private readonly List<Gauge>[] read = [.. servers.Select(_ => new List<Gauge>())];
    private Task running = Task.CompletedTask;

    public IReadOnlyList<IReadOnlyList<Gauge>> Read => read;

    public void Start() => running = Task.Run(GoOnAsync);

    /// <summary>A figure's median between two points of the run: 0 is its beginning, 1 its end.</summary>
    public double Median(int node, double from, double to, Func<Gauge, double> figure)
    {
        var end = read[node][^1].At;
        var some = read[node].Where(g => g.At >= end * from && g.At <= end * to).Select(figure).Order().ToList();
        return some[some.Count / 2];
    }

    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
    }

    private async Task GoOnAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            foreach (var (node, server) in servers.Index())
            {
                read[node].Add(Of(server.Id));
            }

            await Task.Delay(Every, stopping.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private Gauge Of(int process)
    {
        var status = File.ReadLines($"/proc/{process}/status").Select(l => l.Split([':', '\t', ' '], StringSplitOptions.RemoveEmptyEntries)).Where(l => l.Length > 1).ToDictionary(l => l[0], l => l[1], StringComparer.Ordinal);
        return new(
            Stopwatch.GetElapsedTime(began),
            double.Parse(status["VmRSS"], CultureInfo.InvariantCulture) / 1024,
            Directory.GetFileSystemEntries($"/proc/{process}/fd").Length,
            int.Parse(status["Threads"], CultureInfo.InvariantCulture));
    }
}
