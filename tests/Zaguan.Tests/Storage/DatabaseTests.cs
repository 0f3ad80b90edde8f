using Dapper;
using Microsoft.Data.Sqlite;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Storage;

/// <summary>One writer, many pieces: each is whole or nothing, and none takes the others or the writer with it.</summary>
public sealed class DatabaseTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
    private SqliteDatabase database = null!;

    public async ValueTask InitializeAsync()
    {
        database = SqliteDatabase.Open(Path.Combine(folder, "zaguan.db"), TimeProvider.System);
        await database.WriteAsync(db => db.ExecuteAsync("CREATE TABLE notes (text TEXT NOT NULL UNIQUE)"));
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_piece_that_fails_in_the_middle_of_a_batch_harms_only_itself()
    {
        var (before, twice, bug, notKept, after) = await InOneBatchAsync(() => (
            WriteAsync("before"),
            database.WriteAsync(async db => await db.ExecuteAsync("INSERT INTO notes VALUES ('half')") + await db.ExecuteAsync("INSERT INTO notes VALUES ('before')")),
            database.WriteAsync<int>(async db =>
            {
                await db.ExecuteAsync("INSERT INTO notes VALUES ('bug')");
                throw new InvalidOperationException("a bug");
            }),
            database.WriteAsync(db => db.ExecuteAsync("INSERT INTO notes VALUES ('not kept')"), keep: _ => false),
            WriteAsync("after")));

        await before;
        (await Should.ThrowAsync<SqliteException>(twice)).SqliteErrorCode.ShouldBe(19);
        (await Should.ThrowAsync<InvalidOperationException>(bug)).Message.ShouldBe("a bug");
        (await notKept).ShouldBe(1);
        await after;
        (await NotesAsync()).ShouldBe(["after", "before"]);
    }

    [Fact]
    public async Task What_comes_while_the_writer_lets_pieces_gather_shares_the_commit()
    {
        Task<int>? second = null;
        var firstWasDone = true;
        var first = new TaskCompletionSource<Task<int>>();
        database.Gather = () =>
        {
            second ??= database.WriteAsync(db =>
            {
                firstWasDone = first.Task.GetAwaiter().GetResult().IsCompleted;
                return db.ExecuteAsync("INSERT INTO notes VALUES ('second')");
            });
        };

        first.SetResult(WriteAsync("first"));
        await first.Task.Unwrap();
        await second!;

        firstWasDone.ShouldBeFalse();
        (await NotesAsync()).ShouldBe(["first", "second"]);
    }

    [Theory]
    [InlineData("ROLLBACK")]
    [InlineData("COMMIT")]
    [InlineData("RELEASE piece")]
    public async Task A_piece_that_ends_the_transaction_fails_its_batch_and_the_writer_goes_on(string sql)
    {
        var (before, culprit, after) = await InOneBatchAsync(() => (WriteAsync("before"), database.WriteAsync(db => db.ExecuteAsync(sql)), WriteAsync("after")));

        foreach (var task in new[] { before, culprit, after })
        {
            await Should.ThrowAsync<DatabaseUnavailableException>(task);
        }

        await WriteAsync("later");
        (await NotesAsync())[^1].ShouldBe("later");
    }

    [Fact]
    public async Task What_was_written_is_seen_by_the_next_reader()
    {
        for (var i = 0; i < 200; i++)
        {
            await WriteAsync($"{i}");
            (await database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM notes"))).ShouldBe(i + 1);
        }
    }

    [Fact]
    public async Task Hundreds_of_readers_and_writers_at_once_all_come_through()
    {
        var writes = Enumerable.Range(0, 400).Select(i => Task.Run(() => WriteAsync($"{i}")));
        var reads = Enumerable.Range(0, 400).Select(_ => Task.Run(NotesAsync));

        await Task.WhenAll([.. writes, .. reads]);

        (await NotesAsync()).Count.ShouldBe(400);
    }

    [Fact]
    public async Task Writes_that_wait_when_it_closes_are_written()
    {
        var writes = await InOneBatchAsync(() => Enumerable.Range(0, 1_000).Select(i => WriteAsync($"{i}")).ToList(), thenClose: true);

        await Task.WhenAll(writes);
        database = SqliteDatabase.Open(database.Path, TimeProvider.System);
        (await NotesAsync()).Count.ShouldBe(1_000);
    }

    [Fact]
    public async Task A_closed_database_is_unavailable_and_can_be_closed_again()
    {
        await database.DisposeAsync();
        await database.DisposeAsync();
        await Should.ThrowAsync<DatabaseUnavailableException>(async () => await WriteAsync("late"));
    }

    [Fact]
    public async Task More_writes_than_can_wait_are_turned_away_at_once()
    {
        var turnedAway = await InOneBatchAsync(() => Enumerable.Range(0, 5_000).Count(i =>
        {
            try
            {
                _ = WriteAsync($"{i}");
                return false;
            }
            catch (DatabaseUnavailableException)
            {
                return true;
            }
        }));

        turnedAway.ShouldBe(5_000 - 4_096);
    }

    [Fact]
    public async Task A_file_whose_number_was_given_to_another_is_not_taken_for_it()
    {
        var file = Path.Combine(folder, "file");
        await File.WriteAllTextAsync(file, "1");
        var first = FileIdentity.Of(file);
        FileIdentity.Of(file).ShouldBe(first);
        await Eventually.BecomesTrueAsync(
            () =>
            {
                var probe = Path.Combine(folder, Guid.NewGuid().ToString());
                File.WriteAllText(probe, "");
                return FileIdentity.Of(probe)!.Born != first!.Born;
            },
            "the clock of the file system moves on");
        File.Delete(file);
        FileIdentity.Of(file).ShouldBeNull();
        // Two files of one tick of the kernel's clock have one time of birth.
        await Eventually.BecomesTrueAsync(() => IsAnotherTick(first!), "the kernel's clock ticks");
        await File.WriteAllTextAsync(file, "2");
        FileIdentity.Of(file).ShouldNotBe(first);
    }

    private bool IsAnotherTick(FileIdentity than)
    {
        var probe = Path.Combine(folder, "probe");
        File.WriteAllText(probe, "");
        var born = FileIdentity.Of(probe)!.Born;
        File.Delete(probe);
        return born != than.Born;
    }

    /// <summary>Holds the writer until everything has been handed in.</summary>
    private async Task<T> InOneBatchAsync<T>(Func<T> handIn, bool thenClose = false)
    {
        using var held = new ManualResetEventSlim();
        var holding = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var holder = database.WriteAsync(_ =>
        {
            holding.SetResult();
            held.Wait();
            return Task.FromResult(true);
        });
        await holding.Task;
        var handedIn = handIn();
        var closing = thenClose ? database.DisposeAsync().AsTask() : Task.CompletedTask;
        held.Set();
        await holder;
        await closing;
        return handedIn;
    }

    private Task<int> WriteAsync(string text) => database.WriteAsync(db => db.ExecuteAsync("INSERT INTO notes VALUES (@text)", new { text }));

    private Task<IReadOnlyList<string>> NotesAsync() =>
        database.ReadAsync<IReadOnlyList<string>>(async db => (await db.QueryAsync<string>("SELECT text FROM notes ORDER BY text")).AsList());
}
