using System.Text.Json.Serialization;
using Zaguan.Reading;

namespace Zaguan.Sources;

/// <summary>Configuration of the old system that an application's users come from.</summary>
internal sealed record UpstreamSettings
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    /// <summary>The old login endpoint, in full: "http://10.0.0.7:8080/api/Account/Login".</summary>
    public required string Url { get; init; }

    /// <summary>The contract that it speaks; absent: the application's own.</summary>
    public string? Contract { get; init; }

    /// <summary>Whether it is asked again for users who have come over.</summary>
    public UpstreamMode Mode { get; init; } = UpstreamMode.Adopt;

    /// <summary>How long it may take to answer.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A PEM file of the authorities that its certificate may come from, or of the certificate itself; absent: the system's.</summary>
    public string? CertificateAuthorityFile { get; init; }
}

internal enum UpstreamMode
{
    /// <summary>Never: the password that was right there is the password here.</summary>
    Adopt,

    /// <summary>Where the password is wrong here: people may still change it there.</summary>
    Follow,

    /// <summary>At every login, and its reply is what the client gets; Zaguan's is computed beside it, and where they differ is logged and counted.</summary>
    Compare,
}
