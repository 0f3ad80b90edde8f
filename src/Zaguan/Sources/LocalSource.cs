using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Users;

namespace Zaguan.Sources;

/// <summary>Checks a password against the hash in our own database.</summary>
internal sealed class LocalSource(HashGate gate)
{
    /// <summary>One hash, whoever it is: nobody (null), somebody disabled, somebody without a local password.</summary>
    public async Task<(Outcome Outcome, StoredPassword? Replacement)> VerifyAsync(User? user, Secret password) => await gate.VerifyAsync(password, user?.Password, replaces: user is { Active: true }) switch
    {
        null => (Outcome.Busy, null),
        { CannotBeAsked: true } => (Outcome.Failed, null),
        { IsRight: true, Replacement: var replacement } => (user!.Active ? Outcome.Granted : Outcome.Inactive, replacement),
        { IsRight: false } => (user is null ? Outcome.UnknownUser : Outcome.WrongPassword, null),
    };
}
