using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Zaguan.Tests.House;

/// <summary>A PostgreSQL of its own in a temporary folder, which answers on a socket there and dies with the runner.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private static readonly string Programs = Directory.GetDirectories("/usr/lib/postgresql").Select(v => Path.Combine(v, "bin")).Last(b => File.Exists(Path.Combine(b, "initdb")));

    /// <summary>It refuses to run as root. Who else runs the tests runs it too.</summary>
    private static readonly string[] AsNobody = Environment.UserName is "root" ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig", "KILL"] : [];

    private readonly string[] settings;
    private readonly ConcurrentQueue<string> log = new();
    private Process process;
    private Task reading;

    private PostgresServer(string folder, string[] settings, Process process)
    {
        (Folder, this.settings) = (folder, settings);
        (this.process, reading) = (process, ReadAsync(process));
    }

    /// <summary>Where its socket is: its host, in a connection string.</summary>
    public string Folder { get; }

    public string ConnectionString => $"Host={Folder};Username=postgres;Database=postgres";

    /// <summary>What it logged.</summary>
    public IReadOnlyCollection<string> Log => log;

    /// <param name="settings">"name=value".</param>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var home = await MakeHomeAsync();
        await ChildProcesses.RunAsync([.. AsNobody, Path.Combine(Programs, "initdb"), "-D", Path.Combine(home, "data"), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        return await RunAsync(home, ["fsync=off", .. settings]);
    }

    /// <summary>Copies this one and follows it.</summary>
    public async Task<PostgresServer> AddStandbyAsync(params string[] settings)
    {
        var home = await MakeHomeAsync();
        await ChildProcesses.RunAsync([.. AsNobody, Path.Combine(Programs, "pg_basebackup"), "-h", Folder, "-U", "postgres", "-D", Path.Combine(home, "data"), "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]);
        return await RunAsync(home, settings);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{ConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> AskAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection($"{ConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Like a machine that loses its power: all of its processes at once, with SIGKILL.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("-KILL", await HoldAsync());
        await process.WaitForExitAsync();
    }

    /// <summary>Starts it on what it left when it was killed.</summary>
    public async Task StartAgainAsync()
    {
        await reading;
        var (before, now) = (process, await LaunchAsync(Folder, settings));
        process = now;
        before.Dispose();
        reading = ReadAsync(process);
        await Eventually.BecomesTrueAsync(AnswersAsync, "PostgreSQL answers again");
    }

    /// <summary>All of its processes stand still, as those of a machine whose disk does not answer; until <see cref="GoOnAsync"/>.</summary>
    public async Task StandStillAsync() => await SignalAsync("-STOP", await HoldAsync());

    public async Task GoOnAsync() => await SignalAsync("-CONT", await HoldAsync());

    /// <summary>Its first process, and those that it has started. It starts no more of them.</summary>
    public async Task<string[]> HoldAsync()
    {
        await ChildProcesses.RunAsync("kill", "-STOP", Text(process.Id));
        return await ProcessesAsync();
    }

    /// <summary>Its first process, and those that it has started.</summary>
    public async Task<string[]> ProcessesAsync() =>
        [Text(process.Id), .. (await File.ReadAllTextAsync($"/proc/{process.Id}/task/{process.Id}/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        await reading;
        process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static Task<string> SignalAsync(string signal, string[] processes) => ChildProcesses.RunAsync(["sh", "-c", "kill \"$@\" 2>/dev/null; true", "sh", signal, .. processes]);

    private static async Task<string> MakeHomeAsync()
    {
        var home = Directory.CreateTempSubdirectory("zaguan-pg-").FullName;
        if (AsNobody.Length > 0)
        {
            await ChildProcesses.RunAsync("chown", "nobody", home);
        }

        return home;
    }

    private static async Task<PostgresServer> RunAsync(string home, string[] settings)
    {
        var server = new PostgresServer(home, settings, await LaunchAsync(home, settings));
        await Eventually.BecomesTrueAsync(server.AnswersAsync, "PostgreSQL answers");
        return server;
    }

    private static Task<Process> LaunchAsync(string home, string[] settings)
    {
        string[] all = ["listen_addresses=", $"unix_socket_directories={home}", .. settings];
        return ChildProcesses.StartAsync([.. AsNobody, Path.Combine(Programs, "postgres"), "-D", Path.Combine(home, "data"), .. all.SelectMany(s => new[] { "-c", s })], home);
    }

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);

    private Task ReadAsync(Process from) => Task.WhenAll(ReadAsync(from.StandardOutput), ReadAsync(from.StandardError));

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            log.Enqueue(line);
        }
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await ExecuteAsync("SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
