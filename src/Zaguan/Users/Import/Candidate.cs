using Zaguan.Passwords;

namespace Zaguan.Users.Import;

/// <summary>A row that can become a user, on its way.</summary>
internal sealed class Candidate
{
    public required long Line { get; init; }

    public required NewUser User { get; set; }

    public required string UsernameKey { get; init; }

    public required string? EmailKey { get; init; }

    public long? RoleNumber { get; init; }

    public ImportedPassword? Password { get; init; }

    /// <summary>What the password became; null before, and for a user without one.</summary>
    public StoredPassword? Stored { get; set; }

    /// <summary>Whom it is about, and no hash.</summary>
    public override string ToString() => User.ToString();
}

/// <summary>A row that does not become a user, and why. What it says of the user is told; a password, or what could be one, is not.</summary>
internal sealed record RefusedRow(long Line, string Reason, IReadOnlyList<(ImportTarget Target, string? Text)> Fields)
{
    /// <summary>How many lines of the file it goes over.</summary>
    public int Lines { get; init; } = 1;
}
