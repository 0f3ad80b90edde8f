using System.Data.Common;
using Dapper;

namespace Zaguan.Storage.Copying;

/// <summary>A file of SQLite: one prepared statement for each table.</summary>
internal sealed class SqliteTarget(DbConnection connection, string name) : CopyTarget(connection, name)
{
    public override void Prepare(IReadOnlyList<DateTimeOffset> months)
    {
    }

    public override TableSum Fill(CopiedTable table, IEnumerable<CopiedRow> rows)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = $"INSERT INTO {table.Name} ({table.ColumnNames}) VALUES ({string.Join(", ", table.Columns.Select(c => $"@{c.Name}"))})";
        var parameters = table.Columns.Select(c =>
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"@{c.Name}";
            command.Parameters.Add(parameter);
            return parameter;
        }).ToArray();

        var sum = new TableSum();
        foreach (var row in rows)
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                parameters[i].Value = row.IsNull(i) ? DBNull.Value : table.Columns[i].Kind == ColumnKind.Text ? row.Text(i) : row.Number(i);
            }

            command.ExecuteNonQuery();
            sum = sum.With(row);
        }

        return sum;
    }

    protected override void Begin() => Connection.Execute("BEGIN IMMEDIATE");

    protected override void Clear()
    {
        foreach (var table in CopiedTables.ToEmpty)
        {
            Connection.Execute($"DELETE FROM {table}");
        }
    }
}
