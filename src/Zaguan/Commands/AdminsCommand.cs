using System.CommandLine;
using System.Text.Json.Nodes;
using Zaguan.Admin;
using Zaguan.Budgets;
using Zaguan.Reading;
using Zaguan.Users;

namespace Zaguan.Commands;

/// <summary>zaguan admins …</summary>
internal static class AdminsCommand
{
    private static readonly IReadOnlyList<string> RoleNames = [.. Enum.GetNames<AdminRole>().Select(n => n.ToLowerInvariant())];

    public static Command Create(Terminal terminal) => new("admins", "Who may enter the console.")
    {
        Add(terminal),
        List(terminal),
        OnAdmin("disable", "Disable an administrator: out at once, and not in again.", terminal, (desk, admin) => SetActiveAsync(desk, admin, active: false)),
        OnAdmin("enable", "Enable a disabled administrator.", terminal, (desk, admin) => SetActiveAsync(desk, admin, active: true)),
        OnAdmin("unlock", "Forgive an administrator's failed attempts to enter.", terminal, UnlockAsync),
        OnAdmin("set-password", "Set an administrator's password: typed unseen, or the first line of standard input.", terminal, SetPasswordAsync),
        OnAdmin("reset-second-factor", "Forget an administrator's second factor: the next time they set up another one.", terminal, ResetSecondFactorAsync),
        SetRole(terminal),
        OnAdmin("delete", "Delete an administrator. The audit log keeps their name.", terminal, DeleteAsync),
    };

    private static Command Add(Terminal terminal)
    {
        var name = Name();
        var role = Role();
        var command = new Command("add", "Add an administrator; the password is typed unseen, or the first line of standard input.") { name, role };
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, desk => AddAsync(desk, parsed.GetRequiredValue(name).Trim(), parsed.GetValue(role) ?? AdminRole.Administrator), makesDatabase: true));
        return command;
    }

    private static async Task<int> AddAsync(Desk desk, string name, AdminRole role)
    {
        if (Names.Objection("A name", name) is { } objection)
        {
            return await desk.Terminal.RefuseAsync(objection);
        }

        if (await desk.Admins.FindAsync(name) is not null)
        {
            return await desk.Terminal.RefuseAsync(Taken(name));
        }

        var (password, refusal) = await PasswordEntry.ReadNewAsync(desk, name);
        if (password is null)
        {
            return await desk.Terminal.RefuseAsync(refusal!);
        }

        using (password)
        {
            return await desk.Admins.AddAsync(name, role, desk.Hash(password), desk.Audit(AuditActions.AdminAdded, name, after: new { role = role.ToString() }))
                ? await SayAsync(desk, $"{Printing.Printable(name)} may enter the console as {role.ToString().ToLowerInvariant()}: /zaguan/ at the server's address. The first time, a second factor is set up.")
                : await desk.Terminal.RefuseAsync(Taken(name));
        }
    }

    private static Command List(Terminal terminal)
    {
        var json = Arguments.Json();
        var command = new Command("list", "List administrators by name.") { json };
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, desk => ListAsync(desk, parsed.GetValue(json))));
        return command;
    }

    private static async Task<int> ListAsync(Desk desk, bool asJson)
    {
        var admins = await desk.Admins.ListAsync();
        if (asJson)
        {
            await desk.Terminal.WriteJsonAsync(new JsonArray([.. admins.Select(a => new JsonObject { ["name"] = a.Name, ["role"] = a.Role.ToString().ToLowerInvariant(), ["active"] = a.Active, ["secondFactor"] = a.CodeSecret is not null, ["createdAt"] = Printing.Instant(a.CreatedAt) })]));
        }
        else if (admins.Count > 0)
        {
            desk.Terminal.WriteTable(["name", "role", "state", "second factor", "added"], admins.Select(a => new[] { a.Name, a.Role.ToString().ToLowerInvariant(), a.Active ? "active" : "disabled", a.CodeSecret is null ? "none yet" : "set up", Printing.Instant(a.CreatedAt) }));
        }
        else
        {
            await desk.Terminal.Error.WriteLineAsync("No administrators. The first: zaguan admins add NAME");
        }

        return ExitCode.Done;
    }

    private static Command SetRole(Terminal terminal)
    {
        var role = Role();
        role.Required = true;
        var command = OnAdmin("set-role", "Give an administrator another role; they enter anew.", terminal, (desk, admin, parsed) => SetRoleAsync(desk, admin, parsed.GetRequiredValue(role)!.Value));
        command.Options.Add(role);
        return command;
    }

    private static async Task<int> SetRoleAsync(Desk desk, Administrator admin, AdminRole role) =>
        await desk.Admins.SetRoleAsync(admin, role, desk.Audit(AuditActions.AdminChanged, admin.Name, new { role = admin.Role.ToString() }, new { role = role.ToString() }))
            ? await SayAsync(desk, $"{Printing.Printable(admin.Name)} is {role.ToString().ToLowerInvariant()} now.")
            : await GoneAsync(desk, admin);

    private static async Task<int> SetActiveAsync(Desk desk, Administrator admin, bool active) =>
        await desk.Admins.SetActiveAsync(admin, active, desk.Audit(AuditActions.AdminChanged, admin.Name, new { active = admin.Active }, new { active }))
            ? await SayAsync(desk, $"{Printing.Printable(admin.Name)} is {(active ? "enabled" : "disabled")} now.")
            : await GoneAsync(desk, admin);

    private static async Task<int> UnlockAsync(Desk desk, Administrator admin) => await SayAsync(desk, await desk.Budgets.UnlockAsync(Accounts.Of(admin), desk.Audit(AuditActions.AdminChanged, admin.Name, after: new { failedAttempts = "forgiven" }))
        ? $"{Printing.Printable(admin.Name)} is unlocked: the failed attempts are forgiven."
        : $"{Printing.Printable(admin.Name)} was not locked: there are no failed attempts to forgive.");

    private static async Task<int> SetPasswordAsync(Desk desk, Administrator admin)
    {
        var (password, objection) = await PasswordEntry.ReadNewAsync(desk, admin.Name);
        if (password is null)
        {
            return await desk.Terminal.RefuseAsync(objection!);
        }

        using (password)
        {
            return await desk.Admins.SetPasswordAsync(admin, desk.Hash(password), desk.Audit(AuditActions.AdminChanged, admin.Name, after: new { password = "***" }))
                ? await SayAsync(desk, $"{Printing.Printable(admin.Name)} has a new password.")
                : await GoneAsync(desk, admin);
        }
    }

    private static async Task<int> ResetSecondFactorAsync(Desk desk, Administrator admin) =>
        await desk.Admins.ResetSecondFactorAsync(admin, desk.Audit(AuditActions.AdminChanged, admin.Name, after: new { secondFactor = "none" }))
            ? await SayAsync(desk, $"{Printing.Printable(admin.Name)} sets up another second factor the next time.")
            : await GoneAsync(desk, admin);

    private static async Task<int> DeleteAsync(Desk desk, Administrator admin) => await desk.Admins.DeleteAsync(admin, desk.Audit(AuditActions.AdminDeleted, admin.Name, before: new { role = admin.Role.ToString() }))
        ? await SayAsync(desk, $"{Printing.Printable(admin.Name)} is deleted.")
        : await GoneAsync(desk, admin);

    private static Command OnAdmin(string verb, string description, Terminal terminal, Func<Desk, Administrator, Task<int>> work) => OnAdmin(verb, description, terminal, (desk, admin, _) => work(desk, admin));

    private static Command OnAdmin(string verb, string description, Terminal terminal, Func<Desk, Administrator, ParseResult, Task<int>> work)
    {
        var name = Name();
        var command = new Command(verb, description) { name };
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, async desk =>
        {
            var asked = parsed.GetRequiredValue(name);
            return await desk.Admins.FindAsync(asked) is { } admin
                ? await work(desk, admin, parsed)
                : await terminal.RefuseAsync($"There is no administrator \"{Printing.Printable(asked)}\".{Nearest.Suggestion(asked, (await desk.Admins.ListAsync()).Select(a => a.Name).ToList())} Who there is: zaguan admins list");
        }));
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "The administrator's name." };

    private static Option<AdminRole?> Role() => Arguments.Read<AdminRole?>(
        "--role", $"{string.Join(", ", RoleNames)}: an auditor sees, an operator unlocks and disables users too, an administrator does everything. Absent: administrator.", "ROLE",
        written => RoleNames.Contains(written, StringComparer.Ordinal) ? (Enum.Parse<AdminRole>(written, ignoreCase: true), null) : (null, $"There is no role \"{written}\" (known: {string.Join(", ", RoleNames)}).{Nearest.Suggestion(written, RoleNames)}"));

    private static string Taken(string name) => $"There is an administrator \"{Printing.Printable(name)}\" already.";

    private static async Task<int> SayAsync(Desk desk, string sentence)
    {
        await desk.Terminal.Output.WriteLineAsync(sentence);
        return ExitCode.Done;
    }

    private static Task<int> GoneAsync(Desk desk, Administrator admin) => desk.Terminal.RefuseAsync($"{Printing.Printable(admin.Name)} was deleted in the meantime.");
}
