using System.Text.Json.Serialization;
using Npgsql;
using Zaguan.Reading;

namespace Zaguan.Storage;

/// <summary>Configuration: PostgreSQL in place of the file of SQLite.</summary>
internal sealed record DatabaseSettings
{
    private const int FewestConnections = 4;

    [JsonIgnore]
    public SourceNode? Node { get; init; }

    /// <summary>As Npgsql reads it: "Host=db1,db2;Database=zaguan;Username=zaguan". Of several hosts the one is asked that is the primary. Absent: SQLite.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>A file with that string in it, where it holds a password.</summary>
    public string? ConnectionStringFile { get; init; }

    /// <summary>The connection string; null: none is configured, or it cannot be used.</summary>
    public string? Read(Problems problems)
    {
        if (ConnectionString is not null && ConnectionStringFile is not null)
        {
            problems.Add(Node!.At(nameof(ConnectionStringFile)), "\"ConnectionString\" and \"ConnectionStringFile\" say the same thing; leave one out.");
            return null;
        }

        if (ConnectionStringFile is null)
        {
            return ConnectionString is null ? null : Checked(ConnectionString, Node!.At(nameof(ConnectionString)), problems);
        }

        try
        {
            return Checked(File.ReadAllText(ConnectionStringFile).Trim(), Node!.At(nameof(ConnectionStringFile)), problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            problems.Add(Node!.At(nameof(ConnectionStringFile)), $"The connection string cannot be read: {e.Message}");
            return null;
        }
    }

    /// <summary>What is wrong with it is said without a value of it: one of them may be a password.</summary>
    private static string? Checked(string written, SourceNode at, Problems problems)
    {
        try
        {
            var told = new NpgsqlConnectionStringBuilder(written);
            if (string.IsNullOrEmpty(told.Host))
            {
                problems.Add(at, "The connection string names no host: \"Host=db1,db2;Database=zaguan;Username=zaguan\".");
                return null;
            }

            if (DatabasePlace.Says(told, "Target Session Attributes") || DatabasePlace.Says(told, "Multiplexing"))
            {
                problems.Add(at, "Leave \"Target Session Attributes\" and \"Multiplexing\" out of the connection string: the primary is asked in any case, and a connection is one transaction's.");
                return null;
            }

            if (DatabasePlace.Says(told, "Maximum Pool Size") && told.MaxPoolSize < FewestConnections)
            {
                problems.Add(at, $"A node needs at least {FewestConnections} connections, because one listens, one reads, one writes and one may tidy up: \"Maximum Pool Size\" is {FewestConnections} or more, not {told.MaxPoolSize}.");
                return null;
            }

            return written;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            problems.Add(at, "This is no connection string of PostgreSQL's: \"Host=db1,db2;Database=zaguan;Username=zaguan\" is one. Names that Npgsql does not know, and values that are not of a name's kind, are not taken.");
            return null;
        }
    }
}
