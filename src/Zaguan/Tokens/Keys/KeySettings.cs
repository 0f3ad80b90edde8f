using System.Text.Json.Serialization;
using Zaguan.Reading;

namespace Zaguan.Tokens.Keys;

/// <summary>Configuration of the keys that are Zaguan's own.</summary>
internal sealed record KeySettings
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    /// <summary>The file with the key that encrypts the others in the database; absent: secrets/master.key in the data folder.</summary>
    public string? MasterKeyFile { get; init; }

    /// <summary>How long a key signs before another one takes its place.</summary>
    public TimeSpan RotateEvery { get; init; } = TimeSpan.FromDays(90);
}
