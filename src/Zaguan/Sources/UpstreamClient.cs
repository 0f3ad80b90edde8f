using System.Security.Cryptography.X509Certificates;
using Polly;
using Polly.CircuitBreaker;

namespace Zaguan.Sources;

/// <summary>
/// Asks an old system, once a guess, bounded in time and in number. One that does not answer is not asked for a while: then the answer is "could not ask" at once.
/// </summary>
/// <param name="trusted">Whom its certificate must come from; null: whom the system trusts.</param>
internal sealed class UpstreamClient(TimeSpan deadline, X509Certificate2Collection? trusted, TimeProvider clock) : IDisposable
{
    /// <summary>Questions at one time: an old system that hangs keeps so many logins waiting, and no more.</summary>
    private const int MostAtOnce = 128;

    private const string TimeIsOver = "the time for all sources is over";

    private readonly ReplyClient client = new(deadline, clock, trusted);

    private readonly ResiliencePipeline<Asked> breaker = new ResiliencePipelineBuilder<Asked> { TimeProvider = clock }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<Asked>
        {
            // A reply that is not understood does not count: a stranger who finds out how to get one could shut everybody out.
            ShouldHandle = static asked => ValueTask.FromResult(asked.Outcome.Result is { IsSilence: true }),
            FailureRatio = 0.5,
            MinimumThroughput = 4,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = TimeSpan.FromSeconds(5),
        })
        .Build();

    private int atOnce;

    /// <param name="total">The deadline over all sources; this one has its own besides.</param>
    public async Task<Asked> AskAsync(HttpRequestMessage request, OutgoingLogin login, CancellationToken total)
    {
        request.Content = login;
        request.Headers.ConnectionClose = true;
        if (total.IsCancellationRequested)
        {
            return new(null, TimeIsOver, WasSent: false);
        }

        if (Interlocked.Increment(ref atOnce) > MostAtOnce)
        {
            Interlocked.Decrement(ref atOnce);
            return new(null, $"{MostAtOnce} logins wait for it already", WasSent: false);
        }

        try
        {
            return await breaker.ExecuteAsync(async _ => await SendAsync(request, login, total), CancellationToken.None);
        }
        catch (BrokenCircuitException)
        {
            return new(null, "it did not answer a moment ago, and is left alone for a few seconds", WasSent: false);
        }
        finally
        {
            Interlocked.Decrement(ref atOnce);
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<Asked> SendAsync(HttpRequestMessage request, OutgoingLogin login, CancellationToken total)
    {
        try
        {
            return (await client.AskAsync(request, total)) with { WasSent = login.WasSent };
        }
        catch (OperationCanceledException)
        {
            return new(null, TimeIsOver, login.WasSent) { IsSilence = true };
        }
    }
}
