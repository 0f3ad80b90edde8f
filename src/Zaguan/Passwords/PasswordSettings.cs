namespace Zaguan.Passwords;

/// <summary>Configuration: which new passwords are taken. Passwords that exist already are never measured by it.</summary>
internal sealed record PasswordSettings
{
    /// <summary>Characters of the shortest, 8 to 64.</summary>
    public int Shortest { get; init; } = 12;

    /// <summary>Characters of the longest, 64 to 1,024.</summary>
    public int Longest { get; init; } = 256;

    /// <summary>Words of the house, each with three letters at least: its name, its products, its places. No password may be made of them and of its owner's names.</summary>
    public IReadOnlyList<string> HouseWords { get; init; } = [];

    /// <summary>A file of SHA-1 hashes of passwords that became known: lines HASH or HASH:COUNT in ascending order, as Have I Been Pwned hands them out. Absent: none.</summary>
    public string? BreachedHashesFile { get; init; }

    /// <summary>How long a link is good by which a user sets a password, at least a minute, at most 7d.</summary>
    public TimeSpan LinkLifetime { get; init; } = TimeSpan.FromHours(24);
}
