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

    private readonly Process process;
    private readonly ConcurrentQueue<string> log = new();
    private readonly Task reading;

    private PostgresServer(string folder, Process process)
    {
        Folder = folder;
        this.process = process;
        reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
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
        // Held first, so that it starts no more of them.
        await ChildProcesses.RunAsync("kill", "-STOP", Text(process.Id));
        var children = await File.ReadAllTextAsync($"/proc/{process.Id}/task/{process.Id}/children");
        await ChildProcesses.RunAsync(["sh", "-c", "kill -9 \"$@\" 2>/dev/null; true", "sh", Text(process.Id), .. children.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        await process.WaitForExitAsync();
    }

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
        string[] all = ["listen_addresses=", $"unix_socket_directories={home}", .. settings];
        var running = await ChildProcesses.StartAsync([.. AsNobody, Path.Combine(Programs, "postgres"), "-D", Path.Combine(home, "data"), .. all.SelectMany(s => new[] { "-c", s })], home);
        var server = new PostgresServer(home, running);
        await Eventually.BecomesTrueAsync(server.AnswersAsync, "PostgreSQL answers");
        return server;
    }

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);

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
