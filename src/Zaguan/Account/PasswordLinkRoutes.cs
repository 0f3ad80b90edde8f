using Zaguan.Admin;
using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;
using Zaguan.Admin.UserPages;
using Zaguan.Applications;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Users;

namespace Zaguan.Account;

/// <summary>Where a link leads by which somebody sets a password. Nobody needs to have entered: whoever has the link may.</summary>
internal static class PasswordLinkRoutes
{
    public const string Password = "/zaguan/password";

    /// <summary>In the query of the link.</summary>
    public const string Link = "link";

    public static void MapPasswordLinks(this WebApplication app)
    {
        var setting = app.Services.GetRequiredService<PasswordSetting>();
        app.UserPage(Password, setting.ShowAsync);
        app.UserAct(Password, setting.AnswerAsync);
    }

    /// <summary>Path and query of a link.</summary>
    public static string PathOf(string link) => $"{Password}?{Link}={link}";
}

/// <summary>Somebody who has a link sets a password.</summary>
internal sealed class PasswordSetting(PasswordLinks links, RunningApplications applications, HashGate gate, ServerSideCallers callers, Setup setup)
{
    /// <summary>Carries the link from the address, where histories and proxies would keep it, to the page.</summary>
    private const string Cookie = "zaguan-password-link";

    private static readonly TimeSpan CookieLasts = TimeSpan.FromHours(1);

    public async Task<IResult> ShowAsync(Visit visit)
    {
        if (visit.Http.Request.Query[PasswordLinkRoutes.Link].ToString() is { Length: > 0 and <= 64 } link)
        {
            visit.Http.Response.Cookies.Append(Cookie, link, CookieOptions(visit));
            return ConsoleDoor.Go(visit, PasswordLinkRoutes.Password);
        }

        var carried = visit.Http.Request.Cookies[Cookie] ?? "";
        return await links.FindAsync(carried) is { } user ? Page.Of<SetPasswordPage>(visit, new SetPasswordForm(carried, user, [])) : OfNoLink(visit);
    }

    public async Task<IResult> AnswerAsync(Visit visit)
    {
        var link = await EnteringRoutes.FieldAsync(visit, PasswordLinkRoutes.Link);
        // Whoever has no link makes nobody hash.
        if (await links.FindAsync(link) is not { } user)
        {
            return OfNoLink(visit);
        }

        using var password = Secret.FromText(await EnteringRoutes.FieldAsync(visit, "password"));
        var objections = await NewPasswords.ObjectionsToFormAsync(visit, setup, password, user);
        if (objections.Count > 0)
        {
            return Page.Of<SetPasswordPage>(visit, new SetPasswordForm(link, user, objections), StatusCodes.Status400BadRequest);
        }

        if (await gate.HashAsync(callers.SenderOf(Client.Of(visit.Http).Address), password) is not { } stored)
        {
            return Page.Of<SetPasswordPage>(visit, new SetPasswordForm(link, user, [NewPasswords.Busy(visit)]), StatusCodes.Status503ServiceUnavailable);
        }

        var called = UserRoutes.Called(user);
        if (!await links.UseAsync(link, user, stored, applications.Table.Applications, visit.Audit(AuditActions.PasswordLinkUsed, called) with { Who = called }))
        {
            return OfNoLink(visit);
        }

        visit.Http.Response.Cookies.Delete(Cookie, CookieOptions(visit));
        return Page.Of<SayingPage>(visit, new Saying(
            visit.Say("Su contraseña está puesta", "Your password is set"),
            visit.Say("Desde ahora entre con ella. Las sesiones que estaban abiertas se han cerrado.", "Log in with it from now on. Sessions that were open have ended."),
            applications.Table.Applications.FirstOrDefault(a => a.HasAccount && string.Equals(a.Realm, user.Realm, StringComparison.Ordinal)) is { } application ? AccountRoutes.PathOf(application.Name) : null,
            visit.Say("Entrar en mi cuenta", "Sign in to my account")));
    }

    /// <summary>Strict would not be sent back on the way from a mail to the page.</summary>
    private static CookieOptions CookieOptions(Visit visit) => new() { HttpOnly = true, Secure = visit.Http.Request.IsHttps, SameSite = SameSiteMode.Lax, Path = PasswordLinkRoutes.Password, MaxAge = CookieLasts };

    /// <summary>Used, over, void or invented: which, is not told.</summary>
    private static Page OfNoLink(Visit visit) => Page.Of<SayingPage>(
        visit,
        new Saying(
            visit.Say("Este enlace no vale", "This link is no good"),
            visit.Say("Ya se usó, ha pasado su tiempo, o hay otro más nuevo. Pida otro a quien se lo dio.", "It was used, its time is over, or there is a newer one. Ask whoever gave it to you for another.")),
        StatusCodes.Status410Gone);
}

/// <param name="Objections">What speaks against what was written; empty: it is shown for the first time.</param>
internal sealed record SetPasswordForm(string Link, User User, IReadOnlyList<string> Objections);
