using System.Globalization;
using Zaguan.AccessLog;

namespace Zaguan.Admin.AccessPages;

/// <summary>
/// What a page that follows the access log shows next. PostgreSQL lets records appear below others that are known (<see cref="AccessLogFollower"/> says why), so
/// the page has two parts: what is not settled, which each answer replaces as a whole, and beneath it what is, which stays. Where everything stands is
/// in the address that the page asks next: the server keeps nothing of it.
/// </summary>
/// <param name="Open">Records above what is settled, the newest first.</param>
/// <param name="Settled">Records that were settled since the last answer; of the first answer, the newest that were before it.</param>
/// <param name="Next">Null: it has shown so much that it ends.</param>
/// <param name="HasMore">More came at once than are shown.</param>
internal sealed record FollowedPiece(IReadOnlyList<AccessRecord> Open, IReadOnlyList<AccessRecord> Settled, string? Next, bool HasMore)
{
    /// <summary>Rows of an answer: nobody reads more in two seconds. So far back from where it starts somebody may still be writing, too.</summary>
    private const int MostAtOnce = 500;

    /// <summary>Rows in a page; a browser with many more becomes slow.</summary>
    private const int MostInAll = 5_000;

    /// <summary>More than there are connections to a database; a longer list is not ours.</summary>
    private const int MostWriters = 1_000;

    public static async Task<FollowedPiece> ReadAsync(Visit visit, AccessQuery query, AccessLogSearch search, AccessLogStore log)
    {
        var fields = visit.Http.Request.Query;
        // First who writes, then what is there: of those who are done by now everything is seen.
        var now = await log.FrontierAsync();
        var (settled, frontier) = (Number("settled"), now);
        var settledNow = now.Writers.Count == 0 ? now.Newest : Math.Max(0, now.Newest - MostAtOnce);
        if (settled is { } before && Number("reached") is { } reached)
        {
            var then = new AccessLogFrontier(reached, fields["writers"].ToString().Split(',', MostWriters, StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal));
            (settledNow, frontier) = now.Writers.Overlaps(then.Writers) ? (before, then) : (then.Newest, now);
        }

        var open = await search.FindAsync(query.Filter with { After = settledNow, Before = null, Most = MostAtOnce });
        var done = await search.FindAsync(query.Filter with { After = settled ?? 0, Before = settledNow + 1, Most = settled is null ? query.Filter.Most : MostAtOnce });
        var shown = (Number("shown") ?? 0) + done.Records.Count;
        (string, string)[] place = [("settled", Text(settledNow)), ("reached", Text(frontier.Newest)), ("writers", string.Join(',', frontier.Writers)), ("shown", Text(shown))];
        return new(open.Records, done.Records, shown < MostInAll ? query.Path(AccessRoutes.News, place) : null, open.Next is not null || (settled is not null && done.Next is not null));

        long? Number(string name) => long.TryParse(fields[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
