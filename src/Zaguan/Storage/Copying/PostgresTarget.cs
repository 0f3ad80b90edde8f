using Dapper;
using Npgsql;
using NpgsqlTypes;
using Zaguan.AccessLog;

namespace Zaguan.Storage.Copying;

/// <summary>PostgreSQL, by COPY in its binary form.</summary>
internal sealed class PostgresTarget(NpgsqlConnection connection, string name) : CopyTarget(connection, name)
{
    private static readonly string Tables = string.Join(", ", CopiedTables.ToEmpty);

    public override void Prepare(IReadOnlyList<DateTimeOffset> months) => AccessLogPartitions.MakeFor(connection, months);

    public override TableSum Fill(CopiedTable table, IEnumerable<CopiedRow> rows)
    {
        var sum = new TableSum();
        using (var importer = connection.BeginBinaryImport($"COPY {table.Name} ({table.ColumnNames}) FROM STDIN (FORMAT BINARY)"))
        {
            importer.Timeout = TimeSpan.Zero;
            foreach (var row in rows)
            {
                Write(importer, row);
                sum = sum.With(row);
            }

            importer.Complete();
        }

        // So that the first statements know how much there is; nobody does this to a table in partitions by himself.
        connection.Execute($"ANALYZE {string.Join(", ", table.Derived.Prepend(table.Name))}");
        return sum;
    }

    protected override void Begin()
    {
        connection.Execute("BEGIN TRANSACTION");
        connection.Execute($"LOCK TABLE {Tables}, {Counters.RevocationNumbers} IN ACCESS EXCLUSIVE MODE");
    }

    protected override void Clear() => connection.Execute($"TRUNCATE {Tables}");

    private static void Write(NpgsqlBinaryImporter importer, CopiedRow row)
    {
        importer.StartRow();
        for (var i = 0; i < row.Table.Columns.Count; i++)
        {
            if (row.IsNull(i))
            {
                importer.WriteNull();
                continue;
            }

            switch (row.Table.Columns[i].Kind)
            {
                case ColumnKind.Number:
                    importer.Write(row.Number(i), NpgsqlDbType.Bigint);
                    break;
                case ColumnKind.SmallNumber:
                    importer.Write(checked((int)row.Number(i)), NpgsqlDbType.Integer);
                    break;
                case ColumnKind.Truth:
                    importer.Write(row.Truth(i), NpgsqlDbType.Boolean);
                    break;
                case ColumnKind.Text:
                    importer.Write(row.Text(i), NpgsqlDbType.Text);
                    break;
            }
        }
    }
}
