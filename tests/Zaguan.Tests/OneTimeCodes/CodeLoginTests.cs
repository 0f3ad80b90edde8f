using System.Net;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Admin;
using Zaguan.Admin.UserPages;
using Zaguan.Applications;
using Zaguan.Login;
using Zaguan.OneTimeCodes;
using Zaguan.Operations;
using Zaguan.Sources;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.OneTimeCodes;

/// <summary>Clients that cannot be changed send a code behind the password.</summary>
public sealed class CodeLoginTests
{
    private static readonly DemoLogin Ambiotec = DemoLogin.Ambiotec;

    [Fact]
    public async Task In_each_contract_a_code_stands_behind_the_password_and_is_good_once()
    {
        var clock = new ManualClock();
        await using var house = await OpenAsync("optional", clock);
        foreach (var login in DemoLogin.All)
        {
            var factor = await SetUpAsync(house, login);
            await RefusedAsync(login.Password, Outcome.WrongCode);
            await RefusedAsync($"{login.Password}{factor.Code(clock, steps: -3)}", Outcome.WrongCode);
            await RefusedAsync($"otra{factor.Code(clock)}", Outcome.WrongPassword);
            await GrantedAsync($"{login.Password}{factor.Code(clock)}");
            await RefusedAsync($"{login.Password}{factor.Code(clock)}", Outcome.WrongCode);
            await RefusedAsync($"{login.Password}{factor.Code(clock, steps: -1)}", Outcome.WrongCode);
            await GrantedAsync($"{login.Password}{factor.Code(clock, steps: 1)}");

            await GrantedAsync($"{login.Password}{factor.RecoveryCodes[0]}");
            await RefusedAsync($"{login.Password}{factor.RecoveryCodes[0]}", Outcome.WrongCode);
            await RefusedAsync($"otra{factor.RecoveryCodes[1]}", Outcome.WrongPassword);
            await GrantedAsync($"{login.Password}{factor.RecoveryCodes[1].ToLowerInvariant()}");

            async Task RefusedAsync(string password, Outcome outcome)
            {
                var hashes = house.Hashes;
                using var answer = await house.PostAsync(login.Path, login.Body(login.Identifier, password));
                (answer.StatusCode, await answer.Content.ReadAsStringAsync()).ShouldBe((login.Wrong.Status, login.Wrong.Body));
                (await house.AccessLogAsync())[^1].Outcome.ShouldBe(outcome);
                (house.Hashes - hashes).ShouldBe(1);
            }

            async Task GrantedAsync(string password)
            {
                var hashes = house.Hashes;
                (await login.LogsInAsync(house, login.Body(login.Identifier, password))).ShouldBeTrue();
                (await house.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.Granted);
                (house.Hashes - hashes).ShouldBe(1);
            }
        }
    }

    [Fact]
    public async Task Who_has_no_second_factor_needs_no_code_where_it_is_optional_and_does_not_get_in_where_it_is_required()
    {
        await using var optional = await OpenAsync("optional");
        (await Ambiotec.LogsInAsync(optional, Ambiotec.RightBody)).ShouldBeTrue();
        (await Ambiotec.LogsInAsync(optional, Ambiotec.Body(Ambiotec.Identifier, $"{Ambiotec.Password}123456"))).ShouldBeFalse("It is a password like any other.");

        await using var required = await OpenAsync("required");
        using var refused = await required.PostAsync(Ambiotec.Path, Ambiotec.RightBody);
        (refused.StatusCode, await refused.Content.ReadAsStringAsync()).ShouldBe((Ambiotec.Wrong.Status, Ambiotec.Wrong.Body));
        (await required.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.WrongCode);
        using var unknown = await required.PostAsync(Ambiotec.Path, Ambiotec.Body("nadie", Ambiotec.Password));
        (await required.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.UnknownUser);
    }

    [Fact]
    public async Task An_application_that_asks_nobody_takes_the_password_alone_and_nothing_behind_it()
    {
        var clock = new ManualClock();
        await using var house = await OpenAsync("off", clock);
        var factor = await SetUpAsync(house, Ambiotec);

        (await Ambiotec.LogsInAsync(house, Ambiotec.RightBody)).ShouldBeTrue();
        (await Ambiotec.LogsInAsync(house, Ambiotec.Body(Ambiotec.Identifier, $"{Ambiotec.Password}{factor.Code(clock)}"))).ShouldBeFalse();
    }

    [Fact]
    public async Task Of_parallel_logins_with_one_code_one_is_granted_and_each_recovery_code_is_good_for_one()
    {
        var clock = new ManualClock();
        await using var house = await OpenAsync("optional", clock, ("Budgets:AccountAndAddress:Failures", "100"));
        var factor = await SetUpAsync(house, Ambiotec);

        foreach (var code in new[] { factor.Code(clock), factor.RecoveryCodes[0] })
        {
            var granted = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Ambiotec.LogsInAsync(house, Ambiotec.Body(Ambiotec.Identifier, $"{Ambiotec.Password}{code}"))));
            granted.Count(g => g).ShouldBe(1);
        }

        var each = await Task.WhenAll(factor.RecoveryCodes.Skip(1).Select(code => Ambiotec.LogsInAsync(house, Ambiotec.Body(Ambiotec.Identifier, $"{Ambiotec.Password}{code}"))));
        each.ShouldAllBe(granted => granted);
    }

    [Fact]
    public async Task A_recovery_code_of_before_which_is_shorter_is_good_once_too()
    {
        await using var house = await OpenAsync("optional");
        await SetUpAsync(house, Ambiotec);
        const string Before = "ABCD-EFGH-IJKL-MN27";
        var kept = new { (await UserAsync(house, Ambiotec)).Key, hash = OneTimeCode.HashOfRecoveryCode(Before) };
        await house.Services.GetRequiredService<Database>().WriteAsync(db => db.ExecuteAsync("INSERT INTO user_recovery_codes (user_key, code_hash) VALUES (@Key, @hash)", kept));

        (await Ambiotec.LogsInAsync(house, Ambiotec.Body(Ambiotec.Identifier, Ambiotec.Password + Before))).ShouldBeTrue();
        (await Ambiotec.LogsInAsync(house, Ambiotec.Body(Ambiotec.Identifier, Ambiotec.Password + Before))).ShouldBeFalse();
    }

    [Fact]
    public async Task Wrong_codes_use_up_the_budget_like_wrong_passwords()
    {
        var clock = new ManualClock();
        await using var house = await OpenAsync("optional", clock);
        var factor = await SetUpAsync(house, Ambiotec);
        for (var guess = 0; guess < 5; guess++)
        {
            (await Ambiotec.LogsInAsync(house, Ambiotec.Body(Ambiotec.Identifier, $"{Ambiotec.Password}{factor.Code(clock, steps: -10 - guess)}"))).ShouldBeFalse();
        }

        var hashes = house.Hashes;
        (await Ambiotec.LogsInAsync(house, Ambiotec.Body(Ambiotec.Identifier, $"{Ambiotec.Password}{factor.Code(clock)}"))).ShouldBeFalse();
        (await house.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.Locked);
        house.Hashes.ShouldBe(hashes);
    }

    [Fact]
    public async Task Without_the_code_nobody_learns_that_a_disabled_users_password_was_right()
    {
        var clock = new ManualClock();
        await using var house = await OpenAsync("optional", clock);
        var factor = await SetUpAsync(house, Ambiotec);
        await house.Services.GetRequiredService<UserStore>().SetActiveAsync(await UserAsync(house, Ambiotec), active: false, []);

        using var alone = await house.PostAsync(Ambiotec.Path, Ambiotec.RightBody);
        (alone.StatusCode, await alone.Content.ReadAsStringAsync()).ShouldBe((Ambiotec.Wrong.Status, Ambiotec.Wrong.Body));
        (await house.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.WrongCode);
        (await Ambiotec.LogsInAsync(house, Ambiotec.Body(Ambiotec.Identifier, $"{Ambiotec.Password}{factor.Code(clock)}"))).ShouldBeFalse();
        (await house.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.Inactive);
    }

    [Fact]
    public async Task Whom_only_a_source_could_name_and_who_set_it_up_meanwhile_do_not_get_around_the_code()
    {
        await using var house = await OpenAsync("optional");
        await SetUpAsync(house, Ambiotec);
        var user = await UserAsync(house, Ambiotec);
        var application = house.Services.GetRequiredService<RunningApplications>().Table.Find("ambiotec").ShouldNotBeNull();
        using var attempt = new Attempt(application, "otro nombre", Secret.FromText(Ambiotec.Password), wantsDirectory: false, new Client(IPAddress.Loopback, null, null, null), DateTimeOffset.UnixEpoch) { Sender = Senders.Somebody };

        // Nobody was found by the identifier, so no code was looked for; then the source said who it is.
        (await TakeAsync(null, new Profile(Source.Ldap, user.Username))).ShouldBeFalse();
        (await TakeAsync(null, new Profile(Source.Ldap, "otra"))).ShouldBeTrue();
        // It was set up while the login was verified.
        (await TakeAsync(user with { CodeSecret = null }, null)).ShouldBeFalse();

        Task<bool> TakeAsync(User? found, Profile? profile) => house.Services.GetRequiredService<Database>().WriteAsync(db => UserSecondFactors.TakeAsync(db, attempt, found, profile));
    }

    [Fact]
    public async Task Without_its_master_key_a_code_cannot_be_checked_which_is_nobodys_failure()
    {
        var clock = new ManualClock();
        await using var house = await OpenAsync("optional", clock);
        var factor = await SetUpAsync(house, Ambiotec);
        File.Delete(house.Services.GetRequiredService<Setup>().MasterKeyFile);

        for (var attempt = 0; attempt < 6; attempt++)
        {
            using var answer = await house.PostAsync(Ambiotec.Path, Ambiotec.Body(Ambiotec.Identifier, $"{Ambiotec.Password}{factor.Code(clock)}"));
            (answer.StatusCode, await answer.Content.ReadAsStringAsync()).ShouldBe((Ambiotec.Failed.Status, Ambiotec.Failed.Body));
            (await house.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.Failed);
        }

        house.Log.All.ShouldContain(line => line.Contains(" 1007 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_administrator_resets_a_second_factor_and_the_password_alone_is_good_again()
    {
        await using var house = await OpenAsync("optional");
        await SetUpAsync(house, Ambiotec);
        using var browser = await ConsoleBrowser.EnterAsync(house);
        var user = await UserAsync(house, Ambiotec);
        var path = UserRoutes.PathOf(user);
        (await browser.ReadAsync(path)).ShouldContain("reset-second-factor");

        (await browser.PostAsync($"{path}/reset-second-factor")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);

        (await browser.ReadAsync(path)).ShouldNotContain("reset-second-factor");
        (await Ambiotec.LogsInAsync(house, Ambiotec.RightBody)).ShouldBeTrue();
        (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 1)).Single().Action.ShouldBe(AuditActions.UserSecondFactorReset);
    }

    private static Task<TestHouse> OpenAsync(string asked, ManualClock? clock = null, params (string, string?)[] more) => FourApplications.OpenAsync(
        FourApplications.Settings([.. DemoLogin.All.Select(l => ($"Applications:{l.Application}:OneTimeCodes", (string?)asked)), .. more]),
        new() { Clock = clock ?? TimeProvider.System });

    private static async Task<User> UserAsync(TestHouse house, DemoLogin login) =>
        (await house.Services.GetRequiredService<UserStore>().FindByNameOrEmailAsync(login.Application, login.Identifier))!;

    private static async Task<SecondFactorOf> SetUpAsync(TestHouse house, DemoLogin login) => await SecondFactorOf.SetUpAsync(house, await UserAsync(house, login));
}
