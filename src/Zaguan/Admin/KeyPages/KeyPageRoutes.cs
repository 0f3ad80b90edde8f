using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;
using Zaguan.Applications;
using Zaguan.BackEnds;
using Zaguan.Reading;
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

        app.Page(Home, AdminRole.Auditor, visit => ShowAsync(visit, null));
        app.Act(Rotate, AdminRole.Administrator, RotateAsync, dangerous: true);
        // Whoever comes to the page of a key that was shown once finds the list.
        app.Page(BackEnds, AdminRole.Auditor, visit => Task.FromResult(ConsoleDoor.Go(visit, Home)));
        app.Act(BackEnds, AdminRole.Administrator, AddBackEndAsync, dangerous: true);
        app.Act($"{BackEnds}/{{name}}/remove", AdminRole.Administrator, RemoveBackEndAsync, dangerous: true);

        async Task<IResult> ShowAsync(Visit visit, string? refusal, int status = StatusCodes.Status200OK) =>
            Admin.Page.Of<KeysPage>(visit, new KeysNow(applications.Table, await keys.ListAsync(), await backEnds.ListAsync(), Trial(visit, applications.Table), refusal), status);

        async Task<IResult> RotateAsync(Visit visit)
        {
            if (!applications.Table.SignsWithOwnKeys)
            {
                return await ShowAsync(visit, visit.Say("Ninguna aplicación firma con una clave propia de Zaguán; no hay nada que cambiar.", "No application signs with a key of Zaguan's own; there is nothing to change."), StatusCodes.Status409Conflict);
            }

            try
            {
                return await keys.RotateAsync(kid => visit.Audit(AuditActions.KeyMade, kid))
                    ? ConsoleDoor.Go(visit, Home)
                    : await ShowAsync(visit, visit.Say("La siguiente clave ya está hecha y espera su hora, o hay demasiadas. No se ha cambiado nada.", "The next key is made already and waits for its time, or there are too many. Nothing was changed."), StatusCodes.Status409Conflict);
            }
            catch (ProblemsException e)
            {
                return await ShowAsync(visit, e.Message, StatusCodes.Status409Conflict);
            }
        }

        async Task<IResult> AddBackEndAsync(Visit visit)
        {
            var (name, application) = ((await EnteringRoutes.FieldAsync(visit, "name")).Trim(), await EnteringRoutes.FieldAsync(visit, "application"));
            if (!SmallName.Is(name))
            {
                return await ShowAsync(visit, visit.Say("El nombre lleva letras minúsculas, cifras y guiones.", "The name has small letters, digits and hyphens."), StatusCodes.Status400BadRequest);
            }

            if (applications.Table.Find(application) is null)
            {
                return await ShowAsync(visit, visit.Say("Esa aplicación no existe; elija una de la lista.", "There is no such application; choose one of the list."), StatusCodes.Status400BadRequest);
            }

            return await backEnds.AddAsync(name, application, visit.Audit(AuditActions.BackEndAdded, name, after: new { application })) is { } key
                ? Admin.Page.Of<BackEndKeyPage>(visit, new BackEndKey(name, application, key))
                : await ShowAsync(visit, visit.Say($"Ya hay uno que se llama {name}. Para darle otra clave, quítelo y añádalo de nuevo.", $"There is one called {name} already. For another key, remove it and add it again."), StatusCodes.Status409Conflict);
        }

        async Task<IResult> RemoveBackEndAsync(Visit visit)
        {
            var name = visit.Http.GetRouteValue("name") as string ?? "";
            return await backEnds.RemoveAsync(name, visit.Audit(AuditActions.BackEndRemoved, name))
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
        return new(name, method, path, role, application.Guard.Rules.Judge(method, path, role.Length == 0 || Names.TryKey(role) is null ? null : role));
    }
}

/// <param name="Trial">A request that was asked about; null: none.</param>
/// <param name="Refusal">Why what was wanted was not done; null: nothing was refused.</param>
internal sealed record KeysNow(ApplicationTable Table, IReadOnlyList<ListedKey> Keys, IReadOnlyList<BackEnd> BackEnds, RuleTrial? Trial, string? Refusal);

/// <param name="Role">Of the user; empty: none.</param>
internal sealed record RuleTrial(string Application, string Method, string Path, string Role, RuleVerdict Verdict);

/// <param name="Key">Shown now and never again.</param>
internal sealed record BackEndKey(string Name, string Application, string Key);
