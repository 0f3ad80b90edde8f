using System.Security.Cryptography;
using System.Text;
using Zaguan.Admin.Pages;
using Zaguan.Storage;

namespace Zaguan.Admin;

/// <summary>What a route of the console asks of whoever comes: what a test enumerates.</summary>
/// <param name="Least">Null: nobody needs to have entered.</param>
/// <param name="Acts">It changes something, and takes only forms of our own pages.</param>
/// <param name="IsDangerous">Password and code must have been given a moment ago.</param>
/// <param name="IsForUsers">It is a page for users of applications: whether an administrator has entered in the same browser does not matter.</param>
/// <param name="TakesFile">Its form brings one (<see cref="Upload"/>), which whoever reads it bounds.</param>
internal sealed record ConsoleAccess(AdminRole? Least, bool Acts, bool IsDangerous, bool IsForUsers = false, bool TakesFile = false);

/// <summary>
/// Stands before every route of the console. A page is shown to whoever may see it; an act is done for whoever may do it and sends a form that
/// our own page has made: it comes from this very site (Fetch Metadata, Origin) and brings the session's token.
/// </summary>
internal sealed class ConsoleDoor(AdminSessions sessions, TimeProvider clock, ILogger<ConsoleDoor> logger)
{
    public const string FormTokenField = "_form";
    public const string FormTokenHeader = "X-Zaguan-Form";

    /// <summary>Pages that ask by themselves for what is new bring it (hx-headers).</summary>
    public const string WatchingHeader = "X-Zaguan-Watching";

    /// <summary>Of a form; nobody types more.</summary>
    private const long LargestForm = 64 * 1024;

    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public async Task AnswerAsync(HttpContext http, ConsoleAccess access, Func<Visit, Task<IResult>> answer)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        // With no-referrer a browser would not say either from where a form comes.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.Vary = "Cookie, Accept-Language, HX-Request";
        var visit = new Visit(http, Visit.LanguageOf(http.Request), null, clock.GetUtcNow()) { IsForUsers = access.IsForUsers };
        try
        {
            if (http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
            {
                body.MaxRequestBodySize = access.TakesFile && Upload.Is(http.Request) ? null : LargestForm;
            }

            visit = visit with { Session = !access.IsForUsers && AdminCookie.Read(http.Request) is { } token ? await sessions.FindAsync(token, isUse: !http.Request.Headers.ContainsKey(WatchingHeader)) : null };
            var result = await AdmitAsync(visit, access) ?? await answer(visit);
            if (visit.Session is not null && result is IStatusCodeHttpResult { StatusCode: StatusCodes.Status403Forbidden })
            {
                logger.ConsoleRefused(visit.Admin.Name, http.Request.Method, (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText);
            }

            await result.ExecuteAsync(http);
        }
        catch (DatabaseUnavailableException e)
        {
            logger.ConsoleNotAnswered(e.Message);
            await Page.Of<SayingPage>(visit, Saying.OfNoDatabase(visit), StatusCodes.Status503ServiceUnavailable).ExecuteAsync(http);
        }
        catch (Exception e) when (e is BadHttpRequestException or InvalidDataException)
        {
            // Too large, broken off, or more fields than any form of ours has.
            await Page.Of<SayingPage>(visit, Saying.OfBadRequest(visit), (e as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest).ExecuteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone.
        }
        catch (Exception e)
        {
            // The one boundary at which a fault of ours becomes a page.
            logger.ConsoleFailed(visit.Path, e);
            if (!http.Response.HasStarted)
            {
                await Page.Of<SayingPage>(visit, Saying.OfFault(visit), StatusCodes.Status500InternalServerError).ExecuteAsync(http);
            }
        }
    }

    /// <summary>Null: come in.</summary>
    private static async Task<IResult?> AdmitAsync(Visit visit, ConsoleAccess access)
    {
        if (access.Acts && !IsFromHere(visit.Http.Request))
        {
            return Page.Of<SayingPage>(visit, Saying.OfForeignForm(visit), StatusCodes.Status403Forbidden);
        }

        if (access.Least is not { } least)
        {
            return null;
        }

        if (visit.Session is not { } session)
        {
            return Go(visit, access.Acts ? ConsoleRoutes.Enter : $"{ConsoleRoutes.Enter}?{ConsoleRoutes.ReturnTo}={Uri.EscapeDataString(visit.WantsPiece ? PageBehind(visit) : visit.PathAndQuery)}");
        }

        if (session.LacksSecondFactor && !visit.Path.Equals(ConsoleRoutes.SecondFactor, StringComparison.Ordinal) && !visit.Path.Equals(ConsoleRoutes.Leave, StringComparison.Ordinal))
        {
            return Go(visit, ConsoleRoutes.SecondFactor);
        }

        if (!visit.May(least))
        {
            return Page.Of<SayingPage>(visit, Saying.OfMissingRole(visit, least), StatusCodes.Status403Forbidden);
        }

        if (access.Acts && !await BringsTokenAsync(visit.Http.Request, session.FormToken, access.TakesFile))
        {
            return Page.Of<SayingPage>(visit, Saying.OfForeignForm(visit), StatusCodes.Status403Forbidden);
        }

        // The page behind which the form stood is where to come back to; whoever asks again has confirmed.
        return access.IsDangerous && !session.IsConfirmed(visit.Now) ? Go(visit, $"{ConsoleRoutes.Confirm}?{ConsoleRoutes.ReturnTo}={Uri.EscapeDataString(PageBehind(visit))}") : null;
    }

    /// <summary>To another page. A piece that htmx asked for becomes the whole page.</summary>
    public static IResult Go(Visit visit, string path)
    {
        if (visit.WantsPiece)
        {
            visit.Http.Response.Headers["HX-Redirect"] = path;
            return Results.NoContent();
        }

        visit.Http.Response.Headers.Location = path;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>A path of the console, and nowhere else: what strangers may put into a link.</summary>
    public static string LocalPath(string? path) =>
        path is not null && path.StartsWith(ConsoleRoutes.Home, StringComparison.Ordinal) && path.All(c => c is > ' ' and < '\x7f' and not '\\') && !path.Contains("//", StringComparison.Ordinal) && !path.Contains("..", StringComparison.Ordinal)
            ? path
            : ConsoleRoutes.Home;

    public static string PageBehind(Visit visit) =>
        Uri.TryCreate(visit.Http.Request.Headers["HX-Current-URL"].FirstOrDefault() ?? visit.Http.Request.Headers.Referer.ToString(), UriKind.Absolute, out var page) ? LocalPath(page.PathAndQuery) : ConsoleRoutes.Home;

    /// <summary>
    /// Browsers say from where a form comes: by Fetch Metadata, which does not depend on what a proxy makes of the host's name, or else by Origin. What says
    /// nothing is no browser, and carries nobody's cookie by accident.
    /// </summary>
    private static bool IsFromHere(HttpRequest request) => (request.Headers["Sec-Fetch-Site"].ToString(), request.Headers.Origin.ToString()) switch
    {
        ({ Length: > 0 } site, _) => site is "same-origin",
        (_, { Length: > 0 } origin) => string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase),
        _ => true,
    };

    /// <summary>Whether a form has the token of its session's pages.</summary>
    public static async Task<bool> BringsTokenAsync(HttpRequest request, string formToken, bool takesFile = false)
    {
        var brought = request.Headers[FormTokenHeader].ToString();
        if (takesFile && Upload.Of(request) is { } upload)
        {
            // It comes first: nobody else's file is read.
            request.HttpContext.Features.Set(upload);
            brought = await upload.FieldAsync(FormTokenField, request.HttpContext.RequestAborted);
        }
        else if (brought.Length == 0 && request.HasFormContentType)
        {
            brought = (await request.ReadFormAsync())[FormTokenField].ToString();
        }

        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(brought), Encoding.UTF8.GetBytes(formToken));
    }
}

internal static partial class ConsoleLog
{
    [LoggerMessage(EventId = 1801, Level = LogLevel.Error, Message = "A page of the console could not be answered: {Problem}")]
    public static partial void ConsoleNotAnswered(this ILogger logger, string problem);

    [LoggerMessage(EventId = 1802, Level = LogLevel.Error, Message = "The page {Page} of the console failed")]
    public static partial void ConsoleFailed(this ILogger logger, string page, Exception fault);

    [LoggerMessage(EventId = 1804, Level = LogLevel.Warning, Message = "The administrator {Name} was refused in the console: {Method} {Route}")]
    public static partial void ConsoleRefused(this ILogger logger, string name, string method, string? route);
}
