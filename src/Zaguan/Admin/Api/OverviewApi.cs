using Zaguan.Admin.Overviews;
using Zaguan.Applications;
using Zaguan.Commands;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Passwords;

namespace Zaguan.Admin.Api;

/// <summary>How the house is doing now.</summary>
internal static class OverviewApi
{
    public static void MapOverviewApi(this WebApplication app)
    {
        var services = app.Services;
        var (store, census, gate, steps, applications) = (services.GetRequiredService<OverviewStore>(), services.GetRequiredService<Census>(), services.GetRequiredService<HashGate>(), services.GetRequiredService<RecentSteps>(), services.GetRequiredService<RunningApplications>());
        app.Ask("/overview", ApiScopes.OverviewRead, "How the house is doing: attempts of the last hour and of the last thirty days, who is locked, the queue, the nodes, migrations and notices.", AnswerAsync);

        async Task<ApiAnswer<OverviewAnswer>> AnswerAsync(Visit visit) => OverviewAnswer.Of(await OverviewRoutes.ReadAsync(visit, store, census, gate, steps, applications));
    }
}

internal sealed record OverviewAnswer(
    [ApiField("Attempts of the last hour, by minute, application and outcome.")] IReadOnlyList<MinuteAnswer> Minutes,
    [ApiField("Attempts of the last thirty days, by day (of the server's time zone), application and outcome.")] IReadOnlyList<DayAnswer> Days,
    [ApiField("False: older attempts are still being counted.")] bool IsCountWhole,
    [ApiField("Who is refused now because of failures.")] LockedAnswer Locked,
    [ApiField("Logins that wait for their hash on this node.")] int Queue,
    [ApiField("How long the steps of a login took on this node in the last 15 minutes, the slowest first.")] IReadOnlyList<StepAnswer> Steps,
    [ApiField("Nodes that answered an attempt in the last hour.")] IReadOnlyList<NodeAnswer> Nodes,
    [ApiField("What is counted among all users every few minutes; null: it is being counted.")] HouseAnswer? House,
    [ApiField("What is configured and somebody should know.")] IReadOnlyList<string> Notices)
{
    public static OverviewAnswer Of(Overview overview) => new(
        [.. overview.MinuteCounts.OrderBy(c => c.Since).Select(c => new MinuteAnswer(ApiRoutes.Instant(c.Since), c.Application, c.Outcome, c.Logins))],
        [.. overview.HourCounts.GroupBy(c => (Day: OverviewRoutes.DateOf(c.Since), c.Application, c.Outcome)).OrderBy(g => g.Key.Day).Select(g => new DayAnswer(g.Key.Day, g.Key.Application, g.Key.Outcome, g.Sum(c => c.Logins)))],
        overview.IsCountWhole,
        new(
            [.. overview.Locked.Accounts.Select(a => new LockedUserAnswer(a.Realm, a.Number, a.Username, ApiRoutes.Instant(a.Until)))],
            overview.Locked.AccountCount,
            overview.Locked.AddressCount,
            overview.Locked.IsCut),
        overview.Queue,
        [.. overview.Steps.Select(s => new StepAnswer(s.Step, s.Count, (long)Math.Ceiling(s.Mean.TotalMilliseconds), (long)Math.Ceiling(s.Most.TotalMilliseconds)))],
        [.. overview.Nodes.Select(n => new NodeAnswer(n.Node, ApiRoutes.Instant(n.Latest)))],
        overview.House is not { } house ? null : new(
            house.Users,
            house.WeakPasswords,
            [.. house.Migrations.Select(m => new MigrationAnswer(m.Realm, m.Adopted, m.NotYet))],
            [.. house.Findings.Select(f => new FindingAnswer(f.Verdict, f.About, f.Sentence))]),
        overview.Notices);
}

internal sealed record MinuteAnswer(DateTimeOffset Since, string Application, Outcome Outcome, long Attempts);

internal sealed record DayAnswer(DateOnly Day, string Application, Outcome Outcome, long Attempts);

internal sealed record LockedAnswer(
    [ApiField("Those that are refused for longest.")] IReadOnlyList<LockedUserAnswer> Users,
    int Accounts,
    int Addresses,
    [ApiField("There are more than are counted.")] bool IsCut);

internal sealed record LockedUserAnswer(string Realm, long Number, string Username, DateTimeOffset Until);

internal sealed record StepAnswer(
    [ApiField("find, charge, verify or record.")] string Step,
    long Count,
    [ApiField("On average, rounded up.")] long Milliseconds,
    [ApiField("Of the slowest, rounded up.")] long MostMilliseconds);

internal sealed record NodeAnswer(string Node, DateTimeOffset Latest);

internal sealed record HouseAnswer(
    long Users,
    [ApiField("Of a format that is below bcrypt, and stored as it was imported.")] long WeakPasswords,
    IReadOnlyList<MigrationAnswer> Migrations,
    [ApiField("What zaguan doctor says of the files.")] IReadOnlyList<FindingAnswer> Findings);

internal sealed record MigrationAnswer(string Realm, long Adopted, long NotYet);

internal sealed record FindingAnswer(Verdict Verdict, string About, string Sentence);
