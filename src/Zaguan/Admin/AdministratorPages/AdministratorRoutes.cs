using System.Globalization;
using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Users;

namespace Zaguan.Admin.AdministratorPages;

/// <summary>Who may enter the console, and as what.</summary>
internal static class AdministratorRoutes
{
    public const string List = "/zaguan/administrators";

    public static string Of(Administrator admin, string act) => FormattableString.Invariant($"{List}/{admin.Key}/{act}");

    public static void MapAdministratorPages(this WebApplication app)
    {
        var services = app.Services;
        var (admins, budgets, gate) = (services.GetRequiredService<AdminStore>(), services.GetRequiredService<BudgetStore>(), services.GetRequiredService<HashGate>());
        var (callers, setup) = (services.GetRequiredService<ServerSideCallers>(), services.GetRequiredService<Setup>());

        app.Page(List, AdminRole.Auditor, visit => ShowAsync(visit, "", []));
        app.Act(List, AdminRole.Administrator, AddAsync, dangerous: true);
        On("role", async (visit, admin) =>
        {
            var role = await ChosenRoleAsync(visit);
            return await admins.SetRoleAsync(admin, role, Changed(visit, admin, new { role = admin.Role.ToString() }, new { role = role.ToString() }), keepsOne: true);
        }, sparesOneself: true);
        On("disable", (visit, admin) => admins.SetActiveAsync(admin, active: false, Changed(visit, admin, new { active = admin.Active }, new { active = false }), keepsOne: true), sparesOneself: true);
        On("enable", (visit, admin) => admins.SetActiveAsync(admin, active: true, Changed(visit, admin, new { active = admin.Active }, new { active = true })));
        On("unlock", async (visit, admin) =>
        {
            await budgets.UnlockAsync(Accounts.Of(admin), Changed(visit, admin, null, new { failedAttempts = "forgiven" }));
            return true;
        });
        On("second-factor", (visit, admin) => admins.ResetSecondFactorAsync(admin, Changed(visit, admin, null, new { secondFactor = "none" })));
        On("delete", (visit, admin) => admins.DeleteAsync(admin, visit.Audit(AuditActions.AdminDeleted, admin.Name, before: new { role = admin.Role.ToString() }), keepsOne: true), sparesOneself: true);

        // Nobody takes their own place away, and nobody the last one: of two who try that on each other, the database lets one.
        void On(string act, Func<Visit, Administrator, Task<bool>> change, bool sparesOneself = false) => app.Act(
            $"{List}/{{key}}/{act}",
            AdminRole.Administrator,
            async visit =>
            {
                if (await FindAsync(visit) is not { } admin)
                {
                    return Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit), StatusCodes.Status404NotFound);
                }

                if (sparesOneself && admin.Key == visit.Admin.Key)
                {
                    return Page.Of<SayingPage>(visit, OfOneself(visit), StatusCodes.Status409Conflict);
                }

                return await change(visit, admin) ? ConsoleDoor.Go(visit, List)
                    : await FindAsync(visit) is null ? Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit), StatusCodes.Status404NotFound)
                    : Page.Of<SayingPage>(visit, OfTheLast(visit), StatusCodes.Status409Conflict);
            },
            dangerous: true);

        async Task<Administrator?> FindAsync(Visit visit) =>
            long.TryParse(visit.Http.GetRouteValue("key") as string, NumberStyles.None, CultureInfo.InvariantCulture, out var key) ? (await admins.ListAsync()).FirstOrDefault(a => a.Key == key) : null;

        async Task<IResult> ShowAsync(Visit visit, string name, IReadOnlyList<string> objections, int status = StatusCodes.Status200OK)
        {
            var listed = new List<ListedAdministrator>();
            foreach (var admin in await admins.ListAsync())
            {
                listed.Add(new(admin, (await budgets.RefusalsAsync(Accounts.Of(admin))).Count > 0));
            }

            return Page.Of<AdministratorsPage>(visit, new AdministratorsNow(listed, name, objections), status);
        }

        async Task<IResult> AddAsync(Visit visit)
        {
            var (name, role) = ((await EnteringRoutes.FieldAsync(visit, "name")).Trim(), await ChosenRoleAsync(visit));
            using var password = Secret.FromText(await EnteringRoutes.FieldAsync(visit, "password"));
            var objections = (Names.Objection("A name", name) is { } noName ? [noName] : Array.Empty<string>()).Concat(NewPasswords.Objections(visit, setup, password, name)).ToList();
            if (objections.Count > 0)
            {
                return await ShowAsync(visit, name, objections, StatusCodes.Status400BadRequest);
            }

            if (await gate.HashAsync(callers.SenderOf(Client.Of(visit.Http).Address), password) is not { } stored)
            {
                return await ShowAsync(visit, name, [visit.Say("Zaguán está ocupado; vuelva a intentarlo.", "Zaguan is busy; try again.")], StatusCodes.Status503ServiceUnavailable);
            }

            return await admins.AddAsync(name, role, stored, visit.Audit(AuditActions.AdminAdded, name, after: new { role = role.ToString() }))
                ? ConsoleDoor.Go(visit, List)
                : await ShowAsync(visit, name, [visit.Say("Ya hay un administrador con ese nombre.", "There is an administrator of that name already.")], StatusCodes.Status409Conflict);
        }
    }

    /// <summary>Of the form's list, which no browser leaves.</summary>
    private static async Task<AdminRole> ChosenRoleAsync(Visit visit) =>
        Enum.TryParse<AdminRole>(await EnteringRoutes.FieldAsync(visit, "role"), out var role) && Enum.IsDefined(role) ? role : throw new BadHttpRequestException("There is no such role.");

    private static AuditEntry Changed(Visit visit, Administrator admin, object? before, object after) => visit.Audit(AuditActions.AdminChanged, admin.Name, before, after);

    private static Saying OfOneself(Visit visit) => new(
        visit.Say("Esto no se hace con uno mismo", "Nobody does this to themselves"),
        visit.Say("Nadie puede desactivarse, borrarse ni cambiar su propio papel. Pídaselo a otro administrador.", "Nobody can disable or delete themselves, or change their own role. Ask another administrator."),
        List,
        visit.Say("Volver a la lista", "Back to the list"));

    private static Saying OfTheLast(Visit visit) => new(
        visit.Say("Es el último administrador", "This is the last administrator"),
        visit.Say("Sin él nadie podría administrar esta consola. Antes dé a otra persona el papel de administrador.", "Without them nobody could administer this console. Give somebody else the role of administrator first."),
        List,
        visit.Say("Volver a la lista", "Back to the list"));
}

/// <param name="Name">As it was typed, where it was not taken.</param>
/// <param name="Objections">Why; none: nothing was typed.</param>
internal sealed record AdministratorsNow(IReadOnlyList<ListedAdministrator> All, string Name, IReadOnlyList<string> Objections);

/// <param name="IsLocked">Too many failed attempts to enter; from everywhere, or from an address.</param>
internal sealed record ListedAdministrator(Administrator Admin, bool IsLocked);
