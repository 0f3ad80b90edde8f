using System.Text.Json;

namespace Zaguan.Admin.Api;

/// <summary>The Admin API: what the console does, for programs. docs/admin-api.md says what is left out.</summary>
internal static class ApiRoutes
{
    /// <summary>Says nothing that is not the same everywhere, so that whoever writes a client needs no key for it.</summary>
    public const string Document = ApiRoute.Home + "/openapi.json";

    /// <summary>Where a page behind another begins.</summary>
    public const string BeforeParameter = "before";

    public static void MapApi(this WebApplication app)
    {
        app.UseWhen(http => http.Request.Path.StartsWithSegments(ApiRoute.Home, StringComparison.OrdinalIgnoreCase), api => api.Use(ApiDoor.SayWhatIsMissingAsync));
        app.MapOverviewApi();
        app.MapUserApi();
        app.MapLogApi();
        app.MapApplicationApi();
        app.MapKeyApi();
        app.MapAdministratorApi();
        app.MapApiKeyApi();
        // Made once: strangers may ask for it as often as they like.
        byte[]? document = null;
        app.MapGet(Document, (EndpointDataSource endpoints) => Results.Bytes(document ??= JsonSerializer.SerializeToUtf8Bytes(ApiDocument.Of(RoutesOf(endpoints)), ApiJson.Options), "application/json; charset=utf-8"));
        app.MapApiPages();
    }

    /// <summary>All that were registered.</summary>
    public static IEnumerable<ApiRoute> RoutesOf(EndpointDataSource endpoints) => endpoints.Endpoints.Select(e => e.Metadata.GetMetadata<ApiRoute>()).OfType<ApiRoute>();

    /// <param name="milliseconds">Since 1970, as the database has them.</param>
    public static DateTimeOffset Instant(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    /// <summary>Null: nobody asks for a page behind another.</summary>
    public static long? Before(Visit visit) =>
        long.TryParse(visit.Http.Request.Query[BeforeParameter], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id) ? id : null;
}
