using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Zaguan.Tests.House;

/// <summary>Starts processes that die with this one, and that can be interrupted even where this one runs in a background that cannot. The kernel ties a child to the thread that forked it, so one thread that never ends forks them all.</summary>
internal static partial class ChildProcesses
{
    /// <summary>What a child gets of this process's environment; the rest would make a test depend on who runs it.</summary>
    private static readonly string[] Inherited = ["PATH", "HOME", "DOTNET_ROOT", "LANG", "TMPDIR", "ZAGUAN_SQLITE"];

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

    /// <summary>What runs Zaguan: put its arguments behind it.</summary>
    public static IReadOnlyList<string> Zaguan { get; } =
        [Environment.ProcessPath is { } host && Path.GetFileName(host) is "dotnet" ? host : "dotnet", Path.Combine(AppContext.BaseDirectory, "zaguan.dll")];

    /// <param name="environment">Of the child, beside what it inherits.</param>
    public static Task<Process> StartAsync(IReadOnlyList<string> command, string folder, IEnumerable<KeyValuePair<string, string?>>? environment = null)
    {
        var start = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", "env", "--default-signal=INT", .. command])
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        foreach (var name in start.Environment.Keys.Except(Inherited, StringComparer.Ordinal).ToList())
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

    /// <summary>Ctrl-C.</summary>
    public static void Interrupt(Process process) => _ = SendSignal(process.Id, 2);

    /// <summary>Asks it to end (SIGTERM).</summary>
    public static void Terminate(Process process) => _ = SendSignal(process.Id, 15);

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

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int process, int signal);
}
