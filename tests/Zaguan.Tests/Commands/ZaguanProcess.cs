using System.Diagnostics;
using System.Text;

namespace Zaguan.Tests.Commands;

/// <summary>A command in a process of its own, which ends with the runner at the latest.</summary>
internal sealed class ZaguanProcess : IAsyncDisposable
{
    private readonly TaskCompletionSource<Process> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder output = new();
    private Process process = null!;

    public static readonly string Program = Path.Combine(AppContext.BaseDirectory, "zaguan.dll");

    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    public static Task<ZaguanProcess> StartAsync(string folder, params string[] args) => StartProgramAsync(folder, ["dotnet", Program, .. args]);

    /// <param name="command">With the program that runs it.</param>
    public static async Task<ZaguanProcess> StartProgramAsync(string folder, IReadOnlyList<string> command)
    {
        var it = new ZaguanProcess();
        // The kernel's signal comes when the thread that started the child ends, so that thread stays until the child is gone.
        new Thread(() => it.Run(folder, command)) { IsBackground = true }.Start();
        it.process = await it.started.Task;
        return it;
    }

    /// <summary>To its end.</summary>
    public static async Task<Ran> RunAsync(string folder, byte[] input, params string[] args)
    {
        await using var it = await StartAsync(folder, args);
        await it.process.StandardInput.BaseStream.WriteAsync(input);
        it.process.StandardInput.Close();
        var code = await it.EndAsync();
        return new(code, it.Output, "");
    }

    public async Task TypeAsync(string text)
    {
        await process.StandardInput.WriteAsync(text);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Ctrl-C.</summary>
    public async Task InterruptAsync()
    {
        using var kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async Task WaitForOutputAsync(string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            ended.Task.IsCompleted.ShouldBeFalse($"It ended before it said \"{text}\": {Output}");
            await Task.Delay(20, patience.Token);
        }
    }

    public Task<int> EndAsync() => ended.Task.WaitAsync(TimeSpan.FromMinutes(3));

    public async ValueTask DisposeAsync()
    {
        if (!ended.Task.IsCompleted)
        {
            process.Kill();
            await ended.Task;
        }

        process.Dispose();
    }

    private void Run(string folder, IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", .. command])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        start.Environment.Remove("ASPNETCORE_ENVIRONMENT");
        start.Environment.Remove("DOTNET_ENVIRONMENT");
        try
        {
            var child = Process.Start(start)!;
            var reading = new[] { ReadAsync(child.StandardOutput), ReadAsync(child.StandardError) };
            started.SetResult(child);
            child.WaitForExit();
            Task.WaitAll(reading);
            ended.SetResult(child.ExitCode);
        }
        catch (Exception e)
        {
            started.TrySetException(e);
            ended.TrySetException(e);
        }
    }

    private async Task ReadAsync(StreamReader from)
    {
        var buffer = new char[4096];
        for (var length = await from.ReadAsync(buffer); length > 0; length = await from.ReadAsync(buffer))
        {
            lock (output)
            {
                output.Append(buffer, 0, length);
            }
        }
    }
}
