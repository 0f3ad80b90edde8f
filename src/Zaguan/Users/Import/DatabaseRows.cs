using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Npgsql;
using Zaguan.Storage;

namespace Zaguan.Users.Import;

/// <summary>Rows of a query on the old database, which is opened for reading only.</summary>
internal static class DatabaseRows
{
    public static async Task<ImportSource> OpenAsync(string connectionString, string query)
    {
        var (connection, name, hint) = Connect(connectionString);
        try
        {
            await connection.OpenAsync();
            var command = connection.CreateCommand();
            command.CommandText = query;
            command.CommandTimeout = 0;
            var reader = await command.ExecuteReaderAsync();
            return new(name, ReadAsync(reader, name)) { Holds = [reader, command, connection] };
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            await connection.DisposeAsync();
            throw new ImportSourceException($"The {name} database cannot be asked: {e.Message}{hint}", e);
        }
    }

    private const string Written = "For SQLite: Data Source=old.db. For PostgreSQL: Host=…;Database=…;Username=…;Password=….";

    private const string NotRead = "MySQL and SQL Server are not read directly: export the table as CSV, with the names of the columns in the first line, and import that file.";

    /// <summary>Keywords that only SQL Server and Oracle, or only MySQL, have.</summary>
    private static readonly string[] OfOthers =
    [
        "Initial Catalog", "Integrated Security", "Trusted_Connection", "MultipleActiveResultSets", "AttachDbFilename", "User Instance", "Driver", "Provider", "DSN",
        "CharSet", "AllowUserVariables", "AllowPublicKeyRetrieval", "ConvertZeroDateTime", "DefaultCommandTimeout",
    ];

    private static (DbConnection Connection, string Name, string Hint) Connect(string connectionString)
    {
        // Behind the first equals sign it may be part of a password.
        if (connectionString.Split('=', 2)[0].Contains("://", StringComparison.Ordinal))
        {
            throw new ImportSourceException(connectionString.TrimStart().StartsWith("postgres", StringComparison.OrdinalIgnoreCase)
                ? $"A connection string is not written as an address. {Written}"
                : $"A connection string is not written as an address. {Written} {NotRead}");
        }

        DbConnectionStringBuilder told;
        try
        {
            told = new() { ConnectionString = connectionString };
        }
        catch (ArgumentException e)
        {
            // Without what was written: it may hold a password.
            throw new ImportSourceException($"This is no connection string. {Written}", e);
        }

        if (Array.Exists(OfOthers, told.ContainsKey) || (told.TryGetValue("Port", out var port) && port is "3306" or "1433"))
        {
            throw new ImportSourceException($"This is the connection string of another kind of database. {NotRead} {Written}");
        }

        try
        {
            return told.ContainsKey("Data Source") || told.ContainsKey("Filename") || told.ContainsKey("DataSource") ? (Sqlite(connectionString), "SQLite", "")
                : (Postgres(connectionString), "PostgreSQL", told.ContainsKey("Server") ? $" If it is none of PostgreSQL: {NotRead}" : "");
        }
        catch (ArgumentException e)
        {
            throw new ImportSourceException($"This connection string names something that is not known. {Written} {NotRead}", e);
        }
    }

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

    private static async IAsyncEnumerable<ImportRow> ReadAsync(DbDataReader reader, string name, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        for (long row = 1; await NextAsync(reader, name, row, cancellation); row++)
        {
            var fields = columns.Select((c, i) => new ImportField(c, reader.IsDBNull(i) ? null : Text(reader.GetValue(i)))).ToList();
            yield return fields.Find(f => f.Text?.Length > ImportBounds.LongestField) is { Text: not null } tooLong
                ? ImportRow.Refused(row, $"The column \"{tooLong.Name}\" has {tooLong.Text.Length:N0} characters; at most {ImportBounds.LongestField:N0} are read.")
                : new(row, fields);
        }
    }

    private static async Task<bool> NextAsync(DbDataReader reader, string name, long row, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadAsync(cancellation);
        }
        catch (DbException e)
        {
            throw new ImportSourceException($"The {name} database stopped at row {row}: {e.Message} What came before was read; run the same command again.", e);
        }
    }

    private static string? Text(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        byte[] bytes => Convert.ToHexStringLower(bytes),
        DateTime instant => instant.ToString("O", CultureInfo.InvariantCulture),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture),
    };
}
