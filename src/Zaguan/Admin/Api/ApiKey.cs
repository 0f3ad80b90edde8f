namespace Zaguan.Admin.Api;

internal enum ApiKeyState
{
    Good,
    Expired,
    Revoked,
}

/// <summary>By which a program may use the API. What it is sent as (<see cref="ApiKeyStore"/>) is shown once and known to nobody here.</summary>
internal sealed record ApiKey
{
    /// <summary>By which a key is known for what it is, in a configuration file or in a leak.</summary>
    public const string Prefix = "zgk_";

    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>SHA-256 in hexadecimal digits; empty where it was not asked for.</summary>
    public string Hash { get; init; } = "";

    /// <summary>As they are stored.</summary>
    public string Scopes { get; init; } = "";

    public string CreatedBy { get; init; } = "";

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; init; }

    /// <summary>Unix milliseconds; null: it does not expire.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>Unix milliseconds; some minutes can be missing.</summary>
    public long? LastUsedAt { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long? RevokedAt { get; init; }

    /// <summary>What may be told: the beginning of the key.</summary>
    public string PublicId => Prefix + Id;

    public IReadOnlyList<string> ScopeNames => Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public bool Has(string scope) => ScopeNames.Contains(scope, StringComparer.Ordinal);

    public ApiKeyState StateAt(DateTimeOffset now) =>
        RevokedAt is not null ? ApiKeyState.Revoked : ExpiresAt <= now.ToUnixTimeMilliseconds() ? ApiKeyState.Expired : ApiKeyState.Good;

    /// <summary>As the audit log calls it.</summary>
    public override string ToString() => $"{Name} ({PublicId})";
}
