using System.Text;
using Zaguan.OneTimeCodes;

namespace Zaguan.Tests.OneTimeCodes;

/// <summary>Where a password ends and its code begins.</summary>
public sealed class AppendedCodeTests
{
    [Theory]
    [InlineData("secreta123456", 6)]
    [InlineData("1123456", 6)]
    [InlineData("contraseña 000000", 6)]
    [InlineData("secretaABCD-EFGH-IJKL-MNOP-QRST-UV27", 29)]
    [InlineData("secretaabcd-efgh-ijkl-mnop-qrst-uv27", 29)]
    [InlineData("ñABCD-EFGH-IJKL-MNOP-QRST-UV27", 29)]
    [InlineData("secretaABCD-EFGH-IJKL-MN27", 19)] // of before
    [InlineData("secretaabcd-efgh-ijkl-mn27", 19)]
    [InlineData("ñABCD-EFGH-IJKL-MN27", 19)]
    [InlineData("x234567-2345-2345-234567", 6)] // groups of another length: six digits at the end
    [InlineData("secretaABCD-EFGH-IJKL-M123456", 6)]
    [InlineData("secreta", null)]
    [InlineData("secreta12345", null)]
    [InlineData("secreta123456 ", null)]
    [InlineData("secreta１２３４５６", null)] // digits of another script
    [InlineData("123456", null)] // nothing before it
    [InlineData("secretABCD-EFGH-IJKL-MNOP-QR27", 19)] // of before, and the password ends like a group
    [InlineData("ABCD-EFGH-IJKL-MNOP-QRST-UV27", 19)] // nothing before the longer
    [InlineData("ABCD-EFGH-IJKL-MN27", null)]
    [InlineData("ABCD-EFGH-IJKL-MN18", null)] // 1 and 8 are no letters of base32
    [InlineData("", null)]
    public void A_code_stands_at_the_end_and_something_before_it(string typed, int? length) =>
        AppendedCode.LengthIn(Encoding.UTF8.GetBytes(typed)).ShouldBe(length);
}
