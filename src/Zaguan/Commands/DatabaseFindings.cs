using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Zaguan.Admin;
using Zaguan.OneTimeCodes;
using Zaguan.Operations;
using Zaguan.Reading;
using Zaguan.Storage;
using Zaguan.Tokens.Keys;
using Zaguan.Users;

namespace Zaguan.Commands;

/// <summary>The database as it is: opened without making, migrating or changing anything.</summary>
internal static class DatabaseFindings
{
    private const string About = "database";

    public static IEnumerable<Finding> Of(Setup setup) => setup.Database.ConnectionString is { } postgres ? OfPostgres(setup, postgres) : OfSqlite(setup);

    private static IEnumerable<Finding> OfSqlite(Setup setup)
    {
        yield return new(Verdict.Good, "sqlite", SqliteLibrary.Version);
        var file = setup.Database.File;
        if (!File.Exists(file))
        {
            yield return new(Verdict.Notice, About, $"There is no {file} yet; the server makes it when it first starts.");
            yield break;
        }

        var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 3 }.ToString());
        foreach (var finding in Examine(setup, db, findings => CheckFile(db, setup, findings)))
        {
            yield return finding;
        }
    }

    private static List<Finding> OfPostgres(Setup setup, string connectionString)
    {
        var told = new NpgsqlConnectionStringBuilder(connectionString);
        using var hosts = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 3 }.ToString()).BuildMultiHost();
        var findings = Examine(setup, hosts.CreateConnection(TargetSessionAttributes.Primary), _ => { });
        if (!setup.IsDevelopment && told.SslMode is SslMode.Disable or SslMode.Allow or SslMode.Prefer && !IsHere(told.Host!))
        {
            findings.Add(new(Verdict.Notice, About, "The connection is not made to be encrypted and the server's certificate is not verified: hashes and identifiers pass in the clear to whoever answers. \"SSL Mode=VerifyFull;Root Certificate=FILE\" in the connection string changes that."));
        }

        if (OfAutogroup(told.Host!, "/proc/sys/kernel/sched_autogroup_enabled") is { } notice)
        {
            findings.Add(notice);
        }

        return findings;
    }

    /// <summary>Linux may give each session of processes its share of the processors, whatever the priorities of its threads (sched(7), "The autogroup feature").</summary>
    /// <param name="setting">The file in which the kernel says so; there is none where the kernel cannot.</param>
    internal static Finding? OfAutogroup(string hosts, string setting) => IsHere(hosts) && File.Exists(setting) && File.ReadAllText(setting).Trim() is "1"
        ? new(Verdict.Notice, About, "PostgreSQL runs on this machine, and the kernel shares the processors out among sessions (kernel.sched_autogroup_enabled is 1): it waits behind password hashing, though that has a lower priority. \"sysctl kernel.sched_autogroup_enabled=0\", and the same in a file under /etc/sysctl.d, changes that.")
        : null;

    private static bool IsHere(string hosts) => hosts.Split(',').All(h => h.StartsWith('/') || h.StartsWith('@') || h.Split(':')[0] is "localhost" or "127.0.0.1" || h is "::1" or "[::1]");

    private static List<Finding> Examine(Setup setup, DbConnection connection, Action<List<Finding>> checkKind)
    {
        var findings = new List<Finding>();
        using var db = connection;
        try
        {
            db.Open();
            checkKind(findings);
            if (findings.TrueForAll(f => f.Verdict != Verdict.Problem) && CheckSchema(db, findings))
            {
                CheckContent(db, setup, findings);
            }

            CheckWriting(db, findings);
        }
        catch (Exception e) when (e is DbException or DatabaseUnavailableException or TimeoutException)
        {
            findings.Add(new(Verdict.Problem, About, $"{setup.Database}: {(e is NpgsqlException fault ? PostgresDatabase.Reason(fault) : e.Message)}"));
        }

        if (findings.TrueForAll(f => f.Verdict != Verdict.Problem))
        {
            findings.Insert(0, new(Verdict.Good, About, db is NpgsqlConnection postgres ? $"PostgreSQL {postgres.PostgreSqlVersion.ToString(2)}, {setup.Database}" : setup.Database.Name));
        }

        return findings;
    }

    private static void CheckFile(SqliteConnection db, Setup setup, List<Finding> findings)
    {
        if (db.ExecuteScalar<string>("PRAGMA quick_check(1)") is not "ok" and var damage)
        {
            findings.Add(new(Verdict.Problem, About, $"The file {setup.Database.File} is damaged ({damage}). Restore a backup."));
        }
    }

    /// <summary>False: there is nothing to look at yet.</summary>
    private static bool CheckSchema(DbConnection db, List<Finding> findings)
    {
        if (!Migrations.AreKnown(db))
        {
            findings.Add(Migrations.IsEmpty(db)
                ? new(Verdict.Notice, About, "It is empty; the server fills it when it starts.")
                : new(Verdict.Problem, About, "It holds tables, but not Zaguan's: it is another program's database."));
            return false;
        }

        var pending = Migrations.Pending(db);
        if (pending.Count > 0)
        {
            findings.Add(new(Verdict.Notice, About, $"The server will bring the schema up to date when it starts: {string.Join(", ", pending.Select(m => m.Name))}. Make a backup before."));
            return false;
        }

        if (db is NpgsqlConnection)
        {
            CheckDurability(db, findings);
        }

        return true;
    }

    /// <summary>What a server promises that answers after it has recorded, its database must keep.</summary>
    private static void CheckDurability(DbConnection db, List<Finding> findings)
    {
        foreach (var (setting, loss) in new[] { ("fsync", "a crash of the machine loses what was answered, or all of it"), ("full_page_writes", "a crash of the machine can damage it") })
        {
            if (db.ExecuteScalar<string>("SELECT current_setting(@setting)", new { setting }) is "off")
            {
                findings.Add(new(Verdict.Problem, About, $"PostgreSQL runs with {setting} = off: {loss}. Switch it on in postgresql.conf."));
            }
        }

        if (db.ExecuteScalar<string>("SELECT current_setting('synchronous_standby_names')") is "")
        {
            findings.Add(new(Verdict.Notice, About, "No standby has what was answered before it is answered (synchronous_standby_names is empty): the loss of this database's machine loses the last attempts. See docs/deploy.md."));
        }
    }

    private static void CheckContent(DbConnection db, Setup setup, List<Finding> findings)
    {
        if (!setup.IsDevelopment && Demo.IsIn(db))
        {
            findings.Add(new(Verdict.Problem, About, $"It holds the demo users, whose passwords everybody knows; the server refuses it outside Development. Use another one ({setup.Database.Setting})."));
        }

        CheckKeys(db, setup, findings);

        foreach (var realm in setup.Applications.Applications.Select(a => a.Realm).Distinct(StringComparer.Ordinal))
        {
            if (!db.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM users WHERE realm = @realm)", new { realm }))
            {
                findings.Add(new(Verdict.Notice, About, $"The realm \"{realm}\" has no users, so nobody can log in there. Add one: zaguan users add NAME --realm {realm}"));
            }
        }
    }

    /// <summary>Whether the master key opens what is encrypted under it.</summary>
    private static void CheckKeys(DbConnection db, Setup setup, List<Finding> findings)
    {
        try
        {
            var stored = db.Query<StoredKey>(KeyStore.All).AsList();
            var admins = db.Query<Administrator>(AdminStore.WithSecondFactor).AsList();
            var users = db.Query<User>(UserSecondFactors.SomeWithOne).AsList();
            var count = stored.Count + admins.Count + users.Count;
            if (!setup.Applications.SignsWithOwnKeys && count == 0)
            {
                return;
            }

            using var master = MasterKey.Read(setup.MasterKeyFile);
            var objection = count == 0 ? null
                : master is null ? SigningKeys.Missing
                : stored.Find(s => master.Open(s.PrivateKey, SigningKeys.Purpose(s.Kid)) is null) is { } unopened ? SigningKeys.Unopened(unopened.Kid)
                : admins.Find(a => master.Open(a.CodeSecret!, SecondFactor.Purpose(a)) is null) is { } locked ? SecondFactor.Unopened(locked)
                : users.Find(u => master.Open(u.CodeSecret!, UserSecondFactors.Purpose(u.Key)) is null) is { } unreadable ? UserSecondFactors.Unopened(unreadable)
                : null;
            findings.Add(objection is null
                ? new(Verdict.Good, "keys", count == 0 ? "none yet; the server makes the first when it starts" : $"{stored.Count}, and {admins.Count} second factors of administrators{(users.Count > 0 ? " and those of users" : "")}, encrypted under {setup.MasterKeyFile}")
                : new(Verdict.Problem, "keys", $"{setup.MasterKeyFile}: {objection}"));
        }
        catch (ProblemsException e)
        {
            findings.Add(new(Verdict.Problem, "keys", e.Message));
        }
    }

    /// <summary>Takes the lock that a write takes, and gives it back.</summary>
    private static void CheckWriting(DbConnection db, List<Finding> findings)
    {
        try
        {
            db.Execute(db is NpgsqlConnection ? "SELECT pg_current_xact_id()" : "BEGIN IMMEDIATE");
            if (db is SqliteConnection)
            {
                db.Execute("ROLLBACK");
            }
        }
        catch (DbException e)
        {
            findings.Add(new(Verdict.Problem, About, $"It cannot be written: {e.Message}"));
        }
    }
}
