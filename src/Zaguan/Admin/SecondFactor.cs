using Zaguan.Login;
using Zaguan.Tokens.Keys;

namespace Zaguan.Admin;

/// <summary>Second factors of administrators, as the database keeps them.</summary>
internal sealed class SecondFactor(SealedSecrets sealedSecrets)
{
    /// <exception cref="Reading.ProblemsException">The master key cannot be used, or is missing.</exception>
    public Task<string> SealAsync(Secret secret, Administrator admin) => sealedSecrets.SealAsync(secret, Purpose(admin));

    /// <exception cref="Reading.ProblemsException">The master key cannot be used, or is not the one that sealed it.</exception>
    public Secret Open(string sealedSecret, Administrator admin) => sealedSecrets.Open(sealedSecret, Purpose(admin), Unopened(admin));

    public static string Unopened(Administrator admin) =>
        $"The second factor of {admin.Name} cannot be decrypted: this is not the master key under which it was encrypted. Restore that, or: zaguan admins reset-second-factor {admin.Name}";

    /// <summary>For which a second factor is sealed.</summary>
    public static string Purpose(Administrator admin) => FormattableString.Invariant($"zaguan second factor {admin.Key}");
}
