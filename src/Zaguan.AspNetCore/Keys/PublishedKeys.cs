using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Zaguan.AspNetCore.Jws;

namespace Zaguan.AspNetCore.Keys;

/// <summary>
/// The keys that Zaguan publishes, kept as they last were while it cannot be asked. They are fetched when the application starts, every few minutes, and when a
/// token names a key that is not among them; by one at a time.
/// </summary>
internal sealed class PublishedKeys(Uri document, HttpClient http, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <summary>After a failure with keys in hand; without any it is <see cref="Pause.BeforeNextTry"/>.</summary>
    private static readonly TimeSpan IntervalAfterFailure = TimeSpan.FromSeconds(30);

    /// <summary>Tokens that name unknown keys cost Zaguan no more than one request in this time, however many they are.</summary>
    private static readonly TimeSpan BetweenUnknownKeys = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private byte[]? documentHash;
    private Task<bool>? fetch;
    private long fetchedAt;
    private volatile string? problem = "They have not been fetched yet.";

    /// <summary>Called with new keys, in the order in which they were fetched.</summary>
    public Action<IReadOnlyList<VerificationKey>>? Changed { get; set; }

    /// <summary>Whether there have been any answers yet.</summary>
    public bool AreKnown { get; private set; }

    /// <summary>What was wrong the last time, as a sentence; null: nothing.</summary>
    public string? Problem => problem;

    public async Task KeepUpAsync(Action asked, CancellationToken stopping)
    {
        while (true)
        {
            var isGood = await AskAsync(TimeSpan.Zero);
            asked();
            await Task.Delay(isGood ? Interval : AreKnown ? IntervalAfterFailure : Pause.BeforeNextTry(), clock, stopping);
        }
    }

    /// <summary>A token names a key that is not here; perhaps it is new. False: that could not be found out.</summary>
    public Task<bool> LookAgainAsync() => AskAsync(BetweenUnknownKeys);

    private Task<bool> AskAsync(TimeSpan atMostEvery)
    {
        lock (gate)
        {
            if (fetch is { } last && (!last.IsCompleted || clock.GetElapsedTime(fetchedAt) < atMostEvery))
            {
                return last;
            }

            fetchedAt = clock.GetTimestamp();
            return fetch = Task.Run(FetchAsync);
        }
    }

    private async Task<bool> FetchAsync()
    {
        using var enough = new CancellationTokenSource(Patience, clock);
        try
        {
            using var answer = await http.GetAsync(document, enough.Token);
            var body = await answer.Content.ReadAsByteArrayAsync(enough.Token);
            var keys = answer.StatusCode == HttpStatusCode.OK && body.Length <= JsonWebKeys.LargestSet ? JsonWebKeys.Read(body) : null;
            if (keys is null)
            {
                return Failed($"{document} answered {(int)answer.StatusCode}{(answer.StatusCode == HttpStatusCode.OK ? " and no key set" : "")}.");
            }

            Take(keys, SHA256.HashData(body));
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return Failed($"{document} cannot be asked: {(e is OperationCanceledException ? $"no answer within {Patience.TotalSeconds} seconds" : e.Message)}.");
        }
    }

    private void Take(IReadOnlyList<VerificationKey> keys, byte[] hash)
    {
        // The same document makes no new keys: what is remembered of tokens belongs to the keys that verified them.
        if (documentHash?.AsSpan().SequenceEqual(hash) != true)
        {
            documentHash = hash;
            Changed?.Invoke(keys);
            logger.KeysTaken(keys.Count, document);
        }

        (AreKnown, problem) = (true, null);
    }

    private bool Failed(string sentence)
    {
        if (!string.Equals(problem, sentence, StringComparison.Ordinal))
        {
            logger.KeysNotFetched(sentence);
        }

        problem = sentence;
        return false;
    }
}
