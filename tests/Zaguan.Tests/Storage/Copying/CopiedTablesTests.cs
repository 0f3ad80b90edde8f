using Dapper;
using Npgsql;
using Zaguan.Storage;
using Zaguan.Storage.Copying;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Storage.Copying;

/// <summary>A migration that adds a table, a column or a counter must add it to what is copied.</summary>
public sealed class CopiedTablesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-").FullName;

    /// <summary>Those that triggers make of the others' rows, and the one that is a counter.</summary>
    private static readonly string[] NotCopied = ["user_attributes.user_key", "user_attributes.realm", "user_attributes.name", "user_attributes.value", "revocation_numbers.id", "revocation_numbers.last"];

    private static IEnumerable<string> Copied => CopiedTables.All.SelectMany(t => t.Columns.Select(c => $"{t.Name}.{c.Name}")).Concat(NotCopied);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Every_table_column_and_counter_of_SQLite_is_copied()
    {
        var place = new DatabasePlace(Path.Combine(folder, "zaguan.db"));
        await Database.Open(place, TimeProvider.System).DisposeAsync();
        using var db = CopyConnection.Open(place);

        var columns = await db.QueryAsync<string>("SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND t.name <> 'migrations'");
        columns.ShouldBe(Copied, ignoreOrder: true);
        var types = (await db.QueryAsync<(string Column, string Type)>("SELECT t.name || '.' || c.name, c.type FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'")).ToDictionary(c => c.Column, c => c.Type);
        foreach (var (table, column) in CopiedTables.All.SelectMany(t => t.Columns.Select(c => (t, c))))
        {
            types[$"{table.Name}.{column.Name}"].ShouldBe(column.Kind == ColumnKind.Text ? "TEXT" : "INTEGER", $"{table.Name}.{column.Name}");
        }

        (await db.QueryAsync<string>("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")).ShouldBe(Counters.All.Select(c => c.Table), ignoreOrder: true);
        var references = await db.QueryAsync<(string From, string To)>("SELECT t.name, f.\"table\" FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'");
        var order = CopiedTables.All.Select(t => t.Name).ToList();
        references.ShouldNotBeEmpty();
        references.Where(r => order.Contains(r.From) && order.IndexOf(r.To) >= order.IndexOf(r.From)).ShouldBeEmpty("what is referred to comes first");
        var derived = CopiedTables.All.SelectMany(t => t.Derived.Select(d => (From: d, To: t.Name))).ToList();
        references.Where(r => !order.Contains(r.From)).ShouldBe(derived, ignoreOrder: true);
        CopiedTables.ToEmpty.ShouldBe(order.Concat(derived.Select(d => d.From)), ignoreOrder: true);
    }

    [Fact]
    public async Task Every_table_column_and_counter_of_PostgreSQL_is_copied()
    {
        var place = await TestDatabase.EmptyPostgresAsync();
        await Database.Open(place, TimeProvider.System).DisposeAsync();
        await using var db = new NpgsqlConnection($"{place.ConnectionString};Pooling=false");

        var columns = (await db.QueryAsync<(string Column, string Type)>(
            """
            SELECT c.relname || '.' || a.attname, format_type(a.atttypid, NULL) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND c.relname <> 'migrations'
            """)).ToDictionary(c => c.Column, c => c.Type);
        columns.Keys.ShouldBe(Copied, ignoreOrder: true);
        foreach (var (table, column) in CopiedTables.All.SelectMany(t => t.Columns.Select(c => (t, c))))
        {
            columns[$"{table.Name}.{column.Name}"].ShouldBe(
                column.Kind switch
                {
                    ColumnKind.Number => "bigint",
                    ColumnKind.SmallNumber => "integer",
                    ColumnKind.Text => "text",
                    ColumnKind.Truth => "boolean",
                },
                $"{table.Name}.{column.Name}");
        }

        (await db.QueryAsync<string>("SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace")).ShouldBe(Counters.All.Select(c => c.Sequence), ignoreOrder: true);
    }
}
