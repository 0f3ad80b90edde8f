using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Zaguan.Storage;

namespace Zaguan.Benchmarks.House;

/// <summary>
/// The database of the houses: a file of SQLite each, or with --database postgresql a database each of a PostgreSQL that is started for it, in the folder for temporary
/// files, as its package furnishes it: what it commits is on disk.
/// </summary>
internal sealed class BenchmarkDatabase : IAsyncDisposable
{
    private readonly string folder;
    private readonly ListeningProcess process;
    private int made;

    private BenchmarkDatabase(string folder, ListeningProcess process)
    {
        this.folder = folder;
        this.process = process;
    }

    /// <summary>Null: SQLite.</summary>
    private static BenchmarkDatabase? Postgres { get; set; }

    public static string Name => Postgres is null ? $"SQLite {SqliteLibrary.Version}" : "PostgreSQL";

    public static bool IsPostgres => Postgres is not null;

    /// <summary>What the database computes in processes of its own.</summary>
    public static TimeSpan CpuTime => Postgres?.process.CpuTime ?? TimeSpan.Zero;

    /// <summary>Of what is measured beside Zaguan and has a database of its own; started when one asks.</summary>
    private static readonly Lazy<Task<BenchmarkDatabase>> OfPeers = new(StartPostgresAsync);

    private string ConnectionString => $"Host={folder};Username=postgres;Database=postgres";

    public static async Task<BenchmarkDatabase> UsePostgresAsync() => Postgres = await StartPostgresAsync();

    /// <summary>A database that all processes of a peer share, for as long as the benchmarks run.</summary>
    public static async Task<string> OfPeerAsync(string name) => new NpgsqlConnectionStringBuilder((await OfPeers.Value).ConnectionString) { Database = name }.ToString();

    public static async Task EndPeersAsync()
    {
        if (OfPeers.IsValueCreated)
        {
            await (await OfPeers.Value).DisposeAsync();
        }
    }

    private static async Task<BenchmarkDatabase> StartPostgresAsync()
    {
        var programs = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(v => Path.Combine(v, "bin")).LastOrDefault(b => File.Exists(Path.Combine(b, "initdb"))) : null;
        if (programs is null)
        {
            throw new BenchmarkFailedException("PostgreSQL is not installed: apt-get install postgresql.");
        }

        var home = Directory.CreateTempSubdirectory("zaguan-benchmark-pg-").FullName;
        // It refuses to run as root.
        string[] asNobody = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : [];
        if (asNobody.Length > 0)
        {
            Run("chown", "nobody", home);
        }

        var data = Path.Combine(home, "data");
        Run([.. asNobody, Path.Combine(programs, "initdb"), "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
        var running = await ListeningProcess.StartAsync(
            [.. asNobody, .. asNobody.Length > 0 ? ["--pdeathsig", "TERM"] : Array.Empty<string>(), Path.Combine(programs, "postgres"), "-D", data, "-c", "listen_addresses=", "-c", $"unix_socket_directories={home}", "-c", "max_wal_size=4GB"],
            new Dictionary<string, string>(StringComparer.Ordinal),
            sign: "database system is ready to accept connections");
        return new(home, running);
    }

    /// <summary>The place of a new, empty database.</summary>
    /// <param name="file">Where it stands, of SQLite.</param>
    public static async Task<DatabasePlace> MakeAsync(string file)
    {
        if (Postgres is null)
        {
            return new(file);
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"house{Interlocked.Increment(ref Postgres.made)}");
        await using var connection = new NpgsqlConnection($"{Postgres.ConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return new(file, new NpgsqlConnectionStringBuilder(Postgres.ConnectionString) { Database = name }.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        Postgres = ReferenceEquals(Postgres, this) ? null : Postgres;
        NpgsqlConnection.ClearAllPools();
        process.Dispose();
        await Task.Run(() => Directory.Delete(folder, recursive: true));
    }

    private static void Run(params string[] command)
    {
        using var tool = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = tool.StandardError.ReadToEndAsync();
        tool.StandardOutput.ReadToEnd();
        tool.WaitForExit();
        if (tool.ExitCode != 0)
        {
            throw new BenchmarkFailedException($"{string.Join(' ', command)} ended with {tool.ExitCode}: {error.Result}");
        }
    }
}
