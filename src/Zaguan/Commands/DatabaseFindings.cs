using Dapper;
using Microsoft.Data.Sqlite;
using Zaguan.Operations;
using Zaguan.Reading;
using Zaguan.Storage;
using Zaguan.Tokens.Keys;

namespace Zaguan.Commands;

/// <summary>The database as it lies there: opened without making, migrating or changing anything.</summary>
internal static class DatabaseFindings
{
    private const string About = "database";

    public static IEnumerable<Finding> Of(Setup setup)
    {
        yield return new(Verdict.Good, "sqlite", SqliteLibrary.Version);
        var file = setup.DatabaseFile;
        if (!File.Exists(file))
        {
            yield return new(Verdict.Notice, About, $"There is no {file} yet; the server makes it when it first starts.");
            yield break;
        }

        foreach (var finding in Examine(setup, file))
        {
            yield return finding;
        }
    }

    private static List<Finding> Examine(Setup setup, string file)
    {
        var findings = new List<Finding>();
        try
        {
            using var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 3 }.ToString());
            db.Open();
            CheckContent(db, setup, findings);
            CheckWriting(db, findings);
        }
        catch (Exception e) when (e is SqliteException or DatabaseUnavailableException)
        {
            findings.Add(new(Verdict.Problem, About, $"{file}: {e.Message}"));
        }

        if (findings.TrueForAll(f => f.Verdict != Verdict.Problem))
        {
            findings.Insert(0, new(Verdict.Good, About, file));
        }

        return findings;
    }

    private static void CheckContent(SqliteConnection db, Setup setup, List<Finding> findings)
    {
        if (db.ExecuteScalar<string>("PRAGMA quick_check(1)") is not "ok" and var damage)
        {
            findings.Add(new(Verdict.Problem, About, $"The file is damaged ({damage}). Restore a backup."));
            return;
        }

        if (!db.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'migrations')"))
        {
            findings.Add(db.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM sqlite_master)")
                ? new(Verdict.Problem, About, "The file holds tables, but not Zaguan's: it is another program's database.")
                : new(Verdict.Notice, About, "The file is empty; the server fills it when it starts."));
            return;
        }

        var pending = Migrations.Pending(db);
        if (pending.Count > 0)
        {
            findings.Add(new(Verdict.Notice, About, $"The server will bring the schema up to date when it starts: {string.Join(", ", pending.Select(m => m.Name))}. Make a backup before."));
            return;
        }

        if (!setup.IsDevelopment && Demo.IsIn(db))
        {
            findings.Add(new(Verdict.Problem, About, "It holds the demo users, whose passwords everybody knows; the server refuses it outside Development. Use another one (\"DataFolder\")."));
        }

        if (setup.Applications.SignsWithOwnKeys)
        {
            CheckKeys(db, setup, findings);
        }

        var peopled = db.Query<string>("SELECT DISTINCT realm FROM users").ToHashSet(StringComparer.Ordinal);
        foreach (var realm in setup.Applications.Applications.Select(a => a.Realm).Distinct(StringComparer.Ordinal).Where(r => !peopled.Contains(r)))
        {
            findings.Add(new(Verdict.Notice, About, $"The realm \"{realm}\" has no users, so nobody can log in there. Add one: zaguan users add NAME --realm {realm}"));
        }
    }

    /// <summary>Whether the master key opens the signing keys.</summary>
    private static void CheckKeys(SqliteConnection db, Setup setup, List<Finding> findings)
    {
        try
        {
            var stored = db.Query<StoredKey>(KeyStore.All).AsList();
            using var master = MasterKey.Read(setup.MasterKeyFile);
            var objection = stored.Count == 0 ? null
                : master is null ? SigningKeys.Missing
                : stored.Find(s => master.Open(s.PrivateKey, s.Kid) is null) is { } unopened ? SigningKeys.Unopened(unopened.Kid)
                : null;
            findings.Add(objection is null
                ? new(Verdict.Good, "keys", stored.Count == 0 ? "none yet; the server makes the first when it starts" : $"{stored.Count}, encrypted under {setup.MasterKeyFile}")
                : new(Verdict.Problem, "keys", $"{setup.MasterKeyFile}: {objection}"));
        }
        catch (ProblemsException e)
        {
            findings.Add(new(Verdict.Problem, "keys", e.Message));
        }
    }

    /// <summary>Takes the lock that a write takes, and gives it back.</summary>
    private static void CheckWriting(SqliteConnection db, List<Finding> findings)
    {
        try
        {
            db.Execute("BEGIN IMMEDIATE");
            db.Execute("ROLLBACK");
        }
        catch (SqliteException e)
        {
            findings.Add(new(Verdict.Problem, About, $"It cannot be written: {e.Message}"));
        }
    }
}
