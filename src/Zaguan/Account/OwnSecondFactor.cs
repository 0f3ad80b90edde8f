using System.Data.Common;
using Zaguan.Admin;
using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;
using Zaguan.Admin.UserPages;
using Zaguan.Applications;
using Zaguan.Login;
using Zaguan.OneTimeCodes;
using Zaguan.Users;

namespace Zaguan.Account;

/// <summary>
/// A user who has signed in sets up a second factor, makes other recovery codes or does away with it. Each takes the password of now, verified as at any login, and a code:
/// of the authenticator that is being set up, or behind the password. Whoever finds a page that was left open has neither.
/// </summary>
internal sealed class OwnSecondFactor(Attempts attempts, SignIn signIn, AccountSessions sessions, UserSecondFactors secondFactors, RunningApplications applications, LoginWitness witness)
{
    /// <summary>Where the application asks nobody for codes, only who has a second factor for another one finds it.</summary>
    public static bool IsShownTo(User user, Application application) => application.CodesAsked != CodesAsked.Off || user.CodeSecret is not null;

    public Task<IResult> ShowAsync(Visit visit, Application application) => ShowAsync(visit, application, null, StatusCodes.Status200OK);

    public async Task<IResult> SetUpAsync(Visit visit, Application application)
    {
        var user = visit.Account!.User;
        if (user.CodeSecret is not null || visit.Account.Row.PendingCodeSecret is not { } pending || !IsShownTo(user, application))
        {
            return BackToPage(visit);
        }

        // First the code: its secret is on the page, so whether it is right tells nobody anything, and a slip of the finger costs no guess at the password.
        using var secret = secondFactors.Open(pending, user);
        if (OneTimeCode.StepOf(secret, await EnteringRoutes.FieldAsync(visit, "code"), visit.Now) is not { } step)
        {
            return await ShowAsync(
                visit,
                application,
                visit.Say("Ese código no es el de ahora. Mire que la hora del móvil sea la correcta.", "That is not the code of now. See that the phone's clock is right."),
                StatusCodes.Status400BadRequest);
        }

        return await ProveAsync(visit, application, (db, granted) => UserSecondFactors.SetAsync(db, granted, pending, step, applications.Table.Applications, visit.Audit(AuditActions.OwnSecondFactorSet, UserRoutes.Called(granted))), ShowRecoveryCodes);
    }

    public async Task<IResult> RenewRecoveryCodesAsync(Visit visit, Application application) => visit.Account!.User.CodeSecret is null
        ? BackToPage(visit)
        : await ProveAsync(visit, application, (db, granted) => UserSecondFactors.RenewRecoveryCodesAsync(db, granted, visit.Audit(AuditActions.OwnRecoveryCodesMade, UserRoutes.Called(granted))), ShowRecoveryCodes);

    public async Task<IResult> RemoveAsync(Visit visit, Application application) => visit.Account!.User.CodeSecret is null || IsRequiredOf(visit.Account.User)
        ? BackToPage(visit)
        : await ProveAsync(
            visit,
            application,
            async (db, granted) => await UserSecondFactors.ResetAsync(db, granted, visit.Audit(AuditActions.OwnSecondFactorRemoved, UserRoutes.Called(granted))) ? [] : null,
            (known, _) => ConsoleDoor.Go(known, $"{PathOf(known)}?removed=1"));

    /// <summary>Does it for whoever knows the password of now, and the code behind it where there is a second factor. Every session of My account ends; a new one goes on.</summary>
    /// <param name="change">Within the transaction that records the attempt. Null: it could not be done any more.</param>
    private async Task<IResult> ProveAsync(Visit visit, Application application, Func<DbConnection, User, Task<IReadOnlyList<string>?>> change, Func<Visit, IReadOnlyList<string>, IResult> answer)
    {
        // 1. Read the form.
        var (user, row) = (visit.Account!.User, visit.Account.Row);
        using var current = Secret.FromText(await EnteringRoutes.FieldAsync(visit, "current"));
        var wantsDirectory = await EnteringRoutes.FieldAsync(visit, "directory") is { Length: > 0 };
        if (current.Length is 0 or > RequestReader.LargestBody)
        {
            return await ShowAsync(visit, application, visit.Say("Escriba también la contraseña de ahora.", "Write the password of now too."), StatusCodes.Status400BadRequest);
        }

        // An application that asks nobody for codes does not open the second factor of another one to the password alone.
        using var attempt = signIn.NewAttempt(visit, application, row.Identifier, current, wantsDirectory, CodesAsked.Optional);

        // 2. Charge the account and the address before anything is verified.
        var charging = await attempts.ChargeAsync(attempt, user, visit.Http.RequestAborted);

        // 3. Verify. From here on nothing is cancelled.
        var verdict = await attempts.VerifyAsync(attempt, user, charging);

        // 4. Settle the budgets, record the attempt, do it and go on with a session of its own: one transaction.
        var token = AdminSessions.NewToken();
        var record = await attempts.RecordAsync(
            attempt,
            user,
            verdict,
            charging.Charge,
            async (db, granted, _) =>
            {
                // A source may call somebody else so by now; and a session that ended meanwhile changes nothing any more.
                if (granted.Key != user.Key || await AccountSessions.EndAsync(db, visit.Account.Token) == 0 || await change(db, granted) is not { } done)
                {
                    return null;
                }

                await AccountSessions.EndAllAsync(db, granted);
                await sessions.OpenAsync(db, granted, application.Name, row.Identifier, token);
                return done;
            },
            changesUser: true);
        witness.Answered(application, record.Outcome);
        if (record.Outcome != Outcome.Granted)
        {
            return await ShowAsync(visit, application, Refusal(visit, record.Outcome, charging.RetryAfter), AccountRefusals.Status(visit, record.Outcome, charging.RetryAfter));
        }

        if (record.Opened is not { } codes)
        {
            return BackToPage(visit);
        }

        AccountCookie.Set(visit.Http, token);
        return answer(visit with { Account = new(user, row, token, application) }, codes);
    }

    private async Task<IResult> ShowAsync(Visit visit, Application application, string? refusal, int status)
    {
        var (user, asksForDirectory) = (visit.Account!.User, SignInForm.Of(application).AsksForDirectory);
        if (!IsShownTo(user, application))
        {
            return Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit), StatusCodes.Status404NotFound);
        }

        if (user.CodeSecret is not null)
        {
            return Page.Of<OwnSecondFactorPage>(visit, new OwnSecondFactorForm(await secondFactors.CountRecoveryCodesAsync(user), IsRequiredOf(user), asksForDirectory, refusal), status);
        }

        using var secret = visit.Account.Row.PendingCodeSecret is { } pending ? secondFactors.Open(pending, user) : OneTimeCode.NewSecret();
        if (visit.Account.Row.PendingCodeSecret is null && !await sessions.SetPendingAsync(visit.Account, await secondFactors.SealAsync(secret, user)))
        {
            // The same page, loaded twice at once, was first with another secret: that is the one.
            return BackToPage(visit);
        }

        var isRemoved = HttpMethods.IsGet(visit.Http.Request.Method) && visit.Http.Request.Query.ContainsKey("removed");
        return Page.Of<SetUpSecondFactorPage>(
            visit,
            new SetUpSecondFactorForm(user.Username, CodeImage.Of(secret, user.Username, user.Realm), OneTimeCode.Base32(secret), application.CodesAsked == CodesAsked.Required ? application.Name : null, asksForDirectory, isRemoved, refusal),
            status);
    }

    private static IResult ShowRecoveryCodes(Visit visit, IReadOnlyList<string> codes) => Page.Of<RecoveryCodesPage>(visit, new RecoveryCodes(codes));

    /// <summary>Whoever did away with it would not log in any more.</summary>
    private bool IsRequiredOf(User user) => applications.Table.Applications.Any(a => a.CodesAsked == CodesAsked.Required && string.Equals(a.Realm, user.Realm, StringComparison.Ordinal));

    /// <summary>Who they are is known here; only the password and the code behind it can be wrong, and which of them is not told.</summary>
    private static string Refusal(Visit visit, Outcome outcome, TimeSpan retryAfter) => (outcome, visit.Account!.User.CodeSecret) switch
    {
        (Outcome.WrongPassword or Outcome.WrongCode, null) => visit.Say("La contraseña de ahora no es esa.", "The password of now is not that one."),
        (Outcome.WrongPassword or Outcome.WrongCode, _) => visit.Say(
            "La contraseña de ahora o el código que va detrás no son correctos. Cada código vale una sola vez.",
            "The password of now or the code behind it is not right. Each code is good once."),
        _ => AccountRefusals.Say(visit, outcome, retryAfter) ?? "",
    };

    private static string PathOf(Visit visit) => $"{visit.Home}{AccountRoutes.SecondFactor}";

    private static IResult BackToPage(Visit visit) => ConsoleDoor.Go(visit, PathOf(visit));
}

/// <param name="IsRequired">Some application of the realm lets nobody in without one.</param>
/// <param name="Refusal">Why nothing was done; null: it is shown for the first time.</param>
internal sealed record OwnSecondFactorForm(long RecoveryCodesLeft, bool IsRequired, bool AsksForDirectory, string? Refusal);

/// <param name="Image">PNG, base64.</param>
/// <param name="RequiredBy">The application that lets nobody in without a second factor; null: this one does.</param>
/// <param name="IsRemoved">There was one until a moment ago.</param>
/// <param name="Refusal">See <see cref="OwnSecondFactorForm"/>.</param>
internal sealed record SetUpSecondFactorForm(string Username, string Image, string Letters, string? RequiredBy, bool AsksForDirectory, bool IsRemoved, string? Refusal);
