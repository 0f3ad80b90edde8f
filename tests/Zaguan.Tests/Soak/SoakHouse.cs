using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Zaguan.Admin;
using Zaguan.Admin.Api;
using Zaguan.BackEnds;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Tests.Nodes;

namespace Zaguan.Tests.Soak;

/// <summary>
/// What a clinic has that takes Zaguan seriously: two nodes as processes of their own, as in production, with a certificate; one PostgreSQL that waits for its disk; a domain controller;
/// a folder of contracts. All of it can be made to fail.
/// </summary>
internal sealed class SoakHouse : IAsyncDisposable
{
    public const int Nodes = 2;

    public const string Password = "La-clave-de-la-casa-2026";

    /// <summary>Failures that an account has left from its address.</summary>
    public const int Failures = 10;

    public static readonly IReadOnlyList<string> InDirectory = ["medica-0", "medica-1"];

    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-soak-").FullName;
    private readonly TestCertificates certificates = new();
    private readonly List<ServerProcess> servers = [];
    private readonly List<HttpClient> clients = [];

    private SoakHouse(PostgresServer postgres, SambaDirectory directory) => (Postgres, Domain) = (postgres, directory);

    public PostgresServer Postgres { get; }

    /// <summary>The domain controller.</summary>
    public SambaDirectory Domain { get; }

    public string Contracts => Directory.CreateDirectory(Path.Combine(folder, "contracts")).FullName;

    public IReadOnlyList<ServerProcess> Servers => servers;

    /// <summary>Of a node; its connections do not last, so that certificates and sockets come and go.</summary>
    public HttpClient Client(int node) => clients[node];

    public static async Task<SoakHouse> StartAsync()
    {
        var domain = new SambaDirectory();
        var house = new SoakHouse(await PostgresServer.StartAsync("fsync=on"), domain);
        try
        {
            await domain.InitializeAsync();
            foreach (var name in InDirectory)
            {
                await domain.AddUserAsync(name, Password);
            }

            house.RenewCertificate();
            await ChildProcesses.RunAsync("cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", house.MovableClock, Path.Combine(Repository.Root, "tests", "Zaguan.Tests", "Soak", "clock.c"));
            foreach (var node in Enumerable.Range(0, Nodes))
            {
                house.SetClock(node, TimeSpan.Zero);
                house.servers.Add(await ServerProcess.StartAsync(new()
                {
                    IsDevelopment = false,
                    Arguments = ["serve", "--urls", "https://127.0.0.1:0"],
                    Environment = house.EnvironmentOf(node),
                }));
                house.clients.Add(house.NewClient(node));
            }

            await NodeGroup.AddUsersAsync(house.Postgres.ConnectionString, "romsoft", "otra que nadie usa", InDirectory);
            return house;
        }
        catch
        {
            await house.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new one of the same authority, written as programs that renew write it: one file, and then the other.</summary>
    /// <returns>Its thumbprint.</returns>
    public string RenewCertificate()
    {
        using var issued = certificates.Issue(["127.0.0.1"]);
        File.WriteAllText(CertificateFile, issued.ExportCertificatePem());
        File.WriteAllText(KeyFile, issued.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return issued.Thumbprint;
    }

    /// <summary>As it is while somebody copies it.</summary>
    public void BreakCertificate() => File.WriteAllText(CertificateFile, File.ReadAllText(CertificateFile)[..100]);

    /// <summary>How far a node's clock is from everybody else's. Its stopwatch does not notice.</summary>
    public void SetClock(int node, TimeSpan ahead)
    {
        // In place: the node has it in its memory.
        using var file = new FileStream(ClockFile(node), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(BitConverter.GetBytes((long)ahead.TotalSeconds));
    }

    public async Task<string> AddBackEndAsync(string application)
    {
        await using var database = Database.Open(new("", Postgres.ConnectionString), TimeProvider.System);
        return (await new BackEndStore(database, TimeProvider.System).AddAsync($"de-{application}", application)).ShouldNotBeNull();
    }

    /// <summary>The key of a program that reads.</summary>
    public async Task<string> AddApiKeyAsync()
    {
        await using var database = Database.Open(new("", Postgres.ConnectionString), TimeProvider.System);
        var made = await new ApiKeyStore(database, TimeProvider.System).AddAsync(
            "informe", ["overview:read", "users:read", "log:read"], null, "ana", k => AuditEntry.OfCommandLine(TimeProvider.System.GetUtcNow(), AuditActions.ApiKeyMade, k.ToString(), null, null));
        return made.ShouldNotBeNull().Text;
    }

    /// <summary>A client that trusts the house's authority, and says which certificate it was shown.</summary>
    public HttpClient NewClient(int node, Action<string>? shown = null)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.ImportFromPem(certificates.AuthorityPem);
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromSeconds(3) };
        handler.SslOptions.CertificateChainPolicy = policy;
        if (shown is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            {
                shown(certificate!.GetCertHashString());
                return errors == System.Net.Security.SslPolicyErrors.None;
            };
        }

        return new(handler) { BaseAddress = servers[node].Address, Timeout = TimeSpan.FromMinutes(2) };
    }

    public async ValueTask DisposeAsync()
    {
        clients.ForEach(c => c.Dispose());
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        await Postgres.DisposeAsync();
        await Domain.DisposeAsync();
        certificates.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private string CertificateFile => Path.Combine(folder, "server.pem");

    private string MovableClock => Path.Combine(folder, "clock.so");

    private string KeyFile => Path.Combine(folder, "server.key");

    private string ClockFile(int node) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"clock-{node}"));

    private Dictionary<string, string?> EnvironmentOf(int node)
    {
        var settings = FourApplications.Settings(
            ("Database:ConnectionString", Postgres.ConnectionString),
            ("ContractsFolder", Contracts),
            ("NodeName", NodeGroup.NameOf(node)),
            ("Kestrel:Certificates:Default:Path", CertificateFile),
            ("Kestrel:Certificates:Default:KeyPath", KeyFile),
            ("Directories:clinica:Servers:0", Domain.Server),
            ("Directories:clinica:CertificateAuthorityFile", Domain.AuthoritiesFile),
            ("Directories:clinica:BindAs", "{username}@clinica.example"),
            ("Applications:romsoft:Sources:0", "local"),
            ("Applications:romsoft:Sources:1", "ldap"),
            ("Budgets:AccountAndAddress:Failures", Failures.ToString(CultureInfo.InvariantCulture)),
            ("Budgets:AccountAndAddress:RefusedFor", "1d"),
            ("Budgets:AccountAndAddress:RefusedForAtMost", "1d"),
            ("Budgets:Address:Failures", "1000000"));
        var environment = settings.ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value, StringComparer.Ordinal);
        environment["LD_PRELOAD"] = MovableClock;
        environment["CLOCK_FILE"] = ClockFile(node);
        return environment;
    }
}
