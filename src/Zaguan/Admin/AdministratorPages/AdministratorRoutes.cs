using System.Globalization;
using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;

namespace Zaguan.Admin.AdministratorPages;

/// <summary>Who may enter the console, and as what.</summary>
internal static class AdministratorRoutes
{
    public const string List = "/zaguan/administrators";

    public static string Of(Administrator admin, string act) => FormattableString.Invariant($"{List}/{admin.Key}/{act}");

    public static void MapAdministratorPages(this WebApplication app)
    {
        var changes = app.Services.GetRequiredService<AdministratorChanges>();

        app.Page(List, AdminRole.Auditor, visit => ShowAsync(visit, "", []));
        app.Act(List, AdminRole.Administrator, AddAsync, dangerous: true);
        On("role", async (visit, admin) => await changes.SetRoleAsync(visit, admin, await RoleAsync(visit)));
        On("disable", (visit, admin) => changes.SetActiveAsync(visit, admin, active: false));
        On("enable", (visit, admin) => changes.SetActiveAsync(visit, admin, active: true));
        On("unlock", changes.UnlockAsync);
        On("second-factor", changes.ResetSecondFactorAsync);
        On("delete", changes.DeleteAsync);

        void On(string act, Func<Visit, Administrator, Task<AdminChange>> change) => app.Act(
            $"{List}/{{key}}/{act}",
            AdminRole.Administrator,
            async visit => await NamedAsync(visit, changes) is not { } admin ? Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit), StatusCodes.Status404NotFound) : await change(visit, admin) switch
            {
                AdminChange.Done => ConsoleDoor.Go(visit, List),
                AdminChange.Oneself => Page.Of<SayingPage>(visit, OfOneself(visit), StatusCodes.Status409Conflict),
                AdminChange.Last => Page.Of<SayingPage>(visit, OfTheLast(visit), StatusCodes.Status409Conflict),
                AdminChange.Beyond => throw new InvalidOperationException("Only a key of the API may do less than somebody whom it changes."),
                AdminChange.Gone => Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit), StatusCodes.Status404NotFound),
            },
            dangerous: true);

        async Task<IResult> ShowAsync(Visit visit, string name, IReadOnlyList<string> objections, int status = StatusCodes.Status200OK) =>
            Page.Of<AdministratorsPage>(visit, new AdministratorsNow(await changes.ListAsync(), name, objections), status);

        async Task<IResult> AddAsync(Visit visit)
        {
            var name = (await EnteringRoutes.FieldAsync(visit, "name")).Trim();
            return await changes.AddAsync(visit, name, await RoleAsync(visit), await EnteringRoutes.FieldAsync(visit, "password")) switch
            {
                null => await ShowAsync(visit, name, [visit.Say("Zaguán está ocupado; vuelva a intentarlo.", "Zaguan is busy; try again.")], StatusCodes.Status503ServiceUnavailable),
                [] => ConsoleDoor.Go(visit, List),
                var objections => await ShowAsync(
                    visit,
                    name,
                    [.. objections.Select(o => o.Sentence)],
                    objections[0].Kind == ObjectionKind.Taken ? StatusCodes.Status409Conflict : StatusCodes.Status400BadRequest),
            };
        }
    }

    /// <summary>The administrator whom the address names.</summary>
    public static async Task<Administrator?> NamedAsync(Visit visit, AdministratorChanges changes) =>
        long.TryParse(visit.Http.GetRouteValue("key") as string, NumberStyles.None, CultureInfo.InvariantCulture, out var key) ? await changes.FindAsync(key) : null;

    private static async Task<AdminRole> RoleAsync(Visit visit) =>
        Enum.TryParse<AdminRole>(await EnteringRoutes.FieldAsync(visit, "role"), out var role) && Enum.IsDefined(role) ? role : throw new BadHttpRequestException("There is no such role.");

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
