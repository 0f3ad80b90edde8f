using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;
using Zaguan.Applications;
using Zaguan.Users;

namespace Zaguan.Admin.UserPages;

/// <summary>New users, changes of those there are, and their end.</summary>
internal sealed class UserEditing(UserStore users, RunningApplications applications)
{
    public async Task<IResult> ShowNewAsync(Visit visit)
    {
        var realms = await users.ListRealmsAsync();
        var asked = visit.Http.Request.Query["realm"].ToString();
        var realm = realms.Count == 1 ? realms[0] : realms.FirstOrDefault(r => string.Equals(r, asked, StringComparison.Ordinal)) ?? "";
        return Page.Of<UserFormPage>(visit, new UserForm(null, realm, realms, await RolesAsync(realm), new() { Realm = realm, Username = "" }, []));
    }

    public async Task<IResult> AddAsync(Visit visit)
    {
        var realms = await users.ListRealmsAsync();
        var realm = await EnteringRoutes.FieldAsync(visit, "realm");
        if (!realms.Contains(realm, StringComparer.Ordinal))
        {
            return ConsoleDoor.Go(visit, UserRoutes.New);
        }

        var (written, roles) = (await ReadAsync(visit, realm), await RolesAsync(realm));
        var objections = Objections(visit, written, roles);
        if (objections.Count == 0)
        {
            var addition = await users.TryAddAsync(written, visit.Audit(AuditActions.UserAdded, $"{realm}/{written.Username}", after: Audited(written)));
            if (addition.Number is { } number)
            {
                return ConsoleDoor.Go(visit, UserRoutes.PathOf(new() { Realm = realm, Number = number }));
            }

            objections = TakenInWords(visit, addition.Taken);
        }

        return Page.Of<UserFormPage>(visit, new UserForm(null, realm, realms, roles, written, objections), StatusCodes.Status400BadRequest);
    }

    public async Task<IResult> ShowAsync(Visit visit, User user) => Page.Of<UserFormPage>(visit, new UserForm(user, user.Realm, [], await RolesAsync(user.Realm), Of(user), []));

    public async Task<IResult> EditAsync(Visit visit, User user)
    {
        var (written, roles) = (await ReadAsync(visit, user.Realm) with { Active = user.Active }, await RolesAsync(user.Realm));
        var objections = Objections(visit, written, roles);
        if (objections.Count == 0)
        {
            switch (await users.EditAsync(user, written, applications.Table.Applications, visit.Audit(AuditActions.UserChanged, UserRoutes.Called(user), Audited(Of(user)), Audited(written))))
            {
                case null:
                    return Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit), StatusCodes.Status404NotFound);
                case { Count: 0 }:
                    return ConsoleDoor.Go(visit, UserRoutes.PathOf(user));
                case var taken:
                    objections = TakenInWords(visit, taken);
                    break;
            }
        }

        return Page.Of<UserFormPage>(visit, new UserForm(user, user.Realm, [], roles, written, objections), StatusCodes.Status400BadRequest);
    }

    public async Task<IResult> DeleteAsync(Visit visit, User user)
    {
        // The name itself, and not something that means the same: whoever writes it has read it.
        if (!string.Equals((await EnteringRoutes.FieldAsync(visit, "name")).Trim(), user.Username.Trim(), StringComparison.Ordinal))
        {
            return Page.Of<DeletePage>(visit, new DeletionForm(user, IsWrong: true), StatusCodes.Status400BadRequest);
        }

        await users.DeleteAsync(user, applications.Table.Applications, visit.Audit(AuditActions.UserDeleted, UserRoutes.Called(user), before: Audited(Of(user))));
        return ConsoleDoor.Go(visit, UserRoutes.Users);
    }

    private async Task<IReadOnlyList<string>> RolesAsync(string realm) => [.. (await users.ListRolesAsync(realm)).Select(r => r.Name)];

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

        async Task<string?> TextAsync(string field) => (await EnteringRoutes.FieldAsync(visit, field)).Trim() is { Length: > 0 } text ? text : null;
    }

    private static NewUser Of(User user) => new()
    {
        Realm = user.Realm,
        Username = user.Username,
        Email = user.Email,
        Phone = user.Phone,
        GivenName = user.GivenName,
        FamilyName = user.FamilyName,
        Role = user.RoleName,
        Active = user.Active,
    };

    private static object Audited(NewUser user) => new { user.Username, user.Email, user.Phone, user.GivenName, user.FamilyName, user.Role, user.Active };

    private static List<string> Objections(Visit visit, NewUser user, IReadOnlyList<string> roles)
    {
        var texts = new (string Spanish, string English, string? Text)[]
        {
            ("El nombre de usuario", "The user name", user.Username),
            ("El correo", "The e-mail address", user.Email),
            ("El teléfono", "The telephone number", user.Phone),
            ("El nombre", "The given name", user.GivenName),
            ("Los apellidos", "The family name", user.FamilyName),
        };
        var objections = texts.Where(t => t.Text is not null).Select(t => Objection(visit, visit.Say(t.Spanish, t.English), t.Text!)).OfType<string>().ToList();
        if (user.Email is { } email && !Names.IsEmail(email))
        {
            objections.Add(visit.Say($"«{email}» no es una dirección de correo: le falta algo, o tiene espacios.", $"“{email}” is no e-mail address: something is missing, or it has blanks."));
        }

        if (user.Role is { } role && !roles.Contains(role, StringComparer.Ordinal))
        {
            objections.Add(visit.Say($"No hay ningún papel «{role}»; elija uno de la lista.", $"There is no role “{role}”; choose one of the list."));
        }

        return objections;
    }

    private static string? Objection(Visit visit, string what, string text) => text switch
    {
        "" => visit.Say($"{what} no puede quedar vacío.", $"{what} cannot be empty."),
        { Length: > Names.Longest } => visit.Say($"{what}: como mucho {Names.Longest} caracteres.", $"{what}: at most {Names.Longest} characters."),
        _ when Names.Objection(what, text) is not null => visit.Say($"{what}: hay caracteres que no se pueden guardar; escríbalo de nuevo.", $"{what}: there are characters that cannot be kept; write it anew."),
        _ => null,
    };

    private static List<string> TakenInWords(Visit visit, IReadOnlyList<Taken> taken) => [.. taken.Select(t => visit.Say(
        $"{(t.What is "user name" ? "El nombre de usuario ya lo tiene" : "El correo ya lo tiene")} {t.By}. No se ha cambiado nada; escriba otro.",
        $"The {t.What} is that of {t.By} already. Nothing was changed; write another one."))];
}
