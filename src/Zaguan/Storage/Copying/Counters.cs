using System.Data.Common;
using System.Globalization;
using Dapper;
using Npgsql;

namespace Zaguan.Storage.Copying;

/// <summary>Gives numbers of which each is given once, whatever becomes of its row.</summary>
/// <param name="Sequence">What counts in PostgreSQL; in SQLite it is sqlite_sequence.</param>
internal sealed record Counter(string Table, string Column, string Sequence)
{
    public string Name => $"{Table}.{Column}";
}

/// <summary>What must not go back: carried over with the rows, and never below what the target has given already.</summary>
internal static class Counters
{
    /// <summary>Counts in a table, whose one row is no copy of the source's but the higher of the two.</summary>
    public const string RevocationNumbers = "revocation_numbers";

    public static readonly IReadOnlyList<Counter> All = [new("roles", "key", "roles_key_seq"), new("users", "key", "users_key_seq"), new("access_log", "id", "access_log_ids"), new("admins", "key", "admins_key_seq"), new("audit_log", "id", "audit_log_id_seq")];

    /// <summary>The last number that each has given, 0 where none; the revocations' comes last.</summary>
    public static IReadOnlyList<long> Read(DbConnection db) =>
    [
        .. All.Select(c => db is NpgsqlConnection
            ? db.ExecuteScalar<long>($"SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {c.Sequence}")
            : db.ExecuteScalar<long>("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = @Table", new { c.Table })),
        db.ExecuteScalar<long>($"SELECT last FROM {RevocationNumbers}"),
    ];

    /// <summary>Within a transaction in which nobody else counts. Returns where they go on, by name.</summary>
    public static IReadOnlyList<(string Name, long Last)> Raise(DbConnection db, IReadOnlyList<long> reached)
    {
        var raised = new List<(string, long)>();
        foreach (var (counter, source, own) in All.Zip(reached, Read(db)))
        {
            // Rows whose numbers were given elsewhere may be above either.
            var inRows = db.ExecuteScalar<long>($"SELECT coalesce(max({counter.Column}), 0) FROM {counter.Table}");
            var last = Math.Max(Math.Max(source, own), inRows);
            Set(db, counter, last);
            raised.Add((counter.Name, last));
        }

        db.Execute($"UPDATE {RevocationNumbers} SET last = CASE WHEN last < @last THEN @last ELSE last END", new { last = reached[^1] });
        raised.Add((RevocationNumbers, db.ExecuteScalar<long>($"SELECT last FROM {RevocationNumbers}")));
        return raised;
    }

    private static void Set(DbConnection db, Counter counter, long last)
    {
        if (db is not NpgsqlConnection)
        {
            db.Execute("UPDATE sqlite_sequence SET seq = @last WHERE name = @Table", new { counter.Table, last });
            db.Execute("INSERT INTO sqlite_sequence (name, seq) SELECT @Table, @last WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = @Table)", new { counter.Table, last });
        }
        else if (last > 0)
        {
            // Not setval, which no transaction takes back.
            db.Execute(string.Create(CultureInfo.InvariantCulture, $"ALTER SEQUENCE {counter.Sequence} RESTART WITH {last + 1}"));
        }
    }
}
