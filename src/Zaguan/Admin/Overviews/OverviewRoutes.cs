using System.Globalization;
using Zaguan.Admin.AccessPages;
using Zaguan.Applications;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Passwords;

namespace Zaguan.Admin.Overviews;

/// <summary>The first page: how the house is doing now.</summary>
internal static class OverviewRoutes
{
    private const int Minutes = 60;
    private const int Days = 30;

    public static void MapOverview(this WebApplication app)
    {
        var services = app.Services;
        var (store, census, gate, steps, applications) = (services.GetRequiredService<OverviewStore>(), services.GetRequiredService<Census>(), services.GetRequiredService<HashGate>(), services.GetRequiredService<RecentSteps>(), services.GetRequiredService<RunningApplications>());
        app.Page(ConsoleRoutes.Home, AdminRole.Auditor, async visit =>
        {
            var overview = await ReadAsync(visit, store, census, gate, steps, applications);
            return visit.WantsPiece ? Admin.Page.Of<OverviewPiece>(visit, overview) : Admin.Page.Of<OverviewPage>(visit, overview);
        });
    }

    public static async Task<Overview> ReadAsync(Visit visit, OverviewStore store, Census census, HashGate gate, RecentSteps steps, RunningApplications applications)
    {
        var isByApplication = visit.Http.Request.Query["by"].ToString() is "application";
        Func<LoginCount, string> lineOf = isByApplication ? c => c.Application : c => OutcomeWords.Say(visit, c.Outcome);

        var now = visit.Now.ToUnixTimeMilliseconds();
        var firstMinute = now - (now % LoginCounter.Minute) - ((Minutes - 1) * LoginCounter.Minute);
        var minutes = await store.CountsAsync(LoginCounter.Minute, firstMinute);

        // Days are those of the server's zone; their hours are added up here.
        var today = DateOf(now);
        var firstDay = today.AddDays(1 - Days);
        var days = await store.CountsAsync(LoginCounter.Hour, now - (Days * 24 * LoginCounter.Hour));
        return new()
        {
            IsByApplication = isByApplication,
            Minutes = Chart.Of(
                "minutes",
                visit.Say("Intentos por minuto, última hora", "Attempts per minute, last hour"),
                [.. Enumerable.Range(0, Minutes).Select(i => Local(firstMinute + (i * LoginCounter.Minute)).ToString("HH:mm", CultureInfo.InvariantCulture))],
                minutes.Counts,
                since => (int)((since - firstMinute) / LoginCounter.Minute),
                lineOf),
            Days = Chart.Of(
                "days",
                visit.Say("Intentos por día, últimos 30 días", "Attempts per day, last 30 days"),
                [.. Enumerable.Range(0, Days).Select(i => firstDay.AddDays(i).ToString("dd/MM", CultureInfo.InvariantCulture))],
                days.Counts,
                since => DateOf(since).DayNumber - firstDay.DayNumber,
                lineOf),
            MinuteCounts = minutes.Counts,
            HourCounts = days.Counts,
            IsCountWhole = minutes.IsWhole && days.IsWhole,
            Granted = minutes.Counts.Where(c => c.Outcome == Outcome.Granted).Sum(c => c.Logins),
            Refused = [.. minutes.Counts.Where(c => c.Outcome != Outcome.Granted).GroupBy(c => c.Outcome).Select(g => (g.Key, g.Sum(c => c.Logins))).OrderByDescending(r => r.Item2)],
            Locked = await store.LockedAsync(visit.Now),
            Queue = gate.Length(),
            Steps = steps.Read(),
            Nodes = await store.NodesAsync(visit.Now.AddHours(-1)),
            House = await census.LatestAsync(),
            Notices = applications.Table.Notices,
        };
    }

    private static DateTimeOffset Local(long milliseconds) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), TimeZoneInfo.Local);

    /// <summary>By the server's time zone.</summary>
    public static DateOnly DateOf(long milliseconds) => DateOnly.FromDateTime(Local(milliseconds).DateTime);
}
