namespace Zaguan.Account;

/// <summary>
/// The cookie of My account. Its name's prefix lets browsers take it over HTTPS alone (RFC 6265bis §4.1.3.1); over plain HTTP, which outside Development only loopback
/// speaks, it has another name. No page of another site ever sends it, and no other page of this one gets it.
/// </summary>
internal static class AccountCookie
{
    private const string OverHttps = "__Secure-zaguan-account";
    private const string OverHttp = "zaguan-account";

    public static string? Read(HttpRequest request) => request.Cookies[Name(request)] is { Length: > 0 and <= 64 } token ? token : null;

    public static void Set(HttpContext http, string token) => http.Response.Cookies.Append(Name(http.Request), token, Options(http.Request));

    public static void Clear(HttpContext http) => http.Response.Cookies.Delete(Name(http.Request), Options(http.Request));

    private static string Name(HttpRequest request) => request.IsHttps ? OverHttps : OverHttp;

    private static CookieOptions Options(HttpRequest request) => new() { HttpOnly = true, Secure = request.IsHttps, SameSite = SameSiteMode.Strict, Path = AccountRoutes.Root };
}
