using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Zaguan.Benchmarks.House;

/// <summary>The real server in a process of its own, on a port that the system chooses. It ends with this process, however that ends.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource<IPEndPoint> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> output = new();
    private readonly Process process = new();
    private readonly Thread keeper;
    private volatile bool started;

    private ServerProcess(string configurationFile)
    {
        process.StartInfo = Command(configurationFile);
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        keeper = new Thread(Keep) { IsBackground = true, Name = "Keeper of the server" };
        keeper.Start();
    }

    public int Id => process.Id;

    public IPEndPoint Address => listening.Task.Result;

    /// <summary>What all its threads have computed so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public static async Task<ServerProcess> StartAsync(BenchmarkHouse house)
    {
        var server = new ServerProcess(house.ConfigurationFile);
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
            process.Kill();
        }

        keeper.Join();
        process.Dispose();
    }

    private static ProcessStartInfo Command(string configurationFile)
    {
        var executable = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "zaguan.exe" : "zaguan");
        string[] command = [executable, "serve", "--config", configurationFile, "--urls", "http://127.0.0.1:0"];
        string[] bound = OperatingSystem.IsLinux() ? ["setpriv", "--pdeathsig", "KILL", .. command] : command;
        var start = new ProcessStartInfo(bound[0], bound[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        return start;
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
            listening.TrySetException(e);
            return;
        }

        started = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        listening.TrySetException(new BenchmarkFailedException($"The server ended with {process.ExitCode}:\n{string.Join('\n', output)}"));
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        output.Enqueue(line);
        if (ListeningLine().Match(line) is { Success: true } match)
        {
            listening.TrySetResult(IPEndPoint.Parse(match.Groups["address"].Value));
        }
    }

    [GeneratedRegex("Now listening on: http://(?<address>[0-9.]+:[0-9]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ListeningLine();
}
