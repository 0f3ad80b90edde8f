using System.Data.Common;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Zaguan.Storage.Copying;

/// <summary>A file is no backup of Zaguan's, or not the one that was made.</summary>
internal sealed class BackupFileException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A backup, ready to be copied.</summary>
/// <param name="MadeAt">Null: the file was not made as a backup, but is the database of a Zaguan.</param>
internal sealed record OpenedBackup(CopySource Source, DateTimeOffset? MadeAt) : IDisposable
{
    public void Dispose() => Source.Dispose();
}

/// <summary>
/// The file of a backup: a database of SQLite with Zaguan's own schema, wherever it comes from, and two tables beside that say what must be in it. With it a
/// backup is known to be whole years later, without the database that it was made of.
/// </summary>
internal static class BackupFile
{
    private const string Tables = "backup_tables";
    private const string Origin = "backup_origin";

    /// <summary>Makes a backup in a file that is not there yet, and reads it again. The file is good if the report says that both are the same.</summary>
    public static CopyReport Make(CopySource source, string path, Pace pace, TimeProvider clock)
    {
        pace.Expect(2 * source.Count());
        PrivateFiles.Create(path).Dispose();
        var counters = Write(source, path, pace, clock);
        using (var written = File.Open(path, FileMode.Open, FileAccess.ReadWrite))
        {
            written.Flush(flushToDisk: true);
        }

        using var file = CopyConnection.OpenFile(path, SqliteOpenMode.ReadOnly);
        var compared = Compare(file, pace);
        pace.Look();
        return new(compared, counters);
    }

    /// <summary>Opens a backup once all of it was read and is what was once written. One of an older version is brought up to date in a copy.</summary>
    /// <exception cref="BackupFileException">It is none, of a newer version, or damaged.</exception>
    public static OpenedBackup Open(string path, Pace pace, TimeProvider clock)
    {
        SqliteConnection? file = null;
        try
        {
            file = CopyConnection.OpenFile(path, SqliteOpenMode.ReadOnly);
            CopySource.RequireZaguans(file, path);
            Migrations.Pending(file);
            var madeAt = MadeAt(file);
            Check(file, path, madeAt is not null, pace);
            return new(CopySource.Still(file, clock), madeAt);
        }
        catch (DatabaseUnavailableException e) when (e.InnerException is not SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT })
        {
            file?.Dispose();
            throw new BackupFileException($"{path} cannot be restored: {e.Message}", e);
        }
        catch (Exception e) when (e is SqliteException or DatabaseUnavailableException or FormatException or OverflowException or InvalidCastException)
        {
            file?.Dispose();
            throw new BackupFileException($"{path} is damaged: {e.Message} Take another backup.", e);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>A file that is put to work as a database is no backup any more, because it changes.</summary>
    public static void PutToWork(DbConnection db)
    {
        db.Execute($"DROP TABLE IF EXISTS {Tables}");
        db.Execute($"DROP TABLE IF EXISTS {Origin}");
    }

    private static IReadOnlyList<(string Name, long Last)> Write(CopySource source, string path, Pace pace, TimeProvider clock)
    {
        using var file = CopyConnection.OpenFile(path, SqliteOpenMode.ReadWrite);
        // Nobody sees the file until it is whole and on disk; a half one is thrown away.
        file.Execute("PRAGMA journal_mode = OFF");
        file.Execute("PRAGMA synchronous = OFF");
        using var target = new SqliteTarget(file, path);
        target.Start(clock, replaces: true);
        var (read, counters) = DatabaseCopy.Fill(source, target, pace, clock.GetUtcNow());
        target.Write(() =>
        {
            file.Execute($"CREATE TABLE {Origin} (made_at INTEGER NOT NULL, made_from TEXT NOT NULL)");
            file.Execute($"INSERT INTO {Origin} VALUES (@at, @Name)", new { at = clock.GetUtcNow().ToUnixTimeMilliseconds(), source.Name });
            file.Execute($"CREATE TABLE {Tables} (name TEXT PRIMARY KEY, columns TEXT NOT NULL, rows INTEGER NOT NULL, checksum TEXT NOT NULL)");
            foreach (var (table, sum) in read)
            {
                file.Execute($"INSERT INTO {Tables} VALUES (@Name, @ColumnNames, @Rows, @Checksum)", new { table.Name, table.ColumnNames, sum.Rows, sum.Checksum });
            }

            target.Commit();
        });
        return counters;
    }

    private static DateTimeOffset? MadeAt(SqliteConnection file) =>
        file.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN (@Tables, @Origin)", new { Tables, Origin }) == 2
            ? DateTimeOffset.FromUnixTimeMilliseconds(file.ExecuteScalar<long>($"SELECT made_at FROM {Origin}"))
            : null;

    private static void Check(SqliteConnection file, string path, bool isBackup, Pace pace)
    {
        if (!isBackup)
        {
            if (file.ExecuteScalar<string>("PRAGMA quick_check(1)") is not "ok" and var damage)
            {
                throw new BackupFileException($"{path} is damaged ({damage}). Take another backup.");
            }
        }
        else if (Compare(file, pace).FirstOrDefault(t => !t.IsSame) is { } altered)
        {
            throw new BackupFileException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path} is damaged or was changed since it was made: the table {altered.Name} had {altered.Read.Rows:N0} rows with the checksum {altered.Read.Checksum} and has {altered.Found.Rows:N0} with {altered.Found.Checksum}. Take another backup."));
        }
    }

    /// <summary>What stands in the file against what it says of itself, with the columns that it had then.</summary>
    private static List<ComparedTable> Compare(SqliteConnection file, Pace pace)
    {
        var told = file.Query<(string Name, string Columns, long Rows, string Checksum)>($"SELECT name, columns, rows, checksum FROM {Tables} ORDER BY rowid").AsList();
        if (told.Find(t => !IsList(t.Name) || !IsList(t.Columns)) is { Name: not null })
        {
            throw new FormatException("It says of itself what no backup says.");
        }

        // Read here, and where it is restored then copied and read again.
        pace.Expect(3 * told.Sum(t => t.Rows));
        return [.. told.Select(t => new ComparedTable(t.Name, TableSum.Parse(t.Rows, t.Checksum), TableReader.Sum(file, TableOf(file, t.Name, t.Columns), pace)))];
    }

    private static CopiedTable TableOf(SqliteConnection file, string name, string columns)
    {
        var types = file.Query<(string Name, string Type)>("SELECT name, type FROM pragma_table_info(@name)", new { name }).ToDictionary(c => c.Name, c => c.Type, StringComparer.Ordinal);
        return new(name, [.. columns.Split(", ").Select(c => new CopiedColumn(c, types.GetValueOrDefault(c) is "TEXT" ? ColumnKind.Text : ColumnKind.Number))]);
    }

    /// <summary>It goes into a statement, and a file may come from anywhere.</summary>
    private static bool IsList(string names) => names.All(c => char.IsAsciiLetterLower(c) || c is '_' or ',' or ' ');
}
