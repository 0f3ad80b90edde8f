using System.Net;
using System.Text;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Operations;

/// <summary>Which pages may log in, application by application.</summary>
public sealed class CorsTests
{
    private const string Allowed = "https://tienda.example";

    private static readonly DemoLogin Venta = DemoLogin.SistemaVenta;
    private static readonly DemoLogin Inventario = DemoLogin.Inventario;

    private static HouseOptions Options => new()
    {
        Settings =
        {
            ["Applications:sistema-venta:AllowedOrigins:0"] = Allowed,
            ["Applications:sistema-venta:AllowedOrigins:1"] = "http://localhost:4200",
            ["Applications:inventario:Realm"] = "inventario",
        },
    };

    [Theory]
    [InlineData(Allowed, Allowed)]
    [InlineData("http://localhost:4200", "http://localhost:4200")]
    [InlineData("https://otra.example", null)]
    [InlineData("http://tienda.example", null)]
    [InlineData("https://tienda.example:8443", null)]
    [InlineData("https://tienda.example.otra.example", null)]
    [InlineData("null", null)]
    public async Task A_preflight_is_allowed_to_the_origins_of_the_application_alone(string origin, string? expected)
    {
        await using var house = await TestHouse.OpenAsync(Options);
        using var answer = await house.Client.SendAsync(Preflight(Venta, origin));

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        Header(answer, "Access-Control-Allow-Origin").ShouldBe(expected);
        Header(answer, "Access-Control-Allow-Methods").ShouldBe(expected is null ? null : "POST");
        Header(answer, "Access-Control-Allow-Headers").ShouldBe(expected is null ? null : "content-type");
        Header(answer, "Access-Control-Allow-Credentials").ShouldBeNull();
    }

    [Theory]
    [InlineData(Allowed, Allowed)]
    [InlineData("https://otra.example", null)]
    public async Task A_login_from_a_page_is_answered_and_only_an_allowed_page_may_read_it(string origin, string? expected)
    {
        await using var house = await TestHouse.OpenAsync(Options);
        using var answer = await house.PostAsync(Venta.Path, Encoding.UTF8.GetBytes(Venta.RightBody), headers: ("Origin", origin));

        (await answer.Content.ReadAsStringAsync()).ShouldContain(Venta.GrantedMark);
        Header(answer, "Access-Control-Allow-Origin").ShouldBe(expected);
        Header(answer, "Vary").ShouldBe(expected is null ? null : "Origin");
    }

    [Fact]
    public async Task An_application_without_origins_allows_no_page()
    {
        await using var house = await TestHouse.OpenAsync(Options);
        using var preflight = await house.Client.SendAsync(Preflight(Inventario, Allowed));
        preflight.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        Header(preflight, "Access-Control-Allow-Origin").ShouldBeNull();

        using var answer = await house.PostAsync(Inventario.Path, Encoding.UTF8.GetBytes(Inventario.RightBody), headers: ("Origin", Allowed));
        (await answer.Content.ReadAsStringAsync()).ShouldContain(Inventario.GrantedMark);
        Header(answer, "Access-Control-Allow-Origin").ShouldBeNull();
    }

    [Fact]
    public async Task A_star_allows_every_page()
    {
        await using var house = await TestHouse.OpenAsync(new() { Settings = { ["Applications:sistema-venta:AllowedOrigins:0"] = "*" } });
        using var answer = await house.Client.SendAsync(Preflight(Venta, "https://otra.example"));
        Header(answer, "Access-Control-Allow-Origin").ShouldBe("*");
    }

    private static HttpRequestMessage Preflight(DemoLogin login, string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, login.Path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type");
        return request;
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
