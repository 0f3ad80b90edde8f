using System.Net;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.BackEnds;

/// <summary>Who logs out is out, at once and on the server.</summary>
public sealed class LogoutTests
{
    private const string Cleared = "__Host-zaguan-inventario=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax";

    private static readonly DemoLogin Inventario = DemoLogin.Inventario;
    private static readonly DemoLogin Venta = DemoLogin.SistemaVenta;

    private static HouseOptions Options => new()
    {
        Settings =
        {
            ["Applications:inventario:SessionCookie"] = "true",
            ["Applications:inventario:IssueToken"] = "true",
            ["Applications:inventario:AllowedOrigins:0"] = "https://tienda.example",
            ["Applications:sistema-venta:SessionCookie"] = "true",
            ["Applications:ambiotec:Contract"] = "ambiotec",
        },
    };

    [Theory]
    [InlineData("/zaguan/logout")]
    [InlineData("/zaguan/logout?application=inventario")]
    public async Task It_ends_the_session_of_the_cookie_and_takes_the_cookie_away(string path)
    {
        await using var house = await TestHouse.OpenAsync(Options);
        var login = await house.LogInAsync(Inventario);

        using var answer = await house.SendAsync(HttpMethod.Post, path, ("Cookie", login.Cookie!), ("Origin", house.Address.GetLeftPart(UriPartial.Authority)));

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        answer.Header("Set-Cookie").ShouldBe(Cleared);
        (await house.VerifyAsync("inventario", ("Cookie", login.Cookie!)).StatusAsync()).ShouldBe(401);
        // The token of that login was of the same session.
        (await house.VerifyAsync("inventario", ("Authorization", $"Bearer {login.Token}")).StatusAsync()).ShouldBe(401);
    }

    [Theory]
    [InlineData("/zaguan/logout")]
    [InlineData("/zaguan/logout?application=inventario")]
    public async Task It_ends_the_session_of_the_bearer_token(string path)
    {
        await using var house = await TestHouse.OpenAsync(Options);
        var login = await house.LogInAsync(Inventario);
        var other = await house.LogInAsync(Inventario);

        // A program has no origin.
        using var answer = await house.SendAsync(HttpMethod.Post, path, ("Authorization", $"Bearer {login.Token}"));

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        answer.Header("Set-Cookie").ShouldBeNull();
        (await house.VerifyAsync("inventario", ("Authorization", $"Bearer {login.Token}")).StatusAsync()).ShouldBe(401);
        (await house.VerifyAsync("inventario", ("Cookie", login.Cookie!)).StatusAsync()).ShouldBe(401);
        (await house.VerifyAsync("inventario", ("Cookie", other.Cookie!)).StatusAsync()).ShouldBe(200);
    }

    [Fact]
    public async Task What_another_site_makes_a_browser_send_does_not_pass_and_that_is_logged_once_a_minute()
    {
        await using var house = await TestHouse.OpenAsync(Options);
        var login = await house.LogInAsync(Inventario);
        for (var i = 0; i < 3; i++)
        {
            (await house.VerifyAsync("inventario", ("Cookie", login.Cookie!), ("X-Forwarded-Method", "POST"), ("Origin", "https://otra.example")).StatusAsync()).ShouldBe(403);
        }

        house.Log.All.Where(l => l.Contains("not to let a request of the user", StringComparison.Ordinal)).ShouldHaveSingleItem().TrimEnd().ShouldEndWith("ForeignOrigin");
    }

    [Theory]
    [InlineData("Origin", "https://otra.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Referer", "https://otra.example/")]
    [InlineData("X-Nada", "x")]
    public async Task Another_site_cannot_log_anybody_out(string header, string value)
    {
        await using var house = await TestHouse.OpenAsync(Options);
        var login = await house.LogInAsync(Inventario);

        using var answer = await house.SendAsync(HttpMethod.Post, "/zaguan/logout", ("Cookie", login.Cookie!), (header, value));

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        answer.Header("Set-Cookie").ShouldBeNull();
        (await house.VerifyAsync("inventario", ("Cookie", login.Cookie!)).StatusAsync()).ShouldBe(200);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(13 * 60, true)]
    public async Task Session_of_a_cookie_is_ended_whatever_the_clock_says_and_whoever_is_disabled(int minutes, bool active)
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(Options with { Clock = clock });
        var login = await house.LogInAsync(Inventario);
        var right = clock.GetUtcNow();
        clock.Set(right.AddMinutes(minutes));
        await EnableAsync(active);

        (await house.SendAsync(HttpMethod.Post, "/zaguan/logout", ("Cookie", login.Cookie!), ("Sec-Fetch-Site", "same-origin")).StatusAsync()).ShouldBe(204);

        clock.Set(right);
        await EnableAsync(true);
        (await house.VerifyAsync("inventario", ("Cookie", login.Cookie!)).StatusAsync()).ShouldBe(401);

        Task EnableAsync(bool enabled) => house.Services.GetRequiredService<Database>().WriteAsync(
            db => db.ExecuteAsync("UPDATE users SET active = @enabled WHERE realm = 'inventario' AND username = @Identifier", new { enabled, Inventario.Identifier }));
    }

    [Fact]
    public async Task A_page_of_an_allowed_origin_can_with_a_cookie_and_with_a_token()
    {
        await using var house = await TestHouse.OpenAsync(Options);
        var login = await house.LogInAsync(Inventario);
        var page = ("Origin", "https://tienda.example");

        using var preflight = await house.SendAsync(HttpMethod.Options, "/zaguan/logout?application=inventario", page, ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization"));
        preflight.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        preflight.Header("Access-Control-Allow-Headers").ShouldBe("authorization");
        preflight.Header("Access-Control-Allow-Credentials").ShouldBe("true");
        (await house.VerifyAsync("inventario", ("Cookie", login.Cookie!)).StatusAsync()).ShouldBe(200);

        using var answer = await house.SendAsync(HttpMethod.Post, "/zaguan/logout?application=inventario", ("Cookie", login.Cookie!), page);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        answer.Header("Access-Control-Allow-Origin").ShouldBe("https://tienda.example");
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("otra=1", null)]
    [InlineData("__Host-zaguan-inventario=rota", Cleared)]
    [InlineData("__Host-zaguan-inventario=a; __Host-zaguan-inventario=b", Cleared)]
    [InlineData("__Host-zaguan-otra=AAAA", null)]
    public async Task Where_there_is_nothing_to_end_it_is_answered_alike(string cookie, string? cleared)
    {
        await using var house = await TestHouse.OpenAsync(Options);
        using var answer = await house.SendAsync(HttpMethod.Post, "/zaguan/logout", ("Cookie", cookie), ("Sec-Fetch-Site", "same-origin"), ("Authorization", "Bearer x"));
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        answer.Header("Set-Cookie").ShouldBe(cleared);
    }

    [Fact]
    public async Task Without_a_name_it_ends_all_and_with_one_that_one()
    {
        await using var house = await TestHouse.OpenAsync(Options);
        var (first, second) = (await house.LogInAsync(Inventario), await house.LogInAsync(Venta));
        var both = ("Cookie", $"{first.Cookie}; {second.Cookie}");

        using (var answer = await house.SendAsync(HttpMethod.Post, "/zaguan/logout?application=sistema-venta", both, ("Sec-Fetch-Site", "same-origin")))
        {
            answer.Header("Set-Cookie")!.ShouldStartWith("__Host-zaguan-sistema-venta=;");
        }

        (await house.VerifyAsync("sistema-venta", both).StatusAsync()).ShouldBe(401);
        (await house.VerifyAsync("inventario", both).StatusAsync()).ShouldBe(200);

        second = await house.LogInAsync(Venta);
        both = ("Cookie", $"{first.Cookie}; {second.Cookie}");
        using (var answer = await house.SendAsync(HttpMethod.Post, "/zaguan/logout", both, ("Sec-Fetch-Site", "same-origin")))
        {
            answer.Headers.GetValues("Set-Cookie").Count().ShouldBe(2);
        }

        (await house.VerifyAsync("sistema-venta", both).StatusAsync()).ShouldBe(401);
        (await house.VerifyAsync("inventario", both).StatusAsync()).ShouldBe(401);
    }

    [Fact]
    public async Task Another_method_or_an_unknown_application_ends_nothing()
    {
        await using var house = await TestHouse.OpenAsync(Options);
        var cookie = ("Cookie", (await house.LogInAsync(Inventario)).Cookie!);
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head, HttpMethod.Delete, HttpMethod.Options })
        {
            using var answer = await house.SendAsync(method, "/zaguan/logout", cookie, ("Sec-Fetch-Site", "same-origin"));
            answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        }

        foreach (var query in new[] { "application=", "application=otra", "application=inventario&application=inventario" })
        {
            (await house.SendAsync(HttpMethod.Post, $"/zaguan/logout?{query}", cookie, ("Sec-Fetch-Site", "same-origin")).StatusAsync()).ShouldBe(404, query);
        }

        (await house.VerifyAsync("inventario", cookie).StatusAsync()).ShouldBe(200);
    }

    [Fact]
    public async Task When_the_database_cannot_be_asked_the_cookie_stays()
    {
        await using var house = await TestHouse.OpenAsync(Options);
        var cookie = ("Cookie", (await house.LogInAsync(Inventario)).Cookie!);
        await house.TakeDatabaseAwayAsync();
        using var answer = await house.SendAsync(HttpMethod.Post, "/zaguan/logout", cookie, ("Sec-Fetch-Site", "same-origin"));
        await house.BringDatabaseBackAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Header("Retry-After").ShouldBe("5");
        answer.Header("Set-Cookie").ShouldBeNull();
    }
}
