using Microsoft.Extensions.DependencyInjection;
using Zaguan.Contracts;
using Zaguan.Login;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Users;

public sealed class UserStoreTests
{
    [Fact]
    public async Task A_grant_is_confirmed_only_while_the_user_is_the_one_that_was_verified()
    {
        await using var house = await TestHouse.OpenAsync();
        var users = house.Services.GetRequiredService<UserStore>();
        var verified = (await users.FindAsync("ambiotec", Identifies.Username, "johndoe")).ShouldNotBeNull();
        (await ConfirmAsync(house, verified)).ShouldBe(Outcome.Granted);

        await users.SetActiveAsync(verified, false, []);
        (await ConfirmAsync(house, verified)).ShouldBe(Outcome.Inactive);

        await users.SetPasswordAsync(verified, new("another hash", "another cost"), []);
        (await ConfirmAsync(house, verified)).ShouldBe(Outcome.WrongPassword);

        await users.DeleteAsync(verified, []);
        (await ConfirmAsync(house, verified)).ShouldBe(Outcome.UnknownUser);
    }

    [Fact]
    public async Task A_hash_that_is_made_anew_never_overwrites_a_password_that_was_changed_meanwhile()
    {
        await using var house = await TestHouse.OpenAsync();
        var users = house.Services.GetRequiredService<UserStore>();
        var verified = (await users.FindAsync("ambiotec", Identifies.Username, "johndoe")).ShouldNotBeNull();
        await users.SetPasswordAsync(verified, new("of the new password", "a cost"), []);

        await house.Services.GetRequiredService<Database>().WriteAsync(db => UserStore.ReplaceHashAsync(db, verified, new("of the old password", "a cost")));

        (await users.FindAsync("ambiotec", Identifies.Username, "johndoe"))!.Password.ShouldBe("of the new password");
    }

    [Fact]
    public async Task A_role_that_does_not_exist_is_not_taken_for_none()
    {
        await using var house = await TestHouse.OpenAsync();
        var users = house.Services.GetRequiredService<UserStore>();

        await Should.ThrowAsync<InvalidOperationException>(() => users.AddAsync(new() { Realm = "ambiotec", Username = "ana", Role = "jefa" }));

        (await users.FindAsync("ambiotec", Identifies.Username, "ana")).ShouldBeNull();
    }

    [Fact]
    public void A_user_prints_without_its_hash()
    {
        new User { Realm = "ambiotec", Username = "ana", Password = "$pbkdf2" }.ToString().ShouldBe("ana (ambiotec)");
        new NewUser { Realm = "ambiotec", Username = "ana", Password = new("$pbkdf2", "pbkdf2") }.ToString().ShouldBe("ana (ambiotec)");
    }

    private static Task<Outcome> ConfirmAsync(TestHouse house, User user) =>
        house.Services.GetRequiredService<Database>().WriteAsync(db => UserStore.ConfirmAsync(db, user));
}
