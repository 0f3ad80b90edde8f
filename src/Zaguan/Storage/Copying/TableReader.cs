using System.Data.Common;
using System.Globalization;
using Dapper;
using Npgsql;

namespace Zaguan.Storage.Copying;

/// <summary>The rows of a table, one by one: what is held at a time does not grow with the table.</summary>
internal static class TableReader
{
    /// <summary>PostgreSQL hands out so many at a time. All of them in one answer would have to be read to its end before anything could be interrupted.</summary>
    private const int Fetched = 10_000;

    public static IEnumerable<CopiedRow> Rows(DbConnection db, CopiedTable table, Pace pace)
    {
        var isPostgres = db is NpgsqlConnection;
        if (isPostgres)
        {
            db.Execute($"DECLARE copied NO SCROLL CURSOR FOR {table.Select}");
        }

        var row = new CopiedRow(table);
        using var command = db.CreateCommand();
        command.CommandText = isPostgres ? string.Create(CultureInfo.InvariantCulture, $"FETCH FORWARD {Fetched} FROM copied") : table.Select;
        int read;
        do
        {
            read = 0;
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                read++;
                row.Read(reader);
                pace.Advance();
                yield return row;
            }
        }
        while (isPostgres && read == Fetched);

        if (isPostgres)
        {
            db.Execute("CLOSE copied");
        }
    }

    public static TableSum Sum(DbConnection db, CopiedTable table, Pace pace) => Rows(db, table, pace).Aggregate(new TableSum(), (sum, row) => sum.With(row));

    public static long Count(DbConnection db, IEnumerable<string> tables) => tables.Sum(t => db.ExecuteScalar<long>($"SELECT count(*) FROM {t}"));
}
