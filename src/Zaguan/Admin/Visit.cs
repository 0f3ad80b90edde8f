using System.Globalization;
using Zaguan.Account;

namespace Zaguan.Admin;

internal enum Language
{
    Spanish,
    English,
}

/// <summary>One request to the console: who it is, in which language, and what the page's forms must bring.</summary>
/// <param name="Session">Null: nobody has entered.</param>
internal sealed record Visit(HttpContext Http, Language Language, AdminSession? Session, DateTimeOffset Now)
{
    /// <summary>Where a language that was chosen is kept.</summary>
    public const string LanguageCookie = "zaguan-language";

    /// <summary>With which a program came to the API; null: this is a browser.</summary>
    public Api.ApiKey? Key { get; init; }

    /// <summary>Whoever looks at it is a user of an application, and there is no console for them.</summary>
    public bool IsForUsers { get; init; }

    /// <summary>Where pages that went wrong lead back to.</summary>
    public string Home => !IsForUsers ? ConsoleRoutes.Home : Http.Request.RouteValues[AccountRoutes.Application] is string application ? AccountRoutes.PathOf(application) : Path;

    /// <summary>The user who has signed in to My account.</summary>
    public AccountSession? Account { get; init; }

    /// <summary>What every form of the session's pages brings; null: there is no session.</summary>
    public string? FormToken => Session?.FormToken ?? Account?.FormToken;

    /// <summary>Of whoever has entered. Pages that nobody needs to have entered for do not ask.</summary>
    public Administrator Admin => Session!.Admin;

    public string LanguageTag => Language == Language.Spanish ? "es" : "en";

    public string Path => Http.Request.Path;

    /// <summary>Path and query, for a page to come back to.</summary>
    public string PathAndQuery => Http.Request.Path + Http.Request.QueryString;

    /// <summary>Only a piece of the page is wanted (htmx); not when somebody goes back to a page that the browser has no more.</summary>
    public bool WantsPiece => Http.Request.Headers.ContainsKey("HX-Request") && !Http.Request.Headers.ContainsKey("HX-History-Restore-Request");

    public CultureInfo Culture => Language == Language.Spanish ? SpanishCulture : EnglishCulture;

    private static readonly CultureInfo SpanishCulture = CultureInfo.GetCultureInfo("es-ES");
    private static readonly CultureInfo EnglishCulture = CultureInfo.GetCultureInfo("en-GB");

    public string Say(string spanish, string english) => Language == Language.Spanish ? spanish : english;

    public bool May(AdminRole role) => Session is { } session && session.Admin.Role >= role;

    public string Number(long number) => number.ToString("N0", Culture);

    /// <summary>Unix milliseconds, by the server's time zone.</summary>
    public string Instant(long milliseconds) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), TimeZoneInfo.Local).ToString("dd/MM/yyyy HH:mm:ss", Culture);

    /// <summary>The language that was chosen, or the first that the browser asks for and Zaguan speaks; Spanish where it asks for neither.</summary>
    public static Language LanguageOf(HttpRequest request) => request.Cookies[LanguageCookie] switch
    {
        "es" => Language.Spanish,
        "en" => Language.English,
        _ => request.GetTypedHeaders().AcceptLanguage.OrderByDescending(l => l.Quality ?? 1).Select(l => l.Value.ToString() switch
        {
            ['e', 's', ..] => Language.Spanish,
            ['e', 'n', ..] => Language.English,
            _ => (Language?)null,
        }).FirstOrDefault(l => l is not null) ?? Language.Spanish,
    };

    public AuditEntry Audit(string action, string what, object? before = null, object? after = null) => new()
    {
        At = Now.ToUnixTimeMilliseconds(),
        Who = Key?.ToString() ?? Session?.Admin.Name ?? (Account is { } account ? UserPages.UserRoutes.Called(account.User) : ""),
        Address = Budgets.Addresses.Plain(Http.Connection.RemoteIpAddress ?? System.Net.IPAddress.None).ToString(),
        Action = action,
        Object = what,
        Before = before is null ? null : AuditEntry.Json(before),
        After = after is null ? null : AuditEntry.Json(after),
    };
}
