using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Zaguan.Storage;

namespace Zaguan.Tests.Storage;

/// <summary>What is compiled once is the same statement, whoever runs it and whatever became of it last time.</summary>
public sealed class PreparingConnectionTests : IDisposable
{
    private readonly PreparingConnection connection = new("Data Source=:memory:");

    public PreparingConnectionTests()
    {
        _ = SqliteLibrary.Version;
        connection.Open();
        connection.Handle!.enable_sqlite3_next_stmt(true);
        connection.Execute("CREATE TABLE notes (text TEXT NOT NULL UNIQUE)");
    }

    public void Dispose() => connection.Dispose();

    [Fact]
    public void A_statement_is_compiled_once_and_takes_the_values_of_every_time()
    {
        var before = Statements();

        foreach (var text in new[] { "uno", "dos", "tres" })
        {
            connection.Execute("INSERT INTO notes (text) VALUES (@text)", new { text });
        }

        (Statements() - before).ShouldBe(1);
        connection.Query<string>("SELECT text FROM notes ORDER BY rowid").ShouldBe(["uno", "dos", "tres"]);
    }

    [Fact]
    public void A_statement_that_failed_runs_again()
    {
        connection.Execute("INSERT INTO notes (text) VALUES (@text)", new { text = "uno" });

        Should.Throw<SqliteException>(() => connection.Execute("INSERT INTO notes (text) VALUES (@text)", new { text = "uno" })).SqliteErrorCode.ShouldBe(19);

        connection.Execute("INSERT INTO notes (text) VALUES (@text)", new { text = "dos" }).ShouldBe(1);
    }

    [Fact]
    public void A_statement_that_is_still_being_read_can_be_run_beside_itself()
    {
        connection.Execute("INSERT INTO notes (text) VALUES ('uno'), ('dos')");

        var pairs = connection.Query<string>("SELECT text FROM notes", buffered: false).SelectMany(a => connection.Query<string>("SELECT text FROM notes").Select(b => $"{a} {b}"));

        pairs.ShouldBe(["uno uno", "uno dos", "dos uno", "dos dos"], ignoreOrder: true);
    }

    [Fact]
    public void A_statement_follows_a_table_that_changes()
    {
        connection.Query("SELECT * FROM notes");
        connection.Execute("ALTER TABLE notes ADD COLUMN author TEXT DEFAULT 'Ana'");
        connection.Execute("INSERT INTO notes (text) VALUES ('uno')");

        string author = connection.QuerySingle("SELECT * FROM notes").author;

        author.ShouldBe("Ana");
    }

    [Fact]
    public void No_more_statements_are_kept_than_a_program_has()
    {
        for (var i = 0; i < 1_000; i++)
        {
            connection.Execute($"SELECT {i}");
        }

        Statements().ShouldBeLessThanOrEqualTo(100);
    }

    private int Statements()
    {
        var count = 0;
        for (var statement = raw.sqlite3_next_stmt(connection.Handle, null); statement is { IsInvalid: false }; statement = raw.sqlite3_next_stmt(connection.Handle, statement))
        {
            count++;
        }

        return count;
    }
}
