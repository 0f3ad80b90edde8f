using System.Text.Json.Serialization;
using Zaguan.AccessLog;
using Zaguan.Admin.ImportPages;
using Zaguan.Applications;
using Zaguan.Budgets;
using Zaguan.Passwords;
using Zaguan.Reading;
using Zaguan.Sources.Ldap;
using Zaguan.Storage;
using Zaguan.Tokens.Keys;

namespace Zaguan.Operations;

/// <summary>The configuration file, as an administrator writes it. Beside these sections it may hold ASP.NET Core's own: Kestrel, Logging.</summary>
internal sealed record ZaguanSettings
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    /// <summary>The folder of the database and of what else is kept; relative to the working directory.</summary>
    public string DataFolder { get; init; } = "data";

    /// <summary>The folder of contracts that add to the shipped ones; relative to the configuration file. Absent: contracts.</summary>
    public string ContractsFolder { get; init; } = "contracts";

    /// <summary>The address at which clients and back-ends reach Zaguan, "https://login.clinica.example": in whose name own keys sign.</summary>
    public string? PublicUrl { get; init; }

    public IReadOnlyDictionary<string, ApplicationSettings> Applications { get; init; } = new Dictionary<string, ApplicationSettings>(StringComparer.Ordinal);

    /// <summary>Directories that check passwords, by name: Active Directory, or another that speaks LDAP.</summary>
    public IReadOnlyDictionary<string, DirectorySettings> Directories { get; init; } = new Dictionary<string, DirectorySettings>(StringComparer.Ordinal);

    public BudgetSettings Budgets { get; init; } = new();

    public HashingSettings Hashing { get; init; } = new();

    public PasswordSettings Passwords { get; init; } = new();

    public KeySettings Keys { get; init; } = new();

    public DatabaseSettings Database { get; init; } = new();

    /// <summary>How this node is called in its log, its metrics and its access records. Absent: as the machine is.</summary>
    public string? NodeName { get; init; }

    public AccessLogSettings AccessLog { get; init; } = new();

    public ImportSettings Import { get; init; } = new();

    public NetworkSettings Network { get; init; } = new();
}

/// <summary>Configuration: who stands between the clients and Zaguan.</summary>
internal sealed record NetworkSettings
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    /// <summary>Addresses or networks ("10.0.0.0/8") of proxies whose X-Forwarded-For and -Proto are believed.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>Addresses or networks of servers that log in for many people and forward no client address: they have no address budget.</summary>
    public IReadOnlyList<string> ServerSideCallers { get; init; } = [];
}
