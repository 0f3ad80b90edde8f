using Zaguan.BackEnds;
using Zaguan.Tests.House;

namespace Zaguan.Tests.BackEnds;

/// <summary>The classic way around a rule: a path that the guard reads in one way and the back-end in another.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class RequestPathTests
{
    [Theory]
    [InlineData("/", "")]
    [InlineData("/api", "API")]
    [InlineData("/api/", "API")]
    [InlineData("/api/admin?page=//..;%2f#", null)]
    [InlineData("/api/admin?page=//..;%2f", "API|ADMIN")]
    [InlineData("/api/%61dmin", "API|ADMIN")]
    [InlineData("/API/Admin/1", "API|ADMIN|1")]
    [InlineData("/api/categor%C3%ADas", "API|CATEGORÍAS")]
    [InlineData("/api/categorías", "API|CATEGORÍAS")]
    [InlineData("/api/categori%CC%81as", "API|CATEGORÍAS")]
    [InlineData("/api/ａｄｍｉｎ", "API|ADMIN")]
    [InlineData("/api/a%20b", "API|A B")]
    [InlineData("/api/.well-known/x.json", "API|.WELL-KNOWN|X.JSON")]
    [InlineData("/api/a+b,c:d@e!$&'()*=~_-", "API|A+B,C:D@E!$&'()*=~_-")]
    public void A_plain_path_is_its_segments(string target, string? segments) =>
        (RequestPath.Segments(target) is { } read ? string.Join('|', read) : null).ShouldBe(segments);

    [Theory]
    [InlineData("")]
    [InlineData("api/admin")]
    [InlineData("http://inventario.example/api/admin")]
    [InlineData("*")]
    [InlineData("//api/admin")]
    [InlineData("/api//admin")]
    [InlineData("/api/admin//")]
    [InlineData("/api/./admin")]
    [InlineData("/api/../admin")]
    [InlineData("/api/x/..")]
    [InlineData("/api/%2e%2e/admin")]
    [InlineData("/api/.%2E/admin")]
    [InlineData("/api/.../admin")]
    [InlineData("/api%2fadmin")]
    [InlineData("/api%2Fadmin")]
    [InlineData("/api%252fadmin")]
    [InlineData("/api/%2561dmin")]
    [InlineData("/api%5cadmin")]
    [InlineData("/api\\admin")]
    [InlineData("/api/admin%00")]
    [InlineData("/api/admin%0a")]
    [InlineData("/api/admin%7f")]
    [InlineData("/api/admin%C2%85")]
    [InlineData("/api/admin\n")]
    [InlineData("/api/admin;x")]
    [InlineData("/api;x=1/admin")]
    [InlineData("/api/admin%3bx")]
    [InlineData("/api/admin%3fx")]
    [InlineData("/api/admin%23x")]
    [InlineData("/api/admin#x")]
    [InlineData("/api/admin.")]
    [InlineData("/api/admin%20")]
    [InlineData("/api/%20admin")]
    [InlineData("/api/admin%C2%A0")]
    [InlineData("/api/admin%")]
    [InlineData("/api/admin%6")]
    [InlineData("/api/admin%zz")]
    [InlineData("/api/%u0061dmin")]
    [InlineData("/api/%+1dmin")]
    [InlineData("/api/%c0%afadmin")]
    [InlineData("/api/%c0%ae%c0%ae/admin")]
    [InlineData("/api/admin%ff")]
    [InlineData("/api/admin%ed%a0%80")]
    [InlineData("/api/admin%ef%bf%be")]
    [InlineData("/api／admin")]
    [InlineData("/api/．．/admin")]
    [InlineData("/api/admin；x")]
    public void A_path_with_two_readings_has_none(string target) => RequestPath.Segments(target).ShouldBeNull();

    [Fact]
    public void A_path_has_a_longest_length()
    {
        RequestPath.Segments("/" + new string('a', 8_191)).ShouldNotBeNull();
        RequestPath.Segments("/" + new string('a', 8_192)).ShouldBeNull();
    }
}
