using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Applications;

/// <summary>Two applications with one contract's path are told apart by host or by path base.</summary>
public sealed class RouteTests
{
    private static readonly DemoLogin Venta = DemoLogin.SistemaVenta;

    [Fact]
    public async Task Applications_with_one_path_are_told_apart_by_host()
    {
        await using var house = await OpenAsync(("Applications:norte:Hosts:0", "norte.example"), ("Applications:sur:Hosts:0", "SUR.example"), ("Applications:sur:Hosts:1", "[::1]"));
        (await RealmAsync(house, Venta.Path, "norte.example")).ShouldBe("norte");
        (await RealmAsync(house, Venta.Path, "NORTE.example:8443")).ShouldBe("norte");
        (await RealmAsync(house, Venta.Path, "sur.example")).ShouldBe("sur");
        (await RealmAsync(house, Venta.Path, "[::1]:5080")).ShouldBe("sur");
        // Every other host is the one's that names none.
        (await RealmAsync(house, Venta.Path, "oeste.example")).ShouldBe("sistema-venta");
    }

    [Theory]
    [InlineData("clínica.example", "xn--clnica-4va.example")]
    [InlineData("xn--clnica-4va.example", "xn--clnica-4va.example")]
    [InlineData("Clinica.Example", "clinica.EXAMPLE:80")]
    [InlineData("::1", "[::1]")]
    public async Task A_host_is_compared_as_clients_send_it(string configured, string sent)
    {
        await using var house = await OpenAsync(("Applications:norte:Hosts:0", configured), ("Applications:sur:Hosts:0", "sur.example"));
        (await RealmAsync(house, Venta.Path, sent)).ShouldBe("norte");
    }

    [Fact]
    public async Task Without_one_that_names_no_host_a_stranger_finds_nothing()
    {
        await using var house = await OpenAsync(("Applications:sistema-venta:Hosts:0", "venta.example"), ("Applications:norte:Hosts:0", "norte.example"), ("Applications:sur:Hosts:0", "sur.example"));
        (await RealmAsync(house, Venta.Path, "oeste.example")).ShouldBeNull();
    }

    [Fact]
    public async Task Applications_with_one_path_are_told_apart_by_path_base()
    {
        await using var house = await OpenAsync(("Applications:norte:PathBase", "/norte"), ("Applications:sur:PathBase", "/filiales/sur"));
        (await RealmAsync(house, "/norte" + Venta.Path, "x")).ShouldBe("norte");
        (await RealmAsync(house, "/Filiales/Sur" + Venta.Path, "x")).ShouldBe("sur");
        (await RealmAsync(house, Venta.Path, "x")).ShouldBe("sistema-venta");
        (await RealmAsync(house, "/sur" + Venta.Path, "x")).ShouldBeNull();
    }

    [Theory]
    [InlineData("/zaguan/health/live", 200)]
    [InlineData("/health/live", 200)]
    [InlineData("/", 404)]
    [InlineData("/api/login/x", 404)]
    public async Task A_path_of_no_application_is_not_taken_for_a_login(string path, int status)
    {
        await using var house = await FourApplications.OpenAsync();
        using var answer = await house.Client.GetAsync(new Uri(path, UriKind.Relative));
        ((int)answer.StatusCode).ShouldBe(status);
    }

    private static async Task<TestHouse> OpenAsync(params (string, string?)[] more)
    {
        var settings = FourApplications.Settings([("Applications:norte:Contract", "sistema-venta"), ("Applications:sur:Contract", "sistema-venta"), .. more]);
        var house = await FourApplications.OpenAsync(settings);
        foreach (var realm in new[] { "norte", "sur" })
        {
            await house.Services.GetRequiredService<UserStore>().AddAsync(new() { Realm = realm, Username = Venta.Identifier, Email = Venta.Identifier, Password = FourApplications.CheapHash(Venta.Password) });
        }

        return house;
    }

    /// <summary>The realm that a login there ended in, or null where no application took it.</summary>
    private static async Task<string?> RealmAsync(TestHouse house, string path, string host)
    {
        using var answer = await house.PostAsync(path, Encoding.UTF8.GetBytes(Venta.RightBody), "application/json", ("Host", host));
        return answer.IsSuccessStatusCode ? (await house.AccessLogAsync())[^1].Realm : null;
    }
}
