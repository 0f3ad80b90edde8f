using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using Zaguan.Operations;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.Tests.House;

/// <summary>
/// The database of a folder, of the kind that this run is about: a file of SQLite under data/, or with ZAGUAN_TEST_DATABASE=postgresql a database of a PostgreSQL that all
/// tests of the run share and none sees the others' part of.
/// </summary>
internal static class TestDatabase
{
    /// <summary>The trait "Database" of what PostgreSQL has nothing to add to: only a file can show it, moved, damaged, read byte by byte or never made; or it asks no database.</summary>
    public const string FileOnly = "FileOnly";

    /// <summary>The trait "Database" of what opens no file: which SQLite is in use does not matter to it.</summary>
    public const string PostgresOnly = "PostgresOnly";

    private static readonly Lazy<Task<PostgresServer>> Server = new(() => PostgresServer.StartAsync("max_connections=1000"));
    private static readonly Lazy<Task> Templates = new(MakeTemplatesAsync);

    public static bool IsPostgres { get; } = Environment.GetEnvironmentVariable("ZAGUAN_TEST_DATABASE") switch
    {
        null or "" or "sqlite" => false,
        "postgresql" => true,
        var other => throw new InvalidOperationException($"ZAGUAN_TEST_DATABASE is sqlite or postgresql, not {other}."),
    };

    /// <summary>The place of a folder's database; it is made where it is not there, with the demo users in it where those are wanted.</summary>
    public static async Task<DatabasePlace> OfAsync(string folder, bool demo = false)
    {
        var file = Path.Combine(folder, "data", "zaguan.db");
        if (!IsPostgres)
        {
            if (demo && !File.Exists(file))
            {
                await DemoDatabase.CopyToAsync(Path.Combine(folder, "data"));
            }

            return new(file);
        }

        await Templates.Value;
        var server = await Server.Value;
        try
        {
            await server.ExecuteAsync($"CREATE DATABASE {NameOf(folder)} TEMPLATE {(demo ? "demo" : "house")}");
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase)
        {
            // The folder is opened again.
        }

        return new(file, Place(server, NameOf(folder)));
    }

    /// <summary>The connection string of a new and empty database of that PostgreSQL, whatever the run is about.</summary>
    public static async Task<string> MakeOnPostgresAsync()
    {
        var (server, name) = (await Server.Value, $"n{Guid.NewGuid():N}");
        await server.ExecuteAsync($"CREATE DATABASE {name}");
        return Place(server, name);
    }

    /// <summary>What the configuration says of it.</summary>
    public static Dictionary<string, string?> Settings(DatabasePlace place) => place.ConnectionString is { } written ? new() { ["Database:ConnectionString"] = written } : [];

    /// <summary>A connection of the test's own.</summary>
    public static async Task<DbConnection> ConnectAsync(string folder)
    {
        _ = SqliteLibrary.Version;
        var place = await OfAsync(folder);
        DbConnection connection = place.ConnectionString is { } written
            ? new NpgsqlConnection($"{written};Pooling=false")
            : new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = place.File, Pooling = false }.ToString());
        await connection.OpenAsync();
        return connection;
    }

    public static async Task TakeAwayAsync(string folder)
    {
        if (IsPostgres)
        {
            await (await Server.Value).ExecuteAsync($"ALTER DATABASE {NameOf(folder)} ALLOW_CONNECTIONS false; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{NameOf(folder)}'");
            return;
        }

        File.Move(FileOf(folder), $"{FileOf(folder)}.away");
    }

    public static async Task BringBackAsync(string folder)
    {
        if (IsPostgres)
        {
            await (await Server.Value).ExecuteAsync($"ALTER DATABASE {NameOf(folder)} ALLOW_CONNECTIONS true");
            return;
        }

        File.Move($"{FileOf(folder)}.away", FileOf(folder));
    }

    /// <summary>The folder and its database.</summary>
    public static async Task DeleteAsync(string folder)
    {
        Directory.Delete(folder, recursive: true);
        if (IsPostgres && Server.IsValueCreated)
        {
            await (await Server.Value).ExecuteAsync($"DROP DATABASE IF EXISTS {NameOf(folder)} WITH (FORCE)");
        }
    }

    /// <summary>A database of PostgreSQL with nothing in it, whatever this run is about. It goes with the server.</summary>
    public static async Task<DatabasePlace> EmptyPostgresAsync()
    {
        var name = $"e{Guid.NewGuid():N}";
        var server = await Server.Value;
        await server.ExecuteAsync($"CREATE DATABASE {name}");
        return new("", Place(server, name));
    }

    private static string FileOf(string folder) => Path.Combine(folder, "data", "zaguan.db");

    private static string NameOf(string folder) => $"t{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(folder))).AsSpan(0, 12))}";

    private static string Place(PostgresServer server, string name) => new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ToString();

    private static async Task MakeTemplatesAsync()
    {
        var server = await Server.Value;
        await server.ExecuteAsync("CREATE DATABASE house");
        await using (Database.Open(new("", Place(server, "house")), TimeProvider.System))
        {
        }

        await server.ExecuteAsync("CREATE DATABASE demo TEMPLATE house");
        await using var database = Database.Open(new("", Place(server, "demo")), TimeProvider.System);
        await Demo.SeedAsync(database, new UserStore(database, TimeProvider.System), new());
    }
}
