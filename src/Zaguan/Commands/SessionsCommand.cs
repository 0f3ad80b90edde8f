using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Zaguan.Admin;
using Zaguan.Admin.UserPages;
using Zaguan.Reading;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Commands;

/// <summary>zaguan sessions …</summary>
internal static class SessionsCommand
{
    private const int MostListed = 100_000;
    private const int ListedUnlessAsked = 100;

    public static Command Create(Terminal terminal) => new("sessions", "What granted logins opened: list it, end it.") { List(terminal), Revoke(terminal) };

    private static Command List(Terminal terminal)
    {
        var application = Arguments.Text("--application", "Only of this application.", "APP");
        var realm = Arguments.OfRealm();
        var user = Arguments.Text("--user", "Only of this user; goes with --realm.", "NAME");
        var revoked = new Option<bool>("--with-revoked") { Description = "Also those that were revoked and have not expired yet." };
        var limit = Arguments.WholeNumber("--limit", $"At most so many; {ListedUnlessAsked} when absent.", 1, MostListed);
        var json = Arguments.Json();
        var command = new Command("list", "List sessions that have not expired, the newest first.") { application, realm, user, revoked, limit, json };
        command.Validators.Add(r => RequireRealm(r, user, realm));
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, async desk =>
        {
            var (found, objection) = await FindUserAsync(desk, parsed.GetValue(realm), parsed.GetValue(user));
            if (objection is not null)
            {
                return await terminal.RefuseAsync(objection);
            }

            var query = new SessionQuery(parsed.GetValue(application), parsed.GetValue(realm), found?.Key, parsed.GetValue(revoked), parsed.GetValue(limit) ?? ListedUnlessAsked);
            return await ListAsync(desk, query, parsed.GetValue(json));
        }));
        return command;
    }

    private static async Task<int> ListAsync(Desk desk, SessionQuery query, bool asJson)
    {
        // One more than asked for, to know whether there are more.
        var found = await desk.Sessions.ListAsync(query with { Most = query.Most + 1 });
        var sessions = found.Take(query.Most).ToList();
        if (asJson)
        {
            await desk.Terminal.WriteJsonAsync(new JsonArray([.. sessions.Select(Json)]));
        }
        else if (sessions.Count > 0)
        {
            desk.Terminal.WriteTable(["id", "application", "user", "opened", "expires", "address", "state"], sessions.Select(Row));
        }
        else
        {
            await desk.Terminal.Error.WriteLineAsync("No sessions.");
        }

        if (found.Count > query.Most)
        {
            await desk.Terminal.Error.WriteLineAsync("There are more. Ask for more (--limit), or for those of an application, a realm or a user.");
        }

        return ExitCode.Done;
    }

    private static Command Revoke(Terminal terminal)
    {
        var id = new Argument<string?>("ID") { Description = "The session's id, as \"sessions list\" shows it: the token's jti.", Arity = ArgumentArity.ZeroOrOne };
        var user = Arguments.Text("--user", "Every session of this user, and the tokens that name the user; goes with --realm.", "NAME");
        var realm = Arguments.Text("--realm", "The user's realm.", "REALM");
        var application = Arguments.Text("--application", "Every token of this application that was issued until now.", "APP");
        var all = new Option<bool>("--all") { Description = "Every token of every application." };
        var command = new Command("revoke", "Revoke a session, or all of a user, of an application, or everything. Nodes and back-ends know within two seconds.") { id, user, realm, application, all };
        command.Validators.Add(r =>
        {
            RequireRealm(r, user, realm);
            var chosen = new[] { r.GetValue(id) is not null, r.GetValue(user) is not null, r.GetValue(application) is not null, r.GetValue(all) }.Count(c => c);
            if (chosen != 1)
            {
                r.AddError("Say what to revoke, one of: a session's ID, --user NAME --realm REALM, --application APP, --all.");
            }
        });
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, desk =>
            parsed.GetValue(id) is { } session ? RevokeSessionAsync(desk, session)
            : parsed.GetValue(user) is { } name ? RevokeUserAsync(desk, parsed.GetValue(realm)!, name)
            : RevokeApplicationsAsync(desk, parsed.GetValue(application))));
        return command;
    }

    private static async Task<int> RevokeSessionAsync(Desk desk, string id)
    {
        if (!Guid.TryParse(id, out var session))
        {
            return await desk.Terminal.RefuseAsync($"A session's id is a UUID as \"zaguan sessions list\" shows it, not \"{Printing.Printable(id)}\".");
        }

        return await desk.Revocations.RevokeSessionAsync(session.ToString(), audit: desk.Audit(AuditActions.UserSessionEnded, session.ToString()))
            ? await SayAsync(desk, $"The session {session} is revoked.")
            : await desk.Terminal.RefuseAsync($"There is no session {session} that is open. Which there are: zaguan sessions list");
    }

    private static async Task<int> RevokeUserAsync(Desk desk, string realm, string name)
    {
        var (user, objection) = await FindUserAsync(desk, realm, name);
        if (user is null)
        {
            return await desk.Terminal.RefuseAsync(objection!);
        }

        var sessions = await desk.Revocations.RevokeUserAsync(user, desk.Applications, desk.Audit(AuditActions.UserSessionsEnded, UserRoutes.Called(user)));
        await SayAsync(desk, $"{Printing.Printable(user.Username)} of {user.Realm} has no session any more: {sessions.ToString(CultureInfo.InvariantCulture)} revoked.");
        return await desk.TellOfUnknownTokensAsync(user.Realm);
    }

    /// <param name="application">Null: every one.</param>
    private static async Task<int> RevokeApplicationsAsync(Desk desk, string? application)
    {
        var known = desk.Setup.Settings.Applications.Keys.Order(StringComparer.Ordinal).ToList();
        if (application is not null && !known.Contains(application, StringComparer.Ordinal))
        {
            return await desk.Terminal.RefuseAsync($"There is no application \"{Printing.Printable(application)}\" (known: {string.Join(", ", known)}).{Nearest.Suggestion(application, known)}");
        }

        foreach (var name in application is null ? known : [application])
        {
            await desk.Revocations.RevokeApplicationAsync(name, desk.Audit(AuditActions.ApplicationSessionsEnded, name));
            await SayAsync(desk, $"No token of {name} that was issued until now is good any more.");
        }

        return ExitCode.Done;
    }

    private static void RequireRealm(System.CommandLine.Parsing.CommandResult result, Option<string?> user, Option<string?> realm)
    {
        if (result.GetValue(user) is not null && result.GetValue(realm) is null)
        {
            result.AddError("--user goes with --realm: one name may be somebody else's in another realm.");
        }
    }

    private static async Task<(User? User, string? Objection)> FindUserAsync(Desk desk, string? realm, string? name)
    {
        if ((realm is null ? null : await desk.RealmObjectionAsync(realm)) is { } noRealm)
        {
            return (null, noRealm);
        }

        if (name is null)
        {
            return (null, null);
        }

        return Names.Objection("A user name", name) is { } noName ? (null, noName)
            : await desk.Users.FindByNameOrEmailAsync(realm!, name) is { } user ? (user, null)
            : (null, $"Nobody in the realm \"{realm}\" is called \"{Printing.Printable(name)}\", nor has that e-mail address. Who there is: zaguan users list --realm {realm}");
    }

    private static string[] Row(SessionEntry session) =>
    [
        session.Id, session.Application, $"{session.Username} ({session.Realm})", Printing.Instant(session.OpenedAt), Printing.Instant(session.ExpiresAt),
        session.Address ?? "", session.IsRevoked ? "revoked" : "open",
    ];

    private static JsonObject Json(SessionEntry session) => new()
    {
        ["id"] = session.Id,
        ["application"] = session.Application,
        ["realm"] = session.Realm,
        ["username"] = session.Username,
        ["openedAt"] = Printing.Instant(session.OpenedAt),
        ["expiresAt"] = Printing.Instant(session.ExpiresAt),
        ["address"] = session.Address,
        ["revoked"] = session.IsRevoked,
    };

    private static async Task<int> SayAsync(Desk desk, string sentence)
    {
        await desk.Terminal.Output.WriteLineAsync(sentence);
        return ExitCode.Done;
    }
}
