using Zaguan.Applications;
using Zaguan.AspNetCore.Jws;
using Zaguan.Operations;
using Zaguan.Storage;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.BackEnds;

/// <summary>What becomes of a request that a proxy asks about.</summary>
internal enum Verdict
{
    Passes,

    /// <summary>It brings nothing that is good: 401.</summary>
    NoSession,

    /// <summary>Another site made the browser send it: 403.</summary>
    ForeignOrigin,

    /// <summary>The rules do not let this role do that: 403.</summary>
    Forbidden,

    /// <summary>There are rules, and the proxy does not tell clearly what is asked for: 403.</summary>
    Unclear,
}

/// <summary>Forward-auth: a proxy asks before each request whether it may pass, and for whom it stands. /zaguan/verify?application=NAME</summary>
internal sealed class VerifyEndpoint(RunningApplications applications, Identities identities, TimeProvider clock, ILogger<VerifyEndpoint> logger)
{
    private readonly Pauses pauses = new(clock);

    public async Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Query["application"] is not [{ Length: > 0 } name])
        {
            await SayAsync(http, StatusCodes.Status400BadRequest, "Which application? The proxy asks for /zaguan/verify?application=NAME.");
        }
        else if (applications.Table.Find(name) is not { } application)
        {
            await SayAsync(http, StatusCodes.Status404NotFound, "No application of that name is configured; see the parameter \"application\" in the proxy's configuration.");
        }
        else
        {
            await AnswerAsync(http, application);
        }
    }

    private async Task AnswerAsync(HttpContext http, Application application)
    {
        try
        {
            var (verdict, caller) = await JudgeAsync(http.Request, application);
            logger.Verified(application.Name, verdict);
            if (caller is not null && verdict != Verdict.Passes && pauses.Times($"{application.Name} {verdict} {caller.User.Id}") is > 0 and var times)
            {
                logger.RequestRefused(application.Name, caller.User.Id, verdict, times);
            }

            switch (verdict)
            {
                case Verdict.Passes:
                    foreach (var (header, value) in application.Guard.Headers.Of(caller!.User, caller.Session))
                    {
                        http.Response.Headers[header] = value;
                    }

                    break;
                case Verdict.NoSession:
                    http.Response.StatusCode = StatusCodes.Status401Unauthorized;
                    http.Response.Headers.WWWAuthenticate = "Bearer";
                    break;
                case Verdict.ForeignOrigin:
                    await SayAsync(http, StatusCodes.Status403Forbidden, "Neither Origin, nor Sec-Fetch-Site, nor Referer tells that a page of this site sent the request.");
                    break;
                case Verdict.Forbidden:
                    await SayAsync(http, StatusCodes.Status403Forbidden, "A rule of the application does not let the user's role do this.");
                    break;
                case Verdict.Unclear:
                    await SayAsync(http, StatusCodes.Status403Forbidden, "The application has rules, and X-Forwarded-Method or X-Forwarded-Uri is missing, or has more than one reading.");
                    break;
                default:
                    throw new InvalidOperationException($"Verdict {verdict}");
            }
        }
        catch (DatabaseUnavailableException e)
        {
            // Not being able to ask is never "not good".
            logger.NotVerified(application.Name, e.Message);
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            http.Response.Headers.RetryAfter = "5";
        }
    }

    private async Task<(Verdict Verdict, Caller? Caller)> JudgeAsync(HttpRequest request, Application application)
    {
        var original = OriginalRequest.Of(request);
        if (await IdentifyAsync(request, application) is not { } caller)
        {
            return (Verdict.NoSession, null);
        }

        if (caller.ByCookie && !original.IsSafe && !RequestOrigin.IsOurs(request.Headers, original.Scheme, original.Host, application.AllowedOrigins))
        {
            return (Verdict.ForeignOrigin, caller);
        }

        var verdict = application.Guard.Rules.Judge(original.Method, original.Target, caller.User.RoleName) switch
        {
            RuleVerdict.Permitted => Verdict.Passes,
            RuleVerdict.Forbidden => Verdict.Forbidden,
            RuleVerdict.Unclear => Verdict.Unclear,
        };
        return (verdict, caller);
    }

    /// <summary>By the token, good or not, or else by the cookie.</summary>
    private async Task<Caller?> IdentifyAsync(HttpRequest request, Application application)
    {
        if (application.Tokens is { } tokens && AuthorizationHeader.Token(request.Headers.Authorization, tokens.AcceptsRaw) is { } token)
        {
            // A token of the old system may be good and name nobody here: there would be nobody to tell the back-end of.
            return await identities.OfTokenAsync(application, token) is { User: { } user } identity ? new(user, identity.SessionId, ByCookie: false) : null;
        }

        return application.Cookie?.HashIn(request.Headers.Cookie) is { } hash && await identities.OfCookieAsync(application, hash) is { } found
            ? new(found.User, found.Session.Id, ByCookie: true)
            : null;
    }

    private static Task SayAsync(HttpContext http, int status, string sentence)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync($"{sentence}\n");
    }

    /// <param name="Session">Null: a token of the old system.</param>
    private sealed record Caller(User User, string? Session, bool ByCookie);
}

internal static partial class VerifyLog
{
    [LoggerMessage(EventId = 1711, Level = LogLevel.Debug, Message = "{Application}: a proxy asked whether a request may pass: {Verdict}")]
    public static partial void Verified(this ILogger logger, string application, Verdict verdict);

    [LoggerMessage(EventId = 1713, Level = LogLevel.Information, Message = "{Application}: a proxy was told not to let a request of the user {UserId} pass ({Times} times since this was last said): {Verdict}")]
    public static partial void RequestRefused(this ILogger logger, string application, string userId, Verdict verdict, long times);

    [LoggerMessage(EventId = 1712, Level = LogLevel.Error, Message = "{Application}: a proxy could not be told whether a request may pass: {Problem}")]
    public static partial void NotVerified(this ILogger logger, string application, string problem);
}
