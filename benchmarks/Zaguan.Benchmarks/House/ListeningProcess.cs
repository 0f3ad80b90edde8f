using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Zaguan.Benchmarks.House;

/// <summary>A server in a process of its own, and the processes that it starts, on a port that the system chooses. They end with this process, however that ends.</summary>
internal sealed partial class ListeningProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource<IPEndPoint> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> output = new();
    private readonly Process process = new();
    private readonly Thread keeper;
    private volatile bool started;

    private readonly string? sign;

    private ListeningProcess(ProcessStartInfo start, string? sign)
    {
        this.sign = sign;
        process.StartInfo = start;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        keeper = new Thread(Keep) { IsBackground = true, Name = "Keeper of a process" };
        keeper.Start();
    }

    public int Id => process.Id;

    public IPEndPoint Address => listening.Task.Result;

    /// <summary>What it has computed so far, and on Linux the processes that it started too.</summary>
    public TimeSpan CpuTime => CpuTimeOf(process.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>What it holds now, in bytes, and the processes that it started too; what they share is counted for each. Linux only.</summary>
    public long Memory => MemoryOf(process.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>The most memory that it has held at once, in bytes. Linux only.</summary>
    public long PeakMemory => 1024 * long.Parse(File.ReadLines($"/proc/{process.Id}/status").Single(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    /// <param name="sign">What it says when it is ready, where that is no address.</param>
    public static async Task<ListeningProcess> StartAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, string? sign = null)
    {
        string[] bound = OperatingSystem.IsLinux() ? ["setpriv", "--pdeathsig", "TERM", .. command] : [.. command];
        var start = new ProcessStartInfo(bound[0], bound[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var server = new ListeningProcess(start, sign);
        try
        {
            await server.listening.Task.WaitAsync(Patience);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (started && !process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        keeper.Join();
        started = false;
        process.Dispose();
    }

    private static TimeSpan CpuTimeOf(string id)
    {
        using var one = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
        return !OperatingSystem.IsLinux() ? one.TotalProcessorTime : File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(one.TotalProcessorTime, (sum, child) => sum + CpuTimeOf(child));
    }

    private static long MemoryOf(string id)
    {
        using var one = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
        return File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(one.WorkingSet64, (sum, child) => sum + MemoryOf(child));
    }

    // The kernel binds the child's life to the thread that started it, not to the process; so that thread stays.
    private void Keep()
    {
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            listening.TrySetException(new BenchmarkFailedException($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} does not start: {e.Message}"));
            return;
        }

        started = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        listening.TrySetException(new BenchmarkFailedException($"{string.Join(' ', process.StartInfo.ArgumentList)} ended with {process.ExitCode}:\n{string.Join('\n', output)}"));
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        output.Enqueue(line);
        if (sign is not null && line.Contains(sign, StringComparison.Ordinal))
        {
            listening.TrySetResult(new IPEndPoint(IPAddress.None, 0));
        }

        if (ListeningLine().Match(line) is { Success: true } match)
        {
            listening.TrySetResult(IPEndPoint.Parse(match.Groups["address"].Value));
        }
    }

    // As Kestrel says it, and gunicorn.
    [GeneratedRegex("[Ll]istening (on|at): http://(?<address>[0-9.]+:[0-9]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ListeningLine();
}
