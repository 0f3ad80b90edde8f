using Zaguan.Admin.AdministratorPages;

namespace Zaguan.Admin.Api;

/// <summary>Who may enter the console, and as what.</summary>
internal static class AdministratorApi
{
    private const string One = "/administrators/{key}";

    public static void MapAdministratorApi(this WebApplication app)
    {
        var changes = app.Services.GetRequiredService<AdministratorChanges>();
        app.Ask("/administrators", ApiScopes.AdministratorsRead, "Who may enter the console.", ListAsync);
        app.Take<NewAdministratorBody, AdministratorAnswer>(
            HttpMethods.Post, "/administrators", ApiScopes.AdministratorsWrite, "Add an administrator, who sets up a second factor at the first entering. It takes a key with all scopes of the role.", AddAsync, StatusCodes.Status409Conflict);
        app.Ask(One, ApiScopes.AdministratorsRead, "One administrator.", visit => WithAdminAsync(visit, AgainAsync));
        app.Take<RoleBody, AdministratorAnswer>(
            HttpMethods.Put,
            $"{One}/role",
            ApiScopes.AdministratorsWrite,
            "Give an administrator another role; they enter anew. It takes a key with all scopes of the role.",
            (visit, body) => WithAdminAsync(visit, async admin => await SaidAsync(visit, admin, await changes.SetRoleAsync(visit, admin, body.Role))),
            StatusCodes.Status409Conflict);
        On("disable", "Disable an administrator: out at once, and not in again.", (visit, admin) => changes.SetActiveAsync(visit, admin, active: false));
        On("enable", "Enable an administrator who was disabled. It takes a key with all scopes of their role.", (visit, admin) => changes.SetActiveAsync(visit, admin, active: true));
        On("unlock", "Forgive an administrator's failed attempts to enter.", changes.UnlockAsync);
        On("reset-second-factor", "Forget an administrator's second factor: the next time they set up another one. It takes a key with all scopes of their role.", changes.ResetSecondFactorAsync);
        app.Do(HttpMethods.Delete, One, ApiScopes.AdministratorsWrite, "Delete an administrator. The audit log keeps their name.", visit => WithAdminAsync<Nothing>(visit, async admin => await changes.DeleteAsync(visit, admin) switch
        {
            AdminChange.Done => Nothing.More,
            var refused => Refusal(visit, refused),
        }), StatusCodes.Status409Conflict);

        void On(string act, string summary, Func<Visit, Administrator, Task<AdminChange>> change) => app.Do(
            HttpMethods.Post,
            $"{One}/{act}",
            ApiScopes.AdministratorsWrite,
            summary,
            visit => WithAdminAsync(visit, async admin => await SaidAsync(visit, admin, await change(visit, admin))),
            StatusCodes.Status409Conflict);

        async Task<ApiAnswer<AdministratorsAnswer>> ListAsync(Visit visit) => new AdministratorsAnswer([.. (await changes.ListAsync()).Select(AdministratorAnswer.Of)]);

        async Task<ApiAnswer<AdministratorAnswer>> AddAsync(Visit visit, NewAdministratorBody body)
        {
            var name = body.Name.Trim();
            return await changes.AddAsync(visit, name, body.Role, body.Password) switch
            {
                null => ApiProblem.Busy(),
                [] => (await changes.ListAsync()).FirstOrDefault(a => string.Equals(a.Admin.Name, name, StringComparison.Ordinal)) is { } added ? AdministratorAnswer.Of(added) : NoAdmin,
                var objections => ApiProblem.Of(objections),
            };
        }

        async Task<ApiAnswer<AdministratorAnswer>> SaidAsync(Visit visit, Administrator admin, AdminChange change) => change == AdminChange.Done ? await AgainAsync(admin) : Refusal(visit, change);

        async Task<ApiAnswer<AdministratorAnswer>> AgainAsync(Administrator admin) =>
            (await changes.ListAsync()).FirstOrDefault(a => a.Admin.Key == admin.Key) is { } now ? AdministratorAnswer.Of(now) : NoAdmin;

        async Task<ApiAnswer<T>> WithAdminAsync<T>(Visit visit, Func<Administrator, Task<ApiAnswer<T>>> answer)
            where T : class => await AdministratorRoutes.NamedAsync(visit, changes) is { } admin ? await answer(admin) : NoAdmin;
    }

    private static ApiProblem NoAdmin => ApiProblem.NothingThere("administrator");

    private static ApiProblem Refusal(Visit visit, AdminChange change) => change switch
    {
        AdminChange.Done or AdminChange.Oneself => throw new InvalidOperationException("That is no refusal of a key's."),
        AdminChange.Last => ApiProblem.Conflict("This is the last administrator; without them nobody could administer the console. Give somebody else the role first."),
        AdminChange.Beyond => ApiProblem.Of(StatusCodes.Status403Forbidden, AdministratorChanges.BeyondInWords(visit)),
        AdminChange.Gone => NoAdmin,
    };
}

internal sealed record AdministratorsAnswer(IReadOnlyList<AdministratorAnswer> Administrators);

internal sealed record AdministratorAnswer(
    [ApiField("By which the administrator is addressed.")] long Key,
    string Name,
    AdminRole Role,
    bool Active,
    [ApiField("Too many failed attempts to enter.")] bool IsLocked,
    [ApiField("Whether a second factor is set up.")] bool HasSecondFactor,
    DateTimeOffset CreatedAt)
{
    public static AdministratorAnswer Of(ListedAdministrator listed) => new(
        listed.Admin.Key, listed.Admin.Name, listed.Admin.Role, listed.Admin.Active, listed.IsLocked, listed.Admin.CodeSecret is not null, ApiRoutes.Instant(listed.Admin.CreatedAt));
}

internal sealed record NewAdministratorBody(
    [ApiField("What they are called when they enter.", "\"eva\"")] string Name,
    [ApiField("An auditor sees, an operator unlocks and disables users too, an administrator does everything.", "\"auditor\"")] AdminRole Role,
    [ApiField("The first password.", "\"caballo correcto batería grapa\"")] string Password)
{
    /// <summary>Whom it is about, and no password.</summary>
    public override string ToString() => Name;
}

internal sealed record RoleBody([ApiField("The new role.", "\"operator\"")] AdminRole Role);
