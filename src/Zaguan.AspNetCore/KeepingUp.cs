using Microsoft.Extensions.Hosting;

namespace Zaguan.AspNetCore;

/// <summary>Keeps the guards' keys and revocations as they are at Zaguan.</summary>
internal sealed class KeepingUp(Guards guards, TimeProvider clock) : BackgroundService
{
    /// <summary>How long an application's start waits for the first answers. Then it starts all the same, and what is not known is treated as unknown.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly List<Following> followings =
    [
        .. guards.All.Where(g => g.Published is not null).Select(g => new Following(g.Published!.KeepUpAsync)),
        .. guards.All.Where(g => g.Feed is not null).Select(g => new Following(g.Feed!.FollowAsync)),
    ];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await Task.WhenAny(Task.WhenAll(followings.Select(f => f.FirstAnswer.Task)), Task.Delay(Patience, clock, cancellationToken));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(followings.Select(f => f.Follow(() => f.FirstAnswer.TrySetResult(), stoppingToken)));

    private sealed record Following(Func<Action, CancellationToken, Task> Follow)
    {
        /// <summary>Something was answered, or could not be asked.</summary>
        public TaskCompletionSource FirstAnswer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
