namespace Zaguan.Admin;

/// <summary>What an administrator may do in the console; each may do what those before it may.</summary>
internal enum AdminRole
{
    /// <summary>Sees everything and changes nothing.</summary>
    Auditor = 1,

    /// <summary>Unlocks and disables users, ends sessions.</summary>
    Operator = 2,

    Administrator = 3,
}

/// <summary>Somebody who may enter the console. No user of a realm, and in none.</summary>
internal sealed record Administrator
{
    public long Key { get; init; }

    public string Name { get; init; } = "";

    public AdminRole Role { get; init; }

    public bool Active { get; init; }

    /// <summary>In one of the formats that are known (HashFormats).</summary>
    public string Password { get; init; } = "";

    /// <summary>As <see cref="SecondFactor"/> sealed it; null: there is none yet.</summary>
    public string? CodeSecret { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; init; }

    /// <summary>Whom it is about, and no hash.</summary>
    public override string ToString() => Name;
}
