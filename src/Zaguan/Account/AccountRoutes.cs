using Zaguan.AccessLog;
using Zaguan.Admin;
using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;
using Zaguan.Admin.UserPages;
using Zaguan.Applications;
using Zaguan.OneTimeCodes;
using Zaguan.Storage;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Account;

/// <summary>
/// My account: what the users of an application that allows it see and change of themselves. Every page's address names the application, and whose it is the session alone
/// says: no address and no form names a user.
/// </summary>
internal static class AccountRoutes
{
    public const string Root = "/zaguan/account";

    /// <summary>The route's parameter.</summary>
    public const string Application = "application";

    public const string Leave = "/leave";
    public const string Sessions = "/sessions";
    public const string Password = "/password";
    public const string SecondFactor = "/second-factor";
    public const string RecoveryCodes = $"{SecondFactor}/recovery-codes";
    public const string SecondFactorRemoval = $"{SecondFactor}/remove";

    private const string One = $"{Root}/{{{Application}}}";
    private const int MostAttempts = 50;
    private const int MostSessions = 100;

    public static string PathOf(string application) => $"{Root}/{Uri.EscapeDataString(application)}";

    public static void MapAccount(this WebApplication app)
    {
        var services = app.Services;
        var (sessions, revocations, accessLog, applications) = (services.GetRequiredService<SessionStore>(), services.GetRequiredService<RevocationStore>(), services.GetRequiredService<AccessLogStore>(), services.GetRequiredService<RunningApplications>());
        var (database, signIn, passwords, secondFactor) = (services.GetRequiredService<Database>(), services.GetRequiredService<SignIn>(), services.GetRequiredService<PasswordChange>(), services.GetRequiredService<OwnSecondFactor>());

        app.UserPage(One, visit => WithApplicationAsync(visit, async (known, application) => LacksSecondFactor(known, application) ? ConsoleDoor.Go(known, known.Home + SecondFactor)
            : known.Account is { } account ? Page.Of<LoginsPage>(known, new RecentLogins(await accessLog.ListOfUserAsync(account.User.Key, MostAttempts)))
            : Page.Of<SignInPage>(known, SignInForm.Of(application))));
        app.UserAct(One, visit => WithApplicationAsync(visit, signIn.AnswerAsync));
        Act(Leave, async (visit, _) =>
        {
            await database.WriteAsync(db => AccountSessions.EndAsync(db, visit.Account!.Token));
            AccountCookie.Clear(visit.Http);
            return ConsoleDoor.Go(visit, visit.Home);
        });

        Show(Sessions, async (visit, _) => Page.Of<SessionsPage>(visit, new OwnSessions(await sessions.ListOpenAsync(visit.Account!.User, MostSessions))));
        Act($"{Sessions}/end", async (visit, _) =>
        {
            var user = visit.Account!.User;
            // A session's id is a UUID; what is none is nobody's. Another's is none of the user's.
            if (Guid.TryParse(await EnteringRoutes.FieldAsync(visit, "session"), out var id))
            {
                await revocations.RevokeSessionAsync(id.ToString(), of: user, visit.Audit(AuditActions.UserSessionEnded, UserRoutes.Called(user), before: new { session = id }));
            }

            return ConsoleDoor.Go(visit, $"{visit.Home}{Sessions}");
        });
        Act($"{Sessions}/end-all", async (visit, _) =>
        {
            var user = visit.Account!.User;
            await database.WriteAsync(async db =>
            {
                // A session that ended since the request began ends nobody's.
                await UserStore.LockAsync(db, user.Key);
                if (!await AccountSessions.IsThereAsync(db, visit.Account))
                {
                    return false;
                }

                await AuditLog.AppendAsync(db, visit.Audit(AuditActions.UserSessionsEnded, UserRoutes.Called(user)));
                await RevocationStore.RevokeUserAsync(db, user, applications.Table.Applications, visit.Now.ToUnixTimeMilliseconds(), spared: visit.Account.Token);
                return true;
            });
            return ConsoleDoor.Go(visit, $"{visit.Home}{Sessions}");
        });

        Show(Password, (visit, application) => Task.FromResult(passwords.Show(visit, application)));
        Act(Password, passwords.AnswerAsync);

        Show(SecondFactor, secondFactor.ShowAsync);
        Act(SecondFactor, secondFactor.SetUpAsync);
        Act(RecoveryCodes, secondFactor.RenewRecoveryCodesAsync);
        Act(SecondFactorRemoval, secondFactor.RemoveAsync);

        void Show(string page, Func<Visit, Application, Task<IResult>> answer) => app.UserPage(One + page, visit => WithApplicationAsync(visit, (known, application) =>
            known.Account is null ? Task.FromResult(ConsoleDoor.Go(known, known.Home))
            : LacksSecondFactor(known, application) && page is not SecondFactor ? Task.FromResult(ConsoleDoor.Go(known, known.Home + SecondFactor))
            : answer(known, application)));

        void Act(string act, Func<Visit, Application, Task<IResult>> answer) => app.UserAct(One + act, visit => WithApplicationAsync(visit, async (known, application) =>
            known.Account is not { } account ? ConsoleDoor.Go(known, known.Home)
            : LacksSecondFactor(known, application) && act is not (SecondFactor or Leave) ? ConsoleDoor.Go(known, known.Home + SecondFactor)
            : await ConsoleDoor.BringsTokenAsync(known.Http.Request, account.FormToken) ? await answer(known, application)
            : Page.Of<SayingPage>(known, Saying.OfForeignForm(known), StatusCodes.Status403Forbidden)));
    }

    /// <summary>Where everybody needs a second factor, whoever signed in without one sees the page that sets it up, and nothing else.</summary>
    private static bool LacksSecondFactor(Visit visit, Application application) => application.CodesAsked == CodesAsked.Required && visit.Account is { User.CodeSecret: null };

    /// <summary>The application that the address names, where it has My account, and the user who has signed in by way of it.</summary>
    private static async Task<IResult> WithApplicationAsync(Visit visit, Func<Visit, Application, Task<IResult>> answer)
    {
        var services = visit.Http.RequestServices;
        if (visit.Http.Request.RouteValues[Application] is not string name || services.GetRequiredService<RunningApplications>().Table.Find(name) is not { HasAccount: true } application)
        {
            return Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit) with { Next = null }, StatusCodes.Status404NotFound);
        }

        var account = AccountCookie.Read(visit.Http.Request) is { } token ? await services.GetRequiredService<AccountSessions>().FindAsync(token, application) : null;
        return await answer(visit with { Account = account }, application);
    }
}

/// <summary>The attempts that meant the user, the newest first.</summary>
internal sealed record RecentLogins(IReadOnlyList<AccessRecord> Attempts);

internal sealed record OwnSessions(IReadOnlyList<SessionEntry> Sessions);
