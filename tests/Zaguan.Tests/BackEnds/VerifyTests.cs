using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Contracts;
using Zaguan.Tests.House;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Tests.BackEnds;

/// <summary>What a proxy hears when it asks whether a request may pass: by the request's token.</summary>
public sealed class VerifyTests
{
    private const string Path = "/zaguan/verify?application=inventario";

    private static readonly DemoLogin Inventario = DemoLogin.Inventario;

    private static HouseOptions Options => new()
    {
        Settings =
        {
            ["Applications:inventario:IssueToken"] = "true",
            ["Applications:inventario:JWT_SECRET"] = FourApplications.Secret,
            ["Applications:inventario:IdentityHeaders:X-User-Role"] = "{role.name}",
            ["Applications:inventario:IdentityHeaders:X-User-Label"] = "{user.username}/{role.number}/{user.attributes.almacen|default:ningún almacén}",
            ["Applications:romsoft:JWT_ISSUER_TOKEN"] = "x",
            ["Applications:romsoft:JWT_AUDIENCE_TOKEN"] = "x",
        },
    };

    private static HouseOptions WithRules
    {
        get
        {
            var options = Options;
            options.Settings["Applications:inventario:Rules:0:Path"] = "/api/admin";
            options.Settings["Applications:inventario:Rules:0:Roles:0"] = "admin";
            options.Settings["Applications:inventario:Rules:1:Path"] = "/api";
            options.Settings["Applications:inventario:Rules:1:Methods:0"] = "POST";
            options.Settings["Applications:inventario:Rules:1:Roles:0"] = "admin";
            options.Settings["Applications:inventario:Rules:1:Roles:1"] = "Manager";
            return options;
        }
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("PROPFIND")]
    public async Task A_good_token_passes_whatever_the_method_and_the_answer_says_who_it_is(string method)
    {
        await using var house = await TestHouse.OpenAsync(Options);
        var token = await LogInAsync(house);

        using var answer = await AskAsync(house, Path, method, ("Authorization", $"Bearer {token}"));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("");
        Header(answer, "X-Zaguan-User").ShouldBe("john_doe");
        Header(answer, "X-Zaguan-User-Id").ShouldBe("550e8400-e29b-41d4-a716-446655440000");
        Header(answer, "X-Zaguan-User-Number").ShouldBe("1");
        Header(answer, "X-Zaguan-Role").ShouldBe("manager");
        Header(answer, "X-Zaguan-Role-Number").ShouldBe("2");
        var session = (await SessionsAsync(house)).ShouldHaveSingleItem();
        Header(answer, "X-Zaguan-Session").ShouldBe(session.Id);
        Header(answer, "X-User-Role").ShouldBe("manager");
        Header(answer, "X-User-Label").ShouldBe("john_doe/2/ning%C3%BAn almac%C3%A9n");
        Header(answer, "Cache-Control").ShouldBe("no-store");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Authorization: Bearer\r\n")]
    [InlineData("Authorization: Bearer \r\n")]
    [InlineData("Authorization: Bearer null\r\n")]
    [InlineData("Authorization: Bearer TOKENx\r\n")]
    [InlineData("Authorization: TOKEN\r\n")]
    [InlineData("Authorization: Basic am9objpkb2U=\r\n")]
    [InlineData("Authorization: Bearer TOKEN\r\nAuthorization: Bearer TOKEN\r\n")]
    [InlineData("Cookie: __Host-zaguan-inventario=TOKEN\r\n")]
    [InlineData("X-User-Role: admin\r\nX-Zaguan-User: john_doe\r\n")]
    public async Task Without_a_good_token_it_is_401_and_nobody_is_named(string headers)
    {
        await using var house = await TestHouse.OpenAsync(Options);
        var token = await LogInAsync(house);

        var answer = await RawHttp.ExchangeAsync(house.Address, $"GET {Path} HTTP/1.1\r\nHost: localhost\r\n{headers.Replace("TOKEN", token, StringComparison.Ordinal)}Connection: close\r\n\r\n");

        answer.ShouldStartWith("HTTP/1.1 401 ");
        answer.ShouldContain("WWW-Authenticate: Bearer\r\n");
        answer.ShouldNotContain("X-Zaguan", Case.Insensitive);
        answer.ShouldNotContain("X-User", Case.Insensitive);
    }

    [Fact]
    public async Task A_bare_token_is_one_where_the_contract_says_so()
    {
        await using var house = await TestHouse.OpenAsync(Options);
        using var login = await house.PostAsync(DemoLogin.Romsoft.Path, DemoLogin.Romsoft.RightBody);
        var token = JsonDocument.Parse(await login.Content.ReadAsStringAsync()).RootElement.GetProperty("Data").GetProperty("token").GetString()!;

        foreach (var header in new[] { token, $"Bearer {token}", $"bearer {token}" })
        {
            using var answer = await AskAsync(house, "/zaguan/verify?application=romsoft", "GET", ("Authorization", header));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            Header(answer, "X-Zaguan-User").ShouldBe("admin");
        }
    }

    [Fact]
    public async Task A_token_of_another_application_is_none()
    {
        await using var house = await TestHouse.OpenAsync(Options);
        using var answer = await AskAsync(house, "/zaguan/verify?application=romsoft", "GET", ("Authorization", $"Bearer {await LogInAsync(house)}"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("/zaguan/verify", 400)]
    [InlineData("/zaguan/verify?application=", 400)]
    [InlineData("/zaguan/verify?application=inventario&application=inventario", 400)]
    [InlineData("/zaguan/verify?app=inventario", 400)]
    [InlineData("/zaguan/verify?application=almacen", 404)]
    [InlineData("/zaguan/verify?application=Inventario", 404)]
    [InlineData("/zaguan/verify?application=inventario%0d%0aX:%20y", 404)]
    public async Task Without_a_known_application_nothing_passes(string path, int status)
    {
        await using var house = await TestHouse.OpenAsync(Options);
        using var answer = await AskAsync(house, path, "GET", ("Authorization", $"Bearer {await LogInAsync(house)}"));
        ((int)answer.StatusCode).ShouldBe(status);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("application");
        answer.Headers.ShouldNotContain(h => h.Key.StartsWith("X-Zaguan", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task When_the_database_cannot_be_asked_it_is_503_and_later()
    {
        await using var house = await TestHouse.OpenAsync(Options);
        var token = await LogInAsync(house);
        await house.TakeDatabaseAwayAsync();

        using (var answer = await AskAsync(house, Path, "GET", ("Authorization", $"Bearer {token}")))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            Header(answer, "Retry-After").ShouldBe("5");
            Header(answer, "X-Zaguan-User").ShouldBeNull();
        }

        // A token that is not good is so without the database.
        using (var answer = await AskAsync(house, Path, "GET", ("Authorization", $"Bearer {token}x")))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        await house.BringDatabaseBackAsync();
        using var again = await AskAsync(house, Path, "GET", ("Authorization", $"Bearer {token}"));
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_of_the_old_system_passes_for_whom_it_names_and_for_nobody_not()
    {
        await using var house = await TestHouse.OpenAsync(WithRules);
        string Old(string id) => Sign($$"""{"sub":"{{id}}","role_name":"admin","exp":{{TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}}}""");

        using var known = await AskAsync(house, Path, "GET", ("Authorization", $"Bearer {Old("550e8400-e29b-41d4-a716-446655440000")}"), ("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", "/api/productos"));
        known.StatusCode.ShouldBe(HttpStatusCode.OK);
        Header(known, "X-Zaguan-User").ShouldBe("john_doe");
        // There and empty: what a proxy copies takes the place of what the client sent.
        Header(known, "X-Zaguan-Session").ShouldBe("");

        using var nobody = await AskAsync(house, Path, "GET", ("Authorization", $"Bearer {Old("nadie")}"), ("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", "/api/productos"));
        nobody.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("GET", "/api/productos", 200)]
    [InlineData("POST", "/api/productos", 200)]
    [InlineData("GET", "/api/admin/usuarios", 403)]
    [InlineData("GET", "/API/%61dmin", 403)]
    [InlineData("GET", "/api/./admin", 403)]
    [InlineData("GET", "/api/productos/..;/admin", 403)]
    [InlineData("get", "/api/productos", 403)]
    [InlineData(null, "/api/productos", 403)]
    [InlineData("GET", null, 403)]
    public async Task Rules_judge_the_request_that_the_proxy_tells(string? method, string? uri, int status)
    {
        await using var house = await TestHouse.OpenAsync(WithRules);
        var token = await LogInAsync(house);
        var told = new[] { ("X-Forwarded-Method", method), ("X-Forwarded-Uri", uri) }.Where(h => h.Item2 is not null).Select(h => (h.Item1, h.Item2!));

        using var answer = await AskAsync(house, Path, "GET", [("Authorization", $"Bearer {token}"), .. told]);

        ((int)answer.StatusCode).ShouldBe(status);
        Header(answer, "X-Zaguan-User").ShouldBe(status == 200 ? "john_doe" : null);
        using var nobody = await AskAsync(house, Path, "GET", [.. told]);
        nobody.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        house.Log.All.Count(l => l.Contains("not to let a request of the user", StringComparison.Ordinal)).ShouldBe(status == 200 ? 0 : 1, "nobody has no authority to be refused");
    }

    [Theory]
    [InlineData("X-Forwarded-Uri: /api/productos\r\nX-Forwarded-Uri: /api/productos\r\nX-Forwarded-Method: GET\r\n")]
    [InlineData("X-Forwarded-Uri: /api/productos\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Method: GET\r\n")]
    [InlineData("X-Forwarded-Uri: /api/productos\r\nX-Forwarded-Method: GET, GET\r\n")]
    [InlineData("X-Forwarded-Uri: /api/productos\xED\xA0\x80\r\nX-Forwarded-Method: GET\r\n")]
    public async Task What_the_proxy_tells_twice_or_in_no_letters_passes_no_rule(string headers)
    {
        await using var house = await TestHouse.OpenAsync(WithRules);
        var answer = await RawHttp.ExchangeAsync(house.Address, $"GET {Path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {await LogInAsync(house)}\r\n{headers}Connection: close\r\n\r\n");
        answer[..12].ShouldBeOneOf("HTTP/1.1 403", "HTTP/1.1 400");
    }

    [Fact]
    public async Task A_revoked_session_and_a_disabled_user_pass_no_more()
    {
        await using var house = await TestHouse.OpenAsync(Options);
        var token = await LogInAsync(house);
        var session = (await SessionsAsync(house)).ShouldHaveSingleItem();
        (await house.Services.GetRequiredService<RevocationStore>().RevokeSessionAsync(session.Id)).ShouldBeTrue();
        await house.Services.GetRequiredService<Revocations>().RefreshAsync();
        using (var answer = await AskAsync(house, Path, "GET", ("Authorization", $"Bearer {token}")))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        token = await LogInAsync(house);
        var users = house.Services.GetRequiredService<UserStore>();
        var user = (await users.FindAsync("inventario", Identifies.Username, Inventario.Identifier))!;
        await users.SetActiveAsync(user, active: false, []);
        using (var answer = await AskAsync(house, Path, "GET", ("Authorization", $"Bearer {token}")))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    private static async Task<string> LogInAsync(TestHouse house)
    {
        using var answer = await house.PostAsync(Inventario.Path, Inventario.RightBody);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("token").GetString()!;
    }

    private static Task<IReadOnlyList<SessionEntry>> SessionsAsync(TestHouse house) =>
        house.Services.GetRequiredService<SessionStore>().ListAsync(new(null, null, null, WithRevoked: false, 10));

    private static async Task<HttpResponseMessage> AskAsync(TestHouse house, string path, string method, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new(method), path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        return await house.Client.SendAsync(request);
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static string Sign(string claims)
    {
        var signed = $"{Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(FourApplications.Secret), Encoding.ASCII.GetBytes(signed)))}";
    }
}
