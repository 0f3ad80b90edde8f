using Dapper;
using Zaguan.Storage;

namespace Zaguan.Operations;

/// <summary>Whether the process lives, and whether it can serve a login: its database takes a write.</summary>
internal static class Health
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void MapHealth(this WebApplication app)
    {
        // Under /zaguan like all that is ours, and where load balancers look first.
        foreach (var prefix in new[] { "/zaguan/health", "/health" })
        {
            app.MapGet($"{prefix}/live", () => Results.Json(new Status("live")));
            app.MapGet($"{prefix}/ready", ReadyAsync);
        }
    }

    private static async Task<IResult> ReadyAsync(Database database, TimeProvider clock)
    {
        try
        {
            // A transaction that changes nothing succeeds on a full disk.
            var at = clock.GetUtcNow().ToUnixTimeMilliseconds();
            await database.WriteAsync(db => db.ExecuteAsync(
                "INSERT INTO facts (name, value) VALUES ('asked-whether-ready-at', @at) ON CONFLICT (name) DO UPDATE SET value = excluded.value", new { at })).WaitAsync(Patience, clock);
            return Results.Json(new Status("ready"));
        }
        catch (Exception e) when (e is DatabaseUnavailableException or TimeoutException)
        {
            return Results.Json(new Status("not ready: the database takes no writes"), statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private sealed record Status(string Is);
}
