using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Users;

namespace Zaguan.Sources;

/// <summary>Checks a password against the hash in our own database.</summary>
internal sealed class LocalSource(HashGate gate)
{
    /// <summary>One hash, whoever it is: nobody (null), somebody disabled, somebody without a local password.</summary>
    public async Task<Outcome> VerifyAsync(User? user, Secret password) => await gate.VerifyAsync(password, user?.Password) switch
    {
        null => Outcome.Busy,
        true => user!.Active ? Outcome.Granted : Outcome.Inactive,
        false => user is null ? Outcome.UnknownUser : Outcome.WrongPassword,
    };
}
