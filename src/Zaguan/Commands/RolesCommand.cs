using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Zaguan.Users;

namespace Zaguan.Commands;

/// <summary>zaguan roles …</summary>
internal static class RolesCommand
{
    public static Command Create(Terminal terminal) => new("roles", "The roles of the realms.") { Add(terminal), List(terminal) };

    private static Command Add(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "The role's name." };
        var realm = Arguments.Realm();
        var number = Arguments.WholeNumber("--number", "The number that old clients store; the next one of the realm when absent.", 0, int.MaxValue);
        var json = Arguments.Json();
        var command = new Command("add", "Add a role.") { name, realm, number, json };
        command.SetAction((parsed, _) => Desk.WorkAsync(
            parsed,
            terminal,
            desk => AddAsync(desk, parsed.GetRequiredValue(realm), parsed.GetRequiredValue(name).Trim(), parsed.GetValue(number), parsed.GetValue(json)),
            makesDatabase: true));
        return command;
    }

    private static async Task<int> AddAsync(Desk desk, string realm, string name, int? number, bool asJson)
    {
        if ((Names.Objection("A role", name) ?? await desk.RealmObjectionAsync(realm)) is { } objection)
        {
            return await desk.Terminal.RefuseAsync(objection);
        }

        var addition = await desk.Users.TryAddRoleAsync(realm, name, number);
        if (addition.Number is not { } added)
        {
            return await desk.Terminal.RefuseAsync(string.Join(Environment.NewLine, addition.Taken.Select(t => $"The {t.What} is taken: in the realm \"{realm}\" it is that of the role {Printing.Printable(t.By)}. Nothing was added.")));
        }

        if (asJson)
        {
            await desk.Terminal.WriteJsonAsync(Json(new() { Realm = realm, Number = added, Name = name }));
        }
        else
        {
            await desk.Terminal.Output.WriteLineAsync($"Added the role {Printing.Printable(name)} to {realm}: number {added}.");
        }

        return ExitCode.Done;
    }

    private static Command List(Terminal terminal)
    {
        var realm = Arguments.OfRealm();
        var json = Arguments.Json();
        var command = new Command("list", "List roles by number.") { realm, json };
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, desk => ListAsync(desk, parsed.GetValue(realm), parsed.GetValue(json))));
        return command;
    }

    private static async Task<int> ListAsync(Desk desk, string? realm, bool asJson)
    {
        if ((realm is null ? null : await desk.RealmObjectionAsync(realm)) is { } objection)
        {
            return await desk.Terminal.RefuseAsync(objection);
        }

        var roles = await desk.Users.ListRolesAsync(realm);
        if (asJson)
        {
            await desk.Terminal.WriteJsonAsync(new JsonArray([.. roles.Select(Json)]));
        }
        else if (roles.Count > 0)
        {
            desk.Terminal.WriteTable(["realm", "number", "name"], roles.Select(r => new[] { r.Realm, r.Number.ToString(CultureInfo.InvariantCulture), r.Name }));
        }
        else
        {
            await desk.Terminal.Error.WriteLineAsync("No roles.");
        }

        return ExitCode.Done;
    }

    private static JsonObject Json(Role role) => new() { ["realm"] = role.Realm, ["number"] = role.Number, ["name"] = role.Name };
}
