using System.Security.Cryptography;
using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;
using Zaguan.Applications;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Users;

namespace Zaguan.Admin.UserPages;

/// <summary>A new password for a user: one that is made here and shown once, or one that the administrator writes.</summary>
internal sealed class UserPasswords(UserStore users, RunningApplications applications, HashGate gate, ServerSideCallers callers, Setup setup)
{
    /// <summary>No two that look alike, nor sound alike on the telephone in Spanish or English. Each is worth 4.6 bits.</summary>
    private const string Letters = "abcdefghjkmnprtuwxy234679";

    /// <summary>Written in groups of so many.</summary>
    private const int Group = 4;

    /// <summary>92 bits.</summary>
    private const int ShortestGenerated = 20;

    public async Task<IResult> SetAsync(Visit visit, User user)
    {
        var isGenerated = await EnteringRoutes.FieldAsync(visit, "how") is "generated";
        var change = await ChangeAsync(visit, user, isGenerated ? null : await EnteringRoutes.FieldAsync(visit, "password"));
        return change.Outcome switch
        {
            PasswordOutcome.Objected => Page.Of<PasswordPage>(visit, new PasswordForm(user, change.Objections, null), StatusCodes.Status400BadRequest),
            PasswordOutcome.Busy => Page.Of<PasswordPage>(
                visit,
                new PasswordForm(user, [], visit.Say("Zaguán está ocupado y no se ha cambiado nada; vuelva a intentarlo.", "Zaguan is busy and nothing was changed; try again.")),
                StatusCodes.Status503ServiceUnavailable),
            PasswordOutcome.Gone => Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit), StatusCodes.Status404NotFound),
            PasswordOutcome.Done => change.Made is { } made ? Page.Of<GeneratedPasswordPage>(visit, new GeneratedPassword(user, made)) : ConsoleDoor.Go(visit, UserRoutes.PathOf(user)),
        };
    }

    /// <param name="chosen">Null: one is made.</param>
    public async Task<PasswordChange> ChangeAsync(Visit visit, User user, string? chosen)
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
internal sealed record PasswordChange(PasswordOutcome Outcome, IReadOnlyList<string> Objections, string? Made)
{
    /// <summary>What became of it, and no password.</summary>
    public override string ToString() => Outcome.ToString();
}
