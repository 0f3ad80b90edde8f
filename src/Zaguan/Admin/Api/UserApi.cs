using System.Text.Json;
using Zaguan.AccessLog;
using Zaguan.Admin.UserPages;
using Zaguan.Budgets;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Admin.Api;

/// <summary>The users: who there is, one of them, and what can be done to one.</summary>
internal static class UserApi
{
    private const string One = "/users/{realm}/{number}";

    private const int MostSessions = 100;
    private const int MostAttempts = 100;

    public static void MapUserApi(this WebApplication app)
    {
        var services = app.Services;
        var (users, search, changes, passwords) = (services.GetRequiredService<UserStore>(), services.GetRequiredService<UserSearch>(), services.GetRequiredService<UserChanges>(), services.GetRequiredService<UserPasswords>());
        var (budgets, sessions, accessLog) = (services.GetRequiredService<BudgetStore>(), services.GetRequiredService<SessionStore>(), services.GetRequiredService<AccessLogStore>());

        app.Ask("/realms", ApiScopes.UsersRead, "The realms, and the roles of each.", RealmsAsync);
        app.Ask(
            "/users",
            ApiScopes.UsersRead,
            "Search users, fifty at a time.",
            FindAsync,
            new ApiParameter("q", "The beginning of a user name or of an e-mail address, or a number or an id; absent: everybody."),
            new ApiParameter("realm", "Only of this realm."),
            new ApiParameter("role", "Only of this role, by name."),
            new ApiParameter("state", "Only those.", "active", "disabled"),
            new ApiParameter("hash", "Only those whose password is kept so.", "modern", "old", "none"),
            new ApiParameter("after", "Where the page before ended: its \"next\"."));
        app.Take<NewUserBody, UserAnswer>(HttpMethods.Post, "/users", ApiScopes.UsersWrite, "Create a user, who has no password yet.", AddAsync, StatusCodes.Status409Conflict);
        app.Ask(One, ApiScopes.UsersRead, "One user.", visit => WithUserAsync(visit, AnswerAsync));
        app.Take<EditedUserBody, UserAnswer>(HttpMethods.Put, One, ApiScopes.UsersWrite, "Change a user's data: all of it is sent, and what is left out is empty afterwards.", EditAsync, StatusCodes.Status409Conflict);
        app.Do(HttpMethods.Delete, One, ApiScopes.UsersWrite, "Delete a user; nothing brings them back.", visit => WithUserAsync<Nothing>(visit, async user => await changes.DeleteAsync(visit, user) ? Nothing.More : NoUser));
        app.Take<PasswordBody, PasswordAnswer>(HttpMethods.Post, $"{One}/password", ApiScopes.UsersPassword, "Set a user's password: one that is sent, or one that is made and answered once. Their sessions end.", SetPasswordAsync);
        app.Do(HttpMethods.Post, $"{One}/unlock", ApiScopes.UsersUnlock, "Forgive a user's failed attempts.", visit => WithUserAsync(visit, async user =>
        {
            await changes.UnlockAsync(visit, user);
            return await AnswerAsync(user);
        }));
        app.Do(HttpMethods.Post, $"{One}/reset-second-factor", ApiScopes.UsersPassword, "Forget a user's second factor and recovery codes.", visit => WithUserAsync(visit, async user =>
        {
            await changes.ResetSecondFactorAsync(visit, user);
            return await AnswerAsync(user with { CodeSecret = null });
        }));
        app.Do(HttpMethods.Post, $"{One}/disable", ApiScopes.UsersUnlock, "Disable a user: their sessions end, and they cannot log in.", visit => SetActiveAsync(visit, active: false));
        app.Do(HttpMethods.Post, $"{One}/enable", ApiScopes.UsersUnlock, "Enable a user who was disabled.", visit => SetActiveAsync(visit, active: true));
        app.Ask($"{One}/sessions", ApiScopes.UsersRead, "A user's open sessions, the newest hundred.", visit => WithUserAsync<SessionsAnswer>(visit, async user =>
            new SessionsAnswer([.. (await sessions.ListOpenAsync(user, MostSessions)).Select(SessionAnswer.Of)])));
        app.Do(HttpMethods.Delete, $"{One}/sessions", ApiScopes.UsersUnlock, "End all sessions of a user.", visit => WithUserAsync<Nothing>(visit, async user =>
        {
            await changes.EndSessionsAsync(visit, user);
            return Nothing.More;
        }));
        app.Do(HttpMethods.Delete, $"{One}/sessions/{{id}}", ApiScopes.UsersUnlock, "End one session of a user.", visit => WithUserAsync<Nothing>(visit, async user =>
            await changes.EndSessionAsync(visit, user, visit.Http.GetRouteValue("id") as string ?? "") ? Nothing.More : ApiProblem.NothingThere("open session of this user")));
        app.Ask($"{One}/attempts", ApiScopes.UsersRead, "A user's last hundred attempts to log in.", visit => WithUserAsync<AttemptsAnswer>(visit, async user =>
            new AttemptsAnswer([.. (await accessLog.ListOfUserAsync(user.Key, MostAttempts)).Select(AttemptAnswer.Of)])));

        async Task<ApiAnswer<RealmsAnswer>> RealmsAsync(Visit visit)
        {
            var roles = (await users.ListRolesAsync(null)).ToLookup(r => r.Realm, r => new RoleAnswer(r.Number, r.Name), StringComparer.Ordinal);
            return new RealmsAnswer([.. (await users.ListRealmsAsync()).Select(r => new RealmAnswer(r, [.. roles[r]]))]);
        }

        async Task<ApiAnswer<UsersAnswer>> FindAsync(Visit visit)
        {
            var found = await search.FindAsync(UserQuery.Read(visit.Http.Request.Query));
            return new UsersAnswer([.. found.Users.Select(FoundUserAnswer.Of)], found.Next, found.IsCutShort);
        }

        async Task<ApiAnswer<UserAnswer>> AddAsync(Visit visit, NewUserBody body)
        {
            var realms = await users.ListRealmsAsync();
            if (!realms.Contains(body.Realm, StringComparer.Ordinal))
            {
                return ApiProblem.Of([new Objection("realm", $"There is no such realm, only {string.Join(", ", realms)}.")]);
            }

            var (number, objections) = await changes.AddAsync(visit, body.ToUser());
            return number is { } added ? await users.FindByNumberAsync(body.Realm, added) is { } user ? await AnswerAsync(user) : NoUser : ApiProblem.Of(objections);
        }

        Task<ApiAnswer<UserAnswer>> EditAsync(Visit visit, EditedUserBody body) => WithUserAsync<UserAnswer>(visit, async user => await changes.EditAsync(visit, user, body.ToUser(user)) switch
        {
            null => NoUser,
            { Count: 0 } => await AgainAsync(user),
            var objections => ApiProblem.Of(objections),
        });

        Task<ApiAnswer<UserAnswer>> SetActiveAsync(Visit visit, bool active) => WithUserAsync<UserAnswer>(visit, async user =>
        {
            await changes.SetActiveAsync(visit, user, active);
            return await AgainAsync(user);
        });

        Task<ApiAnswer<PasswordAnswer>> SetPasswordAsync(Visit visit, PasswordBody body) => WithUserAsync<PasswordAnswer>(visit, async user =>
        {
            var change = await passwords.ChangeAsync(visit, user, body.Password);
            return change.Outcome switch
            {
                PasswordOutcome.Done => new PasswordAnswer(change.Made),
                PasswordOutcome.Objected => ApiProblem.Of([.. change.Objections.Select(o => new Objection("password", o))]),
                PasswordOutcome.Busy => ApiProblem.Busy(),
                PasswordOutcome.Gone => NoUser,
            };
        });

        async Task<ApiAnswer<UserAnswer>> AgainAsync(User user) => await users.FindByNumberAsync(user.Realm, user.Number) is { } now ? await AnswerAsync(now) : NoUser;

        async Task<ApiAnswer<UserAnswer>> AnswerAsync(User user) => UserAnswer.Of(user, await budgets.RefusalsAsync(Accounts.Of(user)));

        async Task<ApiAnswer<T>> WithUserAsync<T>(Visit visit, Func<User, Task<ApiAnswer<T>>> answer)
            where T : class => await UserRoutes.NamedAsync(visit, users) is { } user ? await answer(user) : NoUser;
    }

    private static ApiProblem NoUser => ApiProblem.NothingThere("user");
}

internal sealed record NewUserBody(
    [ApiField("The realm; it stays the same.", "\"romsoft\"")] string Realm,
    [ApiField("What the user is called at the login.", "\"eva\"")] string Username,
    [ApiField("The e-mail address.", "\"eva@clinica.example\"")] string? Email = null,
    [ApiField("The telephone number.")] string? Phone = null,
    [ApiField("The given name.", "\"Eva\"")] string? GivenName = null,
    [ApiField("The family name.", "\"Ruiz\"")] string? FamilyName = null,
    [ApiField("The name of a role of the realm.")] string? Role = null,
    [ApiField("Whether the user may log in.")] bool Active = true)
{
    public NewUser ToUser() => new()
    {
        Realm = Realm,
        Username = UserChanges.Tidy(Username) ?? "",
        Email = UserChanges.Tidy(Email),
        Phone = UserChanges.Tidy(Phone),
        GivenName = UserChanges.Tidy(GivenName),
        FamilyName = UserChanges.Tidy(FamilyName),
        Role = UserChanges.Tidy(Role),
        Active = Active,
    };
}

internal sealed record EditedUserBody(
    [ApiField("What the user is called at the login.", "\"eva\"")] string Username,
    [ApiField("The e-mail address; left out or null: none.", "\"eva.ruiz@clinica.example\"")] string? Email = null,
    [ApiField("The telephone number; left out or null: none.")] string? Phone = null,
    [ApiField("The given name; left out or null: none.", "\"Eva\"")] string? GivenName = null,
    [ApiField("The family name; left out or null: none.", "\"Ruiz\"")] string? FamilyName = null,
    [ApiField("The name of a role of the realm; left out or null: none.")] string? Role = null)
{
    public NewUser ToUser(User edited) => new NewUserBody(edited.Realm, Username, Email, Phone, GivenName, FamilyName, Role, edited.Active).ToUser();
}

internal sealed record PasswordBody([ApiField("The new password; left out or null: one is made, and answered.", "null")] string? Password = null)
{
    /// <summary>What it is, and no password.</summary>
    public override string ToString() => nameof(PasswordBody);
}

internal sealed record PasswordAnswer([ApiField("The password that was made, seen only now; null: it was sent.")] string? Password)
{
    /// <summary>What it is, and no password.</summary>
    public override string ToString() => nameof(PasswordAnswer);
}

internal sealed record RealmsAnswer(IReadOnlyList<RealmAnswer> Realms);

internal sealed record RealmAnswer(string Name, IReadOnlyList<RoleAnswer> Roles);

internal sealed record RoleAnswer(long Number, string Name);

internal sealed record UsersAnswer(
    IReadOnlyList<FoundUserAnswer> Users,
    [ApiField("For \"after\": where the next page begins; null: that was all.")] string? Next,
    [ApiField("There are fewer than a page holds because enough was looked at; go on with \"next\".")] bool IsCutShort);

internal sealed record FoundUserAnswer(
    string Realm,
    [ApiField("By which the user is addressed, in the realm.")] long Number,
    string Id,
    string Username,
    string? Email,
    string? Phone,
    string? GivenName,
    string? FamilyName,
    string? Role,
    bool Active,
    [ApiField("As what the password is kept.")] HashKind Hash)
{
    public static FoundUserAnswer Of(User user) => new(
        user.Realm, user.Number, user.Id, user.Username, user.Email, user.Phone, user.GivenName, user.FamilyName, user.RoleName, user.Active, HashWords.KindOf(user));
}

internal sealed record UserAnswer(
    string Realm,
    [ApiField("By which the user is addressed, in the realm.")] long Number,
    string Id,
    string Username,
    string? Email,
    string? Phone,
    string? GivenName,
    string? FamilyName,
    string? Role,
    bool Active,
    [ApiField("As what the password is kept.")] HashKind Hash,
    [ApiField("Whether a second factor is set up.")] bool SecondFactor,
    [ApiField("When the user came over from another source; null: did not.")] DateTimeOffset? AdoptedAt,
    [ApiField("What applications keep beside the user; null: nothing.")] JsonElement? Attributes,
    [ApiField("From where the user is refused because of failures; empty: from nowhere.")] IReadOnlyList<LockAnswer> Locks)
{
    public static UserAnswer Of(User user, IReadOnlyList<BudgetRow> refusals) => new(
        user.Realm,
        user.Number,
        user.Id,
        user.Username,
        user.Email,
        user.Phone,
        user.GivenName,
        user.FamilyName,
        user.RoleName,
        user.Active,
        HashWords.KindOf(user),
        user.CodeSecret is not null,
        user.AdoptedAt is { } at ? ApiRoutes.Instant(at) : null,
        user.Attributes is { } attributes ? JsonElement.Parse(attributes) : null,
        [.. refusals.Select(r => new LockAnswer(r.Address.Length == 0 ? null : r.Address, ApiRoutes.Instant(r.RefusedUntil)))]);
}

internal sealed record LockAnswer([ApiField("Null: from everywhere.")] string? Address, DateTimeOffset Until);

internal sealed record SessionsAnswer(IReadOnlyList<SessionAnswer> Sessions);

internal sealed record SessionAnswer(string Id, string Application, [ApiField("Null: the record of its login is gone.")] string? Address, DateTimeOffset OpenedAt, DateTimeOffset ExpiresAt)
{
    public static SessionAnswer Of(SessionEntry session) => new(session.Id, session.Application, session.Address, ApiRoutes.Instant(session.OpenedAt), ApiRoutes.Instant(session.ExpiresAt));
}

internal sealed record AttemptsAnswer(IReadOnlyList<AttemptAnswer> Attempts);
