using Zaguan.Reading;

namespace Zaguan.Tests.Reading;

public sealed class DurationTests
{
    [Theory]
    [InlineData("30s", 30)]
    [InlineData("15m", 900)]
    [InlineData("8h", 28_800)]
    [InlineData("20d", 1_728_000)]
    [InlineData("0s", 0)]
    [InlineData("36500d", 3_153_600_000)]
    public void A_whole_number_and_a_unit(string text, long seconds)
    {
        Duration.TryParse(text, out var duration).ShouldBeTrue();
        duration.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("8")]
    [InlineData("8 h")]
    [InlineData(" 8h")]
    [InlineData("8h\n")]
    [InlineData("-8h")]
    [InlineData("+8h")]
    [InlineData("1.5h")]
    [InlineData("8H")]
    [InlineData("8w")]
    [InlineData("36501d")]
    [InlineData("9223372036854775807d")]
    [InlineData("99999999999999999999s")]
    public void Anything_else_is_refused(string text) => Duration.TryParse(text, out _).ShouldBeFalse();
}
