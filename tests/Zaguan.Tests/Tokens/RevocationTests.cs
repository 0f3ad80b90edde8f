using Microsoft.Extensions.DependencyInjection;
using Zaguan.Applications;
using Zaguan.Operations;
using Zaguan.Tests.House;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Tests.Tokens;

public sealed class RevocationTests
{
    private static readonly DemoLogin Romsoft = DemoLogin.Romsoft;

    private static string OldToken(TestHouse house, string name = "admin", string more = "") => TokenForge.Sign(
        $$"""{"unique_name":"{{name}}","iss":"http://localhost:44390","aud":"http://localhost:44390","exp":{{house.Services.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeSeconds() + 3_600}}{{more}}}""",
        secret: FourApplications.RomsoftSecret);

    private static IReadOnlyList<Application> Applications(TestHouse house) => house.Services.GetRequiredService<Setup>().Applications.Applications;

    private static async Task<User> AdminAsync(TestHouse house) =>
        (await house.Services.GetRequiredService<UserStore>().FindByNameOrEmailAsync("romsoft", "admin"))!;

    [Fact]
    public async Task A_session_that_is_revoked_is_good_no_more_and_the_others_are()
    {
        await using var house = await FourApplications.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        var (first, second) = (await Romsoft.TokenAsync(house.Client), await Romsoft.TokenAsync(house.Client));
        var session = (await backEnd.IntrospectAsync(first)).GetProperty("jti").GetString()!;

        var store = house.Services.GetRequiredService<RevocationStore>();
        (await store.RevokeSessionAsync(session)).ShouldBeTrue();
        (await store.RevokeSessionAsync(session)).ShouldBeFalse();

        await Eventually.BecomesTrueAsync(async () => !await backEnd.IsActiveAsync(first), "the session is revoked");
        (await backEnd.IsActiveAsync(second)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("given another password")]
    [InlineData("deleted")]
    [InlineData("revoked")]
    public async Task Whoever_is_disabled_deleted_or_has_another_password_has_no_token_any_more_not_even_of_the_old_system(string what)
    {
        await using var house = await FourApplications.OpenAsync();
        var users = house.Services.GetRequiredService<UserStore>();
        await users.TryAddAsync(new() { Realm = "romsoft", Username = "maria", Password = FourApplications.CheapHash("clave de María") });
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        var (token, old, hers) = (await Romsoft.TokenAsync(house.Client), OldToken(house, "Admin"), OldToken(house, "maria"));
        (await backEnd.IsActiveAsync(old)).ShouldBeTrue();

        var admin = await AdminAsync(house);
        await (what switch
        {
            "disabled" => users.SetActiveAsync(admin, active: false, Applications(house)),
            "given another password" => users.SetPasswordAsync(admin, FourApplications.CheapHash("otra"), Applications(house)),
            "deleted" => users.DeleteAsync(admin, Applications(house)),
            _ => (Task)house.Services.GetRequiredService<RevocationStore>().RevokeUserAsync(admin, Applications(house)),
        });

        await Eventually.BecomesTrueAsync(async () => !await backEnd.IsActiveAsync(token) && !await backEnd.IsActiveAsync(old), "both tokens are revoked");
        (await backEnd.IsActiveAsync(hers)).ShouldBeTrue();
    }

    [Fact]
    public async Task After_an_applications_tokens_are_revoked_a_login_of_the_same_second_is_good()
    {
        var clock = new ManualClock();
        await using var house = await FourApplications.OpenAsync(options: new() { Clock = clock });
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        var ambiotec = await BackEndClient.AddAsync(house, "ambiotec");
        var revocations = house.Services.GetRequiredService<Revocations>();
        var (old, theirs) = (OldToken(house, more: $",\"iat\":{clock.GetUtcNow().ToUnixTimeSeconds()}"), await DemoLogin.Ambiotec.TokenAsync(house.Client));
        clock.Advance(TimeSpan.FromSeconds(5));
        var before = await Romsoft.TokenAsync(house.Client);

        clock.Advance(TimeSpan.FromMilliseconds(300));
        await house.Services.GetRequiredService<RevocationStore>().RevokeApplicationAsync("romsoft");
        await revocations.RefreshAsync();
        var after = await Romsoft.TokenAsync(house.Client);

        (await backEnd.IsActiveAsync(old)).ShouldBeFalse();
        (await backEnd.IsActiveAsync(before)).ShouldBeFalse();
        (await backEnd.IsActiveAsync(after)).ShouldBeTrue();
        (await ambiotec.IsActiveAsync(theirs)).ShouldBeTrue();
    }

    [Fact]
    public async Task Tokens_of_the_old_system_are_good_until_they_expire_unless_the_application_says_otherwise()
    {
        await using var house = await FourApplications.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        var said = await backEnd.IntrospectAsync(OldToken(house));
        said.GetProperty("active").GetBoolean().ShouldBeTrue();
        said.GetProperty("username").GetString().ShouldBe("admin");

        // Of somebody whom nobody imported: good, and nobody's here.
        var stranger = await backEnd.IntrospectAsync(OldToken(house, "nadie"));
        stranger.GetProperty("active").GetBoolean().ShouldBeTrue();
        stranger.TryGetProperty("username", out _).ShouldBeFalse();

        await using var strict = await FourApplications.OpenAsync(FourApplications.Settings(("Applications:romsoft:AcceptOldTokens", "false")));
        var its = await BackEndClient.AddAsync(strict, "romsoft");
        (await its.IsActiveAsync(OldToken(strict))).ShouldBeFalse();
        (await its.IsActiveAsync(await Romsoft.TokenAsync(strict.Client))).ShouldBeTrue();
    }

    /// <summary>Written otherwise, a number would find a user whose revocation it is not covered by.</summary>
    [Theory]
    [InlineData("1", true)]
    [InlineData("\"1\"", true)]
    [InlineData("\"01\"", false)]
    [InlineData("\"+1\"", false)]
    [InlineData("\" 1\"", false)]
    [InlineData("1.0", false)]
    public async Task A_number_names_a_user_in_one_spelling(string number, bool names)
    {
        await using var house = await FourApplications.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "ambiotec");
        var token = TokenForge.Sign($$"""{"usuario_id":{{number}},"exp":{{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 600}}}""", secret: FourApplications.Secret);
        (await backEnd.IntrospectAsync(token)).TryGetProperty("username", out _).ShouldBe(names);
    }

    [Fact]
    public async Task A_token_of_another_application_is_not_good_even_where_the_two_have_one_secret()
    {
        await using var house = await FourApplications.OpenAsync(FourApplications.Settings(
            ("Applications:inventario:IssueToken", "true"), ("Applications:inventario:JWT_SECRET", FourApplications.Secret)));
        var ambiotec = await BackEndClient.AddAsync(house, "ambiotec");
        var inventario = await BackEndClient.AddAsync(house, "inventario");
        var token = await DemoLogin.Ambiotec.TokenAsync(house.Client);

        (await ambiotec.IsActiveAsync(token)).ShouldBeTrue();
        (await inventario.IsActiveAsync(token)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_secret_that_is_being_changed_over_is_believed_and_signs_nothing()
    {
        const string Next = "la próxima llave de Romsoft, solo para pruebas";
        var settings = FourApplications.Settings(("Applications:romsoft:JWT_SECRET_KEY", Next), ("Applications:romsoft:JWT_SECRET_KEY_PREVIOUS", FourApplications.RomsoftSecret));
        await using var house = await FourApplications.OpenAsync(settings);
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        (await backEnd.IsActiveAsync(OldToken(house))).ShouldBeTrue();

        var token = await Romsoft.TokenAsync(house.Client);
        (await backEnd.IsActiveAsync(token)).ShouldBeTrue();
        var parts = token.Split('.');
        TokenForge.SignParts(parts[0], parts[1], Next).ShouldBe(token);
    }

    [Fact]
    public async Task Expired_sessions_and_their_revocations_are_forgotten_and_those_of_users_are_kept()
    {
        var clock = new ManualClock();
        await using var house = await FourApplications.OpenAsync(options: new() { Clock = clock });
        await Romsoft.TokenAsync(house.Client);
        var store = house.Services.GetRequiredService<RevocationStore>();
        (await store.RevokeUserAsync(await AdminAsync(house), Applications(house))).ShouldBe(1);
        (await store.ReadAsync("romsoft", 0)).Rows.Count.ShouldBe(2);
        var last = await store.LastAsync();

        clock.Advance(TimeSpan.FromDays(21));
        (await store.ForgetAsync(clock.GetUtcNow(), 10)).ShouldBe(1);
        (await store.ReadAsync("romsoft", 0)).Rows.ShouldHaveSingleItem().Claim.ShouldBe("unique_name");
        (await store.LastAsync()).ShouldBe(last);
    }

    [Fact]
    public async Task What_was_revoked_stays_revoked_when_a_backup_takes_the_databases_place_and_what_is_revoked_then_is_seen()
    {
        await using var house = await FourApplications.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        var tokens = new[] { await Romsoft.TokenAsync(house.Client), await Romsoft.TokenAsync(house.Client), await Romsoft.TokenAsync(house.Client) };
        var store = house.Services.GetRequiredService<RevocationStore>();
        var database = house.Services.GetRequiredService<Zaguan.Storage.Database>();
        var known = house.Services.GetRequiredService<Revocations>();
        async Task RevokeAsync(string token) => await store.RevokeSessionAsync((await backEnd.IntrospectAsync(token)).GetProperty("jti").GetString()!);
        await RevokeAsync(tokens[0]);
        var before = await store.LastAsync();
        await RevokeAsync(tokens[1]);
        await known.RefreshAsync();
        var seen = known.Last;

        // As it was before the second one was revoked.
        await database.WriteAsync(async db =>
        {
            await Dapper.SqlMapper.ExecuteAsync(db, "UPDATE sessions SET revoked_at = NULL WHERE id = (SELECT session FROM revocations WHERE number > @before)", new { before });
            await Dapper.SqlMapper.ExecuteAsync(db, "DELETE FROM revocations WHERE number > @before", new { before });
            return await Dapper.SqlMapper.ExecuteAsync(db, "UPDATE revocation_numbers SET last = @before", new { before });
        });
        await known.RefreshAsync();
        known.Last.ShouldBe(before);
        (await backEnd.FeedAsync(after: seen)).GetProperty("last").GetInt64().ShouldBe(before);
        (await backEnd.IsActiveAsync(tokens[0])).ShouldBeFalse();
        (await backEnd.IsActiveAsync(tokens[1])).ShouldBeFalse();

        await RevokeAsync(tokens[2]);
        (await store.LastAsync()).ShouldBeGreaterThan(seen);
        await known.RefreshAsync();
        (await backEnd.IsActiveAsync(tokens[2])).ShouldBeFalse();
    }

    [Theory]
    [InlineData("  ADMIN ")]
    [InlineData("Admin")]
    public async Task A_name_is_revoked_however_the_old_system_wrote_it(string written)
    {
        await using var house = await FourApplications.OpenAsync();
        var backEnd = await BackEndClient.AddAsync(house, "romsoft");
        var token = OldToken(house, written);
        (await backEnd.IntrospectAsync(token)).GetProperty("username").GetString().ShouldBe("admin");

        await house.Services.GetRequiredService<RevocationStore>().RevokeUserAsync(await AdminAsync(house), Applications(house));
        await house.Services.GetRequiredService<Revocations>().RefreshAsync();
        (await backEnd.IsActiveAsync(token)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_clock_that_went_back_makes_no_revocation_weaker()
    {
        var clock = new ManualClock();
        await using var house = await FourApplications.OpenAsync(options: new() { Clock = clock });
        var store = house.Services.GetRequiredService<RevocationStore>();
        await store.RevokeApplicationAsync("romsoft");
        await store.RevokeUserAsync(await AdminAsync(house), Applications(house));
        var first = (await store.ReadAsync("romsoft", 0)).Rows;

        clock.Advance(TimeSpan.FromMinutes(-1));
        await store.RevokeApplicationAsync("romsoft");
        await store.RevokeUserAsync(await AdminAsync(house), Applications(house));
        var second = (await store.ReadAsync("romsoft", 0)).Rows;
        second.Select(r => r.IssuedBefore).ShouldBe(first.Select(r => r.IssuedBefore));
        second[0].Number.ShouldBeGreaterThan(first[^1].Number);
    }
}
