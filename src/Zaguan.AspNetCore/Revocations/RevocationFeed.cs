using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Zaguan.AspNetCore.Jws;

namespace Zaguan.AspNetCore.Revocations;

/// <summary>
/// Follows the revocations of one application: asks Zaguan for what is new, which it answers when there is something, or after a while with nothing. What is
/// known is as old as the last answer.
/// </summary>
internal sealed class RevocationFeed
{
    /// <summary>In bytes: more than <see cref="RevocationPage.MostEntries"/> entries of the longest names.</summary>
    public const int LargestPage = 4 * 1024 * 1024;

    /// <summary>The longest that Zaguan lets a question wait, in seconds.</summary>
    private const int LongestWait = 25;

    /// <summary>Beyond the wait, until an answer is not coming.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan BetweenForgetting = TimeSpan.FromMinutes(10);

    private readonly Uri feed;
    private readonly AuthenticationHeaderValue key;
    private readonly TimeSpan mayBeOld;
    private readonly int wait;
    private readonly HttpClient http;
    private readonly TimeProvider clock;
    private readonly ILogger logger;

    private volatile RevocationList list = new();
    private volatile Answered? heard;
    private volatile string? problem;
    private long forgotAt;

    public RevocationFeed(Uri address, string backEndKey, TimeSpan mayBeOld, HttpClient http, TimeProvider clock, ILogger logger)
    {
        (feed, key, this.mayBeOld, this.http, this.clock, this.logger) = (address, new("Bearer", backEndKey), mayBeOld, http, clock, logger);
        // An answer in time even if the first one is lost.
        wait = Math.Clamp((int)(mayBeOld.TotalSeconds / 2), 1, LongestWait);
        forgotAt = clock.GetTimestamp();
    }

    /// <summary>Whether everything was known not longer ago than it may be.</summary>
    public bool IsKnown => heard is { } last && clock.GetElapsedTime(last.Timestamp) <= mayBeOld;

    /// <summary>When everything was known for the last time; null: never.</summary>
    public DateTimeOffset? KnownAt => heard?.At;

    /// <summary>What was wrong the last time, as a sentence; null: nothing.</summary>
    public string? Problem => problem;

    public bool Covers(TokenClaims token) => list.Covers(token);

    /// <param name="asked">Called when everything is known, or Zaguan could not be asked.</param>
    public async Task FollowAsync(Action asked, CancellationToken stopping)
    {
        // The first list is in force while it is still being read: what it knows is right.
        var reading = list;
        while (true)
        {
            try
            {
                var isBehind = !IsKnown || reading != list;
                var page = await AskAsync(reading.Last, isBehind ? 0 : wait, stopping);
                if (page.Last < reading.Last)
                {
                    // Zaguan's list began anew, as when a backup took its place. What was revoked stays so; the new one is read to it from the beginning.
                    logger.ListBeganAnew(reading.Last, page.Last);
                    reading = reading.Anew();
                    continue;
                }

                Apply(page, reading);
                // Only an empty page says that there is nothing more. But who knew everything and gets a few more is not behind; else a busy day would make everything unknown.
                if (page.Revocations.Count == 0 || (!isBehind && page.Revocations.Count < RevocationPage.MostEntries))
                {
                    Heard(reading);
                    asked();
                }
            }
            catch (Exception e) when (e is HttpRequestException or JsonException or FeedException || (e is OperationCanceledException && !stopping.IsCancellationRequested))
            {
                Failed(e);
                asked();
                await Task.Delay(Pause.BeforeNextTry(), clock, stopping);
            }
        }
    }

    private async Task<RevocationPage> AskAsync(long after, int seconds, CancellationToken stopping)
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(seconds) + Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, stopping);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(string.Create(CultureInfo.InvariantCulture, $"{feed}?after={after}&wait={seconds}")));
        request.Headers.Authorization = key;
        using var answer = await http.SendAsync(request, either.Token);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new FeedException(answer.StatusCode);
        }

        var page = JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(either.Token), RevocationJson.Default.RevocationPage);
        return page is { Last: >= 0, Revocations.Count: <= RevocationPage.MostEntries } && !page.Revocations.Contains(null!) ? page : throw new JsonException();
    }

    private static void Apply(RevocationPage page, RevocationList reading)
    {
        var before = reading.Last;
        foreach (var entry in page.Revocations)
        {
            reading.Apply(entry);
        }

        reading.AdvanceTo(page.Last);
        if (page.Revocations.Count > 0 && reading.Last == before)
        {
            // Asking after the same number again would go on for ever.
            throw new JsonException();
        }
    }

    private void Heard(RevocationList all)
    {
        (list, heard) = (all, new(clock.GetTimestamp(), clock.GetUtcNow()));
        if (problem is not null)
        {
            problem = null;
            logger.RevocationsKnownAgain(feed);
        }

        if (clock.GetElapsedTime(forgotAt) >= BetweenForgetting)
        {
            forgotAt = clock.GetTimestamp();
            all.Forget(clock.GetUtcNow());
        }
    }

    private void Failed(Exception e)
    {
        var keyIsRefused = e is FeedException { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden };
        var sentence = e switch
        {
            _ when keyIsRefused => $"{feed} refuses the BackEndKey. Make one with zaguan backends add.",
            FeedException { Status: var status } => $"{feed} answered {(int)status}.",
            OperationCanceledException => $"{feed} does not answer.",
            JsonException => $"{feed} answered something that is no page of revocations.",
            _ => $"{feed} cannot be asked: {e.Message}",
        };
        if (keyIsRefused)
        {
            // It will not pass, and nobody should think that it might.
            heard = null;
        }

        // Once, not at every try.
        if (!string.Equals(problem, sentence, StringComparison.Ordinal))
        {
            if (keyIsRefused)
            {
                logger.BackEndKeyRefused(sentence);
            }
            else
            {
                logger.RevocationsNotHeard(sentence);
            }
        }

        problem = sentence;
    }

    private sealed record Answered(long Timestamp, DateTimeOffset At);

    private sealed class FeedException(HttpStatusCode status) : Exception
    {
        public HttpStatusCode Status => status;
    }
}
