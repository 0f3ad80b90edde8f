using Zaguan.Argon2;
using Zaguan.Passwords.Formats;

namespace Zaguan.Users.Import;

/// <summary>What an import is told.</summary>
internal sealed record ImportOptions
{
    /// <summary>Every user's; null: a column says it.</summary>
    public string? Realm { get; init; }

    /// <summary>Columns by what they are, where their names do not say it.</summary>
    public IReadOnlyList<(ImportTarget Target, string Column)> Map { get; init; } = [];

    /// <summary>One of <see cref="Passwords.ImportedPassword.Formats"/>, for rows that do not say it themselves.</summary>
    public string? PasswordFormat { get; init; }

    /// <summary>Of passwords that AES made with a key of the old system's.</summary>
    public HashFormat? Aes { get; init; }

    /// <summary>Of the hashes that are made.</summary>
    public required Argon2Cost Cost { get; init; }

    public bool KeepsWeakHashes { get; init; }

    /// <summary>What the passwords were when they were hashed: windows-1252, and not UTF-8.</summary>
    public bool PasswordsAreIn1252 { get; init; }

    /// <summary>Somebody said which column the salts are. A column that is only called so belongs to hashes whose format says that they have one apart.</summary>
    public bool SaltsAreTold => Map.Any(m => m.Target == ImportTarget.Salt);

    /// <summary>Nobody has a password, and that is meant.</summary>
    public bool WithoutPasswords { get; init; }

    public bool NoPasswordWhereEmpty { get; init; }

    /// <summary>Columns that mean nothing become attributes.</summary>
    public bool KeepsAttributes { get; init; }

    public bool MakesRoles { get; init; } = true;

    public bool IsDryRun { get; init; }
}
