using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;
using Zaguan.Storage;

namespace Zaguan.Users.Import;

/// <summary>The database that a connection string means, told by the keywords that only one of them has. It is opened for reading.</summary>
/// <param name="Hint">What to look at when it cannot be asked: empty, or a sentence behind a blank.</param>
internal sealed record OldDatabase(DbConnection Connection, string Name, string Hint = "")
{
    /// <summary>What a query writes is undone, where a database knows no connections that only read.</summary>
    public bool IsUndone => Connection is SqlConnection;

    private const string Written = "For SQLite: Data Source=old.db. For PostgreSQL: Host=…;Database=…;Username=…;Password=…. For SQL Server: Server=host,port;Database=…;User Id=…;Password=….";

    private const string NotRead = "MySQL is not read directly: export the table as CSV, with the names of the columns in the first line, and import that file.";

    private static readonly string[] OfMySql = ["CharSet", "AllowUserVariables", "AllowPublicKeyRetrieval", "ConvertZeroDateTime", "DefaultCommandTimeout"];

    private static readonly string[] OfOdbc = ["Driver", "Provider", "DSN"];

    private static readonly string[] OfSqlServer =
    [
        "Initial Catalog", "Integrated Security", "Trusted_Connection", "MultipleActiveResultSets", "AttachDbFilename", "User Instance", "Encrypt", "Address", "Addr", "Network Address",
        "HostNameInCertificate", "ServerCertificate", "ApplicationIntent", "Application Intent", "MultiSubnetFailover",
    ];

    /// <summary>Beside "Data Source", which SQLite has as well.</summary>
    private static readonly string[] NotOfSqlite = [.. OfSqlServer, "Database", "User Id", "UserId", "User", "Uid", "Pwd", "TrustServerCertificate", "Trust Server Certificate"];

    public static OldDatabase Connect(string connectionString)
    {
        // Behind the first equals sign it may be part of a password.
        if (connectionString.Split('=', 2)[0].Contains("://", StringComparison.Ordinal))
        {
            throw new ImportSourceException(connectionString.TrimStart().StartsWith("mysql", StringComparison.OrdinalIgnoreCase) ? NotRead : $"A connection string is not written as an address. {Written}");
        }

        var told = Parse(connectionString);
        if (Objection(told) is { } objection)
        {
            throw new ImportSourceException($"{objection} {Written}");
        }

        try
        {
            return IsSqlServer(told) ? new(SqlServer(connectionString), "SQL Server", told.ContainsKey("Host") || OfSqlServer.Any(told.ContainsKey) ? "" : $" If it is PostgreSQL, write Host in the place of Server. {NotRead}")
                : IsFile(told) ? new(Sqlite(connectionString), "SQLite")
                : new(Postgres(connectionString), "PostgreSQL", told.ContainsKey("Server") ? $" If it is SQL Server, its port stands behind a comma: Server=host,port. {NotRead}" : "");
        }
        catch (ArgumentException e)
        {
            throw new ImportSourceException($"This connection string names something that is not known. {Written} {NotRead}", e);
        }
    }

    private static DbConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            return new() { ConnectionString = connectionString };
        }
        catch (ArgumentException e)
        {
            // Without what was written: it may hold a password.
            throw new ImportSourceException($"This is no connection string. {Written}", e);
        }
    }

    private static string? Objection(DbConnectionStringBuilder told)
    {
        told.TryGetValue("Port", out var port);
        return OfMySql.Any(told.ContainsKey) || port is "3306" ? $"This is the connection string of MySQL. {NotRead}"
            : OfOdbc.Any(told.ContainsKey) ? "This is a connection string of ODBC or OLE DB, which are not read."
            : port is "1433" ? "SQL Server's port stands behind a comma, in Server."
            : null;
    }

    /// <summary>PostgreSQL's driver takes "Server" for its host too; whoever writes that for it mostly writes the port beside it.</summary>
    private static bool IsSqlServer(DbConnectionStringBuilder told) =>
        OfSqlServer.Any(told.ContainsKey) || (IsFile(told) ? NotOfSqlite.Any(told.ContainsKey) : told.ContainsKey("Server") && !told.ContainsKey("Host") && !told.ContainsKey("Port"));

    private static bool IsFile(DbConnectionStringBuilder told) => told.ContainsKey("Data Source") || told.ContainsKey("Filename") || told.ContainsKey("DataSource");

    private static SqliteConnection Sqlite(string connectionString)
    {
        _ = SqliteLibrary.Version;
        var told = new SqliteConnectionStringBuilder(connectionString) { Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        return File.Exists(told.DataSource) ? new(told.ToString()) : throw new ImportSourceException($"There is no SQLite database {told.DataSource} (looked from {Environment.CurrentDirectory}).");
    }

    private static NpgsqlConnection Postgres(string connectionString)
    {
        var told = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "zaguan import" };
        told.Options = $"{told.Options} -c default_transaction_read_only=on".Trim();
        return string.IsNullOrEmpty(told.Host) ? throw new ImportSourceException($"The connection string names no Host. {Written}") : new(told.ToString());
    }

    /// <summary>Encrypted, and the server's certificate believed only if the system believes it, unless the connection string says otherwise: so its driver has it.</summary>
    private static SqlConnection SqlServer(string connectionString)
    {
        var told = new SqlConnectionStringBuilder(connectionString) { Pooling = false, PersistSecurityInfo = false, ApplicationName = "zaguan import" };
        return string.IsNullOrEmpty(told.DataSource) ? throw new ImportSourceException($"The connection string names no Server. {Written}") : new(told.ToString());
    }
}
