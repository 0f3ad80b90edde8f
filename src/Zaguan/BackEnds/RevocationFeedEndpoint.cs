using System.Globalization;
using Zaguan.Applications;
using Zaguan.Tokens;

namespace Zaguan.BackEnds;

/// <summary>
/// What was revoked of an application after a number, in order: GET /zaguan/revocations?after=N&amp;wait=SECONDS. Where there is nothing,
/// it is answered when there is, or when the seconds have passed.
/// </summary>
internal sealed class RevocationFeedEndpoint(RevocationStore store, Revocations revocations, IHostApplicationLifetime host, TimeProvider clock)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(25);

    public async Task AnswerAsync(HttpContext http, Application application)
    {
        if (!TryRead(http.Request.Query, "after", long.MaxValue, out var after) || !TryRead(http.Request.Query, "wait", (long)LongestWait.TotalSeconds, out var wait))
        {
            await TokenForm.AnswerAsync(http, StatusCodes.Status400BadRequest, "invalid_request", "after and wait are whole numbers from 0: the last number that was received, and seconds, at most 25.");
            return;
        }

        // Whoever waits is answered when the server ends, so that it can.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.ApplicationStopping);
        var until = clock.GetUtcNow() + TimeSpan.FromSeconds(wait);
        var page = await store.ReadAsync(application.Name, after);
        while (page.Rows.Count == 0 && page.Last >= after && until > clock.GetUtcNow() && !either.IsCancellationRequested)
        {
            // Another application's revocations wake this one as well; it looks, and waits on.
            await revocations.WaitForMoreAsync(page.Last, until - clock.GetUtcNow(), either.Token);
            page = await store.ReadAsync(application.Name, after);
        }

        await http.Response.WriteAsJsonAsync(new() { Last = page.Last, Revocations = [.. page.Rows.Select(r => r.ToEntry())] }, BackEndJson.Default.RevocationPage, cancellationToken: http.RequestAborted);
    }

    private static bool TryRead(IQueryCollection query, string name, long most, out long number)
    {
        number = 0;
        return query[name] is [] || (query[name] is [var text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most);
    }
}
