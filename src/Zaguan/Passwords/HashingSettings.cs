namespace Zaguan.Passwords;

/// <summary>Configuration: how many guesses may wait to be hashed, and how long.</summary>
internal sealed record HashingSettings
{
    /// <summary>Guesses; beyond it the answer is busy.</summary>
    public int LongestQueue { get; init; } = 512;

    /// <summary>What would wait longer is busy at once.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(15);
}
