using System.Text.Json.Serialization;
using Zaguan.Argon2;

namespace Zaguan.Passwords;

/// <summary>Configuration: what a hash costs, how many guesses may wait to be hashed, and how long.</summary>
internal sealed record HashingSettings
{
    /// <summary>KiB of memory of a new password's Argon2id, 19,456 to 262,144. A password of another cost is hashed anew when its user next logs in.</summary>
    public int MemoryKiB { get; init; } = Argon2Cost.Recommended.MemoryKiB;

    /// <summary>Passes over that memory, at least 2; 1 from 47,104 KiB on (OWASP's equivalents).</summary>
    public int Passes { get; init; } = Argon2Cost.Recommended.Passes;

    /// <summary>Guesses; beyond it the answer is busy.</summary>
    public int LongestQueue { get; init; } = 512;

    /// <summary>What would wait longer is busy at once.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>One lane: more are for a machine that has nothing else to do with its cores.</summary>
    [JsonIgnore]
    public Argon2Cost Cost => new(MemoryKiB, Passes, Lanes: 1);
}
