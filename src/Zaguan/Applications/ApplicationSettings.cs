using System.Text.Json.Serialization;
using Zaguan.BackEnds;
using Zaguan.OneTimeCodes;
using Zaguan.Reading;
using Zaguan.Sources;

namespace Zaguan.Applications;

/// <summary>Configuration of one application: a contract put to work.</summary>
internal sealed record ApplicationSettings
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    /// <summary>The contract's name; absent: the application's own.</summary>
    public string? Contract { get; init; }

    /// <summary>The namespace of its users; absent: the application's name. Two applications with one realm share their users.</summary>
    public string? Realm { get; init; }

    /// <summary>Where passwords are checked, in this order: local, ldap, upstream.</summary>
    public IReadOnlyList<Source> Sources { get; init; } = [Source.Local];

    /// <summary>How long a directory and the old system together may take to say whether a password is right.</summary>
    public TimeSpan SourcesDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The directory, for the source ldap; absent: the only one that is configured.</summary>
    public string? Directory { get; init; }

    /// <summary>The old system, for the source upstream.</summary>
    public UpstreamSettings? Upstream { get; init; }

    /// <summary>The host names that it answers to; absent: all that no other application with the same path names.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Stands before the contract's path: "/clinica" makes it /clinica/api/login.</summary>
    public string? PathBase { get; init; }

    /// <summary>The web origins whose pages may log in (CORS): "https://app.example", or "*" for every one.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>How the names in answers are written.</summary>
    public PropertyNaming PropertyNaming { get; init; } = PropertyNaming.AsWritten;

    /// <summary>False: unknown and disabled users and wrong passwords are all answered "refused", even where the contract tells them apart.</summary>
    public bool DiscloseAccountState { get; init; } = true;

    /// <summary>Whether a token that the contract calls optional is issued.</summary>
    public bool? IssueToken { get; init; }

    /// <summary>Whether tokens are good for which there is no session here: those that the old system issued, with the same secret, before it was replaced.</summary>
    public bool AcceptOldTokens { get; init; } = true;

    /// <summary>Whether a granted login also sets a cookie, for browsers whose pages bring no token; forward-auth accepts it.</summary>
    public bool SessionCookie { get; init; }

    /// <summary>How long its session lasts where no token says so; absent: 12 hours.</summary>
    public TimeSpan? SessionLifetime { get; init; }

    /// <summary>Whether a one-time code stands behind the password (secret123456): off, optional (of users who have set up a second factor) or required (of everybody).</summary>
    public CodesAsked OneTimeCodes { get; init; } = CodesAsked.Off;

    /// <summary>Whether its users have a page of their own: recent logins, sessions, password.</summary>
    public bool Account { get; init; }

    /// <summary>Who may do what at the back-end, where a proxy asks (forward-auth).</summary>
    public IReadOnlyList<RuleSettings> Rules { get; init; } = [];

    /// <summary>Headers that tell the back-end who asks, beside Zaguan's own: their names, and templates over user.* and role.*.</summary>
    public IReadOnlyDictionary<string, SourceNode> IdentityHeaders { get; init; } = new Dictionary<string, SourceNode>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The settings that the contract names: JWT_SECRET_KEY and its kin.</summary>
    [JsonExtensionData]
    public IReadOnlyDictionary<string, SourceNode> Settings { get; init; } = new Dictionary<string, SourceNode>(StringComparer.OrdinalIgnoreCase);
}

internal enum PropertyNaming
{
    /// <summary>As the contract writes them.</summary>
    AsWritten,

    /// <summary>With a small first letter, as ASP.NET Core answers by default.</summary>
    CamelCase,
}
