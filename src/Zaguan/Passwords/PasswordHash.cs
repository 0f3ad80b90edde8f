using System.Globalization;
using System.Security.Cryptography;
using Zaguan.Login;

namespace Zaguan.Passwords;

/*
 * PBKDF2-HMAC-SHA512 (RFC 8018 §5.2), as a PHC string: $pbkdf2-sha512$i=210000$SALT$HASH
 *
 * - 210,000 iterations: OWASP's Password Storage Cheat Sheet for PBKDF2-HMAC-SHA512.
 * - 16 bytes of salt: NIST SP 800-132 §5.1 asks for 128 bits.
 * - 64 bytes of hash: the whole of SHA-512's output; more would cost twice and protect nothing.
 * - Base64 without padding, as the PHC string format says.
 * - HMAC fills a short key up with zeros (RFC 2104 §2), so "secret" and "secret\0" hash alike. A password that ends in NUL is never right.
 * - A stored cost is bounded, because an attempt pays what the row says: 2^30 iterations in one row would stop the house.
 */
internal static class PasswordHash
{
    public const int Iterations = 210_000;

    private const string Prefix = "$pbkdf2-sha512$i=";
    private const int SaltLength = 16;
    private const int HashLength = 64;
    private const int MostIterations = 10 * Iterations;

    /// <summary>A hash of today's parameters that no password has: verified where there is no user, so that it costs the same.</summary>
    public static readonly string Decoy = Format(Iterations, RandomNumberGenerator.GetBytes(SaltLength), RandomNumberGenerator.GetBytes(HashLength));

    public static string Create(Secret password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        return Format(Iterations, salt, Rfc2898DeriveBytes.Pbkdf2(password.Reveal(), salt, Iterations, HashAlgorithmName.SHA512, HashLength));
    }

    /// <summary>Whether <paramref name="stored"/> is a hash that <see cref="Verify"/> can read.</summary>
    public static bool IsKnown(string stored) => TryParse(stored, out _, out _, out _);

    /// <summary>False for a wrong password, and for a stored text that is no hash of ours.</summary>
    public static bool Verify(Secret password, string stored)
    {
        if (!TryParse(stored, out var iterations, out var salt, out var hash))
        {
            // The row is broken, and that must not be told by the time it takes.
            return !string.Equals(stored, Decoy, StringComparison.Ordinal) && Verify(password, Decoy);
        }

        Span<byte> computed = stackalloc byte[HashLength];
        Rfc2898DeriveBytes.Pbkdf2(password.Reveal(), salt, computed, iterations, HashAlgorithmName.SHA512);
        return CryptographicOperations.FixedTimeEquals(computed, hash) && password.Reveal() is not [.., 0];
    }

    private static string Format(int iterations, byte[] salt, byte[] hash) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{iterations}${Convert.ToBase64String(salt).TrimEnd('=')}${Convert.ToBase64String(hash).TrimEnd('=')}");

    private static bool TryParse(string stored, out int iterations, out byte[] salt, out byte[] hash)
    {
        (iterations, salt, hash) = (0, [], []);
        if (!stored.StartsWith(Prefix, StringComparison.Ordinal) || stored.Length > 256)
        {
            return false;
        }

        var parts = stored[Prefix.Length..].Split('$');
        return parts.Length == 3
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out iterations)
            && iterations is > 0 and <= MostIterations
            && TryDecode(parts[1], out salt)
            && salt.Length is >= 8 and <= 64
            && TryDecode(parts[2], out hash)
            && hash.Length == HashLength;
    }

    private static bool TryDecode(string base64, out byte[] bytes)
    {
        bytes = new byte[base64.Length];
        var valid = Convert.TryFromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='), bytes, out var length);
        bytes = bytes[..(valid ? length : 0)];
        return valid;
    }
}
