using Zaguan.Reading;

namespace Zaguan.Tests.Reading;

public sealed class NearestTests
{
    private static readonly string[] Known = ["user.number", "user.username", "role.number", "token", "now"];

    [Theory]
    [InlineData("user.numbr", "user.number")]
    [InlineData("user.nubmer", "user.number")]
    [InlineData("USER.NUMBER", "user.number")]
    [InlineData("tokne", "token")]
    [InlineData("nwo", "now")]
    public void A_slip_is_told_what_was_meant(string written, string meant) =>
        Nearest.Suggestion(written, Known).ShouldBe($" Did you mean \"{meant}\"?");

    [Theory]
    [InlineData("password")]
    [InlineData("")]
    [InlineData("x")]
    public void What_is_near_to_nothing_gets_no_suggestion(string written) => Nearest.Suggestion(written, Known).ShouldBeEmpty();

    [Fact]
    public void A_name_of_any_length_is_looked_at_in_no_time() => Nearest.Suggestion(new('x', 1_000_000), Known).ShouldBeEmpty();

    [Fact]
    public void Without_names_there_is_no_suggestion() => Nearest.Suggestion("token", []).ShouldBeEmpty();
}
