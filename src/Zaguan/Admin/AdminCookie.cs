namespace Zaguan.Admin;

/// <summary>
/// The cookie of the console's session. Its name's prefix lets browsers take it from this host alone, over HTTPS (RFC 6265bis §4.1.3.2); over plain HTTP, which
/// outside Development only loopback speaks, it has another name. No page of another site ever sends it.
/// </summary>
internal static class AdminCookie
{
    private const string OverHttps = "__Host-zaguan-console";
    private const string OverHttp = "zaguan-console";

    public static string? Read(HttpRequest request) => request.Cookies[Name(request)] is { Length: > 0 and <= 64 } token ? token : null;

    public static void Set(HttpContext http, string token) => http.Response.Cookies.Append(Name(http.Request), token, Options(http.Request));

    public static void Clear(HttpContext http) => http.Response.Cookies.Delete(Name(http.Request), Options(http.Request));

    private static string Name(HttpRequest request) => request.IsHttps ? OverHttps : OverHttp;

    private static CookieOptions Options(HttpRequest request) => new() { HttpOnly = true, Secure = request.IsHttps, SameSite = SameSiteMode.Strict, Path = "/" };
}
