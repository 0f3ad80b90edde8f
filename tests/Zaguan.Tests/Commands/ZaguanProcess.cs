using System.Diagnostics;
using System.Text;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Commands;

/// <summary>A command in a process of its own.</summary>
internal sealed class ZaguanProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly Task reading;

    private ZaguanProcess(Process process)
    {
        this.process = process;
        reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>For command lines that a shell reads.</summary>
    public static string Program => ChildProcesses.Zaguan[^1];

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

    public static Task<ZaguanProcess> StartAsync(string folder, params string[] args) => StartProgramAsync(folder, [.. ChildProcesses.Zaguan, .. args]);

    /// <param name="command">With the program that runs it.</param>
    public static async Task<ZaguanProcess> StartProgramAsync(string folder, IReadOnlyList<string> command) => new(await ChildProcesses.StartAsync(command, folder));

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

    public void Interrupt() => ChildProcesses.Interrupt(process);

    public Task WaitForOutputAsync(string text) => Eventually.BecomesTrueAsync(
        () =>
        {
            var hasEnded = reading.IsCompleted;
            var isThere = Output.Contains(text, StringComparison.Ordinal);
            (hasEnded && !isThere).ShouldBeFalse($"It ended before it said \"{text}\": {Output}");
            return isThere;
        },
        $"it says \"{text}\"");

    /// <summary>Its exit code, once it has ended and everything that it printed has been read.</summary>
    public async Task<int> EndAsync()
    {
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        await reading;
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
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
