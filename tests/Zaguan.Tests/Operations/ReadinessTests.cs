using Dapper;
using Zaguan.Operations;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Operations;

public sealed class ReadinessTests : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-").FullName;

    [Fact]
    public async Task However_many_ask_within_a_second_the_database_is_asked_once()
    {
        var clock = new ManualClock();
        await using var database = Database.Open(await TestDatabase.OfAsync(folder), clock);
        var readiness = new Readiness(database, clock);

        Task<string?> AskedAtAsync() => database.ReadAsync(db => db.ExecuteScalarAsync<string?>("SELECT value FROM facts WHERE name = 'asked-whether-ready-at'"));

        (await readiness.AskAsync()).ShouldBeTrue();
        var first = await AskedAtAsync();
        clock.Advance(TimeSpan.FromMilliseconds(999));
        (await readiness.AskAsync()).ShouldBeTrue();
        (await AskedAtAsync()).ShouldBe(first);

        clock.Advance(TimeSpan.FromMilliseconds(1));
        (await readiness.AskAsync()).ShouldBeTrue();
        (await AskedAtAsync()).ShouldNotBe(first);
    }

    public async ValueTask DisposeAsync() => await TestDatabase.DeleteAsync(folder);
}
