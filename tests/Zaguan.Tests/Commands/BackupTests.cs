using Dapper;
using Microsoft.Data.Sqlite;
using Zaguan.Commands;
using Zaguan.Storage;
using Zaguan.Storage.Copying;
using Zaguan.Tests.House;
using Zaguan.Tests.Storage.Copying;

namespace Zaguan.Tests.Commands;

public sealed class BackupTests : IAsyncDisposable
{
    private readonly CommandFolder folder = new();

    private string Copy => Path.Combine(folder.Folder, "copia.db");

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Fact]
    public async Task What_was_restored_lets_everybody_in()
    {
        await using (var house = await folder.OpenHouseAsync())
        {
            (await DemoLogin.Ambiotec.LogsInAsync(house, DemoLogin.Ambiotec.RightBody)).ShouldBeTrue();
            var made = await folder.RunAsync("backup", Copy);
            (made.Code, made.Error).ShouldBe((ExitCode.Done, ""));
            made.Output.ShouldContain($"{Copy} is a backup of {folder.Place.Name}.");
        }

        await using var other = new CommandFolder();
        (await other.RunAsync("restore", Copy)).Code.ShouldBe(ExitCode.Done);
        await using var restored = await other.OpenHouseAsync();
        (await restored.AccessLogAsync()).Count.ShouldBe(1);
        foreach (var login in DemoLogin.All)
        {
            (await login.LogsInAsync(restored, login.WrongBody)).ShouldBeFalse(login.Application);
            (await login.LogsInAsync(restored, login.RightBody)).ShouldBeTrue(login.Application);
        }
    }

    [Fact]
    public async Task A_backup_under_load_has_the_record_and_the_user_of_every_session()
    {
        await using var house = await folder.OpenHouseAsync();
        using var done = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(async _ =>
        {
            while (!done.IsCancellationRequested)
            {
                (await DemoLogin.Ambiotec.LogsInAsync(house, DemoLogin.Ambiotec.RightBody)).ShouldBeTrue();
            }
        }).ToList();

        long before = 0;
        for (var i = 0; i < 3; i++)
        {
            await Eventually.BecomesTrueAsync(async () => (await house.AccessLogAsync()).Count > before, "somebody logs in");
            (await folder.RunAsync("backup", Copy, "--force")).Code.ShouldBe(ExitCode.Done);
            using var file = CopyConnection.OpenFile(Copy, SqliteOpenMode.ReadOnly);
            var records = await file.ExecuteScalarAsync<long>("SELECT count(*) FROM access_log");
            records.ShouldBeGreaterThan(before);
            (await file.ExecuteScalarAsync<long>("SELECT count(*) FROM sessions s JOIN access_log l ON l.id = s.access_id AND l.is_successful JOIN users u ON u.key = s.user_key")).ShouldBe(records, "each login is there completely or not at all");
            (await file.ExecuteScalarAsync<long>("SELECT count(*) FROM sessions")).ShouldBe(records);
            before = records;
        }

        await done.CancelAsync();
        await Task.WhenAll(load);
    }

    [Fact]
    public async Task A_backup_is_private_replaces_nothing_unasked_and_leaves_nothing_beside_it()
    {
        await folder.RunAsync("roles", "add", "uno", "--realm", "almacen");
        (await folder.RunAsync("backup", Copy)).Code.ShouldBe(ExitCode.Done);
        (await ChildProcesses.RunAsync("stat", "-c", "%a", Copy)).ShouldBe("600\n");
        var first = await File.ReadAllBytesAsync(Copy);

        var again = await folder.RunAsync("backup", Copy);
        (again.Code, again.Output).ShouldBe((ExitCode.NotDone, ""));
        again.Error.ShouldContain("--force");
        (await File.ReadAllBytesAsync(Copy)).ShouldBe(first);

        await folder.RunAsync("roles", "add", "dos", "--realm", "almacen");
        (await folder.RunAsync("backup", Copy, "--force")).Code.ShouldBe(ExitCode.Done);
        (await File.ReadAllBytesAsync(Copy)).ShouldNotBe(first);
        Directory.GetFiles(folder.Folder, "copia*").ShouldBe([Copy]);
    }

    [Fact]
    public async Task Interrupted_it_leaves_no_file_and_a_database_that_was_to_be_filled_as_it_was()
    {
        await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");
        (await folder.RunAsync("backup", Copy)).Code.ShouldBe(ExitCode.Done);
        using var interrupted = new CancellationTokenSource();
        await interrupted.CancelAsync();
        folder.Interrupted = interrupted.Token;

        var backup = await folder.RunAsync("backup", $"{Copy}.2");
        (backup.Code, backup.Error.Contains("Interrupted", StringComparison.Ordinal)).ShouldBe((ExitCode.NotDone, true), backup.Error);
        Directory.GetFiles(folder.Folder, "copia*").ShouldBe([Copy]);
        await using var other = new CommandFolder { Interrupted = interrupted.Token };
        (await other.RunAsync("restore", Copy)).Error.ShouldContain("Interrupted: nothing was restored.");
        other.Interrupted = default;
        (await other.FindAsync("ambiotec", "ana")).ShouldBeNull();
        (await other.RunAsync("restore", Copy)).Code.ShouldBe(ExitCode.Done);
    }

    [Fact]
    public async Task Killed_while_it_restores_it_leaves_nothing_half_restored()
    {
        // More than SQLite keeps in memory until it commits: else the log would get its pages with the commit.
        foreach (var some in Enumerable.Range(0, 20_000).Select(i => new Zaguan.AccessLog.AccessRecord { At = i, Application = "ambiotec", Realm = "ambiotec", Identifier = "ana", Address = "192.0.2.1", UserAgent = new('x', 5_000) }).Chunk(1_000))
        {
            await folder.RecordAsync(some);
        }

        (await folder.RunAsync("backup", Copy)).Code.ShouldBe(ExitCode.Done);
        await using var other = new CommandFolder();
        await Database.Open(other.Place, TimeProvider.System).DisposeAsync();
        await using (var process = await ZaguanProcess.StartAsync(other.Folder, "restore", Copy))
        {
            await Eventually.BecomesTrueAsync(() => IsBeingFilledAsync(other.Place), "rows are being written");
        }

        (await Awkward.AllAsync(other.Place))["access_log"].ShouldBeEmpty();
        (await other.RunAsync("restore", Copy)).Code.ShouldBe(ExitCode.Done);
        (await Awkward.AllAsync(other.Place))["access_log"].Count.ShouldBe(20_000);
    }

    /// <summary>Its log has pages, or its tables are locked, and nothing of it is committed.</summary>
    private static async Task<bool> IsBeingFilledAsync(DatabasePlace place)
    {
        if (place.ConnectionString is null)
        {
            var log = new FileInfo($"{place.File}-wal");
            return log.Exists && log.Length > 100_000;
        }

        using var db = CopyConnection.Open(place);
        return await db.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE relation = 'access_log'::regclass AND mode = 'AccessExclusiveLock' AND granted)");
    }
}
