using Zaguan.BackEnds;
using Zaguan.Tests.House;

namespace Zaguan.Tests.BackEnds;

/// <summary>A value that is put into a header can neither end it nor look like another's.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class IdentityHeaderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("john_doe", "john_doe")]
    [InlineData("juan.perez@example.com", "juan.perez@example.com")]
    [InlineData("Jefe de almacén", "Jefe de almac%C3%A9n")]
    [InlineData("Jefe de almac%C3%A9n", "Jefe de almac%25C3%25A9n")]
    [InlineData("100%", "100%25")]
    [InlineData("admin\r\nX-User-Role: root", "admin%0D%0AX-User-Role: root")]
    [InlineData("admin\0", "admin%00")]
    [InlineData("\tadmin\u007F", "%09admin%7F")]
    [InlineData(" admin ", "%20admin%20")]
    [InlineData("  ", "%20%20")]
    [InlineData(" ", "%20")]
    [InlineData("día 😀", "d%C3%ADa %F0%9F%98%80")]
    public void Printable_ASCII_stays_and_the_rest_is_percent_encoded_as_UTF8(string value, string expected)
    {
        IdentityHeaders.Encode(value).ShouldBe(expected);
        Uri.UnescapeDataString(expected).ShouldBe(value);
    }

    [Fact]
    public void A_value_that_is_too_long_is_left_out_and_not_cut()
    {
        IdentityHeaders.Encode(new('a', 1_024)).Length.ShouldBe(1_024);
        IdentityHeaders.Encode(new('a', 1_025)).ShouldBe("");
        IdentityHeaders.Encode(new('ñ', 171)).ShouldBe("");
        IdentityHeaders.Encode(new('a', 1_000_000)).ShouldBe("");
    }
}
