using Dapper;
using Zaguan.Commands;
using Zaguan.Storage.Copying;
using Zaguan.Tests.House;
using Zaguan.Tests.Storage.Copying;

namespace Zaguan.Tests.Commands;

/// <summary>What does not go. That everything arrives, the round trips show.</summary>
public sealed class MigrateDatabaseTests : IAsyncDisposable
{
    private readonly CommandFolder old = CommandFolder.OnSqlite();

    public ValueTask DisposeAsync() => old.DisposeAsync();

    [Fact]
    public async Task Without_a_PostgreSQL_in_the_configuration_it_says_what_is_missing()
    {
        var ran = await old.RunAsync("migrate-database", "--from", old.DatabaseFile);
        (ran.Code, ran.Output).ShouldBe((ExitCode.NotDone, ""));
        ran.Error.ShouldContain("names no PostgreSQL to migrate to");
    }

    [Fact]
    public async Task A_database_in_which_somebody_writes_is_not_copied()
    {
        await old.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");
        await using var target = new CommandFolder(place: await TestDatabase.EmptyPostgresAsync());
        using (var writer = CopyConnection.Open(old.Place))
        {
            await writer.ExecuteAsync("BEGIN IMMEDIATE");
            var ran = await target.RunAsync("migrate-database", "--from", old.DatabaseFile);
            (ran.Code, ran.Output).ShouldBe((ExitCode.NotDone, ""));
            ran.Error.ShouldContain($"Somebody writes in {old.DatabaseFile}");
        }

        (await target.RunAsync("migrate-database", "--from", old.DatabaseFile)).Code.ShouldBe(ExitCode.Done);
    }

    [Fact]
    public async Task Nobody_writes_in_the_source_while_it_is_open()
    {
        await old.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");
        using (CopySource.Locked(old.DatabaseFile, TimeProvider.System))
        {
            var ran = await old.RunAsync("users", "add", "bea", "--realm", "ambiotec", "--no-password");
            ran.Code.ShouldBe(ExitCode.NotDone);
        }

        (await old.RunAsync("users", "add", "bea", "--realm", "ambiotec", "--no-password")).Code.ShouldBe(ExitCode.Done);
    }

    [Fact]
    public async Task What_is_in_PostgreSQL_already_stays()
    {
        await old.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");
        await using var target = new CommandFolder(place: await TestDatabase.EmptyPostgresAsync());
        (await target.RunAsync("users", "add", "bea", "--realm", "ambiotec", "--no-password")).Code.ShouldBe(ExitCode.Done);
        var before = await Awkward.AllAsync(target.Place);

        var ran = await target.RunAsync("migrate-database", "--from", old.DatabaseFile);

        (ran.Code, ran.Output).ShouldBe((ExitCode.NotDone, ""));
        ran.Error.ShouldContain("is not empty (users: 1, audit_log: 1)");
        (await Awkward.AllAsync(target.Place))["users"].ShouldBe(before["users"]);
    }

    [Fact]
    public async Task A_difference_is_found_and_nothing_is_kept()
    {
        await old.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");
        var place = await TestDatabase.EmptyPostgresAsync();
        await using var target = new CommandFolder(place: place);
        (await target.RunAsync("users", "list")).Code.ShouldBe(ExitCode.Done);
        using (var db = CopyConnection.Open(place))
        {
            await db.ExecuteAsync("CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER lose BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION lose()");
        }

        var ran = await target.RunAsync("migrate-database", "--from", old.DatabaseFile);

        ran.Code.ShouldBe(ExitCode.Different);
        ran.Lines.ShouldContain(l => l.StartsWith("users", StringComparison.Ordinal) && l.EndsWith("DIFFERENT", StringComparison.Ordinal));
        (await Awkward.AllAsync(place))["realms"].ShouldBeEmpty();
    }
}
