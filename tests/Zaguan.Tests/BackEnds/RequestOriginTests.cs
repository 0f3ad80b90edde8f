using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Zaguan.BackEnds;
using Zaguan.Tests.House;

namespace Zaguan.Tests.BackEnds;

/// <summary>A browser adds a cookie to what other sites make it send; from whose page a request comes, its headers tell.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class RequestOriginTests
{
    private static readonly string[] Allowed = ["https://tienda.example", "http://localhost:4200"];

    [Theory]
    [InlineData("https://inventario.example", true)]
    [InlineData("https://inventario.example:443", true)]
    [InlineData("HTTPS://Inventario.Example", true)]
    [InlineData("https://tienda.example", true)]
    [InlineData("http://localhost:4200", true)]
    [InlineData("http://inventario.example", false)]
    [InlineData("https://inventario.example:8443", false)]
    [InlineData("https://inventario.example.otra.example", false)]
    [InlineData("https://otra.example", false)]
    [InlineData("https://otra.example/https://inventario.example", false)]
    [InlineData("https://inventario.example@otra.example", false)]
    [InlineData("https://inventario.example/ruta", false)]
    [InlineData("http://localhost:4201", false)]
    [InlineData("chrome-extension://inventario.example", false)]
    [InlineData("file://", false)]
    [InlineData("inventario.example", false)]
    [InlineData("null", false)]
    [InlineData("*", false)]
    [InlineData("", false)]
    public void Origin_tells_where_it_is_there(string origin, bool isOurs)
    {
        IsOurs(("Origin", origin)).ShouldBe(isOurs);
        // Whatever the others say.
        IsOurs(("Origin", origin), ("Sec-Fetch-Site", "same-origin"), ("Referer", "https://inventario.example/")).ShouldBe(isOurs);
        IsOurs(("Origin", origin), ("Sec-Fetch-Site", "cross-site"), ("Referer", "https://otra.example/")).ShouldBe(isOurs);
    }

    [Theory]
    [InlineData("same-origin", true)]
    [InlineData("none", true)]
    [InlineData("same-site", false)]
    [InlineData("cross-site", false)]
    [InlineData("", false)]
    public void Without_it_Sec_Fetch_Site_does(string site, bool isOurs)
    {
        IsOurs(("Sec-Fetch-Site", site)).ShouldBe(isOurs);
        IsOurs(("Sec-Fetch-Site", site), ("Referer", "https://inventario.example/")).ShouldBe(isOurs);
    }

    [Theory]
    [InlineData("https://inventario.example/pantalla?x=1#y", true)]
    [InlineData("https://inventario.example", true)]
    [InlineData("https://tienda.example/", true)]
    [InlineData("https://otra.example/https://inventario.example/", false)]
    [InlineData("/pantalla", false)]
    [InlineData("", false)]
    public void Without_both_the_page_does(string referer, bool isOurs) => IsOurs(("Referer", referer)).ShouldBe(isOurs);

    [Fact]
    public void What_says_nothing_is_nobodys() => IsOurs().ShouldBeFalse();

    [Fact]
    public void What_is_said_twice_is_not_said()
    {
        IsOurs(("Origin", new StringValues(["https://inventario.example", "https://inventario.example"]))).ShouldBeFalse();
        IsOurs(("Sec-Fetch-Site", new StringValues(["same-origin", "same-origin"]))).ShouldBeFalse();
        IsOurs(("Referer", new StringValues(["https://inventario.example/", "https://inventario.example/"]))).ShouldBeFalse();
    }

    [Theory]
    [InlineData("https", "inventario.example:8443", "https://inventario.example:8443", true)]
    [InlineData("https", "inventario.example:443", "https://inventario.example", true)]
    [InlineData("http", "inventario.example", "https://inventario.example", false)]
    [InlineData(null, "inventario.example", "https://inventario.example", true)]
    [InlineData(null, "inventario.example", "http://inventario.example", true)]
    [InlineData(null, "inventario.example:5080", "http://inventario.example", false)]
    [InlineData("https", null, "https://inventario.example", false)]
    [InlineData("https", "a b", "https://inventario.example", false)]
    [InlineData("https", "[::1]:8443", "https://[::1]:8443", true)]
    [InlineData("https", "almacén.example", "https://xn--almacn-fva.example", true)]
    public void An_origin_is_scheme_host_and_port_and_without_a_known_scheme_host_and_port(string? scheme, string? host, string origin, bool isOurs) =>
        RequestOrigin.IsOurs(new HeaderDictionary { ["Origin"] = origin }, scheme, host, []).ShouldBe(isOurs);

    private static bool IsOurs(params (string Name, StringValues Value)[] headers)
    {
        var dictionary = new HeaderDictionary();
        foreach (var (name, value) in headers)
        {
            dictionary[name] = value;
        }

        return RequestOrigin.IsOurs(dictionary, "https", "inventario.example", Allowed);
    }
}
