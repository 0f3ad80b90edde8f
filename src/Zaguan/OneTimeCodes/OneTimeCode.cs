using System.Security.Cryptography;
using System.Text;
using OtpNet;
using Zaguan.Login;

namespace Zaguan.OneTimeCodes;

/*
 * Codes of an authenticator (TOTP, RFC 6238): six digits, thirty seconds, HMAC-SHA-1, which is what authenticators take. A code is good for its own
 * thirty seconds and the thirty on either side, and is taken once. The secret is 160 bits of chance (RFC 4226 §4 R6), encrypted under the master key.
 * A recovery code stands in for one: 120 bits of chance in base32, so what is kept of it, its SHA-256, needs no salt (NIST SP 800-63B-4 §3.1.2.2: from 112 bits on).
 */

/// <summary>One-time codes: their secrets, and what a code is worth.</summary>
internal static class OneTimeCode
{
    public const int RecoveryCodes = 10;
    public const int Digits = 6;
    private const int SecretBytes = 20;
    private const int RecoveryBytes = 15;

    /// <summary>How many letters are written together.</summary>
    public const int RecoveryGroup = 4;

    /// <summary>How many letters a recovery code has: those that are made, and those of 80 bits that were made before and are still somebody's.</summary>
    public static readonly IReadOnlyList<int> RecoveryLetters = [RecoveryBytes * 8 / 5, 16];

    public static Secret NewSecret() => new(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>What the authenticator scans.</summary>
    /// <param name="account">Which of somebody's accounts it is: the authenticator shows it.</param>
    /// <param name="issuer">And where.</param>
    public static string Uri(Secret secret, string account, string issuer) => new OtpUri(OtpType.Totp, secret.Reveal().ToArray(), account, issuer).ToString();

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
        return string.Join('-', letters.Chunk(RecoveryGroup).Select(four => new string(four)));
    })];

    /// <summary>By which a recovery code is known; null: it is none, whatever is stored.</summary>
    public static string? HashOfRecoveryCode(string code) => Plain(code) is var letters && RecoveryLetters.Contains(letters.Length)
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(letters)))
        : null;

    /// <summary>As people type it: with spaces and hyphens, in small letters.</summary>
    private static string Plain(string code) => string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
}
