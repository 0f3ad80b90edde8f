using System.Diagnostics;
using Npgsql;

namespace Zaguan.Tests.House;

/// <summary>A PostgreSQL of its own in a temporary folder, which answers on a socket there and dies with the runner.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly string folder;
    private readonly Process process;

    private PostgresServer(string folder, Process process)
    {
        this.folder = folder;
        this.process = process;
    }

    public string ConnectionString => $"Host={folder};Username=postgres;Database=postgres";

    /// <param name="settings">"name=value".</param>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var home = Directory.CreateTempSubdirectory("zaguan-pg-").FullName;
        var data = Path.Combine(home, "data");
        var programs = Directory.GetDirectories("/usr/lib/postgresql").Select(v => Path.Combine(v, "bin")).Last(b => File.Exists(Path.Combine(b, "initdb")));

        // It refuses to run as root. Who else runs the tests runs it too.
        string[] asNobody = Environment.UserName is "root" ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig", "KILL"] : [];
        if (asNobody.Length > 0)
        {
            await ChildProcesses.RunAsync("chown", "nobody", home);
        }

        await ChildProcesses.RunAsync([.. asNobody, Path.Combine(programs, "initdb"), "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        var running = await ChildProcesses.StartAsync([.. asNobody, Path.Combine(programs, "postgres"), "-D", data, "-c", "listen_addresses=", "-c", $"unix_socket_directories={home}", "-c", "fsync=off", .. settings.SelectMany(s => new[] { "-c", s })], home);
        _ = running.StandardOutput.ReadToEndAsync();
        _ = running.StandardError.ReadToEndAsync();
        var server = new PostgresServer(home, running);
        await Eventually.BecomesTrueAsync(server.AnswersAsync, "PostgreSQL answers");
        return server;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{ConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
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
