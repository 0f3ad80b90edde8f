using System.Globalization;
using System.Runtime.InteropServices;

namespace Zaguan.Passwords.Formats;

/*
 * scrypt (RFC 7914) by OpenSSL's EVP_PBE_scrypt: .NET has none, and on Linux its own cryptography is this very library.
 *
 * - Memory is 128·N·r bytes: at most 256 MiB, as for Argon2.
 * - Time grows with N·r·p: 2^22 is about two seconds of one core.
 * - N·r below 2^17 (N = 2^14, r = 8: 16 MiB, the default of Node and of scrypt's own paper for logins) is guessed faster than bcrypt 10.
 */
internal static unsafe class Scrypt
{
    private const long MostMemory = 256L << 20;
    private const long MostWork = 1L << 22;
    private const long LeastStrongWork = 1L << 17;

    private static readonly string[] Names = ["libcrypto.so.3", "libcrypto.so.1.1", "libcrypto"];

    private static readonly Lazy<nint> EvpPbeScrypt = new(Find);

    /// <summary>What all formats that keep scrypt's numbers have in common.</summary>
    /// <param name="n">N itself; null where it could not be read, as the others.</param>
    /// <param name="maker">As in "This Django scrypt hash".</param>
    public static HashReading Read(string maker, long? n, int? r, int? p, byte[]? salt, byte[]? digest, string recipe)
    {
        if (CostObjection(maker, n, r, p) is { } objection)
        {
            return HashReading.Refused(objection);
        }

        if (Objection is { } missing)
        {
            return HashReading.Unavailable(missing);
        }

        return salt is { Length: <= 128 } && digest is not null
            ? HashReading.Of(new()
            {
                Cost = CostOf(n!.Value, r!.Value, p!.Value),
                IsWeak = IsWeak(n.Value, r.Value),
                Digest = digest,
                Compute = (password, _) => DeriveKey(password, salt, n.Value, r.Value, p.Value, digest.Length),
                Recipe = recipe,
            })
            : HashReading.Refused($"The salt or the digest of this {maker} hash cannot be read, or it is cut off.");
    }

    public static string? CostObjection(string maker, long? n, int? r, int? p) =>
        n is not { } cost || r is not { } blocks || p is not { } lanes || cost < 2 || !long.IsPow2(cost) || blocks < 1 || lanes < 1
            ? $"The cost of this {maker} hash cannot be read: N is a power of two from 2, r and p are numbers from 1."
            // RFC 7914 §2: N < 2^(128·r/8). Divided and not multiplied, because the numbers may be anything.
            : (blocks < 4 && cost >= 1L << 16 * blocks) || cost > (MostMemory / 128 / blocks) - lanes - 2 || cost > MostWork / blocks / lanes
                ? $"The cost of this {maker} hash is more than a login may: at most {MostMemory >> 20} MiB (128·N·r) and N·r·p = {MostWork}."
                : null;

    public static string CostOf(long n, int r, int p) => string.Create(CultureInfo.InvariantCulture, $"scrypt N={n},r={r},p={p}");

    public static bool IsWeak(long n, int r) => n * r < LeastStrongWork;

    /// <summary>Null where it can be computed.</summary>
    public static string? Objection => EvpPbeScrypt.Value == nint.Zero
        ? "scrypt is computed by OpenSSL's libcrypto, which is not there: install Debian's libssl3."
        : null;

    /// <summary>With HMAC's rule for NUL (see <see cref="PhcFormats.Pbkdf2"/>). Nothing where there is no memory for it.</summary>
    public static byte[] DeriveKey(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, long n, int r, int p, int length)
    {
        var key = new byte[length];
        var memory = 128L * r * (n + p + 2) + 4_096;
        fixed (byte* passwordAt = &MemoryMarshal.GetReference(password), saltAt = &MemoryMarshal.GetReference(salt), keyAt = key)
        {
            var scrypt = (delegate* unmanaged<byte*, nuint, byte*, nuint, ulong, ulong, ulong, ulong, byte*, nuint, int>)EvpPbeScrypt.Value;
            return scrypt(passwordAt, (nuint)password.Length, saltAt, (nuint)salt.Length, (ulong)n, (ulong)r, (ulong)p, (ulong)memory, keyAt, (nuint)length) != 1
                ? []
                : password is [.., 0] ? [.. key, 0] : key;
        }
    }

    private static nint Find()
    {
        foreach (var name in Names)
        {
            if (NativeLibrary.TryLoad(name, out var library) && NativeLibrary.TryGetExport(library, "EVP_PBE_scrypt", out var found))
            {
                return found;
            }
        }

        return nint.Zero;
    }
}
