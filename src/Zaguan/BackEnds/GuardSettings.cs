using System.Text.Json.Serialization;
using Zaguan.Reading;

namespace Zaguan.BackEnds;

/// <summary>Configuration of one rule of an application's forward-auth.</summary>
internal sealed record RuleSettings
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    /// <summary>The rule holds for it and for what is below it, by whole segments.</summary>
    public required string Path { get; init; }

    /// <summary>Absent: every method.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>The names of the roles that may; "*" alone: everybody with a session.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];
}
