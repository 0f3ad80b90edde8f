using System.Text;
using Microsoft.Extensions.Primitives;
using Zaguan.Applications;
using Zaguan.AspNetCore.Jws;
using Zaguan.Storage;

namespace Zaguan.BackEnds;

/// <summary>What back-ends ask, each with its key: about a token, that a session ends, what was revoked. And what the proxies before them ask.</summary>
internal static class BackEndRoutes
{
    public const string Introspection = "/zaguan/introspect";
    public const string Revocation = "/zaguan/revoke";
    public const string Feed = "/zaguan/revocations";
    public const string Verification = "/zaguan/verify";
    public const string Logout = "/zaguan/logout";

    public static void MapBackEnds(this WebApplication app)
    {
        app.MapPost(Introspection, (HttpContext http, IntrospectionEndpoint endpoint, BackEndDoor door) => door.AdmitAsync(http, application => endpoint.AnswerAsync(http, application)));
        app.MapPost(Revocation, (HttpContext http, RevocationEndpoint endpoint, BackEndDoor door) => door.AdmitAsync(http, application => endpoint.AnswerAsync(http, application)));
        app.MapGet(Feed, (HttpContext http, RevocationFeedEndpoint feed, BackEndDoor door) => door.AdmitAsync(http, application => feed.AnswerAsync(http, application)));
        // Without a key: what it tells, it tells about the credentials that it is shown. With any method: some proxies ask with the client's own.
        app.Map(Verification, (HttpContext http, VerifyEndpoint endpoint) => endpoint.AnswerAsync(http));
        app.Map(Logout, (HttpContext http, LogoutEndpoint endpoint) => endpoint.AnswerAsync(http));
    }
}

/// <summary>Lets in whoever has the key of a back-end, to the application that it belongs to.</summary>
internal sealed class BackEndDoor(BackEndStore backEnds, RunningApplications applications, ILogger<BackEndDoor> logger)
{
    private const string Basic = "Basic ";

    public async Task AdmitAsync(HttpContext http, Func<Application, Task> answer)
    {
        try
        {
            var backEnd = Key(http.Request.Headers.Authorization) is { } key ? await backEnds.FindByKeyAsync(key) : null;
            if (backEnd is null)
            {
                http.Response.StatusCode = StatusCodes.Status401Unauthorized;
                http.Response.Headers.WWWAuthenticate = "Bearer, Basic realm=\"zaguan\"";
                return;
            }

            if (applications.Table.Find(backEnd.Application) is not { } application)
            {
                logger.ApplicationIsGone(backEnd.Name, backEnd.Application);
                http.Response.StatusCode = StatusCodes.Status403Forbidden;
                return;
            }

            await answer(application);
        }
        catch (DatabaseUnavailableException e)
        {
            // Not being able to ask is never "not good".
            logger.BackEndNotAnswered(e.Message);
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            http.Response.Headers.RetryAfter = "5";
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone.
        }
    }

    /// <summary>As a bearer token, or as the password of HTTP Basic (RFC 7617), which is how OAuth clients say it.</summary>
    private static string? Key(StringValues header)
    {
        if (AuthorizationHeader.Token(header, acceptsRaw: true) is not { } value || !value.StartsWith(Basic, StringComparison.OrdinalIgnoreCase))
        {
            return AuthorizationHeader.Token(header, acceptsRaw: false);
        }

        var pair = new byte[value.Length];
        var text = Convert.TryFromBase64String(value[Basic.Length..].Trim(), pair, out var length) ? Encoding.UTF8.GetString(pair, 0, length) : "";
        return text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? text[(colon + 1)..] : null;
    }
}

internal static partial class BackEndsLog
{
    [LoggerMessage(EventId = 1701, Level = LogLevel.Error, Message = "The back-end {BackEnd} belongs to the application {Application}, which is not configured")]
    public static partial void ApplicationIsGone(this ILogger logger, string backEnd, string application);

    [LoggerMessage(EventId = 1702, Level = LogLevel.Error, Message = "A back-end could not be answered: {Problem}")]
    public static partial void BackEndNotAnswered(this ILogger logger, string problem);
}
