using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Tests.House;

namespace Zaguan.Tests.AspNetCore;

/// <summary>What Romsoft's document says of a request and its token.</summary>
public sealed class HandlerTests
{
    public static TheoryData<string, string[]> GoesOnUnauthenticated => new()
    {
        { "no header", [] },
        { "two headers", ["Bearer uno", "Bearer dos"] },
        { "two headers, both good", [BackEnd.Token(), BackEnd.Token()] },
    };

    public static TheoryData<string, string> Good => new()
    {
        { "Bearer", $"Bearer {BackEnd.Token()}" },
        { "bearer", $"bearer {BackEnd.Token()}" },
        { "raw", BackEnd.Token() },
        { "aud is a list with ours", TokenForge.Sign(BackEnd.Claims().Replace($"\"aud\":\"{BackEnd.Origin}\"", $"\"aud\":[\"otra\",\"{BackEnd.Origin}\"]", StringComparison.Ordinal)) },
    };

    public static TheoryData<string, string> Wrong => new()
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
    };

    [Theory]
    [MemberData(nameof(GoesOnUnauthenticated))]
    public async Task Without_one_header_the_request_goes_on_and_its_endpoint_decides(string what, string[] headers)
    {
        await using var backEnd = await BackEnd.StartAsync();

        var open = await backEnd.GetRawAsync(BackEnd.Open, headers);
        open.ShouldStartWith("HTTP/1.1 200 ", customMessage: what);
        open.ShouldContain(BackEnd.Nobody);
        var closed = await backEnd.GetRawAsync(BackEnd.Closed, headers);
        closed.ShouldStartWith("HTTP/1.1 401 ", customMessage: what);
        closed.ShouldContain("WWW-Authenticate: Bearer\r\n");
    }

    [Theory]
    [MemberData(nameof(Good))]
    public async Task A_right_token_makes_its_unique_name_the_user(string what, string header)
    {
        await using var backEnd = await BackEnd.StartAsync();

        foreach (var path in new[] { BackEnd.Open, BackEnd.Closed, BackEnd.Open })
        {
            (await backEnd.GetAsync(path, header)).Line.ShouldBe("200 admin", what);
        }
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_wrong_token_is_401_at_once_wherever_it_goes_except_to_the_login(string what, string header)
    {
        await using var backEnd = await BackEnd.StartAsync(z => z.ExemptPaths.Add(BackEnd.Login));

        foreach (var path in new[] { BackEnd.Open, BackEnd.Closed, "/no/hay", $"{BackEnd.Login}/otra", "/" })
        {
            (await backEnd.GetAsync(path, header)).Line.ShouldBe("401 ", $"{what}: {path}");
        }

        foreach (var path in new[] { BackEnd.Login, $"{BackEnd.Login}/", BackEnd.Login.ToUpperInvariant() })
        {
            (await backEnd.GetAsync(path, header)).Line.ShouldBe($"200 {BackEnd.Nobody}", $"{what}: {path}");
        }
    }

    [Fact]
    public async Task Who_sent_a_wrong_token_learns_nothing_of_why_and_the_log_learns_it_without_the_token()
    {
        await using var backEnd = await BackEnd.StartAsync();
        var expired = TokenForge.Sign("""{"unique_name":"admin","exp":1700000000}""");
        var forged = BackEnd.Token(secret: "otra llave de 32 letras o de más, la de un extraño");

        var answers = new[] { await backEnd.GetAsync(BackEnd.Open, $"Bearer {expired}"), await backEnd.GetAsync(BackEnd.Open, $"Bearer {forged}"), await backEnd.GetAsync(BackEnd.Closed) };

        answers.Select(a => string.Join('\n', a.Headers.Where(h => h.Key is not "Date").Select(h => $"{h.Key}: {string.Join(',', h.Value)}"))).Distinct().ShouldHaveSingleItem();
        backEnd.Log.All.ShouldContain(l => l.StartsWith("Information 2001 ", StringComparison.Ordinal) && l.Contains("WrongIssuer", StringComparison.Ordinal));
        backEnd.Log.All.ShouldContain(l => l.StartsWith("Information 2001 ", StringComparison.Ordinal) && l.Contains("WrongSignature", StringComparison.Ordinal));
        backEnd.Log.All.ShouldAllBe(l => expired.Split('.', StringSplitOptions.None).Concat(forged.Split('.')).All(part => !l.Contains(part, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_fault_of_ours_is_500_and_never_lets_a_request_through()
    {
        await using var backEnd = await BackEnd.StartAsync(z => z.TimeProvider = new BrokenClock());

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

    [Fact]
    public async Task A_token_that_was_good_is_refused_the_moment_it_expires()
    {
        var clock = new ManualClock();
        await using var backEnd = await BackEnd.StartAsync(clock: clock);
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

    [Fact]
    public async Task Name_and_roles_come_from_the_claims_that_are_said()
    {
        await using var backEnd = await BackEnd.StartAsync(
            z => (z.NameClaim, z.RoleClaim) = ("usuario", "perfil"),
            furnish: b => b.Services.AddAuthorizationBuilder().SetDefaultPolicy(new(
            [new Microsoft.AspNetCore.Authorization.Infrastructure.RolesAuthorizationRequirement(["caja"])], [])));

        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token(more: "\"usuario\":\"ana\",\"perfil\":[\"caja\"]"))).Line.ShouldBe("200 ana");
        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token(more: "\"usuario\":\"ana\",\"role\":[\"caja\"]"))).Status.ShouldBe(403);
    }

    [Fact]
    public async Task What_one_request_adds_to_its_user_the_next_one_with_the_same_token_does_not_have()
    {
        await using var backEnd = await BackEnd.StartAsync(furnish: b => b.Services.AddSingleton<IClaimsTransformation, AddingClaims>());
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
