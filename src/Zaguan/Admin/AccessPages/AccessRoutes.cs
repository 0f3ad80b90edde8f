using Zaguan.AccessLog;
using Zaguan.Applications;

namespace Zaguan.Admin.AccessPages;

/// <summary>Who tried to log in, from where, and what administrators did.</summary>
internal static class AccessRoutes
{
    public const string AccessLog = "/zaguan/access-log";
    public const string News = "/zaguan/access-log/news";
    public const string ByAddress = "/zaguan/access-log/addresses";
    public const string Export = "/zaguan/access-log/export";
    public const string Audit = "/zaguan/audit";

    private const int RecordsOfAPage = 50;

    public static void MapAccessLog(this WebApplication app)
    {
        var services = app.Services;
        var (search, log, audit, applications) = (services.GetRequiredService<AccessLogSearch>(), services.GetRequiredService<AccessLogStore>(), services.GetRequiredService<AuditLog>(), services.GetRequiredService<RunningApplications>());
        var export = services.GetRequiredService<AccessExport>();

        app.Page(AccessLog, AdminRole.Auditor, async visit =>
        {
            var query = AccessQuery.Read(visit, RecordsOfAPage);
            var isUnderstood = query.Objections.Count == 0;
            var following = isUnderstood && visit.Http.Request.Query["follow"].ToString().Length > 0 ? await FollowedPiece.ReadAsync(visit, query, search, log) : null;
            var found = isUnderstood && following is null ? await search.FindAsync(query.Filter) : new([], null, null);
            return Admin.Page.Of<AccessLogPage>(visit, new AccessLogView(query, found, Names(applications), following), Status(query));
        });
        app.Page(News, AdminRole.Auditor, async visit => Admin.Page.Of<FollowedRows>(visit, await FollowedPiece.ReadAsync(visit, AccessQuery.Read(visit, RecordsOfAPage), search, log)));
        app.Page(ByAddress, AdminRole.Auditor, async visit =>
        {
            var query = AccessQuery.Read(visit, RecordsOfAPage);
            var failures = query.Objections.Count == 0 ? await search.CountByAddressAsync(query.Filter with { Before = null }) : new([], null);
            return Admin.Page.Of<AddressesPage>(visit, new AddressesView(query, failures, Names(applications)), Status(query));
        });
        app.Page(Export, AdminRole.Auditor, export.AnswerAsync);
        app.Page(Audit, AdminRole.Auditor, async visit =>
        {
            long? before = long.TryParse(visit.Http.Request.Query["before"], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id) ? id : null;
            return Admin.Page.Of<AuditPage>(visit, new AuditView(await audit.ListAsync(before, RecordsOfAPage), RecordsOfAPage));
        });
    }

    private static int Status(AccessQuery query) => query.Objections.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;

    private static IReadOnlyList<string> Names(RunningApplications applications) => [.. applications.Table.Applications.Select(a => a.Name).Order(StringComparer.Ordinal)];
}

/// <param name="Following">Null: nothing is added to the page by itself.</param>
internal sealed record AccessLogView(AccessQuery Query, AccessLogFound Found, IReadOnlyList<string> Applications, FollowedPiece? Following);

internal sealed record AddressesView(AccessQuery Query, FailuresByAddress Failures, IReadOnlyList<string> Applications);

internal sealed record AuditView(IReadOnlyList<AuditEntry> Entries, int Most);
