using Dapper;
using Zaguan.Commands;
using Zaguan.Storage;
using Zaguan.Storage.Copying;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Storage.Copying;

/// <summary>Whatever way a database goes, it arrives as it left: by backup and restore, by migrate-database, between both databases.</summary>
public sealed class RoundTripTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task By_a_backup_every_row_arrives_and_numbers_go_on(bool fromPostgres, bool toPostgres)
    {
        await using var from = await OpenAsync(fromPostgres);
        await using var to = await OpenAsync(toPostgres);
        await Awkward.FillAsync(from.Place);
        var file = Path.Combine(from.Folder, "copia.db");

        var made = await from.RunAsync("backup", file);
        made.Code.ShouldBe(ExitCode.Done, made.Error);
        var restored = await to.RunAsync("restore", file);
        restored.Code.ShouldBe(ExitCode.Done, restored.Error);

        await ExpectSameAsync(from.Place, to.Place);
        restored.Output.ShouldContain("zaguan sessions revoke --all");
        restored.Output.ShouldNotContain("DIFFERENT");
    }

    [Fact]
    public async Task From_SQLite_to_PostgreSQL_and_back_every_row_arrives_and_the_log_lies_in_its_months()
    {
        await using var from = CommandFolder.OnSqlite();
        await using var to = await OpenAsync(postgres: true);
        await using var back = CommandFolder.OnSqlite();
        await Awkward.FillAsync(from.Place);

        var migrated = await to.RunAsync("migrate-database", "--from", from.DatabaseFile);
        migrated.Code.ShouldBe(ExitCode.Done, migrated.Error);
        migrated.Error.ShouldContain($"Nobody can write in {from.DatabaseFile}");
        // Before it is looked at: whether numbers go on is asked by taking the next ones.
        var file = Path.Combine(from.Folder, "copia.db");
        (await to.RunAsync("backup", file)).Code.ShouldBe(ExitCode.Done);
        await ExpectSameAsync(from.Place, to.Place);
        using (var db = CopyConnection.Open(to.Place))
        {
            (await db.QueryAsync<string>("SELECT DISTINCT tableoid::regclass::text FROM access_log WHERE at BETWEEN 1750000000000 AND 1752000000000")).ShouldBe(["access_log_2025_06", "access_log_2025_07"], ignoreOrder: true);
            (await db.ExecuteScalarAsync<bool>("SELECT reltuples > 0 FROM pg_class WHERE relname = 'users'")).ShouldBeTrue("statements are planned for what is there");
        }

        (await back.RunAsync("restore", file)).Code.ShouldBe(ExitCode.Done);
        await ExpectSameAsync(from.Place, back.Place);
    }

    [Fact]
    public async Task Where_more_was_given_after_the_backup_numbers_go_on_behind_that()
    {
        await using var folder = new CommandFolder();
        await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");
        var file = Path.Combine(folder.Folder, "copia.db");
        (await folder.RunAsync("backup", file)).Code.ShouldBe(ExitCode.Done);
        await folder.RunAsync("users", "add", "bea", "--realm", "ambiotec", "--no-password");
        await folder.RunAsync("sessions", "revoke", "--all");
        var later = (await folder.FindAsync("ambiotec", "bea"))!.Key;
        var revocation = (await Awkward.AllAsync(folder.Place))[Counters.RevocationNumbers];

        var restored = await folder.RunAsync("restore", file, "--replace", "--yes");

        restored.Code.ShouldBe(ExitCode.Done, restored.Error);
        (await folder.FindAsync("ambiotec", "bea")).ShouldBeNull();
        (await Awkward.AllAsync(folder.Place))[Counters.RevocationNumbers].ShouldBe(revocation);
        await folder.RunAsync("users", "add", "eva", "--realm", "ambiotec", "--no-password");
        (await folder.FindAsync("ambiotec", "eva"))!.Key.ShouldBeGreaterThan(later);
    }

    private static async Task<CommandFolder> OpenAsync(bool postgres) => postgres ? new(place: await TestDatabase.EmptyPostgresAsync()) : CommandFolder.OnSqlite();

    private static async Task ExpectSameAsync(DatabasePlace from, DatabasePlace to)
    {
        var (left, arrived) = (await Awkward.AllAsync(from), await Awkward.AllAsync(to));
        foreach (var (table, rows) in left)
        {
            rows.ShouldNotBeEmpty(table);
            arrived[table].ShouldBe(rows, table);
        }

        // The key of the user who is gone, and the id of the last record, are not given again.
        (await NextUserAsync(to)).ShouldBeGreaterThan(LastKey(from));
        using var db = CopyConnection.Open(to);
        var id = await db.ExecuteScalarAsync<long>("INSERT INTO access_log (at, application, realm, identifier, is_successful, outcome, address) SELECT 0, 'a', 'a', 'a', is_successful, 0, 'a' FROM access_log LIMIT 1 RETURNING id");
        id.ShouldBe(14);
    }

    private static long LastKey(DatabasePlace place)
    {
        using var db = CopyConnection.Open(place);
        return Counters.Read(db)[1];
    }

    private static async Task<long> NextUserAsync(DatabasePlace place)
    {
        await using var database = Database.Open(place, TimeProvider.System);
        var store = new UserStore(database, TimeProvider.System);
        await store.TryAddAsync(new() { Realm = " ", Username = "next" });
        return (await store.FindAsync(" ", Zaguan.Contracts.Identifies.Username, "next"))!.Key;
    }
}
