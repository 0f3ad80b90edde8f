using System.Data.Common;
using Dapper;
using Npgsql;

namespace Zaguan.Storage;

/// <summary>What one writer alone has for nothing, and several must ask for. SQLite has one writer and no words for it.</summary>
internal static class RowLock
{
    /// <summary>Behind a SELECT: until the transaction ends nobody changes the rows, and many may hold them so.</summary>
    public static string Share(DbConnection db) => db is NpgsqlConnection ? "FOR SHARE" : "";

    /// <summary>Behind a SELECT with an ORDER BY: waits for the rows in that order, and until the transaction ends they are nobody else's.</summary>
    public static string Change(DbConnection db) => db is NpgsqlConnection ? "FOR UPDATE" : "";

    /// <summary>As statements: waits until all that is being added to a table is there or is not, and keeps others from adding until the transaction ends. Not for long: they wait behind.</summary>
    public static string NobodyAdds(DbConnection db, string table) => db is NpgsqlConnection ? $"SET LOCAL lock_timeout = '2s'; LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE" : "";

    /// <summary>A transaction that one node at a time has. Null where the caller's statements need none.</summary>
    public static DbTransaction? Begin(DbConnection db, string what)
    {
        if (db is not NpgsqlConnection)
        {
            return null;
        }

        var transaction = db.BeginTransaction();
        db.Execute("SELECT pg_advisory_xact_lock(hashtext(@what))", new { what });
        return transaction;
    }
}
