using System.Data.Common;
using Npgsql;

namespace Zaguan.Storage;

/// <summary>What one writer alone has for nothing, and several must ask for. SQLite has one writer and no words for it.</summary>
internal static class RowLock
{
    /// <summary>Behind a SELECT: until the transaction ends nobody changes the rows, and many may hold them so.</summary>
    public static string Share(DbConnection db) => db is NpgsqlConnection ? "FOR SHARE" : "";

    /// <summary>As a statement: waits until all that is being added to a table is there or is not, and keeps others from adding until the transaction ends.</summary>
    public static string NobodyAdds(DbConnection db, string table) => db is NpgsqlConnection ? $"LOCK TABLE {table} IN SHARE MODE" : "";
}
