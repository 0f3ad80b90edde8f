using System.Globalization;
using Zaguan.AccessLog;
using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;
using Zaguan.Budgets;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Admin.UserPages;

/// <summary>The users: who there is, one of them, and what can be done to one.</summary>
internal static class UserRoutes
{
    public const string Users = "/zaguan/users";
    public const string New = "/zaguan/users/new";
    private const string One = "/zaguan/users/{realm}/{number}";

    private const int MostSessions = 100;
    private const int MostAttempts = 20;

    public static void MapUsers(this WebApplication app)
    {
        var services = app.Services;
        var (users, budgets, sessions, accessLog) = (services.GetRequiredService<UserStore>(), services.GetRequiredService<BudgetStore>(), services.GetRequiredService<SessionStore>(), services.GetRequiredService<AccessLogStore>());
        var (search, changes) = (services.GetRequiredService<UserSearch>(), services.GetRequiredService<UserChanges>());
        var (editing, passwords) = (services.GetRequiredService<UserEditing>(), services.GetRequiredService<UserPasswords>());

        app.Page(Users, AdminRole.Auditor, visit => ShowListAsync(visit, users, search));
        app.Page(One, AdminRole.Auditor, visit => WithUserAsync(visit, users, async user => Page.Of<UserPage>(visit, new UserView(
            user, await budgets.RefusalsAsync(Accounts.Of(user)), await sessions.ListOpenAsync(user, MostSessions), await accessLog.ListOfUserAsync(user.Key, MostAttempts)))));

        app.ActOnUser("unlock", AdminRole.Operator, users, changes.UnlockAsync);
        app.ActOnUser("disable", AdminRole.Operator, users, (visit, user) => changes.SetActiveAsync(visit, user, active: false));
        app.ActOnUser("enable", AdminRole.Operator, users, (visit, user) => changes.SetActiveAsync(visit, user, active: true));
        app.ActOnUser("end-session", AdminRole.Operator, users, async (visit, user) => await changes.EndSessionAsync(visit, user, await EnteringRoutes.FieldAsync(visit, "session")));
        app.ActOnUser("end-sessions", AdminRole.Operator, users, changes.EndSessionsAsync);

        app.ActOnUser("reset-second-factor", AdminRole.Administrator, users, changes.ResetSecondFactorAsync, dangerous: true);

        app.Page(New, AdminRole.Administrator, editing.ShowNewAsync);
        app.Act(New, AdminRole.Administrator, editing.AddAsync);
        app.Page($"{One}/edit", AdminRole.Administrator, visit => WithUserAsync(visit, users, user => editing.ShowAsync(visit, user)));
        app.Act($"{One}/edit", AdminRole.Administrator, visit => WithUserAsync(visit, users, user => editing.EditAsync(visit, user)));
        app.Page($"{One}/delete", AdminRole.Administrator, visit => WithUserAsync(visit, users, user => Task.FromResult<IResult>(Page.Of<DeletePage>(visit, new DeletionForm(user, IsWrong: false)))));
        app.Act($"{One}/delete", AdminRole.Administrator, visit => WithUserAsync(visit, users, user => editing.DeleteAsync(visit, user)), dangerous: true);
        app.Page($"{One}/password", AdminRole.Administrator, visit => WithUserAsync(visit, users, user => Task.FromResult(passwords.Show(visit, user))));
        app.Act($"{One}/password", AdminRole.Administrator, visit => WithUserAsync(visit, users, user => passwords.SetAsync(visit, user)), dangerous: true);
        app.Act($"{One}/password-link", AdminRole.Administrator, visit => WithUserAsync(visit, users, user => passwords.MakeLinkAsync(visit, user)), dangerous: true);
    }

    public static string PathOf(User user) => PathOf(user.Realm, user.Number);

    public static string PathOf(string realm, long number) => $"{Users}/{Uri.EscapeDataString(realm)}/{number.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>As the audit log calls a user.</summary>
    public static string Called(User user) => $"{user.Realm}/{user.Username}";

    /// <summary>The user whom the address names, by realm and number: nobody of another realm is ever meant.</summary>
    public static async Task<User?> NamedAsync(Visit visit, UserStore users)
    {
        var values = visit.Http.Request.RouteValues;
        return values["realm"] is string realm && !realm.Contains('\0', StringComparison.Ordinal) && long.TryParse(values["number"] as string, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? await users.FindByNumberAsync(realm, number)
            : null;
    }

    private static async Task<IResult> WithUserAsync(Visit visit, UserStore users, Func<User, Task<IResult>> answer) =>
        await NamedAsync(visit, users) is { } user ? await answer(user) : Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit), StatusCodes.Status404NotFound);

    /// <summary>An act that leads back to the user's page, which shows what became of it.</summary>
    private static void ActOnUser<T>(this WebApplication app, string act, AdminRole least, UserStore users, Func<Visit, User, Task<T>> work, bool dangerous = false) =>
        app.Act($"{One}/{act}", least, visit => WithUserAsync(visit, users, async user =>
        {
            await work(visit, user);
            return ConsoleDoor.Go(visit, PathOf(user));
        }), dangerous);

    private static async Task<IResult> ShowListAsync(Visit visit, UserStore users, UserSearch search)
    {
        var query = UserQuery.Read(visit.Http.Request.Query);
        var roles = (await users.ListRolesAsync(query.Realm)).Select(r => r.Name).DistinctBy(Names.Key, StringComparer.Ordinal).ToList();
        var view = new UsersView(query, await users.ListRealmsAsync(), roles, await search.FindAsync(query));
        return visit.WantsPiece ? Page.Of<FoundUsers>(visit, view) : Page.Of<UsersPage>(visit, view);
    }
}
