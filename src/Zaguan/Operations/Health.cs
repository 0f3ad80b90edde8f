namespace Zaguan.Operations;

/// <summary>Whether the process lives, and whether it can serve a login: its database takes a write.</summary>
internal static class Health
{
    public static void MapHealth(this WebApplication app)
    {
        // Under /zaguan like all that is ours, and where load balancers look first.
        foreach (var prefix in new[] { "/zaguan/health", "/health" })
        {
            app.MapGet($"{prefix}/live", () => Results.Json(new Status("live")));
            app.MapGet($"{prefix}/ready", ReadyAsync);
        }
    }

    private static async Task<IResult> ReadyAsync(Readiness readiness) => await readiness.AskAsync()
        ? Results.Json(new Status("ready"))
        : Results.Json(new Status("not ready: the database takes no writes"), statusCode: StatusCodes.Status503ServiceUnavailable);

    private sealed record Status(string Is);
}
