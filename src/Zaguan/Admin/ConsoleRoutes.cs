using System.Collections.Frozen;
using System.Reflection;
using Zaguan.Account;
using Zaguan.Admin.AccessPages;
using Zaguan.Admin.AdministratorPages;
using Zaguan.Admin.ApplicationPages;
using Zaguan.Admin.Entering;
using Zaguan.Admin.ImportPages;
using Zaguan.Admin.KeyPages;
using Zaguan.Admin.Overviews;
using Zaguan.Admin.UserPages;

namespace Zaguan.Admin;

/// <summary>The pages of the console and what can be done on them. Every route says whom it is for.</summary>
internal static class ConsoleRoutes
{
    public const string Home = "/zaguan/";
    public const string Enter = "/zaguan/enter";
    public const string Leave = "/zaguan/leave";
    public const string Begin = "/zaguan/begin";
    public const string Confirm = "/zaguan/confirm";
    public const string SecondFactor = "/zaguan/second-factor";
    public const string Language = "/zaguan/language";
    public const string Assets = "/zaguan/assets";

    /// <summary>In a query: the page to come back to.</summary>
    public const string ReturnTo = "return";

    public static void MapConsole(this WebApplication app)
    {
        app.MapAssets();
        app.MapEntering();
        app.MapUsers();
        app.MapImport();
        app.MapAccessLog();
        app.MapOverview();
        app.MapApplicationPages();
        app.MapKeyPages();
        app.MapAdministratorPages();
        app.MapPasswordLinks();
        app.MapAccount();
    }

    /// <param name="least">Null: nobody needs to have entered.</param>
    public static void Page(this WebApplication app, string path, AdminRole? least, Func<Visit, Task<IResult>> answer) =>
        app.Map(HttpMethods.Get, path, new ConsoleAccess(least, Acts: false, IsDangerous: false), answer);

    /// <param name="dangerous">Password and code must have been given a moment ago.</param>
    /// <param name="takesFile">See <see cref="ConsoleAccess"/>.</param>
    public static void Act(this WebApplication app, string path, AdminRole? least, Func<Visit, Task<IResult>> answer, bool dangerous = false, bool takesFile = false) =>
        app.Map(HttpMethods.Post, path, new ConsoleAccess(least, Acts: true, dangerous, TakesFile: takesFile), answer);

    /// <summary>A page for users of applications, whom the console knows nothing of.</summary>
    public static void UserPage(this WebApplication app, string path, Func<Visit, Task<IResult>> answer) =>
        app.Map(HttpMethods.Get, path, new ConsoleAccess(null, Acts: false, IsDangerous: false, IsForUsers: true), answer);

    /// <summary>What a form of such a page does.</summary>
    public static void UserAct(this WebApplication app, string path, Func<Visit, Task<IResult>> answer) =>
        app.Map(HttpMethods.Post, path, new ConsoleAccess(null, Acts: true, IsDangerous: false, IsForUsers: true), answer);

    private static void Map(this WebApplication app, string method, string path, ConsoleAccess access, Func<Visit, Task<IResult>> answer)
    {
        var door = app.Services.GetRequiredService<ConsoleDoor>();
        app.MapMethods(path, [method], http => door.AnswerAsync(http, access, answer)).WithMetadata(access);
    }

    /// <summary>Files that never change while a server runs. The page's link has their version, so that a browser may keep them.</summary>
    private static void MapAssets(this WebApplication app)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var assets = assembly.GetManifestResourceNames().Where(n => n.StartsWith("assets/", StringComparison.Ordinal))
            .Select(n => (Name: n["assets/".Length..], Type: TypeOf(n)))
            .Where(a => a.Type is not null)
            .ToFrozenDictionary(a => a.Name, a => (Type: a.Type!, Bytes: Read(assembly, $"assets/{a.Name}")), StringComparer.Ordinal);
        app.MapGet($"{Assets}/{{name}}", (HttpContext http, string name) =>
        {
            if (!assets.TryGetValue(name, out var asset))
            {
                return Results.NotFound();
            }

            http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
            return Results.Bytes(asset.Bytes, asset.Type);
        });
    }

    private static string? TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        _ => null,
    };

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
