using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OtpNet;
using Zaguan.Admin;
using Zaguan.Argon2;
using Zaguan.Login;
using Zaguan.Passwords;

namespace Zaguan.Tests.House;

/// <summary>
/// Somebody before the console of a <see cref="TestHouse"/>: keeps cookies, brings the form's token, and does not follow redirections. No more of a browser than that:
/// what a real one makes of the pages, the browser tests show.
/// </summary>
internal sealed class ConsoleBrowser : IDisposable
{
    public const string Password = "caballo de la batería";

    private readonly CookieContainer cookies = new();
    private readonly HttpClient client;
    private readonly TestHouse house;
    private string? formToken;

    public ConsoleBrowser(TestHouse house)
    {
        this.house = house;
        client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = house.Address, Timeout = TimeSpan.FromMinutes(3) };
        client.DefaultRequestHeaders.Add("Accept-Language", "es");
    }

    public HttpClient Client => client;

    public CookieCollection Cookies => cookies.GetCookies(house.Address);

    /// <summary>Those that the pages below a path get.</summary>
    public CookieCollection CookiesOf(string path) => cookies.GetCookies(new Uri(house.Address, path));

    /// <summary>One that somebody else put there.</summary>
    public void PutCookie(string name, string value, string path) => cookies.Add(house.Address, new Cookie(name, value, path));

    /// <summary>Of the session, as the last page gave it.</summary>
    public string? FormToken => formToken;

    /// <summary>The secret that the authenticator has, once a second factor was set up here.</summary>
    public byte[]? CodeSecret { get; private set; }

    public IReadOnlyList<string> RecoveryCodes { get; private set; } = [];

    /// <summary>An administrator of this role, who has set up a second factor and has entered.</summary>
    public static async Task<ConsoleBrowser> EnterAsync(TestHouse house, AdminRole role = AdminRole.Administrator, string? name = null)
    {
        name ??= $"{role}";
        await AddAdminAsync(house, name, role);
        var browser = new ConsoleBrowser(house);
        (await browser.PostAsync(ConsoleRoutes.Enter, ("name", name), ("password", Password))).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        await browser.SetUpSecondFactorAsync();
        return browser;
    }

    public static async Task AddAdminAsync(TestHouse house, string name, AdminRole role)
    {
        using var password = Secret.FromText(Password);
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        (await house.Services.GetRequiredService<AdminStore>().AddAsync(name, role, hasher.Create(password), AuditEntry.OfCommandLine(DateTimeOffset.UnixEpoch, AuditActions.AdminAdded, name, null, null))).ShouldBeTrue();
    }

    public async Task SetUpSecondFactorAsync()
    {
        var page = await ReadAsync(ConsoleRoutes.SecondFactor);
        CodeSecret = Base32Encoding.ToBytes(Between(page, "id=\"secret\">", "<").Single());
        var done = await PostAsync(ConsoleRoutes.SecondFactor, ("code", Code()));
        done.StatusCode.ShouldBe(HttpStatusCode.OK);
        RecoveryCodes = [.. Between(await done.Content.ReadAsStringAsync(), "<li>", "</li>")];
        await ReadAsync(ConsoleRoutes.Home);
    }

    /// <summary>The authenticator's code, of now or of so many steps of thirty seconds later.</summary>
    public string Code(int later = 0) => new Totp(CodeSecret!).ComputeTotp(house.Services.GetRequiredService<TimeProvider>().GetUtcNow().AddSeconds(30 * later).UtcDateTime);

    public async Task<HttpResponseMessage> GetAsync(string path)
    {
        var response = await client.GetAsync(path);
        formToken = Between(await response.Content.ReadAsStringAsync(), $"name=\"{ConsoleDoor.FormTokenField}\" value=\"", "\"").FirstOrDefault() ?? formToken;

        return response;
    }

    /// <summary>A page that is there.</summary>
    public async Task<string> ReadAsync(string path)
    {
        var response = await GetAsync(path);
        var page = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, page);
        return WebUtility.HtmlDecode(page);
    }

    /// <summary>A form of the session's own pages.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) => client.PostAsync(
        path,
        new FormUrlEncodedContent(fields.Append((ConsoleDoor.FormTokenField, formToken ?? "")).Select(f => new KeyValuePair<string, string>(f.Item1, f.Item2))));

    public void Dispose() => client.Dispose();

    /// <summary>What stands behind each <paramref name="start"/>, up to the next <paramref name="end"/>.</summary>
    private static IEnumerable<string> Between(string text, string start, string end) => text.Split(start).Skip(1).Select(rest => rest[..rest.IndexOf(end, StringComparison.Ordinal)]);
}
