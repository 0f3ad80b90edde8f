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

        var first = readiness.AskAsync();
        (await first).ShouldBeTrue();
        readiness.AskAsync().ShouldBeSameAs(first);

        clock.Advance(TimeSpan.FromSeconds(1));
        readiness.AskAsync().ShouldNotBeSameAs(first);
    }

    public async ValueTask DisposeAsync() => await TestDatabase.DeleteAsync(folder);
}
