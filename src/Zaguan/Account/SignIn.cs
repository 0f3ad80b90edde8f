using Zaguan.Admin;
using Zaguan.Admin.Entering;
using Zaguan.Applications;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.OneTimeCodes;
using Zaguan.Sources;

namespace Zaguan.Account;

/// <summary>How a user signs in to My account: a login of the application like any other (Login/LoginEndpoint.cs), which opens a session of My account and no other.</summary>
internal sealed class SignIn(Attempts attempts, AccountSessions sessions, ServerSideCallers callers, LoginWitness witness)
{
    /// <summary>Bytes of an identifier or a password; a login has no longer ones.</summary>
    private const int Longest = RequestReader.LargestBody;

    public async Task<IResult> AnswerAsync(Visit visit, Application application)
    {
        // 1. Read the form, as the contract reads a request.
        var written = await EnteringRoutes.FieldAsync(visit, "identifier");
        using var password = Secret.FromText(await EnteringRoutes.FieldAsync(visit, "password"));
        var wantsDirectory = await EnteringRoutes.FieldAsync(visit, "directory") is { Length: > 0 };
        if (password.Length is 0 or > Longest || written.Length > Longest || application.Contract.Decoder.ReadIdentifier(written) is not { } identifier)
        {
            return Again(visit, application, StatusCodes.Status400BadRequest, visit.Say("Escriba el usuario y la contraseña con los que entra en la aplicación.", "Write the user name and the password with which you log in to the application."));
        }

        using var attempt = NewAttempt(visit, application, identifier, password, wantsDirectory);

        // 2. Find whom the identifier means, and charge the account and the address before anything is verified.
        var user = await attempts.FindAsync(attempt);
        var charging = await attempts.ChargeAsync(attempt, user, visit.Http.RequestAborted);

        // 3. Verify. From here on nothing is cancelled.
        var verdict = await attempts.VerifyAsync(attempt, user, charging);

        // 4. Settle the budgets, record the attempt and open the session. Nothing of a session before goes on.
        var token = AdminSessions.NewToken();
        var record = await attempts.RecordAsync(attempt, user, verdict, charging.Charge, async (db, granted, _) =>
        {
            if (AccountCookie.Read(visit.Http.Request) is { } before)
            {
                await AccountSessions.EndAsync(db, before);
            }

            await sessions.OpenAsync(db, granted, application.Name, identifier, token);
            return token;
        });
        witness.Answered(application, record.Outcome);
        if (record.Opened is null)
        {
            return Again(visit, application, AccountRefusals.Status(visit, record.Outcome, charging.RetryAfter), AccountRefusals.Say(visit, record.Outcome, charging.RetryAfter));
        }

        AccountCookie.Set(visit.Http, token);
        return ConsoleDoor.Go(visit, visit.Home);
    }

    /// <summary>An attempt of whoever looks at a page.</summary>
    /// <param name="codesAsked">Of whom a code is asked; null: as the application says.</param>
    public Attempt NewAttempt(Visit visit, Application application, string identifier, Secret password, bool wantsDirectory, CodesAsked? codesAsked = null)
    {
        var client = Client.Of(visit.Http);
        return new(application, identifier, password, wantsDirectory, client, witness.Now)
        {
            Sender = callers.SenderOf(client.Address),
            Node = witness.Node,
            // Where everybody needs a code, this is where those who have no second factor set one up.
            CodesAsked = codesAsked ?? (application.CodesAsked == CodesAsked.Required ? CodesAsked.Optional : application.CodesAsked),
        };
    }

    private static Page Again(Visit visit, Application application, int status, string? refusal) => Page.Of<SignInPage>(visit with { Account = null }, SignInForm.Of(application) with { Refusal = refusal }, status);
}

/// <param name="AsksForDirectory">The contract's clients say whether a directory checks the password; here the user does.</param>
/// <param name="AsksForCode">Of whoever has a second factor.</param>
/// <param name="Refusal">Why it was not taken; null: it is shown for the first time.</param>
internal sealed record SignInForm(string Application, bool AsksForDirectory, bool AsksForCode, string? Refusal)
{
    public static SignInForm Of(Application application) => new(application.Name, application.Contract.AsksForDirectories && application.Sources.Contains(Source.Ldap), application.CodesAsked != CodesAsked.Off, null);
}

/// <summary>How it is said that a password was not taken. Unknown, wrong, disabled: one sentence.</summary>
internal static class AccountRefusals
{
    public static string? Say(Visit visit, Outcome outcome, TimeSpan retryAfter) => outcome switch
    {
        Outcome.Granted => null,
        Outcome.Locked or Outcome.Throttled => visit.Say(
            $"Demasiados intentos. Vuelva a intentarlo dentro de {Math.Max(1, (int)Math.Ceiling(retryAfter.TotalMinutes))} min.",
            $"Too many attempts. Try again in {Math.Max(1, (int)Math.Ceiling(retryAfter.TotalMinutes))} min."),
        Outcome.UnknownUser or Outcome.WrongPassword or Outcome.WrongCode or Outcome.Inactive or Outcome.LockedAtSource or Outcome.SourceNotAllowed => visit.Say(
            "El usuario o la contraseña no son correctos.", "The user name or the password is not right."),
        Outcome.PasswordExpired or Outcome.PasswordMustChange => visit.Say(
            "Su contraseña ha caducado. Cámbiela donde la cambia siempre, y vuelva.", "Your password has expired. Change it where you always do, and come back."),
        Outcome.Busy or Outcome.Unavailable or Outcome.SourceUnavailable or Outcome.SourceUnclear => visit.Say(
            "Ahora no se puede comprobar. Vuelva a intentarlo dentro de un momento.", "It cannot be checked now. Try again in a moment."),
        Outcome.Failed or Outcome.Malformed or Outcome.Invalid => visit.Say(
            "Algo ha fallado. Dígaselo a quien lleva el sistema.", "Something failed. Tell whoever runs the system."),
    };

    /// <summary>And the header that says when to come back.</summary>
    public static int Status(Visit visit, Outcome outcome, TimeSpan retryAfter)
    {
        if (outcome is Outcome.Locked or Outcome.Throttled)
        {
            visit.Http.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(retryAfter.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return outcome switch
        {
            Outcome.Granted => StatusCodes.Status200OK,
            Outcome.Locked or Outcome.Throttled => StatusCodes.Status429TooManyRequests,
            Outcome.UnknownUser or Outcome.WrongPassword or Outcome.WrongCode or Outcome.Inactive or Outcome.LockedAtSource or Outcome.SourceNotAllowed or Outcome.PasswordExpired or Outcome.PasswordMustChange => StatusCodes.Status401Unauthorized,
            Outcome.Busy or Outcome.Unavailable or Outcome.SourceUnavailable or Outcome.SourceUnclear => StatusCodes.Status503ServiceUnavailable,
            Outcome.Failed or Outcome.Malformed or Outcome.Invalid => StatusCodes.Status500InternalServerError,
        };
    }
}
