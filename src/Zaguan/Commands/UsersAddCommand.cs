using System.CommandLine;
using Zaguan.Admin;
using Zaguan.Admin.UserPages;
using Zaguan.Reading;
using Zaguan.Users;

namespace Zaguan.Commands;

/// <summary>zaguan users add</summary>
internal static class UsersAddCommand
{
    private static readonly Argument<string> Name = Arguments.UserName("The user name.");
    private static readonly Option<string> Realm = Arguments.Realm();
    private static readonly Option<string?> Email = Arguments.Text("--email", "The e-mail address; nobody else's in the realm.", "ADDRESS");
    private static readonly Option<string?> Phone = Arguments.Text("--phone", "A telephone number.", "TEXT");
    private static readonly Option<string?> GivenName = Arguments.Text("--given-name", "Given names.", "TEXT");
    private static readonly Option<string?> FamilyName = Arguments.Text("--family-name", "Family names.", "TEXT");
    private static readonly Option<string?> Role = Arguments.Text("--role", "A role of the realm, by name (zaguan roles list).", "ROLE");
    private static readonly Option<int?> Number = Arguments.WholeNumber("--number", "The number that old clients store; the next one of the realm when absent.", 0, int.MaxValue);
    private static readonly Option<Guid?> Id = Arguments.Read<Guid?>("--id", "The UUID that clients store; a new one when absent.", "UUID", ReadId);
    private static readonly Option<string[]> Attribute = new("--attribute") { Description = "What applications keep beside the user, as JSON: area='\"Caja\"', departamento_id=5. Once per attribute.", HelpName = "name=JSON", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
    private static readonly Option<bool> Inactive = new("--inactive") { Description = "Disabled until enabled (zaguan users enable)." };
    private static readonly Option<bool> NoPassword = new("--no-password") { Description = "Without a local password; nobody is asked for one." };
    private static readonly Option<bool> Json = Arguments.Json();

    public static Command Create(Terminal terminal)
    {
        var command = new Command("add", "Add a user. The password is typed unseen, or the first line of standard input.")
        {
            Name, Realm, Email, Phone, GivenName, FamilyName, Role, Number, Id, Attribute, Inactive, NoPassword, Json,
        };
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, desk => AddAsync(desk, parsed), makesDatabase: true));
        return command;
    }

    private static async Task<int> AddAsync(Desk desk, ParseResult parsed)
    {
        var (attributes, objections) = UserAttributes.Read(parsed.GetValue(Attribute) ?? []);
        var user = new NewUser
        {
            Realm = parsed.GetRequiredValue(Realm),
            Username = parsed.GetRequiredValue(Name).Trim(),
            Number = parsed.GetValue(Number),
            Id = parsed.GetValue(Id)?.ToString(),
            Email = parsed.GetValue(Email)?.Trim(),
            Phone = parsed.GetValue(Phone),
            GivenName = parsed.GetValue(GivenName),
            FamilyName = parsed.GetValue(FamilyName),
            Role = parsed.GetValue(Role),
            Active = !parsed.GetValue(Inactive),
            Attributes = attributes,
        };
        objections = [.. await ObjectionsAsync(desk, user), .. objections];
        if (objections.Count > 0)
        {
            return await desk.Terminal.RefuseAsync(string.Join(Environment.NewLine, objections));
        }

        if (!parsed.GetValue(NoPassword))
        {
            var (password, objection) = await PasswordEntry.ReadNewAsync(desk, user.Username, user.Email, user.GivenName, user.FamilyName);
            if (password is null)
            {
                return await desk.Terminal.RefuseAsync(objection!);
            }

            using (password)
            {
                user = user with { Password = desk.Hash(password), PasswordIsSetHere = true };
            }
        }

        return await StoreAsync(desk, user, parsed.GetValue(Json));
    }

    private static async Task<IReadOnlyList<string>> ObjectionsAsync(Desk desk, NewUser user)
    {
        var texts = new (string What, string? Text)[]
        {
            ("A user name", user.Username), ("An e-mail address", user.Email), ("A telephone number", user.Phone),
            ("A given name", user.GivenName), ("A family name", user.FamilyName), ("A role", user.Role),
        };
        var objections = texts.Where(t => t.Text is not null).Select(t => Names.Objection(t.What, t.Text!)).OfType<string>().ToList();
        if (user.Email is { } email && !Names.IsEmail(email))
        {
            objections.Add($"\"{email}\" is no e-mail address.");
        }

        if (await desk.RealmObjectionAsync(user.Realm) is { } noRealm)
        {
            objections.Add(noRealm);
        }
        else if (user.Role is { } role && await RoleObjectionAsync(desk, user.Realm, role) is { } noRole)
        {
            objections.Add(noRole);
        }

        return objections;
    }

    private static async Task<string?> RoleObjectionAsync(Desk desk, string realm, string role)
    {
        var known = (await desk.Users.ListRolesAsync(realm)).Select(r => r.Name).ToList();
        if (Names.Objection("", role) is not null || known.Exists(k => string.Equals(Names.Key(k), Names.Key(role), StringComparison.Ordinal)))
        {
            return null;
        }

        return known.Count == 0
            ? $"The realm \"{realm}\" has no roles yet. Add it first: zaguan roles add \"{role}\" --realm {realm}"
            : $"The realm \"{realm}\" has no role \"{role}\" (it has: {string.Join(", ", known)}).{Nearest.Suggestion(role, known)}";
    }

    private static async Task<int> StoreAsync(Desk desk, NewUser user, bool asJson)
    {
        var addition = await desk.Users.TryAddAsync(user, desk.Audit(AuditActions.UserAdded, $"{user.Realm}/{user.Username}", after: UserChanges.Audited(user)));
        if (addition.Number is null)
        {
            return await desk.Terminal.RefuseAsync(string.Join(Environment.NewLine, addition.Taken.Select(t => $"The {t.What} is taken: in the realm \"{user.Realm}\" it is that of {Printing.Printable(t.By)}. Nothing was added.")));
        }

        var added = await desk.Users.FindByNameOrEmailAsync(user.Realm, user.Username);
        if (added is null)
        {
            return await desk.Terminal.RefuseAsync($"{user.Username} was added, and deleted by somebody else at once.");
        }

        if (asJson)
        {
            await desk.Terminal.WriteJsonAsync(UserDescription.Json(added));
        }
        else
        {
            await desk.Terminal.Output.WriteLineAsync($"Added {Printing.Printable(added.Username)} to {added.Realm}: number {added.Number}, id {added.Id}.");
        }

        return ExitCode.Done;
    }

    private static (Guid? Value, string? Objection) ReadId(string written) =>
        Guid.TryParseExact(written, "D", out var id) ? (id, null) : (null, $"--id takes a UUID such as 550e8400-e29b-41d4-a716-446655440000, not \"{written}\".");
}
