using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Admin;
using Zaguan.Admin.Api;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Admin.Api;

/// <summary>What opens the Admin API, and what does not.</summary>
public sealed class ApiDoorTests
{
    [Fact]
    public async Task Without_a_key_that_is_good_and_may_do_it_no_route_does_anything()
    {
        var clock = new ManualClock();
        await using var house = await OwnKeysHouse.OpenAsync(clock);
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        var keys = house.Services.GetRequiredService<ApiKeyStore>();
        var all = ApiScopes.All.Select(s => s.Name).ToList();
        var full = await ApiClient.WithAllAsync(house);
        await full.DoAsync("POST", "/back-ends", body: new { name = "romsoft", application = "romsoft" });
        var expired = await ApiClient.MakeAsync(house, "caducada", clock.GetUtcNow().AddMinutes(1), all);
        var revoked = await ApiClient.MakeAsync(house, "anulada", null, all);
        await keys.RevokeAsync(revoked.Key, AuditEntry.OfCommandLine(clock.GetUtcNow(), AuditActions.ApiKeyRevoked, "anulada", null, null));
        clock.Advance(TimeSpan.FromMinutes(1));
        var other = (await ApiClient.MakeAsync(house, "otra", null, all)).Text;
        var lacking = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var scope in all)
        {
            lacking[scope] = (await ApiClient.MakeAsync(house, $"sin {scope}", null, all.Where(s => !string.Equals(s, scope, StringComparison.Ordinal)))).Text;
        }

        string?[] none =
        [
            null, "", "zgk_", "nada", expired.Text, revoked.Text, other[..^2], $"{other}A", $"{other}_", other.ToUpperInvariant(), $"{full.Key![..16]}{other[16..]}",
            $"{other[..17]}{new string('A', 43)}", new string('a', 10_000), "zgk_zzzzzzzzzzzz_x", "zbk_" + other[4..],
        ];
        var before = await ApiClient.EverythingAsync(house);
        var routes = ApiClient.Routes(house);
        routes.Count.ShouldBeGreaterThan(35);
        foreach (var route in routes)
        {
            foreach (var key in none)
            {
                var answer = await SendAsync(house.Client, route, key);
                answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, $"{route.Method} {route.Path} with {key}");
                answer.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Bearer");
                answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            }

            // A browser in which an administrator has entered is nobody here.
            (await SendAsync(ana.Client, route, null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            var refused = await SendAsync(house.Client, route, lacking[route.Scope]);
            refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{route.Method} {route.Path}");
            refused.Headers.WwwAuthenticate.Single().Parameter!.ShouldContain($"error=\"insufficient_scope\", scope=\"{route.Scope}\"");
        }

        house.Log.All.Count(l => l.Contains(" was refused: ", StringComparison.Ordinal)).ShouldBe(routes.Count);
        (await ApiClient.EverythingAsync(house)).ShouldBe(before);
    }

    [Fact]
    public async Task Who_would_give_more_than_they_have_is_refused_whatever_else_is_wrong_and_that_is_logged()
    {
        await using var house = await TestHouse.OpenAsync();
        var api = await ApiClient.WithAsync(house, ApiScopes.ApiKeysWrite, ApiScopes.AdministratorsWrite);

        (await api.PostAsync("/api-keys", new { name = "", scopes = new[] { ApiScopes.UsersPassword } })).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await api.PostAsync("/administrators", new { name = "eva", role = "administrator", password = "corta" })).Status.ShouldBe(HttpStatusCode.Forbidden);

        house.Log.All.Where(l => l.Contains(" was refused: ", StringComparison.Ordinal)).Select(l => l.Split(" was refused: ")[1].TrimEnd()).ShouldBe(["POST /api-keys", "POST /administrators"]);
    }

    [Fact]
    public async Task Every_route_under_the_api_asks_for_a_scope_that_there_is_but_the_document()
    {
        await using var house = await TestHouse.OpenAsync();
        var endpoints = house.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => e.RoutePattern.RawText!.StartsWith($"{ApiRoute.Home}/", StringComparison.Ordinal)).ToList();

        endpoints.Where(e => e.Metadata.GetMetadata<ApiRoute>() is null).Select(e => e.RoutePattern.RawText).ShouldBe([ApiRoutes.Document]);
        endpoints.Select(e => e.Metadata.GetMetadata<ApiRoute>()?.Scope).OfType<string>().Where(s => !ApiScopes.Has(s)).ShouldBeEmpty();
        // Whoever only sees asks for what an auditor may, and whoever changes something for what none may.
        ApiClient.Routes(house).ShouldAllBe(r => r.Acts != r.Scope.EndsWith(":read", StringComparison.Ordinal));
        ApiScopes.All.Where(s => !s.Name.EndsWith(":read", StringComparison.Ordinal)).ShouldAllBe(s => s.Least > AdminRole.Auditor);
    }

    [Fact]
    public async Task No_other_origin_is_allowed_and_what_is_not_there_is_said_as_a_problem()
    {
        await using var house = await TestHouse.OpenAsync();
        var api = await ApiClient.WithAllAsync(house);
        using var preflight = new HttpRequestMessage(HttpMethod.Options, $"{ApiRoute.Home}/users");
        preflight.Headers.Add("Origin", "https://malo.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        using var asked = ApiClient.Request("GET", "/users", api.Key, null);
        asked.Headers.Add("Origin", "https://malo.example");
        using var missing = ApiClient.Request("GET", "/nada", api.Key, null);

        foreach (var answer in new[] { await house.Client.SendAsync(preflight), await house.Client.SendAsync(asked) })
        {
            answer.Headers.ShouldNotContain(h => h.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        }

        var nothing = await house.Client.SendAsync(missing);
        (nothing.StatusCode, nothing.Content.Headers.ContentType!.MediaType).ShouldBe((HttpStatusCode.NotFound, "application/problem+json"));
        (await house.Client.PostAsync($"{ApiRoute.Home}/overview", null)).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Theory]
    [InlineData("""{"realm":"romsoft","username":"eva","nombre":"x"}""", "#/nombre")]
    [InlineData("""{"realm":"romsoft","usernam":"eva"}""", "#/usernam", "#/username")]
    [InlineData("""{"realm":"romsoft","username":7,"active":"sí"}""", "#/username", "#/active")]
    [InlineData("""{"realm":null,"username":"eva"}""", "#/realm")]
    [InlineData("""{"realm":"ninguno","username":"eva"}""", "#/realm")]
    [InlineData("""{"realm":"romsoft","username":" ","email":"x","role":"Ninguno"}""", "#/username", "#/email", "#/role")]
    [InlineData("""{"realm":"romsoft","username":"a\u0000b"}""", "#/username")]
    [InlineData("""{"realm":"romsoft","username":"\ud800"}""", "#/username")]
    [InlineData("""{"realm":"romsoft","username":"eva","a/b~c":1}""", "#/a~1b~0c")]
    [InlineData("""["romsoft"]""", "#")]
    [InlineData("""{"realm":"romsoft","realm":"romsoft","username":"eva"}""")]
    [InlineData("""{"realm":"romsoft" """)]
    [InlineData("")]
    [InlineData("[[[[[[[[[[[[]]]]]]]]]]]]")]
    public async Task A_body_that_is_not_what_belongs_there_is_refused_with_all_that_is_wrong(string body, params string[] pointers)
    {
        await using var house = await TestHouse.OpenAsync();
        var api = await ApiClient.WithAllAsync(house);
        var before = await ApiClient.EverythingAsync(house);

        var (status, problem) = await api.PostAsync("/users", body);

        status.ShouldBe(HttpStatusCode.BadRequest);
        (problem.TryGetProperty("errors", out var errors) ? errors.EnumerateArray().Select(e => Uri.UnescapeDataString(e.GetProperty("pointer").GetString()!)) : []).ShouldBe(pointers, ignoreOrder: true);
        (await ApiClient.EverythingAsync(house)).ShouldBe(before);
    }

    [Fact]
    public async Task Bodies_have_a_bound_and_a_type_and_stand_only_where_they_belong()
    {
        await using var house = await TestHouse.OpenAsync();
        var api = await ApiClient.WithAllAsync(house);
        var before = await ApiClient.EverythingAsync(house);

        (await api.PostAsync("/users", new { realm = "romsoft", username = new string('a', 70_000) })).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        using var form = ApiClient.Request("POST", "/users", api.Key, null);
        form.Content = new FormUrlEncodedContent([new("realm", "romsoft"), new("username", "eva")]);
        (await house.Client.SendAsync(form)).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await api.SendAsync("POST", "/users/{realm}/{number}/disable", ["romsoft", "1"], new { active = false })).Status.ShouldBe(HttpStatusCode.BadRequest);
        using var broken = ApiClient.Request("POST", "/users", api.Key, null);
        broken.Content = new ByteArrayContent([.. Encoding.UTF8.GetBytes("{\"realm\":\"romsoft\",\"username\":\""), 0xff, 0xfe, .. Encoding.UTF8.GetBytes("\"}")]);
        broken.Content.Headers.ContentType = new("application/json");
        (await house.Client.SendAsync(broken)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        // Two roles are not a third.
        (await api.PostAsync("/administrators", new { name = "eva", role = "auditor, operator", password = ConsoleBrowser.Password })).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await api.PostAsync("/administrators", new { name = "eva", role = 3, password = ConsoleBrowser.Password })).Status.ShouldBe(HttpStatusCode.BadRequest);

        (await ApiClient.EverythingAsync(house)).ShouldBe(before);
        house.Log.All.ShouldNotContain(l => l.Contains(" 1832 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/users?realms=romsoft", "realms")]
    [InlineData("/users?state=Active", "state")]
    [InlineData("/users?realm=a&realm=b", "realm")]
    [InlineData("/access-log?outcome=grantd", "outcome")]
    [InlineData("/access-log?from=ayer&address=aqui", "from", "address")]
    [InlineData("/access-log?before=abc", "before")]
    [InlineData("/audit-log?before=99999999999999999999", "before")]
    [InlineData("/users?realm=%00", "realm")]
    [InlineData("/overview?x=1", "x")]
    public async Task A_query_that_is_not_understood_is_refused_and_not_half_obeyed(string path, params string[] parameters)
    {
        await using var house = await TestHouse.OpenAsync();
        var api = await ApiClient.WithAllAsync(house);

        var request = ApiClient.Request("GET", path, api.Key, null);
        var answer = await house.Client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("parameter").GetString()).ShouldBe(parameters, ignoreOrder: true);
    }

    [Fact]
    public async Task A_key_is_known_by_its_hash_alone_and_its_use_is_written_down_now_and_then()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        var keys = house.Services.GetRequiredService<ApiKeyStore>();
        var made = await ApiClient.MakeAsync(house, "prueba", clock.GetUtcNow().AddDays(1), ApiScopes.UsersRead);
        var api = (await ApiClient.WithAsync(house)).As(made.Text);
        (await ApiClient.EverythingAsync(house)).ShouldNotContain(made.Text.Split('_', 3)[2]);
        made.Text.ShouldMatch("^zgk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$");

        (await LastUseAsync()).ShouldBeNull();
        await api.DoAsync("GET", "/realms");
        var first = await LastUseAsync();
        first.ShouldBe(clock.GetUtcNow().ToUnixTimeMilliseconds());
        clock.Advance(TimeSpan.FromMinutes(9));
        await api.DoAsync("GET", "/realms");
        (await LastUseAsync()).ShouldBe(first, "not a write for every request");
        clock.Advance(TimeSpan.FromMinutes(2));
        await api.DoAsync("GET", "/realms");
        (await LastUseAsync()).ShouldBe(clock.GetUtcNow().ToUnixTimeMilliseconds());

        clock.Advance(TimeSpan.FromDays(1));
        var (status, problem) = await api.GetAsync("/realms");
        status.ShouldBe(HttpStatusCode.Unauthorized);
        problem.GetProperty("detail").GetString()!.ShouldContain("expired");
        house.Log.All.ShouldNotContain(l => l.Contains(made.Text.Split('_', 3)[2], StringComparison.Ordinal));

        async Task<long?> LastUseAsync() => (await keys.FindAsync(made.Key.Id))!.LastUsedAt;
    }

    [Fact]
    public async Task A_database_that_is_gone_is_said_and_is_no_wrong_key()
    {
        await using var house = await TestHouse.OpenAsync();
        var api = await ApiClient.WithAllAsync(house);
        await house.TakeDatabaseAwayAsync();

        (await api.GetAsync("/users")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await api.PostAsync("/users", new { realm = "romsoft", username = "eva" })).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);

        await house.BringDatabaseBackAsync();
        await api.DoAsync("GET", "/users");
    }

    /// <summary>As somebody would send it who knows what is there: with the document's own example for a body.</summary>
    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, ApiRoute route, string? key)
    {
        string[] arguments = [.. route.PathParameters.Select(p => p switch { "realm" or "name" => "romsoft", _ => "1" })];
        var body = route.Body is null ? null : new System.Text.Json.Nodes.JsonObject(ApiJson.Options.GetTypeInfo(route.Body).Properties.Where(p => ApiJson.FieldOf(p)?.Example is not null)
            .Select(p => KeyValuePair.Create(p.Name, System.Text.Json.Nodes.JsonNode.Parse(ApiJson.FieldOf(p)!.Example!)))).ToJsonString();
        using var request = ApiClient.Request(route.Method, ApiClient.Filled(route.Path, arguments), null, body);
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        }

        return await client.SendAsync(request);
    }
}
