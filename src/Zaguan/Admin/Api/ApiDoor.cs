using Zaguan.Storage;

namespace Zaguan.Admin.Api;

/// <summary>
/// Stands before every route of the API. A key opens it, and nothing else: a browser's cookies are not looked at, so no page of another site can use them, and no other
/// origin is ever allowed (CORS).
/// </summary>
internal sealed class ApiDoor(ApiKeyStore keys, TimeProvider clock, ILogger<ApiDoor> logger)
{
    /// <summary>Of a body; no route takes more than a dozen fields.</summary>
    private const long LargestBody = 64 * 1024;

    /// <summary>Of what is sent as a key.</summary>
    private const int LongestKey = 128;

    private const string Scheme = "Bearer ";

    public async Task AnswerAsync(HttpContext http, ApiRoute route, Func<Visit, Task<IResult>> answer)
    {
        try
        {
            if (http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
            {
                body.MaxRequestBodySize = LargestBody;
            }

            var (key, refusal) = await AdmitAsync(http, route);
            // Programs read one language.
            var result = refusal ?? await answer(new(http, Language.English, null, clock.GetUtcNow()) { Key = key });
            if (key is not null && result is IStatusCodeHttpResult { StatusCode: StatusCodes.Status403Forbidden })
            {
                logger.ApiRefused($"{key}", route.Method, route.Path);
            }

            await result.ExecuteAsync(http);
        }
        catch (DatabaseUnavailableException e)
        {
            logger.ApiNotAnswered(e.Message);
            await RefuseAsync(http, ApiProblem.Of(
                StatusCodes.Status503ServiceUnavailable,
                route.Acts ? "The database does not answer. See whether it was changed before you repeat it." : "The database does not answer; try again in a moment."));
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(http, ApiProblem.Of(e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? FormattableString.Invariant($"The body is larger than {LargestBody} bytes. Nothing was changed.")
                : "The request broke off or cannot be read. Nothing was changed."));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone.
        }
        catch (Exception e)
        {
            // The one boundary at which a fault of ours becomes an answer.
            logger.ApiFailed(route.Method, route.Path, e);
            await RefuseAsync(http, ApiProblem.Of(StatusCodes.Status500InternalServerError, "Something failed; the server's log says what. If you were changing something, see whether it was changed."));
        }
    }

    public static async Task RefuseAsync(HttpContext http, ApiProblem problem)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.StatusCode = problem.Status;
            await http.Response.WriteAsJsonAsync(problem, ApiJson.Options, "application/problem+json");
        }
    }

    /// <summary>What ASP.NET refuses by itself, an address or a method that there is not, is said as everything else.</summary>
    public static async Task SayWhatIsMissingAsync(HttpContext http, RequestDelegate next)
    {
        await next(http);
        var response = http.Response;
        if (response is { HasStarted: false, ContentType: null, StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed })
        {
            await RefuseAsync(http, ApiProblem.Of(response.StatusCode, $"There is no such route; {ApiRoutes.Document} lists all that there are."));
        }
    }

    private async Task<(ApiKey? Key, ApiProblem? Refusal)> AdmitAsync(HttpContext http, ApiRoute route)
    {
        var headers = http.Response.Headers;
        if (http.Request.Headers.Authorization is not [{ } authorization] || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            headers.WWWAuthenticate = "Bearer realm=\"zaguan\"";
            return (null, ApiProblem.Of(StatusCodes.Status401Unauthorized, $"Send an API key: \"Authorization: Bearer {ApiKey.Prefix}…\". An administrator makes one in the console, or with zaguan api-keys add."));
        }

        var sent = authorization[Scheme.Length..].Trim();
        var key = sent.Length > LongestKey ? null : await keys.RecognizeAsync(sent);
        // Whoever has the key may know what became of it.
        var objection = key is null ? "There is no such API key." : key.StateAt(clock.GetUtcNow()) switch
        {
            ApiKeyState.Expired => "This API key has expired. Make another one.",
            ApiKeyState.Revoked => "This API key was revoked. Make another one.",
            ApiKeyState.Good => null,
        };
        if (objection is not null)
        {
            headers.WWWAuthenticate = "Bearer realm=\"zaguan\", error=\"invalid_token\"";
            return (null, ApiProblem.Of(StatusCodes.Status401Unauthorized, objection));
        }

        await keys.UsedAsync(key!);
        if (!key!.Has(route.Scope))
        {
            headers.WWWAuthenticate = $"Bearer realm=\"zaguan\", error=\"insufficient_scope\", scope=\"{route.Scope}\"";
            return (key, ApiProblem.Of(StatusCodes.Status403Forbidden, $"This takes a key with the scope {route.Scope}; \"{key.Name}\" has {string.Join(", ", key.ScopeNames)}."));
        }

        return (key, QueryProblem(http.Request.Query, route) ?? (route is { Acts: true, Body: null } && await HasBodyAsync(http.Request) ? ApiProblem.Of(StatusCodes.Status400BadRequest, "Here belongs no body. Nothing was changed.") : null));
    }

    /// <summary>Longer than anything that is looked for.</summary>
    private const int LongestParameter = 512;

    /// <summary>A parameter that is written wrong would be a filter that does not filter.</summary>
    private static ApiProblem? QueryProblem(IQueryCollection query, ApiRoute route)
    {
        var faults = new List<ApiFault>();
        foreach (var (name, values) in query)
        {
            if (route.Query.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.Ordinal)) is not { } known)
            {
                faults.Add(ApiFault.In(name, route.Query.Count == 0 ? "Here belongs no query." : $"There is no such parameter here, only {string.Join(", ", route.Query.Select(p => p.Name))}."));
            }
            else if (values.Count != 1)
            {
                faults.Add(ApiFault.In(name, "Send it once."));
            }
            else if (values[0] is not { Length: <= LongestParameter } value || value.Contains('\0', StringComparison.Ordinal))
            {
                faults.Add(ApiFault.In(name, $"It has at most {LongestParameter} characters, and none of them is NUL."));
            }
            else if (name is ApiRoutes.BeforeParameter && !long.TryParse(value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _))
            {
                faults.Add(ApiFault.In(name, "It is the \"next\" of the page before: a whole number."));
            }
            else if (known.Values.Count > 0 && !known.Values.Contains(values[0], StringComparer.Ordinal))
            {
                faults.Add(ApiFault.In(name, $"It is one of {string.Join(", ", known.Values)}."));
            }
        }

        return faults.Count == 0 ? null : ApiProblem.Of(StatusCodes.Status400BadRequest, "The query cannot be understood; \"errors\" says what is wrong.", [.. faults.Take(ApiJson.MostFaults)]);
    }

    private static async Task<bool> HasBodyAsync(HttpRequest request) => await request.Body.ReadAsync(new byte[1].AsMemory(), request.HttpContext.RequestAborted) > 0;
}

internal static partial class ApiLog
{
    [LoggerMessage(EventId = 1831, Level = LogLevel.Error, Message = "A request to the Admin API could not be answered: {Problem}")]
    public static partial void ApiNotAnswered(this ILogger logger, string problem);

    [LoggerMessage(EventId = 1832, Level = LogLevel.Error, Message = "{Method} {Route} of the Admin API failed")]
    public static partial void ApiFailed(this ILogger logger, string method, string route, Exception fault);

    [LoggerMessage(EventId = 1833, Level = LogLevel.Warning, Message = "The API key {Key} was refused: {Method} {Route}")]
    public static partial void ApiRefused(this ILogger logger, string key, string method, string route);
}
