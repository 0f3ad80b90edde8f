using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Zaguan.Tests.House;

/// <summary>How a <see cref="ServerProcess"/> is started.</summary>
internal sealed record ServerOptions
{
    /// <summary>The environment, on top of where the data is: "Applications__romsoft__Realm".</summary>
    public Dictionary<string, string?> Environment { get; init; } = [];

    public bool IsDevelopment { get; init; } = true;

    /// <summary>A folder that outlives the process; absent: one of its own, deleted with it.</summary>
    public string? Folder { get; init; }

    /// <summary>Stands before "dotnet" on the command line.</summary>
    public IReadOnlyList<string> Wrapper { get; init; } = [];

    public IReadOnlyList<string> Arguments { get; init; } = ["serve", "--urls", "http://127.0.0.1:0"];
}

/// <summary>The server as a process of its own, to be killed, starved and shut down.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly bool ownsFolder;
    private readonly ConcurrentQueue<string> output = new();
    private readonly ConcurrentQueue<string> errors = new();
    private readonly TaskCompletionSource<Uri?> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task reading;
    private int disposed;

    private ServerProcess(Process process, string folder, bool ownsFolder)
    {
        this.process = process;
        this.ownsFolder = ownsFolder;
        Folder = folder;
        process.StandardInput.Close();
        reading = Task.WhenAll(ReadAsync(process.StandardOutput, output), ReadAsync(process.StandardError, errors));
        _ = reading.ContinueWith(_ => listening.TrySetResult(null), TaskScheduler.Default);
    }

    public int Id => process.Id;

    public string Folder { get; }

    public string DatabaseFile => Path.Combine(Folder, "data", "zaguan.db");

    public Uri Address { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public string Output => string.Join('\n', output);

    /// <summary>How many lines of its output contain this.</summary>
    public int LinesWith(string text) => output.Count(l => l.Contains(text, StringComparison.Ordinal));

    public string Errors => string.Join('\n', errors);

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<ServerProcess> StartAsync(ServerOptions? options = null)
    {
        var server = await LaunchAsync(options);
        if (await server.ListensAsync())
        {
            return server;
        }

        await server.DisposeAsync();
        throw new InvalidOperationException($"The server does not start:\n{server.Output}\n{server.Errors}");
    }

    /// <summary>Starts it and waits for nothing.</summary>
    public static async Task<ServerProcess> LaunchAsync(ServerOptions? options = null)
    {
        options ??= new();
        var folder = options.Folder ?? Directory.CreateTempSubdirectory("zaguan-").FullName;
        var environment = new Dictionary<string, string?>(options.Environment, StringComparer.Ordinal);
        if (options.IsDevelopment)
        {
            environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        }

        foreach (var (name, value) in TestDatabase.Settings(await TestDatabase.OfAsync(folder, demo: options is { Folder: null, IsDevelopment: true })))
        {
            environment.TryAdd(name.Replace(":", "__", StringComparison.Ordinal), value);
        }

        string[] command = [.. options.Wrapper, .. ChildProcesses.Zaguan, .. options.Arguments];
        return new(await ChildProcesses.StartAsync(command, folder, environment), folder, ownsFolder: options.Folder is null);
    }

    /// <summary>Waits for its address. False: it ended instead.</summary>
    public async Task<bool> ListensAsync()
    {
        if (await listening.Task.WaitAsync(TimeSpan.FromMinutes(2)) is not { } address)
        {
            return false;
        }

        Address = address;
        Client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, MaxConnectionsPerServer = 1_000 })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromMinutes(3),
        };
        return true;
    }

    public async Task<HttpResponseMessage> PostAsync(string path, string json, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Client.SendAsync(request);
    }

    /// <summary>Asks it to end (SIGTERM).</summary>
    public void Terminate() => ChildProcesses.Terminate(process);

    public void Kill() => process.Kill();

    /// <summary>Its exit code, once it has ended and everything that it printed has been read.</summary>
    public async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        await reading;
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }

        Client?.Dispose();
        process.Kill();

        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
        if (ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private async Task ReadAsync(StreamReader reader, ConcurrentQueue<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Enqueue(line);
            if (NowListening().Match(line) is { Success: true } match)
            {
                listening.TrySetResult(new(match.Groups["address"].Value));
            }
        }
    }

    [GeneratedRegex("Now listening on: (?<address>https?://[0-9.:]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NowListening();
}
