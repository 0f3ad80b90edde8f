using System.Security.Cryptography;
using Zaguan.Account;
using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;
using Zaguan.Applications;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Users;

namespace Zaguan.Admin.UserPages;

/// <summary>A new password for a user: one that the user chooses behind a link, one that is made here and shown once, or one that the administrator writes.</summary>
internal sealed class UserPasswords(UserStore users, PasswordLinks links, RunningApplications applications, HashGate gate, ServerSideCallers callers, Setup setup)
{
    /// <summary>No two that look alike, nor sound alike on the telephone in Spanish or English. Each is worth 4.6 bits.</summary>
    private const string Letters = "abcdefghjkmnprtuwxy234679";

    /// <summary>Written in groups of so many.</summary>
    private const int Group = 4;

    /// <summary>92 bits.</summary>
    private const int ShortestGenerated = 20;

    public IResult Show(Visit visit, User user) => Page.Of<PasswordPage>(visit, Form(visit, user));

    /// <summary>A link by which the user chooses a password, seen once.</summary>
    public async Task<IResult> MakeLinkAsync(Visit visit, User user)
    {
        if (NoLink(visit, user) is not null)
        {
            return Page.Of<PasswordPage>(visit, Form(visit, user), StatusCodes.Status409Conflict);
        }

        if (await links.MakeAsync(user, visit.Audit(AuditActions.PasswordLinkMade, UserRoutes.Called(user))) is not { } link)
        {
            return Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit), StatusCodes.Status404NotFound);
        }

        var request = visit.Http.Request;
        var server = setup.Settings.PublicUrl ?? $"{request.Scheme}://{request.Host.ToUriComponent()}";
        return Page.Of<PasswordLinkPage>(visit, new MadeLink(user, server + PasswordLinkRoutes.PathOf(link), (visit.Now + links.Lifetime).ToUnixTimeMilliseconds()));
    }

    private PasswordForm Form(Visit visit, User user) => new(user, [], null) { NoLink = NoLink(visit, user), LinkLifetime = links.Lifetime };

    /// <summary>Why there is no link for them; null: there can be one.</summary>
    private string? NoLink(Visit visit, User user) =>
        !user.Active ? visit.Say("Este usuario está desactivado; actívelo primero.", "This user is disabled; enable them first.")
        : KeptElsewhere.Is(user, applications.Table.Applications) ? visit.Say(
            "La contraseña de este usuario está en el directorio o en el sistema antiguo: se cambia allí, y una de aquí no se le pediría.",
            "This user's password is kept in the directory or the old system: it is changed there, and one of here would not be asked for.")
        : null;

    public async Task<IResult> SetAsync(Visit visit, User user)
    {
        var isGenerated = await EnteringRoutes.FieldAsync(visit, "how") is "generated";
        var change = await ChangeAsync(visit, user, isGenerated ? null : await EnteringRoutes.FieldAsync(visit, "password"));
        return change.Outcome switch
        {
            PasswordOutcome.Objected => Page.Of<PasswordPage>(visit, Form(visit, user) with { Objections = change.Objections }, StatusCodes.Status400BadRequest),
            PasswordOutcome.Busy => Page.Of<PasswordPage>(
                visit,
                Form(visit, user) with { Trouble = NewPasswords.Busy(visit) },
                StatusCodes.Status503ServiceUnavailable),
            PasswordOutcome.Gone => Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit), StatusCodes.Status404NotFound),
            PasswordOutcome.Done => change.Made is { } made ? Page.Of<GeneratedPasswordPage>(visit, new GeneratedPassword(user, made)) : ConsoleDoor.Go(visit, UserRoutes.PathOf(user)),
        };
    }

    /// <param name="chosen">Null: one is made.</param>
    public async Task<ChangedPassword> ChangeAsync(Visit visit, User user, string? chosen)
    {
        var made = chosen is null ? Generate(setup.Settings.Passwords.Shortest) : null;
        using var password = Secret.FromText(chosen ?? made!);
        if (made is null && NewPasswords.Objections(visit, setup, password, user.Username, user.Email, user.GivenName, user.FamilyName) is { Count: > 0 } objections)
        {
            return new(PasswordOutcome.Objected, objections, null);
        }

        if (await gate.HashAsync(callers.SenderOf(Client.Of(visit.Http).Address), password) is not { } stored)
        {
            return new(PasswordOutcome.Busy, [], null);
        }

        return await users.SetPasswordAsync(user, stored, applications.Table.Applications, visit.Audit(AuditActions.UserPasswordSet, UserRoutes.Called(user), after: new { generated = made is not null }))
            ? new(PasswordOutcome.Done, [], made)
            : new(PasswordOutcome.Gone, [], null);
    }

    /// <param name="shortest">What the policy asks for.</param>
    private static string Generate(int shortest) =>
        string.Join('-', RandomNumberGenerator.GetString(Letters, Math.Max(ShortestGenerated, shortest)).Chunk(Group).Select(c => new string(c)));
}

internal enum PasswordOutcome
{
    Done,

    /// <summary>The policy speaks against it.</summary>
    Objected,

    /// <summary>More hashes wait than can be computed in time.</summary>
    Busy,

    /// <summary>The user was deleted.</summary>
    Gone,
}

/// <param name="Made">The password, where one was made: shown once.</param>
internal sealed record ChangedPassword(PasswordOutcome Outcome, IReadOnlyList<string> Objections, string? Made)
{
    /// <summary>What became of it, and no password.</summary>
    public override string ToString() => Outcome.ToString();
}
