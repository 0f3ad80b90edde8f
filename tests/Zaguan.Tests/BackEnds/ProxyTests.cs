using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Tests.House;
using Zaguan.Tokens;

namespace Zaguan.Tests.BackEnds;

/// <summary>nginx and Caddy, with the files of samples/, in front of a back-end that believes X-User-Role.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class ProxyTests
{
    private const string Smuggled = "contrabando";
    private const string Products = "/api/v1/productos";

    private static readonly DemoLogin Inventario = DemoLogin.Inventario;

    public static TheoryData<string> Proxies => new("nginx", "caddy");

    /// <summary>Lines of a request that try to say who it is.</summary>
    private static readonly string[] Contraband =
    [
        $"X-User-Role: {Smuggled}",
        $"x-user-role: {Smuggled}",
        $"X_User_Role: {Smuggled}",
        $"X_USER_ROLE: {Smuggled}",
        $"X-User_Role: {Smuggled}",
        $"x_user-role: {Smuggled}",
        $"X-User-Role: {Smuggled}\r\nX-User-Role: {Smuggled}\r\nX_User_Role: {Smuggled}",
        $"X-User-Role: {Smuggled}\r\nConnection: X-User-Role",
        $"X-User-Role:\r\n {Smuggled}",
        $"X-User-Role : {Smuggled}",
        $"X-User-Role\t: {Smuggled}",
        $"A: b\r\n X-User-Role: {Smuggled}",
        $"A: b\nX-User-Role: {Smuggled}",
        $"A: b\rX-User-Role: {Smuggled}",
        $"X-User-Role\0: {Smuggled}",
        $"X-Zaguan-Role: {Smuggled}\r\nX-Zaguan-User: {Smuggled}\r\nX-Zaguan-User-Id: {Smuggled}\r\nX-Zaguan-User-Number: {Smuggled}\r\nX-Zaguan-Role-Number: {Smuggled}\r\nX-Zaguan-Session: {Smuggled}",
        $"X_Zaguan_Role: {Smuggled}\r\nX-Zaguan_User: {Smuggled}\r\nx_zaguan-user_id: {Smuggled}",
        $"X-User: {Smuggled}\r\nX-User-Id: {Smuggled}\r\nX-Remote-User: {Smuggled}\r\nRemote-User: {Smuggled}\r\nX-Forwarded-User: {Smuggled}\r\nRemote_User: {Smuggled}",
        $"X-Forwarded-For: {Smuggled}\r\nX-Forwarded-Host: {Smuggled}\r\nX-Forwarded-Proto: {Smuggled}\r\nX-Forwarded-Uri: /{Smuggled}\r\nX-Forwarded-Method: {Smuggled}\r\nForwarded: for={Smuggled}\r\nX-Real-IP: {Smuggled}",
        $"X-HTTP-Method-Override: {Smuggled}\r\nX-HTTP-Method: {Smuggled}\r\nX-Method-Override: {Smuggled}\r\nX-Original-URL: /{Smuggled}\r\nX-Rewrite-URL: /{Smuggled}",
    ];

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Without_a_session_no_request_reaches_the_back_end(string proxy)
    {
        await using var house = await ProxyHouse.OpenAsync(ProxyKind.Of(proxy));
        string[] lines =
        [
            $"GET {Products} HTTP/1.1", "GET / HTTP/1.1", "HEAD / HTTP/1.1", $"DELETE {Products}/1 HTTP/1.1", "OPTIONS / HTTP/1.1", "OPTIONS * HTTP/1.1", "BREW / HTTP/1.1",
            $"GET http://{ProxyHouse.Name}{Products} HTTP/1.1", $"GET /{Products} HTTP/1.1", $"GET {Inventario.Path}/..{Products} HTTP/1.1", $"GET /zaguan/..{Products} HTTP/1.1",
            $"GET /zaguan/logout/..{Products} HTTP/1.1", $"GET {Inventario.Path}%2f..%2fproductos HTTP/1.1", $"GET {Inventario.Path}/ HTTP/1.1", $"POST {Inventario.Path}?x={Products} HTTP/1.1",
            "GET /zaguan-verify HTTP/1.1", "GET /zaguan/verify?application=inventario HTTP/1.1", "POST /zaguan/introspect HTTP/1.1", "GET /zaguan/revocations HTTP/1.1", "GET /zaguan/health/ready HTTP/1.1",
        ];
        var head = $"Host: {ProxyHouse.Name}\r\nConnection: close\r\n";
        var requests = lines.Select(l => $"{l}\r\n{head}\r\n")
            .Append($"GET {Products} HTTP/1.0\r\n\r\n")
            .Append($"GET {Products} HTTP/1.1\r\nHost: otra.example\r\nConnection: close\r\n\r\n")
            .Append($"POST {Products} HTTP/1.1\r\n{head}Content-Length: 2\r\n\r\n{{}}")
            .Append($"POST {Products} HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n")
            .Append($"GET {Products} HTTP/1.1\r\nHost: {ProxyHouse.Name}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n")
            .Append($"GET {Products} HTTP/1.1\r\n{head}Cookie: __Host-zaguan-inventario=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n\r\n")
            .Append($"GET {Products} HTTP/1.1\r\n{head}Authorization: Bearer x\r\n\r\n")
            .Concat(Contraband.Select(c => $"GET {Products} HTTP/1.1\r\n{head}{c}\r\n\r\n"));
        foreach (var request in requests)
        {
            var answer = await house.ExchangeAsync(request);
            // Caddy answers what is no site of its own with an empty 200.
            (Status(answer) is >= 400 and < 500 || answer.Contains("Content-Length: 0\r\n", StringComparison.OrdinalIgnoreCase)).ShouldBeTrue($"{request}\n{answer}");
        }

        (await house.ArrivedAsync()).ShouldBeEmpty();
        using var plain = await house.SendAsync(HttpMethod.Get, Products);
        plain.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task What_is_smuggled_never_arrives_beside_a_session_either(string proxy)
    {
        await using var house = await ProxyHouse.OpenAsync(ProxyKind.Of(proxy));
        var cookie = await house.LogInAsync();
        var passed = 0;
        foreach (var contraband in Contraband)
        {
            var answer = await house.ExchangeAsync($"GET {Products} HTTP/1.1\r\nHost: {ProxyHouse.Name}\r\nCookie: {cookie}\r\nConnection: close\r\n{contraband}\r\n\r\n");

            var arrived = await house.ArrivedAsync();
            if (Status(answer) == 400)
            {
                arrived.ShouldBeEmpty(contraband);
                continue;
            }

            passed++;
            var request = arrived.ShouldHaveSingleItem(contraband);
            // What a folded line says belongs to the header above it (RFC 9112 §5.2).
            request.Headers.Where(h => h.Name is not "A").ShouldNotContain(h => h.Value.Contains(Smuggled, StringComparison.Ordinal) || h.Name.Contains('_', StringComparison.Ordinal), contraband);
            request.Values("X-User-Role").ShouldBe(["manager"], contraband);
            request.Values("X-Zaguan-Role").ShouldBe(["manager"], contraband);
            request.Values("X-Zaguan-User").ShouldBe(["john_doe"], contraband);
            request.Values("X-Zaguan-User-Number").ShouldBe(["1"], contraband);
            request.Values("X-Zaguan-Role-Number").ShouldBe(["2"], contraband);
            request.Values("X-Zaguan-Session").ShouldBe([(await house.Zaguan.SessionsAsync()).ShouldHaveSingleItem().Id], contraband);
        }

        passed.ShouldBeGreaterThan(10);
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Who_has_no_role_gets_none_by_claiming_one(string proxy)
    {
        await using var house = await ProxyHouse.OpenAsync(ProxyKind.Of(proxy));
        await house.Zaguan.AddUserAsync(new() { Realm = "inventario", Username = "sin rol ñ" }, "una clave bastante larga");
        var cookie = await house.LogInAsync(Inventario.Body("sin rol ñ", "una clave bastante larga"));

        using var answer = await house.SendAsync(HttpMethod.Get, Products, null, ("Cookie", cookie), ("X-User-Role", "admin"), ("X-Zaguan-Role", "admin"));

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Rol requerido");
        var request = (await house.ArrivedAsync()).ShouldHaveSingleItem();
        string.Concat(request.Values("X-User-Role").Concat(request.Values("X-Zaguan-Role"))).ShouldBe("");
        request.Values("X-Zaguan-User").ShouldBe(["sin rol %C3%B1"]);
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task A_rule_holds_however_its_path_is_spelt(string proxy)
    {
        await using var house = await ProxyHouse.OpenAsync(ProxyKind.Of(proxy));
        var cookie = await house.LogInAsync();
        string[] targets =
        [
            "/api/v1/admin", "/api/v1/admin/usuarios", "/api/v1/admin?x=1", "/api/v1/%61dmin", "/API/V1/Admin", "/api/v1/./admin", "/api/v1/x/../admin", "/api/v1//admin", "//api/v1/admin",
            "/api/v1%2fadmin", "/api/v1/admin%2f", "/api/v1\\admin", "/api/v1/admin;x", "/api/v1/;/admin", "/api/v1/admin%00", "/api/v1/%2561dmin", "/api/v1/%2e/admin", "/api/v1/admin%20",
            $"http://{ProxyHouse.Name}/api/v1/admin", "/api/v1/auth/login/../../admin", "/zaguan/../api/v1/admin",
        ];
        foreach (var target in targets)
        {
            var answer = await house.ExchangeAsync($"GET {target} HTTP/1.1\r\nHost: {ProxyHouse.Name}\r\nCookie: {cookie}\r\nX-Forwarded-Uri: {Products}\r\nX-Original-URL: {Products}\r\nConnection: close\r\n\r\n");
            Status(answer).ShouldBeOneOf(400, 403, 404);
        }

        (await house.ArrivedAsync()).ShouldBeEmpty();
        using var allowed = await house.SendAsync(HttpMethod.Get, "/api/v1/administradores/%C3%B1", null, ("Cookie", cookie));
        allowed.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await house.ArrivedAsync()).ShouldHaveSingleItem().Path.ShouldBe("/api/v1/administradores/%C3%B1");
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task A_client_that_knows_no_token_logs_in_works_and_logs_out(string proxy)
    {
        await using var house = await ProxyHouse.OpenAsync(ProxyKind.Of(proxy));
        using (var refused = await house.SendAsync(HttpMethod.Post, Inventario.Path, Inventario.WrongBody))
        {
            refused.StatusCode.ShouldBe(Inventario.Wrong.Status);
            (await refused.Content.ReadAsStringAsync()).ShouldBe(Inventario.Wrong.Body);
            refused.Headers.Contains("Set-Cookie").ShouldBeFalse();
        }

        var cookie = ("Cookie", await house.LogInAsync(null, ("X-Forwarded-For", "192.0.2.66"), ("Origin", house.Origin)));
        (await house.Zaguan.AccessLogAsync()).ShouldAllBe(r => r.Address == "127.0.0.1");

        using (var answer = await house.SendAsync(HttpMethod.Get, $"{Products}?página=2", null, cookie))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            var body = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
            body.GetProperty("user").GetString().ShouldBe("john_doe");
            body.GetProperty("role").GetString().ShouldBe("manager");
        }

        foreach (var (origin, status) in new[] { (house.Origin, 200), ("https://otra.example", 403), ("null", 403), ("", 403) })
        {
            (string, string)[] headers = origin.Length == 0 ? [cookie] : [cookie, ("Origin", origin)];
            using var answer = await house.SendAsync(HttpMethod.Post, Products, """{"nombre":"Broca"}""", headers);
            ((int)answer.StatusCode).ShouldBe(status, origin);
        }

        (await house.ArrivedAsync()).Select(r => r.Method).ShouldBe(["GET", "POST"]);

        using (var foreign = await house.SendAsync(HttpMethod.Post, "/zaguan/logout", "", cookie, ("Origin", "https://otra.example")))
        {
            foreign.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }

        using (var logout = await house.SendAsync(HttpMethod.Post, "/zaguan/logout", "", cookie, ("Origin", house.Origin)))
        {
            logout.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            logout.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem().ShouldContain("Max-Age=0");
        }

        using var after = await house.SendAsync(HttpMethod.Get, Products, null, cookie);
        after.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await house.ArrivedAsync()).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task A_revoked_session_is_401_and_without_Zaguan_nothing_passes(string proxy)
    {
        await using var house = await ProxyHouse.OpenAsync(ProxyKind.Of(proxy));
        var (revoked, cookie) = (await house.LogInAsync(), await house.LogInAsync());
        var first = (await house.Zaguan.SessionsAsync()).MinBy(s => s.OpenedAt)!;
        await house.Zaguan.Services.GetRequiredService<RevocationStore>().RevokeSessionAsync(first.Id);

        using (var answer = await house.SendAsync(HttpMethod.Get, Products, null, ("Cookie", revoked)))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        using (var answer = await house.SendAsync(HttpMethod.Get, Products, null, ("Cookie", cookie)))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        (await house.ArrivedAsync()).Count.ShouldBe(1);
        await house.Zaguan.TakeDatabaseAwayAsync();
        using (var answer = await house.SendAsync(HttpMethod.Get, Products, null, ("Cookie", cookie)))
        {
            ((int)answer.StatusCode).ShouldBeOneOf(500, 502, 503);
        }

        await house.Zaguan.BringDatabaseBackAsync();
        await house.Zaguan.StopAsync();
        using (var answer = await house.SendAsync(HttpMethod.Get, Products, null, ("Cookie", cookie)))
        {
            ((int)answer.StatusCode).ShouldBeOneOf(500, 502, 503);
        }

        (await house.ArrivedAsync()).ShouldBeEmpty();
    }

    private static int Status(string answer) => int.Parse(answer.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture);
}
