using Zaguan.Login;
using Zaguan.OneTimeCodes;
using Zaguan.Storage;

namespace Zaguan.Admin.Entering;

/// <summary>Entering, leaving, the first administrator, the second factor, and in which language.</summary>
internal static class EnteringRoutes
{
    private static readonly TimeSpan LanguageIsKept = TimeSpan.FromDays(365);

    public static void MapEntering(this WebApplication app)
    {
        var services = app.Services;
        var (database, admins, sessions, secondFactor) = (services.GetRequiredService<Database>(), services.GetRequiredService<AdminStore>(), services.GetRequiredService<AdminSessions>(), services.GetRequiredService<SecondFactor>());
        var (enter, begin) = (services.GetRequiredService<EnterEndpoint>(), services.GetRequiredService<BeginEndpoint>());

        app.Page(ConsoleRoutes.Enter, null, visit => Task.FromResult<IResult>(visit.Session is null ? ShowEnter(visit, null) : ConsoleDoor.Go(visit, ConsoleRoutes.Home)));
        app.Act(ConsoleRoutes.Enter, null, async visit =>
        {
            // Whoever has entered and enters again is somebody new: nothing of the session before goes on.
            var entrance = await enter.AnswerAsync(visit with { Session = null });
            var returnTo = await FieldAsync(visit, ConsoleRoutes.ReturnTo);
            if (entrance.Token is not { } token)
            {
                return ShowEnter(visit, entrance, returnTo);
            }

            if (visit.Session is { } before)
            {
                await database.WriteAsync(db => AdminSessions.EndAsync(db, before));
            }

            AdminCookie.Set(visit.Http, token);
            return ConsoleDoor.Go(visit, ConsoleDoor.LocalPath(returnTo));
        });
        app.Page(ConsoleRoutes.Confirm, AdminRole.Auditor, visit => Task.FromResult<IResult>(ShowConfirm(visit, null)));
        app.Act(ConsoleRoutes.Confirm, AdminRole.Auditor, async visit =>
        {
            var entrance = await enter.AnswerAsync(visit);
            var returnTo = await FieldAsync(visit, ConsoleRoutes.ReturnTo);
            return entrance.Outcome == Outcome.Granted ? ConsoleDoor.Go(visit, ConsoleDoor.LocalPath(returnTo)) : ShowConfirm(visit, entrance, returnTo);
        });
        app.Act(ConsoleRoutes.Leave, AdminRole.Auditor, async visit =>
        {
            await database.WriteAsync(async db =>
            {
                await AuditLog.AppendAsync(db, visit.Audit(AuditActions.Left, visit.Admin.Name));
                return await AdminSessions.EndAsync(db, visit.Session!);
            });
            AdminCookie.Clear(visit.Http);
            return ConsoleDoor.Go(visit, ConsoleRoutes.Enter);
        });
        app.Act(ConsoleRoutes.Language, null, async visit =>
        {
            var language = string.Equals(await FieldAsync(visit, "language"), "en", StringComparison.Ordinal) ? "en" : "es";
            visit.Http.Response.Cookies.Append(Visit.LanguageCookie, language, new() { HttpOnly = true, Secure = visit.Http.Request.IsHttps, SameSite = SameSiteMode.Lax, Path = "/zaguan", MaxAge = LanguageIsKept });
            return ConsoleDoor.Go(visit, ConsoleDoor.LocalPath(await FieldAsync(visit, ConsoleRoutes.ReturnTo)));
        });
        app.Page(ConsoleRoutes.Begin, null, begin.ShowAsync);
        app.Act(ConsoleRoutes.Begin, null, begin.AnswerAsync);
        app.Page(ConsoleRoutes.SecondFactor, AdminRole.Auditor, visit => ShowSecondFactorAsync(visit, sessions, secondFactor, isWrong: false));
        app.Act(ConsoleRoutes.SecondFactor, AdminRole.Auditor, visit => SetSecondFactorAsync(visit, database, sessions, secondFactor));
    }

    private static Page ShowEnter(Visit visit, Entrance? entrance, string? returnTo = null)
    {
        Hurry(visit, entrance);
        return Page.Of<EnterPage>(visit, new EnterForm(Refusals.Say(visit, entrance), returnTo ?? visit.Http.Request.Query[ConsoleRoutes.ReturnTo], false), Refusals.Status(entrance));
    }

    private static Page ShowConfirm(Visit visit, Entrance? entrance, string? returnTo = null)
    {
        Hurry(visit, entrance);
        return Page.Of<EnterPage>(visit, new EnterForm(Refusals.Say(visit, entrance), returnTo ?? visit.Http.Request.Query[ConsoleRoutes.ReturnTo], true), Refusals.Status(entrance));
    }

    private static void Hurry(Visit visit, Entrance? entrance)
    {
        if (entrance is { RetryAfter: { TotalSeconds: > 0 and var seconds } })
        {
            visit.Http.Response.Headers.RetryAfter = Math.Ceiling(seconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private static async Task<IResult> ShowSecondFactorAsync(Visit visit, AdminSessions sessions, SecondFactor secondFactor, bool isWrong)
    {
        if (!visit.Session!.LacksSecondFactor)
        {
            return ConsoleDoor.Go(visit, ConsoleRoutes.Home);
        }

        using var secret = visit.Session.Row.PendingCodeSecret is { } pending ? secondFactor.Open(pending, visit.Admin) : OneTimeCode.NewSecret();
        if (visit.Session.Row.PendingCodeSecret is null)
        {
            // Two pages that are loaded at once show two images, and the first one's secret is the one.
            await sessions.SetPendingAsync(visit.Session, await secondFactor.SealAsync(secret, visit.Admin));
        }

        return Page.Of<SecondFactorPage>(visit, new SecondFactorForm(CodeImage.Of(secret, visit.Admin.Name, "Zaguan"), OneTimeCode.Base32(secret), isWrong));
    }

    private static async Task<IResult> SetSecondFactorAsync(Visit visit, Database database, AdminSessions sessions, SecondFactor secondFactor)
    {
        if (!visit.Session!.LacksSecondFactor || visit.Session.Row.PendingCodeSecret is not { } pending)
        {
            return ConsoleDoor.Go(visit, ConsoleRoutes.SecondFactor);
        }

        using var secret = secondFactor.Open(pending, visit.Admin);
        if (OneTimeCode.StepOf(secret, await FieldAsync(visit, "code"), visit.Now) is not { } step)
        {
            return await ShowSecondFactorAsync(visit, sessions, secondFactor, isWrong: true);
        }

        var codes = OneTimeCode.NewRecoveryCodes();
        var token = AdminSessions.NewToken();
        var isSet = await database.WriteAsync(async db =>
        {
            if (!await AdminStore.SetSecondFactorAsync(db, visit.Admin, pending, step, codes.Select(c => OneTimeCode.HashOfRecoveryCode(c)!)))
            {
                return false;
            }

            await sessions.OpenAsync(db, visit.Admin, token);
            await AuditLog.AppendAsync(db, visit.Audit(AuditActions.SecondFactorSet, visit.Admin.Name));
            return true;
        });
        if (!isSet)
        {
            return ConsoleDoor.Go(visit, ConsoleRoutes.Home);
        }

        AdminCookie.Set(visit.Http, token);
        return Page.Of<RecoveryCodesPage>(visit, new RecoveryCodes(codes));
    }

    internal static async Task<string> FieldAsync(Visit visit, string name) => visit.Http.Request.HasFormContentType ? (await visit.Http.Request.ReadFormAsync())[name].ToString() : "";
}

/// <summary>How it is said that somebody may not enter. Unknown, wrong password, wrong code, disabled: one sentence.</summary>
internal static class Refusals
{
    public static string? Say(Visit visit, Entrance? entrance) => entrance is null ? null : entrance.Outcome switch
    {
        Outcome.Granted => null,
        Outcome.Locked or Outcome.Throttled => visit.Say(
            $"Demasiados intentos. Vuelva a intentarlo dentro de {Math.Max(1, (int)Math.Ceiling(entrance.RetryAfter.TotalMinutes))} min.",
            $"Too many attempts. Try again in {Math.Max(1, (int)Math.Ceiling(entrance.RetryAfter.TotalMinutes))} min."),
        Outcome.Busy => visit.Say("Zaguán está ocupado. Vuelva a intentarlo dentro de un momento.", "Zaguan is busy. Try again in a moment."),
        Outcome.UnknownUser or Outcome.WrongPassword or Outcome.WrongCode or Outcome.Inactive => visit.Say(
            "El nombre, la contraseña o el código no son correctos. Cada código vale una sola vez.",
            "The name, the password or the code is not right. Each code is good once."),
        Outcome.Failed or Outcome.Unavailable or Outcome.SourceNotAllowed or Outcome.SourceUnavailable or Outcome.SourceUnclear or Outcome.LockedAtSource or Outcome.PasswordExpired
            or Outcome.PasswordMustChange or Outcome.Malformed or Outcome.Invalid => visit.Say("No se ha podido comprobar quién es. Mire el registro del servidor.", "Who you are could not be checked. Look at the server's log."),
    };

    public static int Status(Entrance? entrance) => entrance is null ? StatusCodes.Status200OK : entrance.Outcome switch
    {
        Outcome.Granted => StatusCodes.Status200OK,
        Outcome.Locked or Outcome.Throttled => StatusCodes.Status429TooManyRequests,
        Outcome.Busy => StatusCodes.Status503ServiceUnavailable,
        Outcome.UnknownUser or Outcome.WrongPassword or Outcome.WrongCode or Outcome.Inactive => StatusCodes.Status401Unauthorized,
        Outcome.Failed or Outcome.Unavailable or Outcome.SourceNotAllowed or Outcome.SourceUnavailable or Outcome.SourceUnclear or Outcome.LockedAtSource or Outcome.PasswordExpired
            or Outcome.PasswordMustChange or Outcome.Malformed or Outcome.Invalid => StatusCodes.Status500InternalServerError,
    };
}
