namespace Zaguan.Admin.Api;

/// <summary>A route of the API as it was registered: what the door asks of whoever comes, what the document is made of, and what a test enumerates.</summary>
internal sealed record ApiRoute
{
    public const string Home = "/zaguan/api";

    public required string Method { get; init; }

    /// <summary>Under <see cref="Home"/>.</summary>
    public required string Path { get; init; }

    /// <summary>One of <see cref="ApiScopes"/>.</summary>
    public required string Scope { get; init; }

    /// <summary>What it does, in a sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>What the body must be; null: there is none.</summary>
    public Type? Body { get; init; }

    /// <summary>What it answers; null: nothing, and 204.</summary>
    public Type? Answer { get; init; }

    /// <summary>Where all is well.</summary>
    public int Status { get; init; }

    public IReadOnlyList<ApiParameter> Query { get; init; } = [];

    /// <summary>Of <see cref="Path"/>: the parts in braces.</summary>
    public IEnumerable<string> PathParameters => Path.Split('/').Where(s => s.StartsWith('{')).Select(s => s[1..^1]);

    public bool Acts => !HttpMethods.IsGet(Method);

    /// <summary>The statuses with which it refuses, beside those that every route has.</summary>
    public IReadOnlyList<int> Refusals { get; init; } = [];
}

/// <summary>Of the query.</summary>
/// <param name="Values">All that it can be; empty: any text.</param>
internal sealed record ApiParameter(string Name, string Description, params IReadOnlyList<string> Values);

/// <summary>What a route answers that has nothing to say.</summary>
internal sealed record Nothing
{
    public static readonly Nothing More = new();
}

/// <summary>Either what was asked for, or why not.</summary>
internal sealed class ApiAnswer<T> : IResult, IStatusCodeHttpResult
    where T : class
{
    private readonly T? value;
    private readonly ApiProblem? problem;

    private ApiAnswer(T? value, ApiProblem? problem) => (this.value, this.problem) = (value, problem);

    public int? StatusCode => problem?.Status;

    public static implicit operator ApiAnswer<T>(T value) => new(value, null);

    public static implicit operator ApiAnswer<T>(ApiProblem problem) => new(null, problem);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (problem is not null)
        {
            await ApiDoor.RefuseAsync(httpContext, problem);
            return;
        }

        httpContext.Response.StatusCode = httpContext.GetEndpoint()!.Metadata.GetRequiredMetadata<ApiRoute>().Status;
        if (value is not Nothing)
        {
            await httpContext.Response.WriteAsJsonAsync(value, ApiJson.Options);
        }
    }
}

/// <summary>How routes are registered. Each says what it asks for, takes and answers; nothing else does.</summary>
internal static class ApiRegistration
{
    /// <summary>What answers a question.</summary>
    public static void Ask<TAnswer>(this WebApplication app, string path, string scope, string summary, Func<Visit, Task<ApiAnswer<TAnswer>>> answer, params IReadOnlyList<ApiParameter> query)
        where TAnswer : class =>
        app.Register<TAnswer>(new() { Method = HttpMethods.Get, Path = path, Scope = scope, Summary = summary, Query = query }, async visit => await answer(visit));

    /// <summary>What changes something, and takes no body.</summary>
    /// <param name="refusals">With which statuses it refuses, beside those that every route of its kind has.</param>
    public static void Do<TAnswer>(this WebApplication app, string method, string path, string scope, string summary, Func<Visit, Task<ApiAnswer<TAnswer>>> answer, params IReadOnlyList<int> refusals)
        where TAnswer : class =>
        app.Register<TAnswer>(new() { Method = method, Path = path, Scope = scope, Summary = summary, Refusals = refusals }, async visit => await answer(visit));

    /// <summary>What changes something as a body says.</summary>
    /// <param name="refusals">See <see cref="Do"/>.</param>
    public static void Take<TBody, TAnswer>(this WebApplication app, string method, string path, string scope, string summary, Func<Visit, TBody, Task<ApiAnswer<TAnswer>>> answer, params IReadOnlyList<int> refusals)
        where TBody : class
        where TAnswer : class =>
        app.Register<TAnswer>(new() { Method = method, Path = path, Scope = scope, Summary = summary, Body = typeof(TBody), Refusals = refusals }, async visit =>
        {
            var (body, problem) = await ApiJson.ReadAsync<TBody>(visit.Http.Request);
            return body is null ? (ApiAnswer<TAnswer>)problem! : await answer(visit, body);
        });

    private static void Register<TAnswer>(this WebApplication app, ApiRoute asked, Func<Visit, Task<IResult>> answer)
    {
        var isSilent = typeof(TAnswer) == typeof(Nothing);
        var route = asked with
        {
            Answer = isSilent ? null : typeof(TAnswer),
            Status = isSilent ? StatusCodes.Status204NoContent : StatusCodes.Status200OK,
            Refusals =
            [
                .. asked.Body is not null || asked.Query.Count > 0 || asked.Acts ? [StatusCodes.Status400BadRequest] : Array.Empty<int>(),
                .. asked.PathParameters.Any() ? [StatusCodes.Status404NotFound] : Array.Empty<int>(),
                .. asked.Body is not null ? [StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType] : Array.Empty<int>(),
                .. asked.Refusals,
            ],
        };
        var door = app.Services.GetRequiredService<ApiDoor>();
        app.MapMethods(ApiRoute.Home + route.Path, [route.Method], http => door.AnswerAsync(http, route, answer)).WithMetadata(route);
    }
}
