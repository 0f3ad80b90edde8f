using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;
using Zaguan.Applications;
using Zaguan.BackEnds;
using Zaguan.Tokens.Keys;
using Zaguan.Users;

namespace Zaguan.Admin.KeyPages;

/// <summary>The keys that sign, the back-ends and their keys, and what forward-auth lets pass.</summary>
internal static class KeyPageRoutes
{
    public const string Home = "/zaguan/keys";
    public const string Rotate = "/zaguan/keys/rotate";
    public const string BackEnds = "/zaguan/keys/back-ends";

    public static void MapKeyPages(this WebApplication app)
    {
        var services = app.Services;
        var (keys, backEnds, applications) = (services.GetRequiredService<SigningKeys>(), services.GetRequiredService<BackEndStore>(), services.GetRequiredService<RunningApplications>());
        var changes = services.GetRequiredService<KeyChanges>();

        app.Page(Home, AdminRole.Auditor, visit => ShowAsync(visit, null));
        app.Act(Rotate, AdminRole.Administrator, RotateAsync, dangerous: true);
        // Whoever comes to the page of a key that was shown once finds the list.
        app.Page(BackEnds, AdminRole.Auditor, visit => Task.FromResult(ConsoleDoor.Go(visit, Home)));
        app.Act(BackEnds, AdminRole.Administrator, AddBackEndAsync, dangerous: true);
        app.Act($"{BackEnds}/{{name}}/remove", AdminRole.Administrator, RemoveBackEndAsync, dangerous: true);

        async Task<IResult> ShowAsync(Visit visit, string? refusal, int status = StatusCodes.Status200OK) =>
            Admin.Page.Of<KeysPage>(visit, new KeysNow(applications.Table, await keys.ListAsync(), await backEnds.ListAsync(), Trial(visit, applications.Table), refusal), status);

        async Task<IResult> RotateAsync(Visit visit) =>
            await changes.RotateAsync(visit) is { } refusal ? await ShowAsync(visit, refusal, StatusCodes.Status409Conflict) : ConsoleDoor.Go(visit, Home);

        async Task<IResult> AddBackEndAsync(Visit visit)
        {
            var (name, application) = ((await EnteringRoutes.FieldAsync(visit, "name")).Trim(), await EnteringRoutes.FieldAsync(visit, "application"));
            var (key, objection) = await changes.AddBackEndAsync(visit, name, application);
            return key is not null
                ? Admin.Page.Of<BackEndKeyPage>(visit, new BackEndKey(name, application, key))
                : await ShowAsync(visit, objection!.Sentence, objection.Kind == ObjectionKind.Taken ? StatusCodes.Status409Conflict : StatusCodes.Status400BadRequest);
        }

        async Task<IResult> RemoveBackEndAsync(Visit visit)
        {
            return await changes.RemoveBackEndAsync(visit, visit.Http.GetRouteValue("name") as string ?? "")
                ? ConsoleDoor.Go(visit, Home)
                : Admin.Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit), StatusCodes.Status404NotFound);
        }
    }

    /// <summary>Decided by what decides for proxies (<see cref="AccessRules.Judge"/>). Null: nothing was asked.</summary>
    private static RuleTrial? Trial(Visit visit, ApplicationTable table)
    {
        var query = visit.Http.Request.Query;
        if (query["application"] is not [{ Length: > 0 } name] || table.Find(name) is not { } application)
        {
            return null;
        }

        var (method, path, role) = (query["method"].ToString(), query["path"].ToString(), query["role"].ToString());
        return new(name, method, path, role, Judge(application, method, path, role));
    }

    /// <param name="role">Empty: none; what is no role's name is none either.</param>
    public static RuleVerdict Judge(Application application, string method, string path, string role) =>
        application.Guard.Rules.Judge(method, path, role.Length == 0 || Names.TryKey(role) is null ? null : role);
}

/// <param name="Trial">A request that was asked about; null: none.</param>
/// <param name="Refusal">Why what was wanted was not done; null: nothing was refused.</param>
internal sealed record KeysNow(ApplicationTable Table, IReadOnlyList<ListedKey> Keys, IReadOnlyList<BackEnd> BackEnds, RuleTrial? Trial, string? Refusal);

/// <param name="Role">Of the user; empty: none.</param>
internal sealed record RuleTrial(string Application, string Method, string Path, string Role, RuleVerdict Verdict);

/// <param name="Key">Shown now and never again.</param>
internal sealed record BackEndKey(string Name, string Application, string Key);
