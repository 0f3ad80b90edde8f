using System.Collections.Concurrent;
using Polly;
using Polly.CircuitBreaker;

namespace Zaguan.Sources.Ldap;

/// <summary>
/// Where one directory is asked: a few threads of its own, each with its connections, because the library blocks the thread that calls it. So a directory that hangs
/// takes no thread from anybody else, and no more of its own than there are; and when it fails a few times it is left alone for a moment.
/// </summary>
internal sealed class LdapDesk : IDisposable
{
    /// <summary>At 20 ms a login they serve 400 a second, and a domain controller sees no more connections than two for each.</summary>
    private const int Threads = 8;

    /// <summary>What waits longer than the deadline is answered "could not ask" anyway.</summary>
    private const int LongestQueue = 64;

    private static readonly TimeSpan BreakFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BusyIsSaidEvery = TimeSpan.FromMinutes(1);

    private readonly LdapDirectory directory;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly LdapServers servers;
    private readonly ServiceLogin service;
    private readonly BlockingCollection<Inquiry> queue = new(LongestQueue);
    private readonly ResiliencePipeline<Finding> breaker;
    private long busySaidAt;

    public LdapDesk(LdapDirectory directory, TimeProvider clock, ILogger logger)
    {
        this.directory = directory;
        this.clock = clock;
        this.logger = logger;
        servers = new(directory, clock, logger);
        service = new(directory, clock, logger);
        breaker = Breaker();
        for (var i = 0; i < Threads; i++)
        {
            new Thread(Work) { IsBackground = true, Name = $"Zaguan directory {directory.Name} {i}" }.Start();
        }
    }

    public async Task<Verdict> AskAsync(Inquiry inquiry, CancellationToken deadline)
    {
        var context = ResilienceContextPool.Shared.Get(CancellationToken.None);
        try
        {
            var asked = await breaker.ExecuteOutcomeAsync(async (_, _) => Polly.Outcome.FromResult(await WaitAsync(inquiry, deadline)), context, this);
            if (asked.Exception is BrokenCircuitException)
            {
                return new(Login.Outcome.SourceUnavailable);
            }

            asked.ThrowIfException();
            return asked.Result!.Verdict;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Threads that wait for a server go on doing so, at most until their deadline; nobody waits for them.</summary>
    public void Dispose() => queue.CompleteAdding();

    private async Task<Finding> WaitAsync(Inquiry inquiry, CancellationToken deadline)
    {
        if (!queue.TryAdd(inquiry))
        {
            SayBusy();
            return new(Login.Outcome.SourceUnavailable);
        }

        try
        {
            var remaining = inquiry.Remaining();
            return await inquiry.Done.Task.WaitAsync(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, clock, deadline);
        }
        catch (Exception e) when (e is TimeoutException || deadline.IsCancellationRequested)
        {
            // Once it is on its way, the directory may have counted it: then it counts here too.
            return new(new Verdict(inquiry.TryGiveUp() ? Login.Outcome.SourceUnavailable : Login.Outcome.SourceUnclear), Answered: false);
        }
    }

    private void Work()
    {
        using var clerk = new LdapClerk(directory, servers, service, clock, logger);
        // What waited for too long is nobody's any more, and no fault of the server's.
        foreach (var inquiry in queue.GetConsumingEnumerable().Where(i => !i.IsGivenUp))
        {
            try
            {
                inquiry.Done.TrySetResult(clerk.Answer(inquiry));
            }
            catch (Exception e)
            {
                // The thread must outlive whatever went wrong with one inquiry; the login answers for it.
                inquiry.Done.TrySetException(e);
            }
        }
    }

    private ResiliencePipeline<Finding> Breaker() => new ResiliencePipelineBuilder<Finding> { TimeProvider = clock }
        .AddCircuitBreaker(new()
        {
            FailureRatio = 0.5,
            MinimumThroughput = 4,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = BreakFor,
            ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Result is { Answered: false }),
            OnOpened = _ =>
            {
                logger.DirectoryLeftAlone(directory.Name, BreakFor.TotalSeconds);
                return default;
            },
            OnClosed = _ =>
            {
                logger.DirectoryIsBack(directory.Name);
                return default;
            },
        })
        .Build();

    private void SayBusy()
    {
        var (now, said) = (clock.GetTimestamp(), Interlocked.Read(ref busySaidAt));
        if ((said == 0 || clock.GetElapsedTime(said, now) > BusyIsSaidEvery) && Interlocked.CompareExchange(ref busySaidAt, now, said) == said)
        {
            logger.DirectoryIsBusy(directory.Name, Threads, LongestQueue);
        }
    }
}
