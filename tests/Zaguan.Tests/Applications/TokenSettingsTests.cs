using System.Text.Json;
using Zaguan.Operations;
using Zaguan.Tests.Contracts;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Applications;

/// <summary>Where the settings of a token come from, by their documented names.</summary>
public sealed class TokenSettingsTests : IDisposable
{
    private const string Other = "otra llave, también solo para pruebas: 5d1e90";

    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-").FullName;

    [Fact]
    public async Task Without_JWT_EXPIRE_MINUTES_a_Romsoft_token_is_good_for_28_800_minutes()
    {
        var claims = await RomsoftClaimsAsync(FourApplications.RomsoftSecret);
        Lifetime(claims).ShouldBe(TimeSpan.FromDays(20));
        claims.GetProperty("nbf").GetInt64().ShouldBe(claims.GetProperty("iat").GetInt64());
    }

    [Fact]
    public async Task JWT_EXPIRE_MINUTES_is_read_from_the_application_before_the_root() =>
        Lifetime(await RomsoftClaimsAsync(FourApplications.RomsoftSecret, ("JWT_EXPIRE_MINUTES", "15"), ("Applications:romsoft:JWT_EXPIRE_MINUTES", "90"))).ShouldBe(TimeSpan.FromMinutes(90));

    [Fact]
    public async Task Settings_at_the_root_serve_where_the_application_says_nothing()
    {
        var claims = await RomsoftClaimsAsync(
            Other,
            ("Applications:romsoft:JWT_SECRET_KEY", null),
            ("Applications:romsoft:JWT_ISSUER_TOKEN", null),
            ("JWT_SECRET_KEY", Other),
            ("JWT_ISSUER_TOKEN", "https://entrada.example"),
            ("JWT_EXPIRE_MINUTES", "15"));
        claims.GetProperty("iss").GetString().ShouldBe("https://entrada.example");
        claims.GetProperty("aud").GetString().ShouldBe("http://localhost:44390");
        Lifetime(claims).ShouldBe(TimeSpan.FromMinutes(15));
    }

    [Theory]
    [InlineData("Applications:romsoft:JWT_SECRET_KEY_FILE")]
    [InlineData("JWT_SECRET_KEY_FILE")]
    public async Task A_secret_may_stand_in_a_file_and_the_line_feed_behind_it_is_no_part_of_it(string setting)
    {
        var file = Path.Combine(folder, "llave");
        await File.WriteAllTextAsync(file, Other + "\n");
        await RomsoftClaimsAsync(Other, ("Applications:romsoft:JWT_SECRET_KEY", null), (setting, file));
    }

    [Fact]
    public async Task An_Ambiotec_token_is_good_for_8_hours_or_for_JWT_EXPIRES()
    {
        Lifetime(await ClaimsAsync(DemoLogin.Ambiotec, FourApplications.Secret)).ShouldBe(TimeSpan.FromHours(8));
        Lifetime(await ClaimsAsync(DemoLogin.Ambiotec, FourApplications.Secret, ("JWT_EXPIRES", "30m"))).ShouldBe(TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task Inventario_answers_a_token_only_where_it_is_asked_to()
    {
        await using var house = await FourApplications.OpenAsync(FourApplications.Settings(("JWT_SECRET", Other)));
        using var answer = await house.PostAsync(DemoLogin.Inventario.Path, DemoLogin.Inventario.RightBody);
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("token");

        await ClaimsAsync(DemoLogin.Inventario, Other, ("Applications:inventario:IssueToken", "true"), ("JWT_SECRET", Other));
    }

    [Fact]
    public void A_publicly_known_secret_is_taken_in_Development_only()
    {
        var settings = FourApplications.Settings(("Applications:romsoft:JWT_SECRET_KEY", "4b436579-7850-45bc-be7a-0e8a7c7715c9"));
        Setup.Read(TestHouse.SetupOptionsOf(new() { Settings = settings, IsDevelopment = true }, folder)).Problems.ShouldBeEmpty();
        Setup.Read(TestHouse.SetupOptionsOf(new() { Settings = settings, IsDevelopment = false }, folder)).Problems.ShouldHaveSingleItem().Sentence.ShouldContain("printed in public documentation");
    }

    [Fact]
    public void In_Development_a_missing_secret_is_made_kept_and_announced_once()
    {
        var settings = FourApplications.Settings(("Applications:romsoft:JWT_SECRET_KEY", null));
        var options = TestHouse.SetupOptionsOf(new() { Settings = settings, IsDevelopment = true }, folder);
        var file = Path.Combine(folder, "data", "secrets", "romsoft.JWT_SECRET_KEY");

        Setup.Read(options).Notices.ShouldContain(n => n.StartsWith($"\"romsoft\" has no JWT_SECRET_KEY; one was made and is kept in {file}", StringComparison.Ordinal));
        var secret = File.ReadAllText(file);
        secret.Length.ShouldBe(64);
        Setup.Read(options).Notices.ShouldNotContain(n => n.Contains("JWT_SECRET_KEY"));
        File.ReadAllText(file).ShouldBe(secret);
    }

    [Fact]
    public void Start_up_tells_that_a_contract_discloses_which_accounts_exist_until_it_is_switched_off()
    {
        Notices().ShouldBe(["The contract of \"sistema-venta\" tells strangers which accounts exist. Set DiscloseAccountState to false for it unless its clients depend on that."]);
        Notices(("Applications:sistema-venta:DiscloseAccountState", "false")).ShouldBeEmpty();

        IReadOnlyList<string> Notices(params (string, string?)[] more) =>
            Setup.Read(TestHouse.SetupOptionsOf(new() { Settings = FourApplications.Settings(more), IsDevelopment = false }, folder)).Notices;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static Task<JsonElement> RomsoftClaimsAsync(string secret, params (string, string?)[] more) => ClaimsAsync(DemoLogin.Romsoft, secret, more);

    private static async Task<JsonElement> ClaimsAsync(DemoLogin application, string secret, params (string, string?)[] more)
    {
        await using var house = await FourApplications.OpenAsync(FourApplications.Settings(more));
        using var answer = await house.PostAsync(application.Path, application.RightBody);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var token = json.RootElement.TryGetProperty("Data", out var data) ? data.GetProperty("token") : json.RootElement.GetProperty("token");
        return GoldenJson.ClaimsOf(token.GetString()!, secret);
    }

    private static TimeSpan Lifetime(JsonElement claims) => TimeSpan.FromSeconds(claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
}
