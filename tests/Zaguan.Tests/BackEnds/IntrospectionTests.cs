using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.BackEnds;

public sealed class IntrospectionTests
{
    [Fact]
    public async Task A_good_token_is_told_with_whom_it_stands_for()
    {
        await using var house = await TestHouse.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        var said = await backEnd.IntrospectAsync(await DemoLogin.Romsoft.TokenAsync(house.Client));

        said.GetProperty("active").GetBoolean().ShouldBeTrue();
        said.GetProperty("username").GetString().ShouldBe("admin");
        said.GetProperty("user_number").GetInt64().ShouldBe(1);
        said.GetProperty("role").GetString().ShouldNotBeNullOrEmpty();
        said.GetProperty("role_number").GetInt64().ShouldBe(2);
        said.GetProperty("client_id").GetString().ShouldBe("romsoft");
        said.GetProperty("token_type").GetString().ShouldBe("Bearer");
        (said.GetProperty("exp").GetInt64() - said.GetProperty("iat").GetInt64()).ShouldBe(28_800 * 60);
    }

    [Fact]
    public async Task What_is_not_good_is_not_active_and_nothing_else_is_said()
    {
        await using var house = await TestHouse.OpenAsync();
        var romsoft = await BackEndClient.AddAsync(house, "romsoft");
        var ambiotec = await BackEndClient.AddAsync(house, "ambiotec");
        var sinToken = await BackEndClient.AddAsync(house, "sistema-venta");
        var token = await DemoLogin.Romsoft.TokenAsync(house.Client);

        foreach (var (backEnd, asked) in new[] { (ambiotec, token), (sinToken, token), (romsoft, token + "x"), (romsoft, token[..^1]), (romsoft, "nada"), (romsoft, new string('a', 20_000)), (romsoft, $"Bearer {token}") })
        {
            (await backEnd.IntrospectAsync(asked)).GetRawText().ShouldBe("""{"active":false}""");
        }
    }

    [Fact]
    public async Task Only_who_has_a_key_may_ask()
    {
        await using var house = await TestHouse.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "romsoft", "clinica");
        var token = await DemoLogin.Romsoft.TokenAsync(house.Client);
        AuthenticationHeaderValue Basic(string pair) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));

        foreach (var (method, path) in new[] { (HttpMethod.Post, "/zaguan/introspect"), (HttpMethod.Post, "/zaguan/revoke"), (HttpMethod.Get, "/zaguan/revocations") })
        {
            foreach (var credentials in new[] { new("Bearer", token), new("Bearer", backEnd.Key[..^1]), new("Bearer", new string('x', 5_000)), Basic("clinica"), Basic($"clinica:{backEnd.Key}x"), new("Basic", "%%%"), new AuthenticationHeaderValue("Digest", backEnd.Key) })
            {
                using var answer = await backEnd.SendAsync(method, path, method == HttpMethod.Post ? BackEndClient.Form(token) : null, credentials);
                answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, credentials.ToString());
                answer.Headers.WwwAuthenticate.ShouldNotBeEmpty();
            }

            using var nameless = await house.Client.SendAsync(new(method, path));
            nameless.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        using var asClient = await backEnd.SendAsync(HttpMethod.Post, "/zaguan/introspect", BackEndClient.Form(token), Basic($"clinica:{backEnd.Key}"));
        (await asClient.Content.ReadAsStringAsync()).ShouldStartWith("""{"active":true""");
    }

    [Fact]
    public async Task A_request_that_is_no_form_with_one_token_is_refused_in_words()
    {
        await using var house = await TestHouse.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        foreach (var content in new HttpContent[]
        {
            new StringContent("""{"token":"x"}""", Encoding.UTF8, "application/json"),
            new FormUrlEncodedContent([]),
            new FormUrlEncodedContent([new("token", "")]),
            new FormUrlEncodedContent([new("token", "a"), new("token", "b")]),
            new FormUrlEncodedContent(Enumerable.Range(0, 100).Select(i => new KeyValuePair<string, string>($"t{i}", "x"))),
        })
        {
            using var answer = await backEnd.SendAsync(HttpMethod.Post, "/zaguan/introspect", content);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("\"error\":\"invalid_request\"");
        }
    }

    [Fact]
    public async Task A_back_end_ends_a_session_and_asking_again_changes_nothing()
    {
        await using var house = await TestHouse.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        var other = await BackEndClient.AddAsync(house, "ambiotec");
        var token = await DemoLogin.Romsoft.TokenAsync(house.Client);

        using var foreign = await other.RevokeAsync(token);
        foreign.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await backEnd.IsActiveAsync(token)).ShouldBeTrue();

        foreach (var asked in new[] { token, token, "nada" })
        {
            using var answer = await backEnd.RevokeAsync(asked);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        }

        (await backEnd.IsActiveAsync(token)).ShouldBeFalse();
    }

    /// <summary>RFC 7009 answers 200 to a token that is not good: what is answered so must not be good again.</summary>
    [Theory]
    [InlineData(-40, "not valid yet")]
    [InlineData(28_801, "expired")]
    public async Task Session_is_ended_by_its_token_whatever_the_clock_says(int minutes, string here)
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        var (token, other) = (await DemoLogin.Romsoft.TokenAsync(house.Client), await DemoLogin.Romsoft.TokenAsync(house.Client));
        var right = clock.GetUtcNow();
        clock.Set(right.AddMinutes(minutes));
        (await backEnd.IsActiveAsync(token)).ShouldBeFalse(here);

        using var answer = await backEnd.RevokeAsync(token);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        clock.Set(right);
        (await backEnd.IsActiveAsync(token)).ShouldBeFalse();
        (await backEnd.IsActiveAsync(other)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(-40)]
    [InlineData(481)]
    public async Task Session_of_an_opaque_token_is_ended_whatever_the_clock_says(int minutes)
    {
        var clock = new ManualClock();
        var contract = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Contracts, "ambiotec.json")))!;
        contract["token"] = new JsonObject { ["algorithm"] = "opaque", ["text"] = "{random.letters40}", ["lifetime"] = "8h" };
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock, Contracts = { ["ambiotec.json"] = contract.ToJsonString() } });
        var backEnd = await BackEndClient.AddAsync(house, "ambiotec");
        var token = await DemoLogin.Ambiotec.TokenAsync(house.Client);
        (await backEnd.IsActiveAsync(token)).ShouldBeTrue();
        var right = clock.GetUtcNow();
        clock.Set(right.AddMinutes(minutes));

        using var answer = await backEnd.RevokeAsync(token);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        clock.Set(right);
        (await backEnd.IsActiveAsync(token)).ShouldBeFalse();
    }

    [Fact]
    public async Task Old_token_that_never_ends_ends_nothing_and_one_that_ended_is_no_error()
    {
        await using var house = await FourApplications.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "ambiotec");
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

        foreach (var claims in new[] { """{"usuario_id":1,"jti":"sin-fin"}""", $$"""{"usuario_id":1,"exp":{{now - 60}}}""", $$"""{"usuario_id":1,"jti":"de-ayer","exp":{{now - 200_000}}}""" })
        {
            var token = TokenForge.Sign(claims, secret: FourApplications.Secret);
            using var answer = await backEnd.RevokeAsync(token);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, claims);
            (await house.SendAsync(HttpMethod.Post, "/zaguan/logout", ("Authorization", $"Bearer {token}")).StatusAsync()).ShouldBe(204, claims);
        }

        (await backEnd.FeedAsync(0)).GetProperty("revocations").GetArrayLength().ShouldBe(0);
    }

    /// <summary>An old system that gives every token of a user the same jti.</summary>
    [Fact]
    public async Task Old_token_is_revoked_for_as_long_as_the_last_of_its_name_is_good()
    {
        var clock = new ManualClock();
        await using var house = await FourApplications.OpenAsync(options: new() { Clock = clock });
        var backEnd = await BackEndClient.AddAsync(house, "ambiotec");
        string Token(TimeSpan life) => TokenForge.Sign($$"""{"usuario_id":1,"jti":"ana","exp":{{(clock.GetUtcNow() + life).ToUnixTimeSeconds()}}}""", secret: FourApplications.Secret);
        var (shorter, longer) = (Token(TimeSpan.FromMinutes(1)), Token(TimeSpan.FromHours(3)));

        (await backEnd.RevokeAsync(shorter)).Dispose();
        (await backEnd.RevokeAsync(longer)).Dispose();
        clock.Advance(TimeSpan.FromHours(2));

        (await backEnd.IsActiveAsync(longer)).ShouldBeFalse();
    }

    [Fact]
    public async Task Session_that_is_ended_while_its_user_is_disabled_stays_ended()
    {
        await using var house = await TestHouse.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        var token = await DemoLogin.Romsoft.TokenAsync(house.Client);
        await EnableAsync(house, false);

        using var answer = await backEnd.RevokeAsync(token);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        await EnableAsync(house, true);
        (await backEnd.IsActiveAsync(token)).ShouldBeFalse();

        static Task EnableAsync(TestHouse house, bool active) => house.Services.GetRequiredService<Database>().WriteAsync(
            db => db.ExecuteAsync("UPDATE users SET active = @active WHERE realm = 'romsoft' AND username = @Identifier", new { active, DemoLogin.Romsoft.Identifier }));
    }

    [Fact]
    public async Task A_token_of_the_old_system_is_revoked_by_its_id_or_else_refused_in_words()
    {
        await using var house = await FourApplications.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "ambiotec");
        var expiry = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 600;
        var named = TokenForge.Sign($$"""{"usuario_id":1,"jti":"viejo-1","exp":{{expiry}}}""", secret: FourApplications.Secret);
        var nameless = TokenForge.Sign($$"""{"usuario_id":1,"exp":{{expiry}}}""", secret: FourApplications.Secret);

        using var revoked = await backEnd.RevokeAsync(named);
        revoked.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await backEnd.IsActiveAsync(named)).ShouldBeFalse();

        using var refused = await backEnd.RevokeAsync(nameless);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("unsupported_token_type");
        (await backEnd.IsActiveAsync(nameless)).ShouldBeTrue();
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task While_nobody_can_say_whose_a_token_is_the_answer_is_503()
    {
        await using var house = await TestHouse.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        var token = await DemoLogin.Romsoft.TokenAsync(house.Client);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(house.DatabaseFile)!, "zaguan.db*"))
        {
            File.Delete(file);
        }

        Directory.CreateDirectory(house.DatabaseFile);
        using var answer = await backEnd.SendAsync(HttpMethod.Post, "/zaguan/introspect", BackEndClient.Form(token));
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
    }
}
