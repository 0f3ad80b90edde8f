using System.Text.Json.Serialization;
using Zaguan.Reading;

namespace Zaguan.Sources.Ldap;

/// <summary>Configuration of one directory: Active Directory, or another that speaks LDAP.</summary>
internal sealed record DirectorySettings
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    /// <summary>Its servers, "ldaps://dc1.clinica.example", in the order in which they are tried.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>The certificates that its servers' come from, in PEM; absent: whom the system trusts.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>Under which name a user binds: "{username}@clinica.example", "CLINICA\{username}" or "uid={username},ou=people,dc=clinica,dc=example". Absent: the one that the search finds.</summary>
    public string? BindAs { get; init; }

    /// <summary>Where users are looked for.</summary>
    public SearchSettings? Search { get; init; }

    /// <summary>How long the whole exchange may take.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether somebody whom the directory grants and the realm does not know is made a user of the realm.</summary>
    public bool CreateUsers { get; init; }

    /// <summary>What is taken over of a user at each login: ours ("givenName", "attributes.departamento") from the directory's.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Which group gives which role; the first that a user is a member of counts.</summary>
    public IReadOnlyList<GroupSettings> Roles { get; init; } = [];
}

/// <summary>Configuration: where and how users are looked for.</summary>
internal sealed record SearchSettings
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    /// <summary>The name of the entry below which they are: "DC=clinica,DC=example".</summary>
    public string? Base { get; init; }

    /// <summary>What finds one of them.</summary>
    public string Filter { get; init; } = "(sAMAccountName={username})";

    /// <summary>The service account that looks; absent: each user looks for himself, once he is bound.</summary>
    public string? BindAs { get; init; }

    /// <summary>The file with its password.</summary>
    public string? PasswordFile { get; init; }
}

/// <summary>Configuration: a group of the directory, and the role that its members have.</summary>
internal sealed record GroupSettings
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    /// <summary>Its distinguished name: "CN=Médicos,OU=Grupos,DC=clinica,DC=example".</summary>
    public string? Group { get; init; }

    /// <summary>The name of the role.</summary>
    public string? Role { get; init; }
}
