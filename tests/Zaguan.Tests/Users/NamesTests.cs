using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Users;

[Trait("Database", TestDatabase.FileOnly)]
public sealed class NamesTests
{
    [Theory]
    [InlineData("José", "José")] // Decomposed and composed.
    [InlineData(" ana ", "ANA")]
    [InlineData("ΣΊΣΥΦΟΣ", "σίσυφος")]
    [InlineData("K", "k")] // The Kelvin sign.
    public void Names_that_people_take_for_one_have_one_key(string one, string other) => Names.TryKey(one).ShouldBe(Names.TryKey(other));

    [Fact]
    public void What_cannot_be_anybodys_name_has_no_key()
    {
        Names.TryKey(new string('a', 4 * Names.Longest)).ShouldNotBeNull();
        Names.TryKey(new string('a', (4 * Names.Longest) + 1)).ShouldBeNull();
        Names.TryKey("a\ufffeb").ShouldBeNull();
    }

    [Fact]
    public void What_has_no_key_cannot_be_stored() => Names.Objection("A user name", "a\ufffeb").ShouldNotBeNull().ShouldContain("U+FFFE");
}
