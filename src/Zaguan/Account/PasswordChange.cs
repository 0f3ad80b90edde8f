using Zaguan.Admin;
using Zaguan.Admin.Entering;
using Zaguan.Admin.UserPages;
using Zaguan.Applications;
using Zaguan.Login;
using Zaguan.OneTimeCodes;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Sources;
using Zaguan.Users;

namespace Zaguan.Account;

/// <summary>A user who has signed in changes their password. The one of now is verified as at any login, so that a page that was left open helps nobody to guess it.</summary>
internal sealed class PasswordChange(Attempts attempts, SignIn signIn, AccountSessions sessions, UserStore users, HashGate gate, RunningApplications applications, Setup setup, LoginWitness witness)
{
    public IResult Show(Visit visit, Application application) => Page.Of<ChangePasswordPage>(visit, Form(visit, application));

    public async Task<IResult> AnswerAsync(Visit visit, Application application)
    {
        // 1. Read the form. What the policy does not take costs no guess.
        var (user, row) = (visit.Account!.User, visit.Account.Row);
        var form = Form(visit, application);
        using var current = Secret.FromText(await EnteringRoutes.FieldAsync(visit, "current"));
        using var password = Secret.FromText(await EnteringRoutes.FieldAsync(visit, "password"));
        if (form.IsElsewhere)
        {
            return Page.Of<ChangePasswordPage>(visit, form, StatusCodes.Status409Conflict);
        }

        var objections = current.Length is 0 or > RequestReader.LargestBody
            ? [visit.Say("Escriba también la contraseña de ahora.", "Write the password of now too.")]
            : await NewPasswords.ObjectionsToFormAsync(visit, setup, password, user);
        if (objections.Count > 0)
        {
            return Page.Of<ChangePasswordPage>(visit, form with { Objections = objections }, StatusCodes.Status400BadRequest);
        }

        using var attempt = signIn.NewAttempt(visit, application, row.Identifier, current, wantsDirectory: false);

        // 2. Charge the account and the address before anything is verified.
        var charging = await attempts.ChargeAsync(attempt, user, visit.Http.RequestAborted);

        // 3. Verify the password of now, and hash the new one whoever it is: what it costs tells nobody whether the first was right. From here on nothing is cancelled.
        var verdict = await attempts.VerifyAsync(attempt, user, charging);
        var isOfDirectory = verdict is { Outcome: Outcome.Granted, Profile.Source: Source.Ldap };
        var stored = charging.Refusal is null ? await gate.HashAsync(attempt.Sender, password) : null;

        // 4. Settle the budgets, record the attempt, set the password and go on with a session of its own: one transaction.
        var token = AdminSessions.NewToken();
        var record = await attempts.RecordAsync(
            attempt,
            user,
            verdict,
            charging.Charge,
            async (db, granted, _) =>
            {
                if (stored is null || isOfDirectory || !await users.SetPasswordAsync(db, granted, stored, applications.Table.Applications, visit.Audit(AuditActions.OwnPasswordChanged, UserRoutes.Called(user))))
                {
                    return null;
                }

                await sessions.OpenAsync(db, granted, application.Name, row.Identifier, token);
                return token;
            },
            changesUser: true);
        witness.Answered(application, record.Outcome);
        if (record.Opened is null)
        {
            return isOfDirectory && record.Outcome == Outcome.Granted
                ? Page.Of<ChangePasswordPage>(visit, form with { IsElsewhere = true }, StatusCodes.Status409Conflict)
                : record.Outcome == Outcome.Granted
                ? Page.Of<ChangePasswordPage>(visit, form with { Objections = [NewPasswords.Busy(visit)] }, StatusCodes.Status503ServiceUnavailable)
                : Page.Of<ChangePasswordPage>(visit, form with { Objections = [Refusal(visit, record.Outcome, charging.RetryAfter)] }, AccountRefusals.Status(visit, record.Outcome, charging.RetryAfter));
        }

        AccountCookie.Set(visit.Http, token);
        return ConsoleDoor.Go(visit, $"{visit.Home}{AccountRoutes.Password}?done=1");
    }

    /// <summary>Who they are is known here; only the password can be wrong.</summary>
    private static string Refusal(Visit visit, Outcome outcome, TimeSpan retryAfter) => outcome is Outcome.WrongPassword or Outcome.WrongCode
        ? visit.Say("La contraseña de ahora no es esa.", "The password of now is not that one.")
        : AccountRefusals.Say(visit, outcome, retryAfter) ?? "";

    private ChangePasswordForm Form(Visit visit, Application application) => new(
        visit.Account!.User.Username,
        visit.Account.User.Password is null || !application.Sources.Contains(Source.Local) || KeptElsewhere.Is(visit.Account.User, applications.Table.Applications),
        application.CodesAsked != CodesAsked.Off,
        HttpMethods.IsGet(visit.Http.Request.Method) && visit.Http.Request.Query.ContainsKey("done"),
        []);
}

/// <param name="IsElsewhere">A directory checks it: it cannot be changed here.</param>
/// <param name="AsksForCode">Of whoever has a second factor.</param>
/// <param name="IsDone">It has just been changed.</param>
internal sealed record ChangePasswordForm(string Username, bool IsElsewhere, bool AsksForCode, bool IsDone, IReadOnlyList<string> Objections);
