using System.Security.Cryptography;
using System.Text;
using OtpNet;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Tokens.Keys;

namespace Zaguan.Admin;

/*
 * Codes of an authenticator (TOTP, RFC 6238): six digits, thirty seconds, HMAC-SHA-1, which is what authenticators take. A code is good for its own
 * thirty seconds and the thirty on either side, and is taken once. The secret is 160 bits of chance (RFC 4226 §4 R6), encrypted under the master key.
 * A recovery code stands in for one: 80 bits of chance in base32.
 */

/// <summary>Second factors of administrators: their secrets, codes and recovery codes.</summary>
internal sealed class SecondFactor(Setup setup, AdminStore admins)
{
    public const int RecoveryCodes = 10;
    private const int SecretBytes = 20;
    private const int RecoveryBytes = 10;
    private const int Digits = 6;

    public static Secret NewSecret() => new(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>As the database keeps it. A master key is made where nothing was ever encrypted under one.</summary>
    /// <exception cref="Reading.ProblemsException">The master key cannot be used, or is missing.</exception>
    public async Task<string> SealAsync(Secret secret, Administrator admin)
    {
        using var master = MasterKey.Read(setup.MasterKeyFile)
            ?? (await admins.AnythingIsSealedAsync() ? throw MasterKey.Unusable(setup.MasterKeyFile, SigningKeys.Missing) : MasterKey.Make(setup.MasterKeyFile));
        return master.Seal(secret.Reveal(), Purpose(admin));
    }

    /// <exception cref="Reading.ProblemsException">The master key cannot be used, or is not the one that sealed it.</exception>
    public Secret Open(string sealedSecret, Administrator admin)
    {
        using var master = MasterKey.Read(setup.MasterKeyFile);
        return master?.Open(sealedSecret, Purpose(admin))
            ?? throw MasterKey.Unusable(setup.MasterKeyFile, Unopened(admin));
    }

    /// <summary>What the authenticator scans.</summary>
    public static string Uri(Secret secret, Administrator admin) => new OtpUri(OtpType.Totp, secret.Reveal().ToArray(), admin.Name, "Zaguan").ToString();

    /// <summary>For an authenticator without a camera.</summary>
    public static string Base32(Secret secret) => Base32Encoding.ToString(secret.Reveal().ToArray());

    /// <summary>The step of thirty seconds that a code is of; null: it is no code of now.</summary>
    public static long? StepOf(Secret secret, string code, DateTimeOffset now)
    {
        var digits = Plain(code);
        return digits.Length == Digits && new Totp(secret.Reveal().ToArray()).VerifyTotp(now.UtcDateTime, digits, out var step, new VerificationWindow(1, 1)) ? step : null;
    }

    public static IReadOnlyList<string> NewRecoveryCodes() => [.. Enumerable.Range(0, RecoveryCodes).Select(_ =>
    {
        var letters = Base32Encoding.ToString(RandomNumberGenerator.GetBytes(RecoveryBytes)).TrimEnd('=');
        return string.Join('-', letters.Chunk(4).Select(four => new string(four)));
    })];

    /// <summary>By which a recovery code is known; null: it is none, whatever is stored.</summary>
    public static string? HashOfRecoveryCode(string code) => Plain(code) is { Length: RecoveryBytes * 8 / 5 } letters
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(letters)))
        : null;

    /// <summary>As people type it: with spaces and hyphens, in small letters.</summary>
    private static string Plain(string code) => string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();

    public static string Unopened(Administrator admin) =>
        $"The second factor of {admin.Name} cannot be decrypted: this is not the master key under which it was encrypted. Restore that, or: zaguan admins reset-second-factor {admin.Name}";

    /// <summary>For which a second factor is sealed.</summary>
    public static string Purpose(Administrator admin) => FormattableString.Invariant($"zaguan second factor {admin.Key}");
}
