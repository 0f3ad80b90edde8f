using System.Globalization;
using Zaguan.BackEnds;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Nodes;

/// <summary>Servers as processes of their own, as in production, on one database. Each may be killed and started again.</summary>
internal sealed class NodeGroup : IAsyncDisposable
{
    /// <summary>The collection of tests that start several servers: one after the other, or a small machine has too many of them.</summary>
    public const string Tests = "Nodes";

    private readonly string connectionString;
    private readonly Dictionary<string, string?> settings;
    private readonly ServerProcess?[] running;
    private readonly List<string> saidBefore = [];

    private NodeGroup(string connectionString, int count, Dictionary<string, string?> settings)
    {
        (this.connectionString, this.settings) = (connectionString, settings);
        running = new ServerProcess?[count];
    }

    /// <summary>A contracts folder that all of them look at.</summary>
    public string Contracts { get; } = Directory.CreateTempSubdirectory("zaguan-contracts-").FullName;

    public int Count => running.Length;

    public IEnumerable<ServerProcess> Running => running.OfType<ServerProcess>();

    /// <summary>What all of them printed, those that were killed too.</summary>
    public IEnumerable<string> Said => saidBefore.Concat(Running.Select(n => n.Output));

    /// <param name="settings">On top of the four applications.</param>
    public static async Task<NodeGroup> StartAsync(string connectionString, int count, params (string Key, string? Value)[] settings)
    {
        var nodes = new NodeGroup(connectionString, count, FourApplications.Settings(settings));
        try
        {
            await Task.WhenAll(Enumerable.Range(0, count).Select(nodes.StartAsync));
            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    /// <summary>Null while it is dead.</summary>
    public ServerProcess? At(int node) => Volatile.Read(ref running[node % running.Length]);

    public async Task StartAsync(int node)
    {
        var environment = new Dictionary<string, string?>(settings, StringComparer.Ordinal)
        {
            ["Database:ConnectionString"] = connectionString,
            ["ContractsFolder"] = Contracts,
            ["NodeName"] = NameOf(node),
        };
        var server = await ServerProcess.StartAsync(new()
        {
            IsDevelopment = false,
            Environment = environment.ToDictionary(e => e.Key.Replace(":", "__", StringComparison.Ordinal), e => e.Value, StringComparer.Ordinal),
        });
        Volatile.Write(ref running[node], server);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync(int node)
    {
        var server = Interlocked.Exchange(ref running[node], null)!;
        server.Kill();
        await server.DisposeAsync();
        saidBefore.Add(server.Output);
    }

    public static string NameOf(int node) => string.Create(CultureInfo.InvariantCulture, $"nodo-{node + 1}");

    /// <summary>Those who can log in: password <paramref name="password"/>, a hash that costs next to nothing.</summary>
    public static async Task AddUsersAsync(string connectionString, string realm, string password, params IEnumerable<string> names)
    {
        await using var database = Database.Open(new("", connectionString), TimeProvider.System);
        var users = new UserStore(database, TimeProvider.System);
        foreach (var name in names)
        {
            (await users.TryAddAsync(new()
            {
                Realm = realm,
                Username = name,
                Email = name.Contains('@', StringComparison.Ordinal) ? name : null,
                Password = FourApplications.CheapHash(password),
            })).Number.ShouldNotBeNull();
        }
    }

    /// <summary>The key of a back-end of ambiotec's.</summary>
    public static async Task<string> AddBackEndAsync(string connectionString)
    {
        await using var database = Database.Open(new("", connectionString), TimeProvider.System);
        return (await new BackEndStore(database, TimeProvider.System).AddAsync("de-ambiotec", "ambiotec")).ShouldNotBeNull();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Running)
        {
            await server.DisposeAsync();
        }

        Directory.Delete(Contracts, recursive: true);
    }
}
