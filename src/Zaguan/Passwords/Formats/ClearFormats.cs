using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Zaguan.Login;

namespace Zaguan.Passwords.Formats;

/*
 * Passwords that were kept so that they can be read: an import hashes them at once, and what is read here never rests in the database.
 *
 * AES is Romsoft's: CBC with PKCS #7, and the first 16 bytes of the key as initialisation vector, so that two users with one password have one text. The key is in the
 * configuration of the import and nowhere else, which is why that row is made by it and is not among HashFormats.All.
 */
internal static class ClearFormats
{
    private const int BlockLength = 16;

    /// <summary>Characters. No login request has room for more (16 KiB, of which letters can take six each).</summary>
    public const int LongestPlain = 2_048;

    /// <summary>shadow(5) and Django (set_unusable_password) mark users that have none.</summary>
    private static readonly string[] NoPassword = ["*", "*LK*", "*NP*", "NP", "x"];

    public static IEnumerable<HashFormat> Rows =>
    [
        new("no password", "shadow(5); UNUSABLE_PASSWORD_PREFIX of django/contrib/auth/hashers.py", text =>
            text is "" ? HashReading.Refused("There is no hash: the text is empty.")
            : text.StartsWith('!') || NoPassword.Contains(text, StringComparer.Ordinal) ? HashReading.Refused("This is the mark of a user without a password, or with a locked one.")
            : null),
    ];

    public static IEnumerable<HashFormat> DeclaredRows => [new("plain", "the password itself", ReadPlain) { IsDeclared = true }];

    public static HashReading ReadPlain(string text) => text switch
    {
        { Length: 0 or > LongestPlain } => HashReading.Refused($"A password in plain text has 1 to {LongestPlain} letters; a login request has no room for more."),
        _ when text.EnumerateRunes().Any(r => r == Rune.ReplacementChar) => HashReading.Refused("This password holds half a character (a lone surrogate), or one that was lost on the way."),
        _ => HashReading.Password(Secret.FromText(text)),
    };

    /// <summary>Null where the key can be used: as long as AES-128, AES-192 or AES-256 ask.</summary>
    public static string? KeyObjection(Secret key) => key.Length is 16 or 24 or 32 ? null : "A key of AES has 16, 24 or 32 bytes.";

    /// <summary>Base64 of what AES made with this key, which <see cref="KeyObjection"/> has passed.</summary>
    public static HashFormat Aes(Secret key) => new("aes", "FIPS 197, SP 800-38A §6.2, RFC 5652 §6.3; Romsoft's document", text => ReadAes(key, text)) { IsDeclared = true };

    private static HashReading ReadAes(Secret key, string text)
    {
        if (text.Length > HashFormats.LongestText || Encoded.Base64(text) is not { Length: > 0 } sealedText || sealedText.Length % BlockLength != 0)
        {
            return HashReading.Refused("This text is not what AES makes: Base64 of whole blocks of 16 bytes. It may be cut off.");
        }

        using var aes = System.Security.Cryptography.Aes.Create();
        aes.SetKey(key.Reveal());
        var clear = GC.AllocateUninitializedArray<byte>(sealedText.Length, pinned: true);
        try
        {
            // A wrong key is nearly always noticed by the padding, and then by what comes out not being text.
            return aes.TryDecryptCbc(sealedText, key.Reveal()[..BlockLength], clear, out var length, PaddingMode.PKCS7) && length > 0 && IsText(clear.AsSpan(0, length))
                ? HashReading.Password(new Secret(clear.AsSpan(0, length)))
                : WrongKey();
        }
        catch (CryptographicException)
        {
            return WrongKey();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }
    }

    private static HashReading WrongKey() => HashReading.Refused("This text does not decrypt to a password: the key is another one, or the text is damaged.");

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        for (var rest = bytes; !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf8(rest, out var rune, out var length) != OperationStatus.Done || Rune.IsControl(rune))
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }
}
