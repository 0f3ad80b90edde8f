using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Contracts;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Tests.BackEnds;

/// <summary>A client that knows no token has a session all the same: its browser carries it.</summary>
public sealed partial class SessionCookieTests
{
    private static readonly DemoLogin Inventario = DemoLogin.Inventario;

    private static HouseOptions Options(params (string Key, string Value)[] more)
    {
        var options = new HouseOptions { Settings = { ["Applications:inventario:SessionCookie"] = "true" } };
        foreach (var (key, value) in more)
        {
            options.Settings[$"Applications:{key}"] = value;
        }

        return options;
    }

    [Fact]
    public async Task A_granted_login_sets_a_cookie_and_its_answer_does_not_change_by_a_byte()
    {
        await using var without = await TestHouse.OpenAsync(new() { Settings = { ["Applications:inventario:Realm"] = "inventario" } });
        using var plain = await without.PostAsync(Inventario.Path, Inventario.RightBody);
        await using var house = await TestHouse.OpenAsync(Options());
        using var answer = await house.PostAsync(Inventario.Path, Inventario.RightBody);

        plain.Headers.Contains("Set-Cookie").ShouldBeFalse();
        (await without.SessionsAsync()).ShouldBeEmpty();
        CookieForm().IsMatch(answer.Header("Set-Cookie")!).ShouldBeTrue(answer.Header("Set-Cookie"));
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(await plain.Content.ReadAsByteArrayAsync());
        answer.StatusCode.ShouldBe(plain.StatusCode);
        Names(answer).Except(["Set-Cookie"], StringComparer.Ordinal).ShouldBe(Names(plain));
    }

    [Fact]
    public async Task A_refusal_and_a_failure_set_none()
    {
        await using var house = await TestHouse.OpenAsync(Options(("inventario:DiscloseAccountState", "false")));
        var bodies = new[] { Inventario.WrongBody, Inventario.Body("nadie", "x"), Inventario.Body("", "x"), "{", "[]", "" };
        foreach (var body in bodies.Concat(Enumerable.Repeat(Inventario.WrongBody, 6)).Append(Inventario.RightBody))
        {
            // The last one is right, and locked.
            using var answer = await house.PostAsync(Inventario.Path, body);
            answer.IsSuccessStatusCode.ShouldBeFalse(body);
            answer.Headers.Contains("Set-Cookie").ShouldBeFalse(body);
        }

        await house.TakeDatabaseAwayAsync();
        using (var answer = await house.PostAsync(Inventario.Path, Inventario.RightBody))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
            answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        }

        await house.BringDatabaseBackAsync();
        (await house.SessionsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_database_and_the_log_have_its_hash_at_most()
    {
        await using var house = await TestHouse.OpenAsync(Options());
        var cookie = (await house.LogInAsync(Inventario)).Cookie!;
        (await house.VerifyAsync("inventario", ("Cookie", cookie)).StatusAsync()).ShouldBe(200);

        var value = cookie.Split('=')[1];
        var secret = Base64Url.DecodeFromChars(value);
        secret.Length.ShouldBe(32);
        var kept = await house.Services.GetRequiredService<Database>().ReadAsync(db => db.QuerySingleAsync<string>("SELECT cookie_hash FROM sessions"));
        kept.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(secret)));
        foreach (var file in TestDatabase.IsPostgres ? [] : Directory.EnumerateFiles(Path.Combine(house.Folder, "data")))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(value)).ShouldBe(-1, file);
            bytes.AsSpan().IndexOf(secret).ShouldBe(-1, file);
        }

        house.Log.All.ShouldNotContain(l => l.Contains(value, StringComparison.Ordinal) || l.Contains(kept, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_login_has_a_cookie_of_its_own_whatever_the_client_brings()
    {
        await using var house = await TestHouse.OpenAsync(Options());
        var first = (await house.LogInAsync(Inventario)).Cookie!;
        var second = (await house.LogInAsync(Inventario, ("Cookie", first))).Cookie!;
        var third = (await house.LogInAsync(Inventario, ("Cookie", "__Host-zaguan-inventario=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))).Cookie!;

        new[] { first, second, third, "__Host-zaguan-inventario=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }.ShouldBeUnique();
        (await house.VerifyAsync("inventario", ("Cookie", "__Host-zaguan-inventario=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")).StatusAsync()).ShouldBe(401);
    }

    [Fact]
    public async Task Forward_auth_accepts_it_and_says_who_it_is()
    {
        await using var house = await TestHouse.OpenAsync(Options());
        var cookie = (await house.LogInAsync(Inventario)).Cookie!;

        using var answer = await house.VerifyAsync("inventario", ("Cookie", $"tema=oscuro; {cookie};x"));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Header("X-Zaguan-User").ShouldBe("john_doe");
        answer.Header("X-Zaguan-Role").ShouldBe("manager");
        answer.Header("X-Zaguan-Session").ShouldBe((await house.SessionsAsync()).ShouldHaveSingleItem().Id);
    }

    [Theory]
    [InlineData("Cookie: NAME=VALUE\r\n", 200)]
    [InlineData("Cookie: a=b\r\nCookie: NAME=VALUE\r\n", 200)]
    [InlineData("Cookie: a=b;  NAME=VALUE ;c=d\r\n", 200)]
    [InlineData("Cookie: NAME=VALUE\r\nAuthorization: Bearer x\r\n", 200)]
    [InlineData("Cookie: NAME=VALUE; NAME=VALUE\r\n", 401)]
    [InlineData("Cookie: NAME=VALUE\r\nCookie: NAME=x\r\n", 401)]
    [InlineData("Cookie: NAME=; NAME=VALUE\r\n", 401)]
    [InlineData("Cookie: name=VALUE\r\n", 401)]
    [InlineData("Cookie: zaguan-inventario=VALUE\r\n", 401)]
    [InlineData("Cookie: __Host-zaguan-ventas=VALUE\r\n", 401)]
    [InlineData("Cookie: NAME=\"VALUE\"\r\n", 401)]
    [InlineData("Cookie: NAME=VALUEA\r\n", 401)]
    [InlineData("Cookie: NAME=VALUE=\r\n", 401)]
    [InlineData("Cookie: NAME=AVALUE\r\n", 401)]
    [InlineData("Cookie: NAME=HASH\r\n", 401)]
    [InlineData("Cookie: NAME=\r\n", 401)]
    [InlineData("Cookie: NAME\r\n", 401)]
    [InlineData("Cookie: \r\n", 401)]
    [InlineData("Authorization: Bearer VALUE\r\n", 401)]
    public async Task One_whole_cookie_of_the_name_is_one_and_anything_else_is_none(string headers, int status)
    {
        await using var house = await TestHouse.OpenAsync(Options());
        var value = (await house.LogInAsync(Inventario)).Cookie!.Split('=')[1];
        var sent = headers.Replace("NAME", "__Host-zaguan-inventario", StringComparison.Ordinal)
            .Replace("name", "__host-zaguan-inventario", StringComparison.Ordinal)
            .Replace("HASH", Base64Url.EncodeToString(SHA256.HashData(Base64Url.DecodeFromChars(value))), StringComparison.Ordinal)
            .Replace("VALUE", value, StringComparison.Ordinal);

        var answer = await RawHttp.ExchangeAsync(house.Address, $"GET /zaguan/verify?application=inventario HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Method: GET\r\n{sent}Connection: close\r\n\r\n");

        answer.ShouldStartWith($"HTTP/1.1 {status} ");
    }

    [Fact]
    public async Task It_is_good_for_its_application_alone()
    {
        await using var house = await TestHouse.OpenAsync(Options(
            ("inventario:PathBase", "/a"), ("inventario2:Contract", "inventario"), ("inventario2:Realm", "inventario"), ("inventario2:SessionCookie", "true")));
        var cookie = (await house.LogInAsync(Inventario with { Path = "/a" + Inventario.Path })).Cookie!;

        (await house.VerifyAsync("inventario", ("Cookie", cookie)).StatusAsync()).ShouldBe(200);
        (await house.VerifyAsync("inventario2", ("Cookie", cookie)).StatusAsync()).ShouldBe(401);
        (await house.VerifyAsync("inventario2", ("Cookie", cookie.Replace("-inventario=", "-inventario2=", StringComparison.Ordinal))).StatusAsync()).ShouldBe(401);
    }

    [Fact]
    public async Task Where_it_is_switched_off_again_it_is_none()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        try
        {
            await DemoDatabase.CopyToAsync(Path.Combine(folder, "data"));
            string cookie;
            await using (var house = await TestHouse.OpenAsync(Options() with { Folder = folder }))
            {
                cookie = (await house.LogInAsync(Inventario)).Cookie!;
            }

            await using var later = await TestHouse.OpenAsync(new() { Folder = folder, Settings = { ["Applications:inventario:Realm"] = "inventario" } });
            (await later.VerifyAsync("inventario", ("Cookie", cookie)).StatusAsync()).ShouldBe(401);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(null, 12 * 60)]
    [InlineData("30m", 30)]
    public async Task It_ends_with_its_session(string? lifetime, int minutes)
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync((lifetime is null ? Options() : Options(("inventario:SessionLifetime", lifetime))) with { Clock = clock });
        var cookie = (await house.LogInAsync(Inventario)).Cookie!;

        clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
        (await house.VerifyAsync("inventario", ("Cookie", cookie)).StatusAsync()).ShouldBe(200);
        clock.Advance(TimeSpan.FromSeconds(1));
        (await house.VerifyAsync("inventario", ("Cookie", cookie)).StatusAsync()).ShouldBe(401);
    }

    [Theory]
    [InlineData("session")]
    [InlineData("user")]
    [InlineData("application")]
    [InlineData("disabled")]
    [InlineData("deleted")]
    public async Task It_ends_when_something_of_it_is_revoked(string what)
    {
        await using var house = await TestHouse.OpenAsync(Options());
        var cookie = (await house.LogInAsync(Inventario)).Cookie!;
        (await house.VerifyAsync("inventario", ("Cookie", cookie)).StatusAsync()).ShouldBe(200);

        var revocations = house.Services.GetRequiredService<RevocationStore>();
        var users = house.Services.GetRequiredService<UserStore>();
        var user = (await users.FindAsync("inventario", Identifies.Username, Inventario.Identifier))!;
        var session = (await house.SessionsAsync()).ShouldHaveSingleItem().Id;
        await (what switch
        {
            "session" => revocations.RevokeSessionAsync(session),
            "user" => revocations.RevokeUserAsync(user, []),
            "application" => revocations.RevokeApplicationAsync("inventario"),
            "disabled" => users.SetActiveAsync(user, active: false, []),
            _ => users.DeleteAsync(user, []),
        });

        if (what is "application")
        {
            // A node hears of it within half a second. Of the others the database itself tells, which is asked each time.
            await house.Services.GetRequiredService<Revocations>().RefreshAsync();
        }

        (await house.VerifyAsync("inventario", ("Cookie", cookie)).StatusAsync()).ShouldBe(401);
    }

    [Fact]
    public async Task When_the_database_cannot_be_asked_it_is_503()
    {
        await using var house = await TestHouse.OpenAsync(Options());
        var cookie = (await house.LogInAsync(Inventario)).Cookie!;
        await house.TakeDatabaseAwayAsync();
        using var answer = await house.VerifyAsync("inventario", ("Cookie", cookie));
        await house.BringDatabaseBackAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Header("Retry-After").ShouldBe("5");
    }

    [Fact]
    public async Task Token_and_cookie_of_one_login_are_one_session()
    {
        await using var house = await TestHouse.OpenAsync(Options(("inventario:IssueToken", "true"), ("inventario:JWT_EXPIRES", "1h")));
        var login = await house.LogInAsync(Inventario);
        var session = (await house.SessionsAsync()).ShouldHaveSingleItem();
        (session.ExpiresAt - session.OpenedAt).ShouldBe(3_600_000);

        foreach (var credential in new[] { ("Authorization", $"Bearer {login.Token}"), ("Cookie", login.Cookie!) })
        {
            using var answer = await house.VerifyAsync("inventario", credential);
            answer.Header("X-Zaguan-Session").ShouldBe(session.Id);
        }

        // The header goes first, and a bad one is bad.
        (await house.VerifyAsync("inventario", ("Cookie", login.Cookie!), ("Authorization", "Bearer x")).StatusAsync()).ShouldBe(401);

        await house.Services.GetRequiredService<RevocationStore>().RevokeSessionAsync(session.Id);
        await house.Services.GetRequiredService<Revocations>().RefreshAsync();
        (await house.VerifyAsync("inventario", ("Authorization", $"Bearer {login.Token}")).StatusAsync()).ShouldBe(401);
        (await house.VerifyAsync("inventario", ("Cookie", login.Cookie!)).StatusAsync()).ShouldBe(401);
    }

    [Theory]
    [InlineData("GET", "https://otra.example", "", "", 200)]
    [InlineData("HEAD", "", "", "", 200)]
    [InlineData("OPTIONS", "null", "cross-site", "", 200)]
    [InlineData("POST", "https://inventario.example", "", "", 200)]
    [InlineData("DELETE", "https://tienda.example", "cross-site", "", 200)]
    [InlineData("PUT", "", "same-origin", "", 200)]
    [InlineData("PATCH", "", "", "https://inventario.example/pantalla", 200)]
    [InlineData("POST", "", "", "", 403)]
    [InlineData("POST", "null", "same-origin", "", 403)]
    [InlineData("POST", "http://inventario.example", "", "", 403)]
    [InlineData("POST", "https://otra.example", "same-origin", "https://inventario.example/", 403)]
    [InlineData("POST", "", "same-site", "https://inventario.example/", 403)]
    [InlineData("POST", "", "", "https://otra.example/", 403)]
    [InlineData("get", "", "", "", 403)]
    [InlineData("PROPFIND", "https://otra.example", "", "", 403)]
    public async Task What_changes_something_passes_by_cookie_only_from_a_page_of_its_own(string method, string origin, string site, string referer, int status)
    {
        await using var house = await TestHouse.OpenAsync(Options(
            ("inventario:IssueToken", "true"), ("inventario:AllowedOrigins:0", "https://tienda.example"), ("inventario:AllowedOrigins:1", "https://caja.example")));
        var login = await house.LogInAsync(Inventario);
        (string, string)[] headers = [("X-Forwarded-Method", method), ("Origin", origin), ("Sec-Fetch-Site", site), ("Referer", referer)];

        (await house.VerifyAsync("inventario", [("Cookie", login.Cookie!), .. headers]).StatusAsync()).ShouldBe(status);
        // A token is in a request because a program put it there.
        (await house.VerifyAsync("inventario", [("Authorization", $"Bearer {login.Token}"), .. headers]).StatusAsync()).ShouldBe(200);
    }

    [Fact]
    public async Task A_star_is_no_origin_by_name_and_a_method_that_the_proxy_does_not_tell_may_change_something()
    {
        await using var house = await TestHouse.OpenAsync(Options(("inventario:AllowedOrigins:0", "*")));
        var cookie = ("Cookie", (await house.LogInAsync(Inventario)).Cookie!);

        (await house.VerifyAsync("inventario", cookie, ("X-Forwarded-Method", "POST"), ("Origin", "https://otra.example")).StatusAsync()).ShouldBe(403);
        (await house.SendAsync(HttpMethod.Get, "/zaguan/verify?application=inventario", cookie).StatusAsync()).ShouldBe(403);
        (await house.SendAsync(HttpMethod.Get, "/zaguan/verify?application=inventario", cookie, ("X-Forwarded-Method", "POST"), ("Origin", "https://inventario.example")).StatusAsync()).ShouldBe(403);
    }

    [Fact]
    public async Task The_scheme_that_a_trusted_proxy_tells_counts()
    {
        var options = Options();
        options.Settings["Network:TrustedProxies:0"] = "127.0.0.1";
        await using var house = await TestHouse.OpenAsync(options);
        var cookie = ("Cookie", (await house.LogInAsync(Inventario)).Cookie!);

        foreach (var (origin, status) in new[] { ("https://inventario.example", 200), ("http://inventario.example", 403) })
        {
            (await house.VerifyAsync("inventario", cookie, ("X-Forwarded-Method", "POST"), ("X-Forwarded-For", "192.0.2.1"), ("Origin", origin)).StatusAsync()).ShouldBe(status, origin);
        }
    }

    [Theory]
    [InlineData(true, "https://tienda.example", "https://tienda.example", "true")]
    [InlineData(true, "https://otra.example", null, null)]
    [InlineData(true, "*", "*", null)]
    [InlineData(false, "https://tienda.example", "https://tienda.example", null)]
    public async Task A_page_of_a_named_origin_may_keep_it(bool hasCookie, string origin, string? allowed, string? credentials)
    {
        await using var house = await TestHouse.OpenAsync(Options(
            ("inventario:SessionCookie", hasCookie ? "true" : "false"), ("inventario:AllowedOrigins:0", origin is "*" ? "*" : "https://tienda.example")));
        var page = ("Origin", origin is "*" ? "https://cualquiera.example" : origin);

        using var preflight = await house.SendAsync(HttpMethod.Options, Inventario.Path, page, ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type"));
        using var answer = await house.PostAsync(Inventario.Path, Encoding.UTF8.GetBytes(Inventario.RightBody), headers: page);

        foreach (var response in new[] { preflight, answer })
        {
            response.Header("Access-Control-Allow-Origin").ShouldBe(allowed);
            response.Header("Access-Control-Allow-Credentials").ShouldBe(credentials);
        }
    }

    private static IEnumerable<string> Names(HttpResponseMessage answer) => answer.Headers.Concat(answer.Content.Headers).Select(h => h.Key).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^__Host-zaguan-inventario=[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Lax\z", RegexOptions.NonBacktracking)]
    private static partial Regex CookieForm();
}
