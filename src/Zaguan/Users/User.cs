namespace Zaguan.Users;

/// <summary>An account, as stored.</summary>
internal sealed record User
{
    /// <summary>Ours alone; what other tables refer to.</summary>
    public long Key { get; init; }

    public string Realm { get; init; } = "";

    /// <summary>The integer that old clients store.</summary>
    public long Number { get; init; }

    /// <summary>The identifier that new clients store, usually a UUID, kept as imported.</summary>
    public string Id { get; init; } = "";

    public string Username { get; init; } = "";

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public string? GivenName { get; init; }

    public string? FamilyName { get; init; }

    public bool Active { get; init; }

    /// <summary>In one of the formats that are known (HashFormats), or null for a user who cannot log in with a local password.</summary>
    public string? Password { get; init; }

    /// <summary>Somebody set it here: it neither came with an import nor from another source.</summary>
    public bool PasswordIsSetHere { get; init; }

    /// <summary>The secret of the user's one-time codes, encrypted under the master key; null: there is no second factor.</summary>
    public string? CodeSecret { get; init; }

    /// <summary>When the user came over from another source, Unix milliseconds; null: did not.</summary>
    public long? AdoptedAt { get; init; }

    /// <summary>They came over from a directory, and none of their passwords is kept here.</summary>
    public bool IsOfDirectory => Password is null && string.Equals(AdoptedFrom, "ldap", StringComparison.Ordinal);

    /// <summary>The source, as configuration spells it; null: from none.</summary>
    public string? AdoptedFrom { get; init; }

    /// <summary>How often it was changed.</summary>
    public long PasswordVersion { get; init; }

    /// <summary>What applications keep beside the user: a JSON object.</summary>
    public string? Attributes { get; init; }

    public long? RoleNumber { get; init; }

    public string? RoleName { get; init; }

    /// <summary>Whom it is about, and no hash.</summary>
    public override string ToString() => $"{Username} ({Realm})";

    public string? FullName => (GivenName, FamilyName) switch
    {
        (null, null) => null,
        (null, _) => FamilyName,
        (_, null) => GivenName,
        _ => $"{GivenName} {FamilyName}",
    };
}
