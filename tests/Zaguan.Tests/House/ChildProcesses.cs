using System.Collections.Concurrent;
using System.Diagnostics;

namespace Zaguan.Tests.House;

/// <summary>Starts processes that die with this one. The kernel ties a child to the thread that forked it, so one thread that never ends forks them all.</summary>
internal static class ChildProcesses
{
    private static readonly BlockingCollection<Action> Work = new();

    static ChildProcesses() =>
        new Thread(() =>
        {
            foreach (var work in Work.GetConsumingEnumerable())
            {
                work();
            }
        })
        {
            IsBackground = true,
            Name = "Forks child processes",
        }.Start();

    /// <param name="environment">Of the child, beside PATH, HOME and where .NET is.</param>
    public static Task<Process> StartAsync(IReadOnlyList<string> command, string folder, IEnumerable<KeyValuePair<string, string?>>? environment = null)
    {
        var start = new ProcessStartInfo("setpriv") { UseShellExecute = false, WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in (string[])["--pdeathsig", "KILL", .. command])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(n => n is not ("PATH" or "HOME" or "DOTNET_ROOT" or "LANG" or "TMPDIR")).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    /// <summary>Runs a tool to its end. What it printed; an exit code other than 0 throws.</summary>
    public static async Task<string> RunAsync(params string[] command)
    {
        using var process = await StartAsync(command, Path.GetTempPath());
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {await error}");
    }
}
