using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Zaguan.Passwords.Formats;

namespace Zaguan.Users.Import;

/// <summary>Rows of a query on the old database, which is read and never written.</summary>
internal static class DatabaseRows
{
    private const string NotTrusted = " Its certificate is none that this system believes. Name the file of the right one with ServerCertificate=FILE, or add its authority to the system's; "
        + "TrustServerCertificate=True believes anybody who stands between.";

    public static async Task<ImportSource> OpenAsync(string connectionString, string query)
    {
        var database = OldDatabase.Connect(connectionString);
        var holds = new Stack<IAsyncDisposable>([database.Connection]);
        try
        {
            await database.Connection.OpenAsync();
            var command = database.Connection.CreateCommand();
            holds.Push(command);
            command.CommandText = query;
            command.CommandTimeout = 0;
            if (database.IsUndone)
            {
                // Nobody commits it: what the query writes is undone with the connection.
                command.Transaction = await database.Connection.BeginTransactionAsync();
                holds.Push(command.Transaction);
            }

            var reader = await command.ExecuteReaderAsync();
            holds.Push(reader);
            return new(database.Name, ReadAsync(reader, database.Name)) { Holds = [.. holds] };
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or SocketException or ArgumentException or NotSupportedException)
        {
            await new ImportSource(database.Name, AsyncEnumerable.Empty<ImportRow>()) { Holds = [.. holds] }.DisposeAsync();
            throw new ImportSourceException($"The {database.Name} database cannot be asked: {Sentence(e)}{(IsAboutTrust(e) ? NotTrusted : database.Hint)}", e);
        }
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
            throw new ImportSourceException($"The {name} database stopped at row {row}: {Sentence(e)} What came before was read; run the same command again.", e);
        }
    }

    private static string? Text(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        // As SQL Server writes what its own PWDENCRYPT made, which is the only binary text whose first letters tell what it is.
        byte[] bytes => DatabaseFormats.IsOfSqlServer(bytes) ? $"0x{Convert.ToHexStringLower(bytes)}" : Convert.ToHexStringLower(bytes),
        DateTime instant => instant.ToString("O", CultureInfo.InvariantCulture),
        DateTimeOffset instant => instant.ToString("O", CultureInfo.InvariantCulture),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture),
    };

    /// <summary>SQL Server's driver writes a line for each thing that went wrong.</summary>
    private static string Sentence(Exception e) => e.Message.ReplaceLineEndings(" ").TrimEnd();

    private static bool IsAboutTrust(Exception e) => e is AuthenticationException || (e.InnerException is { } inner && IsAboutTrust(inner));
}
