using Microsoft.Extensions.Hosting;

namespace Zaguan.AspNetCore;

/// <summary>Keeps the guards' keys and revocations as they are at Zaguan.</summary>
internal sealed class KeepingUp(Guards guards, TimeProvider clock) : BackgroundService
{
    /// <summary>How long an application's start waits for the first answers. Then it starts all the same, and what is not known is treated as unknown.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly List<TaskCompletionSource> firstAnswers = [];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await Task.WhenAny(Task.WhenAll(firstAnswers.Select(f => f.Task)), Task.Delay(Patience, clock, cancellationToken));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
    [
        .. guards.All.Where(g => g.Published is not null).Select(g => g.Published!.KeepUpAsync(FirstAnswer(), stoppingToken)),
        .. guards.All.Where(g => g.Feed is not null).Select(g => g.Feed!.FollowAsync(FirstAnswer(), stoppingToken)),
    ]);

    private Action FirstAnswer()
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        firstAnswers.Add(first);
        return () => first.TrySetResult();
    }
}
