using Microsoft.Extensions.Options;
using Zaguan.AspNetCore;
using Zaguan.Tests.House;

namespace Zaguan.Tests.AspNetCore;

/// <summary>A back-end that was told too little, or something that cannot be meant, does not start.</summary>
public sealed class OptionsTests
{
    private const string Https = "https://entrada.example";

    public static TheoryData<string> Mistakes => new(Table.Keys);

    private static readonly Dictionary<string, (Action<ZaguanOptions> Make, string Sentence)> Table = new(StringComparer.Ordinal)
    {
        ["nothing"] = (z => z.Secret = null, "There is nothing to believe a token by."),
        ["short secret"] = (z => z.Secret = "corta-y-secreta", "Secret has 15 bytes; HS256 needs at least 32"),
        ["31 bytes"] = (z => z.Secret = new string('ñ', 15) + "x", "Secret has 31 bytes;"),
        ["empty secret"] = (z => z.Secret = "", "Secret is empty."),
        ["public secret"] = (z => z.Secret = "4b436579-7850-45bc-be7a-0e8a7c7715c9", "Secret is printed in public documentation"),
        ["short previous"] = (z => z.PreviousSecret = "corta-y-secreta", "PreviousSecret has 15 bytes;"),
        ["previous alone"] = (z => (z.Secret, z.PreviousSecret, z.Address) = (null, TokenForge.Secret, Https), "PreviousSecret is set, and Secret is not."),
        ["no address"] = (z => z.Address = "entrada.example", "Address is \"entrada.example\", which is no web address"),
        ["another scheme"] = (z => z.Address = "ftp://entrada.example", "which is no web address"),
        ["with a query"] = (z => z.Address = $"{Https}?a=1", "which is no web address"),
        ["with a user"] = (z => z.Address = "https://ana:clave@entrada.example", "which is no web address"),
        ["http"] = (z => z.Address = "http://entrada.example", "over http, whoever stands between can sign tokens"),
        ["keys for everybody"] = (z => (z.Secret, z.Audience, z.Address) = (null, null, Https), "Audience is not set: the keys at Address may sign for other applications too"),
        ["empty issuer"] = (z => z.Issuer = "", "Issuer is empty"),
        ["empty audience"] = (z => z.Audience = "", "Audience is empty"),
        ["no name"] = (z => z.NameClaim = "", "NameClaim is empty"),
        ["no role"] = (z => z.RoleClaim = "", "RoleClaim is empty"),
        ["key without address"] = (z => z.BackEndKey = "corta-y-secreta", "BackEndKey is set, and Address is not"),
        ["key of two lines"] = (z => (z.Address, z.BackEndKey) = (Https, "corta-y-\nsecreta"), "BackEndKey is empty, or has blanks"),
        ["empty key"] = (z => (z.Address, z.BackEndKey) = (Https, ""), "BackEndKey is empty, or has blanks"),
        ["too fresh"] = (z => z.RevocationsMayBeOld = TimeSpan.FromSeconds(1), "RevocationsMayBeOld is 00:00:01; it must be between 00:00:02 and 01:00:00."),
        ["too old"] = (z => z.RevocationsMayBeOld = TimeSpan.FromHours(2), "RevocationsMayBeOld is 02:00:00;"),
        ["neither"] = (z => z.WhenRevocationsAreUnknown = (WhenRevocationsAreUnknown)7, "WhenRevocationsAreUnknown is 7"),
        ["empty path"] = (z => z.ExemptPaths.Add(""), "One of ExemptPaths is empty."),
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_a_sentence_without_the_secret(string mistake)
    {
        var (make, sentence) = Table[mistake];
        var refused = await Should.ThrowAsync<OptionsValidationException>(() => BackEnd.StartAsync(make));

        refused.Failures.ShouldHaveSingleItem().ShouldStartWith("Zaguan: ");
        refused.Message.ShouldContain(sentence);
        refused.Message.ShouldNotContain("corta-y-");
        refused.Message.ShouldNotContain(TokenForge.Secret);
    }

    [Fact]
    public async Task All_mistakes_are_named_at_once()
    {
        var refused = await Should.ThrowAsync<OptionsValidationException>(() => BackEnd.StartAsync(z =>
        {
            (z.Secret, z.Audience, z.NameClaim) = ("corta", "", "");
            (z.BackEndKey, z.RevocationsMayBeOld) = ("x", TimeSpan.Zero);
        }));

        refused.Failures.Count().ShouldBe(5);
    }

    [Fact]
    public async Task Development_may_use_the_secret_that_everybody_knows()
    {
        await using var backEnd = await BackEnd.StartAsync(z => z.Secret = "4b436579-7850-45bc-be7a-0e8a7c7715c9", environment: "Development");
        (await backEnd.GetAsync(BackEnd.Open, BackEnd.Token(secret: "4b436579-7850-45bc-be7a-0e8a7c7715c9"))).Line.ShouldBe("200 admin");
    }

    [Theory]
    [InlineData("https://entrada.example/zaguan-interno/", false)]
    [InlineData("http://localhost:5080", false)]
    [InlineData("http://127.0.0.1:5080", false)]
    [InlineData("http://entrada.example", true)]
    public void An_address_may_have_a_path_be_this_machine_or_be_allowed(string address, bool plain)
    {
        var check = new OptionsCheck(new Microsoft.Extensions.Hosting.Internal.HostingEnvironment { EnvironmentName = "Production" });
        check.Validate("Zaguan", new() { Address = address, Audience = "clinica", AcceptsPlainHttp = plain }).Succeeded.ShouldBeTrue();
    }
}
