using System.Security.Claims;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Tests.House;

namespace Zaguan.Tests.AspNetCore;

/// <summary>What Romsoft's document says of a request and its token.</summary>
public sealed class HandlerTests
{
    public static TheoryData<string, string[], bool> GoesOnUnauthenticated => Both<string, string[]>(new()
    {
        { "no header", [] },
        { "two headers", ["Bearer uno", "Bearer dos"] },
        { "two headers, both good", [BackEnd.Token(), BackEnd.Token()] },
    });

    public static TheoryData<string, string, bool> Good => Both<string, string>(new()
    {
        { "Bearer", $"Bearer {BackEnd.Token()}" },
        { "bearer", $"bearer {BackEnd.Token()}" },
        { "raw", BackEnd.Token() },
        { "aud is a list with ours", TokenForge.Sign(BackEnd.Claims().Replace($"\"aud\":\"{BackEnd.Origin}\"", $"\"aud\":[\"otra\",\"{BackEnd.Origin}\"]", StringComparison.Ordinal)) },
    });

    public static TheoryData<string, string, bool> Wrong => Both<string, string>(new()
    {
        { "empty", "" },
        { "Bearer and nothing", "Bearer" },
        { "garbage", "Bearer basura" },
        { "another scheme", "Basic dXNlcjpjbGF2ZQ==" },
        { "another secret", BackEnd.Token(secret: "otra llave de 32 letras o de más, la de un extraño") },
        { "no signature", BackEnd.Token()[..(BackEnd.Token().LastIndexOf('.') + 1)] },
        { "none", TokenForge.Sign(BackEnd.Claims(), """{"alg":"none"}""") },
        { "expired", TokenForge.Sign(BackEnd.Claims().Replace("\"exp\":", "\"exp\":1700000000,\"antes\":", StringComparison.Ordinal)) },
        { "no expiry", TokenForge.Sign(BackEnd.Claims().Replace("\"exp\":", "\"expira\":", StringComparison.Ordinal)) },
        { "another issuer", TokenForge.Sign(BackEnd.Claims().Replace($"\"iss\":\"{BackEnd.Origin}\"", "\"iss\":\"http://LOCALHOST:44390\"", StringComparison.Ordinal)) },
        { "another audience", TokenForge.Sign(BackEnd.Claims().Replace($"\"aud\":\"{BackEnd.Origin}\"", "\"aud\":[\"otra\"]", StringComparison.Ordinal)) },
    });

    [Theory]
    [MemberData(nameof(GoesOnUnauthenticated))]
    public async Task Without_one_header_the_request_goes_on_and_its_endpoint_decides(string what, string[] headers, bool useZaguan)
    {
        await using var backEnd = await BackEnd.StartAsync(useZaguan: useZaguan);

        var open = await backEnd.GetRawAsync(BackEnd.Open, headers);
        open.ShouldStartWith("HTTP/1.1 200 ", customMessage: what);
        open.ShouldContain(BackEnd.Nobody);
        var closed = await backEnd.GetRawAsync(BackEnd.Closed, headers);
        closed.ShouldStartWith("HTTP/1.1 401 ", customMessage: what);
        closed.ShouldContain("WWW-Authenticate: Bearer\r\n");
    }

    [Theory]
    [MemberData(nameof(Good))]
    public async Task A_right_token_makes_its_unique_name_the_user(string what, string header, bool useZaguan)
    {
        await using var backEnd = await BackEnd.StartAsync(useZaguan: useZaguan);

        foreach (var path in new[] { BackEnd.Open, BackEnd.Closed, BackEnd.Open })
        {
            (await backEnd.GetAsync(path, header)).Line.ShouldBe("200 admin", what);
        }
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_wrong_token_is_401_at_once_wherever_it_goes_except_to_the_login(string what, string header, bool useZaguan)
    {
        await using var backEnd = await BackEnd.StartAsync(z => z.ExemptPaths.Add(BackEnd.Login), useZaguan: useZaguan);

        foreach (var path in new[] { BackEnd.Open, BackEnd.Closed, "/no/hay", $"{BackEnd.Login}/otra", "/" })
        {
            (await backEnd.GetAsync(path, header)).Line.ShouldBe("401 ", $"{what}: {path}");
        }

        foreach (var path in new[] { BackEnd.Login, $"{BackEnd.Login}/", BackEnd.Login.ToUpperInvariant() })
        {
            (await backEnd.GetAsync(path, header)).Line.ShouldBe($"200 {BackEnd.Nobody}", $"{what}: {path}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_sent_a_wrong_token_learns_nothing_of_why_and_the_log_learns_it_without_the_token(bool useZaguan)
    {
        await using var backEnd = await BackEnd.StartAsync(useZaguan: useZaguan);
        var expired = TokenForge.Sign("""{"unique_name":"admin","exp":1700000000}""");
        var forged = BackEnd.Token(secret: "otra llave de 32 letras o de más, la de un extraño");

        var answers = new[] { await backEnd.GetAsync(BackEnd.Open, $"Bearer {expired}"), await backEnd.GetAsync(BackEnd.Open, $"Bearer {forged}"), await backEnd.GetAsync(BackEnd.Closed) };

        answers.Select(a => string.Join('\n', a.Headers.Where(h => h.Key is not "Date").Select(h => $"{h.Key}: {string.Join(',', h.Value)}"))).Distinct().ShouldHaveSingleItem();
        backEnd.Log.All.ShouldContain(l => l.StartsWith("Information 2001 ", StringComparison.Ordinal) && l.Contains("WrongIssuer", StringComparison.Ordinal));
        backEnd.Log.All.ShouldContain(l => l.StartsWith("Information 2001 ", StringComparison.Ordinal) && l.Contains("WrongSignature", StringComparison.Ordinal));
        backEnd.Log.All.ShouldAllBe(l => expired.Split('.', StringSplitOptions.None).Concat(forged.Split('.')).All(part => !l.Contains(part, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fault_of_ours_is_500_and_never_lets_a_request_through(bool useZaguan)
    {
        await using var backEnd = await BackEnd.StartAsync(z => z.TimeProvider = new BrokenClock(), useZaguan: useZaguan);

        (await backEnd.GetAsync(BackEnd.Open, BackEnd.Token())).Status.ShouldBe(500);
        (await backEnd.GetAsync(BackEnd.Open)).Line.ShouldBe($"200 {BackEnd.Nobody}");
    }

    [Fact]
    public async Task A_raw_token_is_wrong_where_only_Bearer_is_taken()
    {
        await using var backEnd = await BackEnd.StartAsync(z => z.AcceptsRawToken = false);

        (await backEnd.GetAsync(BackEnd.Open, BackEnd.Token())).Line.ShouldBe("401 ");
        (await backEnd.GetAsync(BackEnd.Open, $"Bearer {BackEnd.Token()}")).Line.ShouldBe("200 admin");
    }

    [Fact]
    public async Task The_previous_secret_is_believed_while_it_is_named()
    {
        const string Old = "la llave de antes, que todavía firma tokens buenos";
        await using var changing = await BackEnd.StartAsync(z => z.PreviousSecret = Old);
        await using var changed = await BackEnd.StartAsync();

        (await changing.GetAsync(BackEnd.Open, BackEnd.Token())).Line.ShouldBe("200 admin");
        (await changing.GetAsync(BackEnd.Open, BackEnd.Token(secret: Old))).Line.ShouldBe("200 admin");
        (await changed.GetAsync(BackEnd.Open, BackEnd.Token(secret: Old))).Line.ShouldBe("401 ");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_that_was_good_is_refused_the_moment_it_expires(bool useZaguan)
    {
        var clock = new ManualClock();
        await using var backEnd = await BackEnd.StartAsync(clock: clock, useZaguan: useZaguan);
        var token = BackEnd.Token(clock: clock);

        clock.Advance(TimeSpan.FromSeconds(3_599));
        (await backEnd.GetAsync(BackEnd.Closed, token)).Status.ShouldBe(200);
        clock.Advance(TimeSpan.FromSeconds(1));
        (await backEnd.GetAsync(BackEnd.Closed, token)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Claims_keep_their_names_and_types_a_list_is_several_and_an_object_is_its_JSON()
    {
        await using var backEnd = await BackEnd.StartAsync();
        var token = BackEnd.Token(more: """ "id_rol":2,"nota":1.50,"activo":true,"nada":null,"role":["caja","farmacia",3],"perfil":{"sede": "Lima"},"mezcla":[{"a":1},[2],null] """);

        var claims = (await backEnd.GetAsync("/api/claims", token)).Body.Split('\n');

        claims.Where(c => !c.StartsWith("iat ", StringComparison.Ordinal) && !c.StartsWith("exp ", StringComparison.Ordinal)).ShouldBe(
        [
            "unique_name string admin",
            $"iss string {BackEnd.Origin}",
            $"aud string {BackEnd.Origin}",
            "id_rol integer64 2",
            "nota double 1.50",
            "activo boolean true",
            "role string caja",
            "role string farmacia",
            "role integer64 3",
            "perfil JSON {\"sede\": \"Lima\"}",
            "mezcla JSON {\"a\":1}",
            "mezcla JSON [2]",
        ]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Name_and_roles_come_from_the_claims_that_are_said(bool useZaguan)
    {
        await using var backEnd = await BackEnd.StartAsync(
            z => (z.NameClaim, z.RoleClaim) = ("usuario", "perfil"),
            furnish: b => b.Services.AddAuthorizationBuilder().SetDefaultPolicy(new(
            [new Microsoft.AspNetCore.Authorization.Infrastructure.RolesAuthorizationRequirement(["caja"])], [])),
            useZaguan: useZaguan);

        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token(more: "\"usuario\":\"ana\",\"perfil\":[\"caja\"]"))).Line.ShouldBe("200 ana");
        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token(more: "\"usuario\":\"ana\",\"role\":[\"caja\"]"))).Status.ShouldBe(403);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_one_request_adds_to_its_user_the_next_one_with_the_same_token_does_not_have(bool useZaguan)
    {
        await using var backEnd = await BackEnd.StartAsync(furnish: b => b.Services.AddSingleton<IClaimsTransformation, AddingClaims>(), useZaguan: useZaguan);
        var token = BackEnd.Token();

        for (var i = 0; i < 3; i++)
        {
            (await backEnd.GetAsync("/api/claims", token)).Body.Split('\n').Count(c => c.StartsWith("extra ", StringComparison.Ordinal)).ShouldBe(1);
        }
    }

    [Fact]
    public async Task Of_two_schemes_each_takes_its_own_tokens_and_what_neither_takes_is_401_at_once()
    {
        const string Other = "la llave de la otra aplicación, solo para pruebas";
        await using var backEnd = await BackEnd.StartAsync(furnish: b =>
        {
            b.Services.AddAuthentication().AddZaguan("Otra", z => z.Secret = Other);
            b.Services.AddAuthorizationBuilder().SetDefaultPolicy(new(
                [new Microsoft.AspNetCore.Authorization.Infrastructure.DenyAnonymousAuthorizationRequirement()], ["Zaguan", "Otra"]));
        });

        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token())).Line.ShouldBe("200 admin");
        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token("ana", secret: Other))).Line.ShouldBe("200 ana");
        (await backEnd.GetAsync(BackEnd.Open, BackEnd.Token("ana", secret: Other))).Line.ShouldBe($"200 {BackEnd.Nobody}");
        (await backEnd.GetAsync(BackEnd.Open, BackEnd.Token(secret: "la llave de un extraño, que nadie conoce aquí"))).Line.ShouldBe("401 ");
        (await backEnd.HealthAsync()).ShouldContain("Otra: Revocations are not followed");
    }

    [Fact]
    public async Task A_token_that_another_scheme_cannot_judge_now_is_503_although_it_is_none_of_ours()
    {
        const string Other = "la llave de la otra aplicación, solo para pruebas";
        await using var backEnd = await BackEnd.StartAsync(furnish: b => b.Services.AddAuthentication().AddZaguan("Otra", z =>
            (z.Secret, z.Address, z.BackEndKey) = (Other, "http://127.0.0.1:1", "zbk_nadie-escucha-en-este-puerto")));

        (await backEnd.GetAsync(BackEnd.Open, BackEnd.Token("ana", secret: Other))).Status.ShouldBe(503);
        (await backEnd.GetAsync(BackEnd.Open, BackEnd.Token(secret: "la llave de un extraño, que nadie conoce aquí"))).Line.ShouldBe("401 ");
        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token())).Line.ShouldBe("200 admin");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Roles_policies_and_exceptions_hold_whoever_guards(bool useZaguan)
    {
        await using var backEnd = await BackEnd.StartAsync(useZaguan: useZaguan);
        string admin = BackEnd.Token(), cashier = BackEnd.Token("eva", "\"role\":\"caja\"");

        (await backEnd.GetAsync(BackEnd.Cashier)).Line.ShouldBe("401 ");
        (await backEnd.GetAsync(BackEnd.Cashier, admin)).Line.ShouldBe("403 ");
        (await backEnd.GetAsync(BackEnd.Cashier, cashier)).Line.ShouldBe("200 eva");
        (await backEnd.GetAsync(BackEnd.Anybody)).Line.ShouldBe($"200 {BackEnd.Nobody}");
        (await backEnd.GetAsync(BackEnd.Anybody, admin)).Line.ShouldBe("200 admin");
        (await backEnd.GetAsync("/no/hay", admin)).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fallback_policy_and_handlers_of_the_application_are_asked_whoever_guards(bool useZaguan)
    {
        await using var guarded = await BackEnd.StartAsync(
            furnish: b => b.Services.AddAuthorizationBuilder().SetFallbackPolicy(new([new Microsoft.AspNetCore.Authorization.Infrastructure.RolesAuthorizationRequirement(["caja"])], [])),
            useZaguan: useZaguan);
        await using var refusing = await BackEnd.StartAsync(furnish: b => b.Services.AddScoped<IAuthorizationHandler, Refusing>(), useZaguan: useZaguan);

        (await guarded.GetAsync(BackEnd.Open)).Line.ShouldBe("401 ");
        (await guarded.GetAsync(BackEnd.Open, BackEnd.Token())).Line.ShouldBe("403 ");
        (await guarded.GetAsync(BackEnd.Open, BackEnd.Token(more: "\"role\":\"caja\""))).Line.ShouldBe("200 admin");
        (await refusing.GetAsync(BackEnd.Closed, BackEnd.Token())).Line.ShouldBe("403 ");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task On_one_connection_every_request_is_its_own_token(bool useZaguan)
    {
        await using var backEnd = await BackEnd.StartAsync(useZaguan: useZaguan);
        string Request(string authorization, string connection) => $"GET {BackEnd.Open} HTTP/1.1\r\nHost: localhost\r\nConnection: {connection}\r\n{authorization}\r\n";
        string ana = $"Authorization: {BackEnd.Token("ana")}\r\n", eva = $"Authorization: {BackEnd.Token("eva")}\r\n";

        var answers = await RawHttp.ExchangeAsync(backEnd.Address, string.Concat(
            Request(ana, "keep-alive"), Request(ana, "keep-alive"), Request(eva, "keep-alive"), Request("", "keep-alive"), Request(ana, "keep-alive"),
            Request("Authorization: basura\r\n", "keep-alive"), Request(ana, "close")));

        Regex.Matches(answers, "\\b(ana|eva|nadie|401)\\b", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(m => m.Value).ShouldBe(["ana", "ana", "eva", "nadie", "ana", "401", "ana"]);
    }

    [Fact]
    public async Task UseZaguan_says_what_is_missing()
    {
        var several = await Should.ThrowAsync<InvalidOperationException>(() => BackEnd.StartAsync(furnish: b => b.Services.AddAuthentication().AddZaguan("Otra", z => z.Secret = TokenForge.Secret), useZaguan: true));
        several.Message.ShouldContain("guards by one scheme, and there are 2");
        await using var none = WebApplication.CreateSlimBuilder().Build();
        Should.Throw<InvalidOperationException>(() => none.UseZaguan()).Message.ShouldContain("call AddAuthentication().AddZaguan");
    }

    private static TheoryData<T1, T2, bool> Both<T1, T2>(TheoryData<T1, T2> cases) =>
        [.. cases.SelectMany(c => Enumerable.Range(0, 2).Select(way => new TheoryDataRow<T1, T2, bool>(c.Data.Item1, c.Data.Item2, way == 1)))];

    private sealed class Refusing : IAuthorizationHandler
    {
        public Task HandleAsync(AuthorizationHandlerContext context)
        {
            context.Fail();
            return Task.CompletedTask;
        }
    }

    private sealed class AddingClaims : IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
        {
            ((ClaimsIdentity)principal.Identity!).AddClaim(new("extra", "1"));
            return Task.FromResult(principal);
        }
    }

    private sealed class BrokenClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new InvalidTimeZoneException("The clock is broken.");
    }
}
