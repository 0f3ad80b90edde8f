using Npgsql;

namespace Zaguan.Storage;

/// <summary>Where the data is.</summary>
/// <param name="File">Of SQLite.</param>
/// <param name="ConnectionString">Of PostgreSQL, which then takes the file's place; null: none is configured.</param>
internal sealed record DatabasePlace(string File, string? ConnectionString = null)
{
    /// <summary>How long a statement may take where the connection string does not say. A login must not wait for ever for an answer that a dead machine owes it.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    public string Name => ConnectionString is null ? File : NameOf(new(ConnectionString));

    /// <summary>What in the configuration says so.</summary>
    public string Setting => ConnectionString is null ? "\"DataFolder\"" : "\"Database\"";

    /// <summary>Without the password.</summary>
    public static string NameOf(NpgsqlConnectionStringBuilder told) => $"{told.Database ?? told.Username} on {told.Host}";

    /// <summary>Whether somebody wrote it. Npgsql's own ContainsKey says yes to every name that it knows.</summary>
    public static bool Says(NpgsqlConnectionStringBuilder told, string name) => told.Keys.OfType<string>().Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a host is reached over the network: only there can a machine be gone, and sockets of this machine refuse to be asked for it.</summary>
    public static bool IsFar(NpgsqlConnectionStringBuilder told) => !(told.Host ?? "").Split(',').Any(h => h.StartsWith('/') || h.StartsWith('@'));

    public override string ToString() => Name;
}
