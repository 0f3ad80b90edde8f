using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Users;

namespace Zaguan.Sources;

/// <summary>Checks a password against the hash in our own database.</summary>
internal sealed class LocalSource(HashGate gate)
{
    /// <summary>One hash, whoever it is: nobody (null), somebody disabled, somebody without a local password.</summary>
    public async Task<Verdict> VerifyAsync(User? user, Attempt attempt) => await gate.VerifyAsync(attempt.Sender, attempt.Password, user?.Password, replaces: user is { Active: true }) switch
    {
        null => new(Outcome.Busy),
        { CannotBeAsked: true } => new(Outcome.Failed),
        { IsRight: true, Replacement: var replacement } => new(user!.Active ? Outcome.Granted : Outcome.Inactive, replacement),
        { IsRight: false } => new(user is null ? Outcome.UnknownUser : Outcome.WrongPassword),
    };
}
