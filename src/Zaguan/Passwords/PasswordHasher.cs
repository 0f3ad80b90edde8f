using System.Security.Cryptography;
using System.Text;
using Zaguan.Argon2;
using Zaguan.Login;
using Zaguan.Passwords.Formats;

namespace Zaguan.Passwords;

/*
 * Every password that is set here becomes $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH (RFC 9106, as a PHC string).
 *
 * - 19 MiB and two passes: OWASP's Password Storage Cheat Sheet; more by configuration.
 * - 16 bytes of salt and 32 of hash: RFC 9106 §4.
 * - The password is taken composed (NFC), so that "José" is one password whatever keyboard typed it. It is verified as typed first, because an old
 *   system may have hashed it so, and then composed, where that differs.
 *
 * Whoever the guess is for, it costs one Argon2id of today's cost: nobody's, a disabled user's, an old format's (which costs its own
 * computing besides; HashCosts hides how long that takes). For an old format that one hash is at once the new one of a password that is right.
 */

/// <summary>Makes and verifies passwords' hashes. For one thread at a time: it has working memory of its own.</summary>
/// <param name="cost">Of a new hash.</param>
/// <param name="wipesLater">See <see cref="Argon2Hasher.WipesLater"/>.</param>
internal sealed class PasswordHasher(Argon2Cost cost, bool wipesLater = false) : IDisposable
{
    private const int SaltLength = 16;
    private const int KeyLength = 32;

    /// <summary>In UTF-16 units. Putting combining marks in order takes a time that grows with the square of their number.</summary>
    private const int LongestComposed = 1_024;

    /// <summary>
    /// In bytes. Some old formats take a time that grows with the password, which a stranger chooses; beyond what anybody's password was, they are not computed.
    /// </summary>
    public const int LongestOfOldFormats = 1_024;

    private readonly Argon2Hasher argon2 = new(cost.MemoryBytes + (1 << 20)) { WipesLater = wipesLater };

    /// <summary>A hash of today's cost that no password has.</summary>
    private readonly string nobodys = PhcFormats.Format(Argon2Type.Argon2id, cost, RandomNumberGenerator.GetBytes(SaltLength), RandomNumberGenerator.GetBytes(KeyLength));

    /// <summary>What a new password costs: those of this cost need no replacing.</summary>
    public string Today { get; } = CostOf(cost);

    public static string CostOf(Argon2Cost cost) => PhcFormats.CostOf(Argon2Type.Argon2id, cost);

    /// <summary>Argon2id hashes of today's cost that were computed so far.</summary>
    public long Hashes { get; private set; }

    public StoredPassword Create(Secret password)
    {
        using var composed = Compose(password);
        return Hash((composed ?? password).Reveal());
    }

    /// <summary>
    /// Puts Argon2id over a hash that is guessed too fast: what is kept is the Argon2id hash of its digest, and how the digest is computed.
    /// </summary>
    public StoredPassword Wrap(StoredHash weak)
    {
        var stored = Hash(weak.Digest);
        return new(WrappedFormat.Join(stored.Text, weak.Recipe), WrappedFormat.CostOf(stored.Cost, weak.Cost));
    }

    /// <param name="stored">Null, and what cannot be read, costs the same and is never right.</param>
    /// <param name="replaces">Whether a right password is hashed anew where that is called for: not for a user who is disabled, or the time would tell that it was right.</param>
    public Verification Verify(Secret password, string? stored, bool replaces = true)
    {
        // Nobody has a hash as well, which is read and computed like any other: what reading costs would tell who exists.
        var reading = HashFormats.Read(stored ?? nobodys);
        var isSomebodys = stored is not null && reading?.Hash is not null;
        var hash = reading?.Hash ?? HashFormats.Read(nobodys)!.Hash!;
        using var composed = Compose(password);
        var fresh = composed ?? password;
        var typed = Verify(password, hash, fresh, replaces && isSomebodys);
        // Both, whatever the first one was: half of the time would tell that it was right.
        var verification = composed is not null && Verify(composed, hash, fresh, replaces && isSomebodys) is { IsRight: true } asComposed && !typed.IsRight ? asComposed : typed;
        return reading is { IsUnavailable: true } ? new(false, null) { CannotBeAsked = true } : isSomebodys ? verification : new(false, null);
    }

    /// <summary>How many hashes a guess costs if it is wrong: it is typed in a way that can be composed, or it is not.</summary>
    public static int HashesFor(Secret password)
    {
        using var composed = Compose(password);
        return composed is null ? 1 : 2;
    }

    /// <summary>What a hash of today's cost needs is there before its time is taken: how long that lasts must not add to what an old format takes.</summary>
    public void TakeMemory() => argon2.Prepare(cost);

    /// <summary>Of what hashes have left in it.</summary>
    public void WipeMemory() => argon2.Wipe();

    /// <summary>Until it is taken again.</summary>
    public void GiveMemoryBack() => argon2.Dispose();

    public void Dispose() => argon2.Dispose();

    /// <param name="fresh">The password as it shall be kept.</param>
    private Verification Verify(Secret password, StoredHash hash, Secret fresh, bool replaces)
    {
        // Hashed as typed, the tail that the old system never looked at would count from now on: whoever mistyped it once would be locked out by the right one.
        replaces &= !(password.Length >= hash.Sees);
        var isComputed = password.Length <= LongestOfOldFormats || IsPlainArgon2(hash);
        var isRight = isComputed && CryptographicOperations.FixedTimeEquals(hash.Compute(password.Reveal(), argon2), hash.Digest);
        if (isComputed && hash.Argon2 == cost)
        {
            Hashes++;
            return new(isRight, isRight && replaces && hash.IsWrapped ? Hash(fresh.Reveal()) : null);
        }

        // Today's cost, which is the new hash of a password that turns out right, unless what is kept costs more already.
        var today = Hash(fresh.Reveal());
        return new(isRight, isRight && replaces && !(IsPlainArgon2(hash) && hash.Argon2!.Value.Work > cost.Work) ? today : null);
    }

    private static bool IsPlainArgon2(StoredHash hash) => hash is { Argon2: not null, IsWrapped: false };

    private StoredPassword Hash(ReadOnlySpan<byte> password)
    {
        Span<byte> salt = stackalloc byte[SaltLength];
        Span<byte> key = stackalloc byte[KeyLength];
        RandomNumberGenerator.Fill(salt);
        argon2.DeriveKey(Argon2Type.Argon2id, cost, password, salt, key);
        Hashes++;
        return new(PhcFormats.Format(Argon2Type.Argon2id, cost, salt, key), Today);
    }

    /// <summary>The password composed, where that makes a difference; else null.</summary>
    private static Secret? Compose(Secret password)
    {
        var typed = password.Reveal();
        if (Ascii.IsValid(typed) || typed.Length > 3 * LongestComposed)
        {
            return null;
        }

        Span<char> text = stackalloc char[3 * LongestComposed];
        // No letter grows more than threefold in being composed (UAX #15 §12).
        Span<char> composed = stackalloc char[3 * LongestComposed];
        try
        {
            return Encoding.UTF8.TryGetChars(typed, text, out var length) && length <= LongestComposed
                && text[..length].TryNormalize(composed, out var composedLength, NormalizationForm.FormC)
                && !composed[..composedLength].SequenceEqual(text[..length])
                ? Secret.FromText(composed[..composedLength])
                : null;
        }
        catch (ArgumentException)
        {
            // U+FFFE and its like are no letters, and have no composed form.
            return null;
        }
        finally
        {
            text.Clear();
            composed.Clear();
        }
    }
}

/// <summary>A password as a row of users keeps it.</summary>
/// <param name="Text">In one of the formats of <see cref="HashFormats"/>.</param>
/// <param name="Cost">See <see cref="StoredHash.Cost"/>.</param>
internal sealed record StoredPassword(string Text, string Cost)
{
    /// <summary>Its cost, and no hash.</summary>
    public override string ToString() => Cost;
}

/// <param name="Replacement">What shall be kept from now on, where the password is right and what is kept is not of today's making.</param>
internal readonly record struct Verification(bool IsRight, StoredPassword? Replacement)
{
    /// <summary>This machine lacks what computes the hash: the password may be right or wrong.</summary>
    public bool CannotBeAsked { get; init; }
}
