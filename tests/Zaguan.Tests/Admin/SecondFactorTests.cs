using OtpNet;
using Zaguan.OneTimeCodes;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Admin;

/// <summary>What codes are made of, and for how long one is good.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class SecondFactorTests
{
    [Fact]
    public void A_secret_has_160_bits_and_a_recovery_code_120_and_none_comes_twice()
    {
        using var secret = OneTimeCode.NewSecret();
        var codes = Enumerable.Range(0, 100).SelectMany(_ => OneTimeCode.NewRecoveryCodes()).ToList();

        secret.Length.ShouldBe(20);
        codes.ShouldAllBe(c => c.Replace("-", "", StringComparison.Ordinal).Length == 24);
        codes.ShouldBeUnique();
        // Of each letter's five bits, every value comes.
        codes.SelectMany(c => c).Distinct().Order().ShouldBe("-234567ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    }

    [Theory]
    [InlineData(-61, false)]
    [InlineData(-59, true)]
    [InlineData(-30, true)]
    [InlineData(0, true)]
    [InlineData(30, true)]
    [InlineData(59, true)]
    [InlineData(60, false)]
    public void A_code_is_good_in_its_thirty_seconds_and_in_those_on_either_side(int secondsLater, bool isGood)
    {
        using var secret = OneTimeCode.NewSecret();
        // At the end of its thirty seconds, where it is negative, or at their beginning.
        var made = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero).AddSeconds(secondsLater < 0 ? 29 : 0);
        var code = new Totp(secret.Reveal().ToArray()).ComputeTotp(made.UtcDateTime);

        (OneTimeCode.StepOf(secret, code, made.AddSeconds(secondsLater)) is not null).ShouldBe(isGood);
    }

    [Fact]
    public void A_recovery_code_of_before_which_is_shorter_is_still_one()
    {
        var hash = OneTimeCode.HashOfRecoveryCode("ABCD-EFGH-IJKL-MN27").ShouldNotBeNull();
        OneTimeCode.HashOfRecoveryCode("abcd efgh ijkl mn27").ShouldBe(hash);
        OneTimeCode.HashOfRecoveryCode("ABCD-EFGH-IJKL-MN27-OPQR").ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("ABCDEF")]
    [InlineData("１２３４５６")]
    public void What_is_no_code_is_none(string code)
    {
        using var secret = OneTimeCode.NewSecret();

        OneTimeCode.StepOf(secret, code, DateTimeOffset.UnixEpoch).ShouldBeNull();
        OneTimeCode.HashOfRecoveryCode(code).ShouldBeNull();
    }
}
