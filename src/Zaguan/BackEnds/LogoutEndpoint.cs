using Microsoft.AspNetCore.Cors.Infrastructure;
using Zaguan.Applications;
using Zaguan.AspNetCore.Jws;
using Zaguan.Login;
using Zaguan.Storage;
using Zaguan.Tokens;

namespace Zaguan.BackEnds;

/// <summary>
/// Ends the sessions of a request's cookies and of its bearer token, and takes the cookies away: POST /zaguan/logout, of one application
/// with ?application=NAME. There may be nothing to end: that is answered alike.
/// </summary>
internal sealed class LogoutEndpoint(RunningApplications applications, Identities identities, RevocationStore revocations, Revocations known, ICorsService cors, ILogger<LogoutEndpoint> logger)
{
    public async Task AnswerAsync(HttpContext http)
    {
        if (!TryFindApplications(http.Request.Query["application"], out var named))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        // Of one application it is known which other origins may ask.
        if (named is [var only] && LoginRoutes.AnswerCors(http, only, cors))
        {
            return;
        }

        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = HttpMethods.Post;
            return;
        }

        try
        {
            await AnswerAsync(http, named);
        }
        catch (DatabaseUnavailableException e)
        {
            // The cookie stays too: the session behind it lives, and it takes the cookie to end it.
            logger.NotLoggedOut(e.Message);
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            http.Response.Headers.RetryAfter = "5";
        }
    }

    private async Task AnswerAsync(HttpContext http, IReadOnlyList<Application> named)
    {
        var (headers, host) = (http.Request.Headers, http.Request.Host.Value);
        var withCookie = named.Where(a => a.Cookie?.IsIn(headers.Cookie) ?? false).ToList();
        // The scheme is left out: what ends TLS before Zaguan may not be trusted to tell it.
        if (withCookie.Exists(a => !RequestOrigin.IsOurs(headers, scheme: null, host, a.AllowedOrigins)))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        foreach (var application in withCookie)
        {
            if (application.Cookie!.HashIn(headers.Cookie) is { } hash && await identities.OfCookieAsync(application, hash, toEnd: true) is { } identity)
            {
                await revocations.RevokeSessionAsync(identity.Session.Id);
                await known.RefreshAsync();
            }
        }

        foreach (var application in named.Where(a => a.Tokens is not null))
        {
            if (AuthorizationHeader.Token(headers.Authorization, application.Tokens!.AcceptsRaw) is { } token && await identities.OfTokenAsync(application, token, toEnd: true) is { } identity)
            {
                await revocations.RevokeAsync(application.Name, identity);
                await known.RefreshAsync();
            }
        }

        foreach (var application in withCookie)
        {
            application.Cookie!.Clear(http.Response);
        }

        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>The one that is named, or all.</summary>
    private bool TryFindApplications(Microsoft.Extensions.Primitives.StringValues name, out IReadOnlyList<Application> found)
    {
        found = name.Count == 0 ? applications.Table.Applications : name is [{ } one] && applications.Table.Find(one) is { } application ? [application] : [];
        return found.Count > 0;
    }
}

internal static partial class LogoutLog
{
    [LoggerMessage(EventId = 1721, Level = LogLevel.Error, Message = "Somebody could not be logged out: {Problem}")]
    public static partial void NotLoggedOut(this ILogger logger, string problem);
}
