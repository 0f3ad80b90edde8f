using System.Data.Common;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace Zaguan.Storage;

/// <summary>Numbered .sql files, embedded, a folder for each dialect, applied once each, in one transaction, by one process at a time.</summary>
internal static class Migrations
{
    public static void Apply(DbConnection db, TimeProvider clock)
    {
        db.Execute(db is NpgsqlConnection ? "BEGIN TRANSACTION" : "BEGIN IMMEDIATE TRANSACTION");
        if (db is NpgsqlConnection)
        {
            // SQLite's transaction is the lock. A script may take its time; who waits for another node's waits for so long and no longer.
            db.Execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '5min'");
            db.Execute("SELECT pg_advisory_xact_lock(hashtext('zaguan migrations'))");
        }

        db.Execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL)");
        foreach (var (name, sql) in Pending(db))
        {
            db.Execute(sql);
            db.Execute("INSERT INTO migrations (name, sha256, applied_at) VALUES (@name, @sha256, @at)", new { name, sha256 = Sha256(sql), at = clock.GetUtcNow().ToUnixTimeMilliseconds() });
        }

        db.Execute("COMMIT TRANSACTION");
    }

    /// <summary>Whether Zaguan's migrations were ever applied to it.</summary>
    public static bool AreKnown(DbConnection db) => db.ExecuteScalar<bool>(db is NpgsqlConnection
        ? "SELECT to_regclass('migrations') IS NOT NULL"
        : "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations')");

    /// <summary>Whether it is a database of Zaguan's. Other programs have a table of that name too.</summary>
    public static bool AreZaguans(DbConnection db) => AreKnown(db) && db.ExecuteScalar<long>(db is NpgsqlConnection
        ? "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('migrations') AND attname IN ('name', 'sha256', 'applied_at')"
        : "SELECT count(*) FROM pragma_table_info('migrations') WHERE name IN ('name', 'sha256', 'applied_at')") == 3;

    /// <summary>Whether there is nothing in it, of ours or of anybody's.</summary>
    public static bool IsEmpty(DbConnection db) => !db.ExecuteScalar<bool>(db is NpgsqlConnection
        ? "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace)"
        : "SELECT EXISTS (SELECT 1 FROM sqlite_master)");

    /// <summary>Those that the database lacks.</summary>
    /// <exception cref="DatabaseUnavailableException">It has others than this Zaguan's.</exception>
    public static IReadOnlyList<(string Name, string Sql)> Pending(DbConnection db)
    {
        var applied = db.Query<(string Name, string Sha256)>("SELECT name, sha256 FROM migrations").ToDictionary(m => m.Name, m => m.Sha256, StringComparer.Ordinal);
        var scripts = Scripts(db).ToList();
        if (applied.Keys.Except(scripts.Select(s => s.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal).FirstOrDefault() is { } newer)
        {
            throw new DatabaseUnavailableException($"The database was written by a newer Zaguan (it has the migration {newer}); start that version, or restore a backup of before.");
        }

        if (scripts.Find(s => applied.TryGetValue(s.Name, out var known) && !string.Equals(known, Sha256(s.Sql), StringComparison.Ordinal)) is { Name: { } altered })
        {
            throw new DatabaseUnavailableException($"The migration {altered} in the database is not the one of this Zaguan; the database belongs to another build.");
        }

        return [.. scripts.Where(s => !applied.ContainsKey(s.Name))];
    }

    private static string Sha256(string sql) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));

    private static IEnumerable<(string Name, string Sql)> Scripts(DbConnection db)
    {
        var prefix = db is NpgsqlConnection ? "migrations/postgresql/" : "migrations/sqlite/";
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            yield return (resource[prefix.Length..], reader.ReadToEnd().ReplaceLineEndings("\n"));
        }
    }
}
