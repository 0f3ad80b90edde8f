using System.CommandLine;
using System.Text.Json.Nodes;
using Zaguan.Admin;
using Zaguan.Admin.UserPages;
using Zaguan.Budgets;
using Zaguan.OneTimeCodes;
using Zaguan.Users;

namespace Zaguan.Commands;

/// <summary>zaguan users …</summary>
internal static class UsersCommand
{
    private const int MostListed = 100_000;
    private const int ListedUnlessAsked = 100;

    public static Command Create(Terminal terminal) => new("users", "The users of the realms.")
    {
        UsersAddCommand.Create(terminal),
        List(terminal),
        Show(terminal),
        OnUser("disable", "Disable a user: no password lets them in.", terminal, (desk, user) => SetActiveAsync(desk, user, active: false)),
        OnUser("enable", "Enable a disabled user.", terminal, (desk, user) => SetActiveAsync(desk, user, active: true)),
        OnUser("unlock", "Forgive a user's failed logins, so that they can try again at once.", terminal, UnlockAsync),
        OnUser("set-password", "Set a user's password: typed unseen, or the first line of standard input.", terminal, SetPasswordAsync),
        OnUser("set-up-second-factor", "Set up a user's second factor: prints what their authenticator needs and their recovery codes, which nobody sees again.", terminal, SetUpSecondFactorAsync),
        OnUser("reset-second-factor", "Forget a user's second factor and recovery codes: a telephone was lost.", terminal, ResetSecondFactorAsync),
        Delete(terminal),
    };

    private static Command List(Terminal terminal)
    {
        var realm = Arguments.OfRealm();
        var after = Arguments.Text("--after", "Only users whose name comes after this one: where the last list ended. Goes with --realm.", "NAME");
        var limit = Arguments.WholeNumber("--limit", $"At most so many; {ListedUnlessAsked} when absent.", 1, MostListed);
        var json = Arguments.Json();
        var command = new Command("list", "List users by name.") { realm, after, limit, json };
        command.Validators.Add(r =>
        {
            if (r.GetValue(after) is not null && r.GetValue(realm) is null)
            {
                r.AddError("--after goes with --realm: names are in order within a realm.");
            }
        });
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, desk =>
            ListAsync(desk, parsed.GetValue(realm), parsed.GetValue(after), parsed.GetValue(limit) ?? ListedUnlessAsked, parsed.GetValue(json))));
        return command;
    }

    private static async Task<int> ListAsync(Desk desk, string? realm, string? after, int limit, bool asJson)
    {
        if ((realm is null ? null : await desk.RealmObjectionAsync(realm)) is { } objection)
        {
            return await desk.Terminal.RefuseAsync(objection);
        }

        if ((after is null ? null : Names.Objection("A user name", after)) is { } noName)
        {
            return await desk.Terminal.RefuseAsync(noName);
        }

        // One more than asked for, to know whether there are more.
        var found = await desk.Users.ListAsync(realm, after, limit + 1);
        var users = found.Take(limit).ToList();
        if (asJson)
        {
            await desk.Terminal.WriteJsonAsync(new JsonArray([.. users.Select(UserDescription.Json)]));
        }
        else if (users.Count > 0)
        {
            desk.Terminal.WriteTable(UserDescription.Columns, users.Select(UserDescription.Row));
        }
        else
        {
            await desk.Terminal.Error.WriteLineAsync("No users.");
        }

        if (found.Count > limit)
        {
            await desk.Terminal.Error.WriteLineAsync(realm is null
                ? "There are more. Name a realm (--realm), or ask for more (--limit)."
                : $"There are more. Go on with: --after \"{Printing.Printable(users[^1].Username)}\"");
        }

        return ExitCode.Done;
    }

    private static Command Show(Terminal terminal)
    {
        var json = Arguments.Json();
        var command = OnUser("show", "Show a user, and whether the user is locked now.", terminal, (desk, user, parsed) => ShowAsync(desk, user, parsed.GetValue(json)));
        command.Options.Add(json);
        return command;
    }

    private static async Task<int> ShowAsync(Desk desk, User user, bool asJson)
    {
        var refusals = await desk.Budgets.RefusalsAsync(Accounts.Of(user));
        if (asJson)
        {
            await desk.Terminal.WriteJsonAsync(UserDescription.Json(user, refusals));
        }
        else
        {
            desk.Terminal.WriteFields(UserDescription.Fields(user, refusals));
        }

        return ExitCode.Done;
    }

    private static async Task<int> SetActiveAsync(Desk desk, User user, bool active)
    {
        var state = active ? "enabled" : "disabled";
        if (user.Active == active)
        {
            return await SayAsync(desk, $"{Called(user)} is {state} already.");
        }

        return await desk.Users.SetActiveAsync(user, active, desk.Applications, desk.Audit(active ? AuditActions.UserEnabled : AuditActions.UserDisabled, UserRoutes.Called(user), new { active = user.Active }, new { active }))
            ? await SayRevokedAsync(desk, user, $"{Called(user)} is {state} now.", isRevoked: !active)
            : await GoneAsync(desk, user);
    }

    private static async Task<int> UnlockAsync(Desk desk, User user)
    {
        var hadFailures = await desk.Budgets.UnlockAsync(Accounts.Of(user), desk.Audit(AuditActions.UserUnlocked, UserRoutes.Called(user)));
        var said = hadFailures ? $"{Called(user)} is unlocked: the failed logins are forgiven." : $"{Called(user)} was not locked: there are no failed logins to forgive.";
        return await SayAsync(desk, user.Active ? said : $"{said} The user is disabled, though (zaguan users enable).");
    }

    private static async Task<int> SetPasswordAsync(Desk desk, User user)
    {
        var (password, objection) = await PasswordEntry.ReadNewAsync(desk, user.Username, user.Email, user.GivenName, user.FamilyName);
        if (password is null)
        {
            return await desk.Terminal.RefuseAsync(objection!);
        }

        using (password)
        {
            return await desk.Users.SetPasswordAsync(user, desk.Hash(password), desk.Applications, desk.Audit(AuditActions.UserPasswordSet, UserRoutes.Called(user)))
                ? await SayRevokedAsync(desk, user, $"{Called(user)} has a new password.")
                : await GoneAsync(desk, user);
        }
    }

    private static async Task<int> SetUpSecondFactorAsync(Desk desk, User user)
    {
        using var secret = OneTimeCode.NewSecret();
        // No code of before: the authenticator does not know the secret yet.
        if (await desk.SecondFactors.SetAsync(user, await desk.SecondFactors.SealAsync(secret, user), step: 0, desk.Applications, desk.Audit(AuditActions.UserSecondFactorSet, UserRoutes.Called(user))) is not { } codes)
        {
            return await desk.Terminal.RefuseAsync($"{Called(user)} has a second factor. Where it is lost: zaguan users reset-second-factor");
        }

        desk.Terminal.WriteFields(
        [
            ("secret", OneTimeCode.Base32(secret)),
            ("for a QR code", OneTimeCode.Uri(secret, user.Username, user.Realm)),
            .. codes.Select((code, i) => ($"recovery code {i + 1}", code)),
        ]);
        var asking = desk.Applications.Where(a => string.Equals(a.Realm, user.Realm, StringComparison.Ordinal) && a.CodesAsked != CodesAsked.Off).Select(a => a.Name).ToList();
        return await SayRevokedAsync(desk, user, asking.Count > 0
            ? $"{Called(user)} has a second factor, and no session any more. From now on a code stands behind the password in: {string.Join(", ", asking)}."
            : $"{Called(user)} has a second factor, and no application of the realm asks for codes yet: set its OneTimeCodes to optional or required.");
    }

    private static async Task<int> ResetSecondFactorAsync(Desk desk, User user) => await desk.SecondFactors.ResetAsync(user, desk.Audit(AuditActions.UserSecondFactorReset, UserRoutes.Called(user)))
        ? await SayAsync(desk, $"{Called(user)} has no second factor any more.")
        : await SayAsync(desk, $"{Called(user)} has none.");

    private static Command Delete(Terminal terminal)
    {
        var yes = new Option<bool>("--yes") { Description = "Do not ask. Needed where nobody can be asked." };
        var command = OnUser("delete", "Delete a user, with their sessions. The access log keeps its records.", terminal, (desk, user, parsed) => DeleteAsync(desk, user, parsed.GetValue(yes)));
        command.Options.Add(yes);
        command.Validators.Add(r =>
        {
            if (!r.GetValue(yes) && !terminal.InputIsTerminal)
            {
                r.AddError("Nobody can be asked whether to delete the user, because standard input is no terminal: say --yes.");
            }
        });
        return command;
    }

    private static async Task<int> DeleteAsync(Desk desk, User user, bool isSure)
    {
        if (!isSure)
        {
            await desk.Terminal.Error.WriteAsync($"Delete {Called(user)} (number {user.Number}) for good? Write yes: ");
            await desk.Terminal.Error.FlushAsync();
            if (!string.Equals((await desk.Terminal.Input.ReadLineAsync())?.Trim(), "yes", StringComparison.OrdinalIgnoreCase))
            {
                return await desk.Terminal.RefuseAsync("Nothing was deleted.");
            }
        }

        return await desk.Users.DeleteAsync(user, desk.Applications, desk.Audit(AuditActions.UserDeleted, UserRoutes.Called(user), before: UserChanges.Audited(UserChanges.Of(user)))) ? await SayRevokedAsync(desk, user, $"{Called(user)} is deleted.") : await GoneAsync(desk, user);
    }

    private static Command OnUser(string verb, string description, Terminal terminal, Func<Desk, User, Task<int>> work) =>
        OnUser(verb, description, terminal, (desk, user, _) => work(desk, user));

    /// <summary>A command on one user who exists.</summary>
    private static Command OnUser(string verb, string description, Terminal terminal, Func<Desk, User, ParseResult, Task<int>> work)
    {
        var name = Arguments.UserName();
        var realm = Arguments.Realm();
        var command = new Command(verb, description) { name, realm };
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, async desk =>
        {
            var (user, objection) = await FindAsync(desk, parsed.GetRequiredValue(realm), parsed.GetRequiredValue(name));
            return user is null ? await terminal.RefuseAsync(objection!) : await work(desk, user, parsed);
        }));
        return command;
    }

    private static async Task<(User? User, string? Objection)> FindAsync(Desk desk, string realm, string name)
    {
        if ((await desk.RealmObjectionAsync(realm) ?? Names.Objection("A user name", name)) is { } objection)
        {
            return (null, objection);
        }

        return await desk.Users.FindByNameOrEmailAsync(realm, name) is { } user
            ? (user, null)
            : (null, $"Nobody in the realm \"{realm}\" is called \"{name}\", nor has that e-mail address. Who there is: zaguan users list --realm {realm}");
    }

    private static async Task<int> SayAsync(Desk desk, string sentence)
    {
        await desk.Terminal.Output.WriteLineAsync(sentence);
        return ExitCode.Done;
    }

    private static async Task<int> SayRevokedAsync(Desk desk, User user, string sentence, bool isRevoked = true)
    {
        await SayAsync(desk, sentence);
        return isRevoked ? await desk.TellOfUnknownTokensAsync(user.Realm) : ExitCode.Done;
    }

    private static Task<int> GoneAsync(Desk desk, User user) => desk.Terminal.RefuseAsync($"{Called(user)} was deleted in the meantime.");

    private static string Called(User user) => $"{Printing.Printable(user.Username)} of {user.Realm}";
}
