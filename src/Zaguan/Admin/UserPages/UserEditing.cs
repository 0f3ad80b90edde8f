using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;
using Zaguan.Users;

namespace Zaguan.Admin.UserPages;

/// <summary>The forms of new users, of changes of those there are, and of their end.</summary>
internal sealed class UserEditing(UserStore users, UserChanges changes)
{
    public async Task<IResult> ShowNewAsync(Visit visit)
    {
        var realms = await users.ListRealmsAsync();
        var asked = visit.Http.Request.Query["realm"].ToString();
        var realm = realms.Count == 1 ? realms[0] : realms.FirstOrDefault(r => string.Equals(r, asked, StringComparison.Ordinal)) ?? "";
        return Page.Of<UserFormPage>(visit, new UserForm(null, realm, realms, await changes.RolesAsync(realm), new() { Realm = realm, Username = "" }, []));
    }

    public async Task<IResult> AddAsync(Visit visit)
    {
        var realms = await users.ListRealmsAsync();
        var realm = await EnteringRoutes.FieldAsync(visit, "realm");
        if (!realms.Contains(realm, StringComparer.Ordinal))
        {
            return ConsoleDoor.Go(visit, UserRoutes.New);
        }

        var written = await ReadAsync(visit, realm);
        var (number, objections) = await changes.AddAsync(visit, written);
        return number is { } added
            ? ConsoleDoor.Go(visit, UserRoutes.PathOf(new() { Realm = realm, Number = added }))
            : Page.Of<UserFormPage>(visit, new UserForm(null, realm, realms, await changes.RolesAsync(realm), written, Sentences(objections)), StatusCodes.Status400BadRequest);
    }

    public async Task<IResult> ShowAsync(Visit visit, User user) =>
        Page.Of<UserFormPage>(visit, new UserForm(user, user.Realm, [], await changes.RolesAsync(user.Realm), UserChanges.Of(user), []));

    public async Task<IResult> EditAsync(Visit visit, User user)
    {
        var written = await ReadAsync(visit, user.Realm) with { Active = user.Active };
        return await changes.EditAsync(visit, user, written) switch
        {
            null => Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit), StatusCodes.Status404NotFound),
            { Count: 0 } => ConsoleDoor.Go(visit, UserRoutes.PathOf(user)),
            var objections => Page.Of<UserFormPage>(visit, new UserForm(user, user.Realm, [], await changes.RolesAsync(user.Realm), written, Sentences(objections)), StatusCodes.Status400BadRequest),
        };
    }

    public async Task<IResult> DeleteAsync(Visit visit, User user)
    {
        // The name itself, and not something that means the same: whoever writes it has read it.
        if (!string.Equals((await EnteringRoutes.FieldAsync(visit, "name")).Trim(), user.Username.Trim(), StringComparison.Ordinal))
        {
            return Page.Of<DeletePage>(visit, new DeletionForm(user, IsWrong: true), StatusCodes.Status400BadRequest);
        }

        await changes.DeleteAsync(visit, user);
        return ConsoleDoor.Go(visit, UserRoutes.Users);
    }

    private static async Task<NewUser> ReadAsync(Visit visit, string realm)
    {
        return new()
        {
            Realm = realm,
            Username = await TextAsync("username") ?? "",
            Email = await TextAsync("email"),
            Phone = await TextAsync("phone"),
            GivenName = await TextAsync("given-name"),
            FamilyName = await TextAsync("family-name"),
            Role = await TextAsync("role"),
            Active = await TextAsync("active") is not null,
        };

        async Task<string?> TextAsync(string field) => UserChanges.Tidy(await EnteringRoutes.FieldAsync(visit, field));
    }

    private static IReadOnlyList<string> Sentences(IReadOnlyList<Objection> objections) => [.. objections.Select(o => o.Sentence)];
}
