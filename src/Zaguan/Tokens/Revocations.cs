using System.Collections.Concurrent;
using Zaguan.AspNetCore.Jws;
using Zaguan.AspNetCore.Revocations;

namespace Zaguan.Tokens;

/// <summary>
/// What this node knows to be revoked: everything, in memory, so that a token is judged without the database. It asks twice a second
/// for what is new; whoever waits for that is woken.
/// </summary>
internal sealed class Revocations(RevocationStore store, TimeProvider clock, ILogger<Revocations> logger) : BackgroundService
{
    /// <summary>A quarter of the time within which a revocation has to reach everybody.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>How often expired sessions are taken out of memory.</summary>
    private static readonly TimeSpan Forgetting = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, RevocationList> lists = new(StringComparer.Ordinal);
    private volatile TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim refreshing = new(1, 1);
    private DateTimeOffset forgotten = clock.GetUtcNow();
    private long last;
    private bool isTold;

    /// <summary>The number of the last revocation that this node knows.</summary>
    public long Last => Interlocked.Read(ref last);

    public bool Cover(string application, TokenClaims token) => lists.TryGetValue(application, out var list) && list.Covers(token);

    public bool Cover(Session session) => lists.TryGetValue(session.Application, out var list) && list.Covers(session.Id, session.OpenedAt / 1_000);

    /// <summary>Completes when more is known than <paramref name="number"/>, or the list began anew, or after <paramref name="wait"/>.</summary>
    public async Task WaitForMoreAsync(long number, TimeSpan wait, CancellationToken abandoned)
    {
        var next = changed.Task;
        if (Last <= number && wait > TimeSpan.Zero)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(abandoned);
            await Task.WhenAny(next, Task.Delay(wait, clock, either.Token));
            await either.CancelAsync();
        }
    }

    /// <summary>Everything is known before the first request is answered.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RefreshAsync();
                Forget();
                isTold = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // What is known stays known, and tokens stay judged by it.
                if (!isTold)
                {
                    logger.RevocationsNotRead(e.Message);
                }

                isTold = true;
            }
        }
    }

    /// <summary>Takes up what was revoked since the last time.</summary>
    public async Task RefreshAsync()
    {
        await refreshing.WaitAsync();
        try
        {
            await TakeUpAsync();
        }
        finally
        {
            refreshing.Release();
        }
    }

    private async Task TakeUpAsync()
    {
        var newest = await store.LastAsync();
        if (newest == Last)
        {
            return;
        }

        // Smaller: a backup took the database's place. It is read from the beginning, and what was revoked stays revoked.
        var reached = newest > Last ? Last : 0;
        IReadOnlyList<RevocationRow> rows;
        do
        {
            (reached, rows) = await store.ReadAsync(application: null, reached);
            foreach (var row in rows)
            {
                lists.GetOrAdd(row.Application, _ => new()).Apply(row.ToEntry());
            }
        }
        while (rows.Count == RevocationPage.MostEntries);

        Interlocked.Exchange(ref last, reached);
        Interlocked.Exchange(ref changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private void Forget()
    {
        if (clock.GetUtcNow() - forgotten > Forgetting)
        {
            forgotten = clock.GetUtcNow();
            foreach (var list in lists.Values)
            {
                list.Forget(forgotten);
            }
        }
    }
}

internal static partial class RevocationsLog
{
    [LoggerMessage(EventId = 1601, Level = LogLevel.Error, Message = "What is new among the revocations is not known now: {Problem}")]
    public static partial void RevocationsNotRead(this ILogger logger, string problem);
}
