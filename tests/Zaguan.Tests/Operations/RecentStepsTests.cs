using Zaguan.Operations;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Operations;

/// <summary>What the overview says of how long logins take.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class RecentStepsTests
{
    [Fact]
    public void The_slowest_step_comes_first_and_what_is_older_than_a_quarter_of_an_hour_is_forgotten()
    {
        var clock = new ManualClock();
        var steps = new RecentSteps(clock);
        steps.Read().ShouldBeEmpty();

        steps.Took("verify", TimeSpan.FromMilliseconds(100));
        clock.Advance(TimeSpan.FromMinutes(14));
        steps.Took("verify", TimeSpan.FromMilliseconds(20));
        steps.Took("find", TimeSpan.FromMilliseconds(70));
        steps.Read().ShouldBe([new("find", 1, TimeSpan.FromMilliseconds(70), TimeSpan.FromMilliseconds(70)), new("verify", 2, TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(100))], ignoreOrder: true);
        steps.Read()[0].Step.ShouldBe("find");

        clock.Advance(TimeSpan.FromMinutes(1));
        steps.Read().ShouldContain(new StepTime("verify", 1, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20)));
        // Another hour's minute has the same place.
        clock.Advance(TimeSpan.FromMinutes(RecentSteps.Minutes));
        steps.Read().ShouldBeEmpty();
        clock.Set(clock.GetUtcNow().AddHours(-1));
        steps.Read().ShouldBeEmpty();
    }
}
