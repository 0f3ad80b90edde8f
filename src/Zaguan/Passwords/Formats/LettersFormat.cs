using System.Security.Cryptography;
using System.Text;

namespace Zaguan.Passwords.Formats;

/// <summary>
/// A hash of a password whose letters were not UTF-8: <c>$in$windows-1252$TEXT</c>. An old page in ISO 8859-1 sent "ñ" as one byte, and so it was hashed. The text
/// behind is of any other format; only the import knows that it is one of these.
/// </summary>
internal static class LettersFormat
{
    /// <summary>Windows-1252 has the letters of ISO 8859-1 and those of ISO 8859-15 that people type, the euro, where browsers put it.</summary>
    public const string Encoding1252 = "windows-1252";

    private const string Mark = $"$in${Encoding1252}$";

    private static readonly Encoding Letters = CodePagesEncodingProvider.Instance.GetEncoding(1252, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    public static IEnumerable<HashFormat> Rows => [new("windows-1252 letters", "https://encoding.spec.whatwg.org/#windows-1252; see --password-encoding", Read)];

    public static string Join(string text) => $"{Mark}{text}";

    private static HashReading? Read(string text)
    {
        if (!text.StartsWith(Mark, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = text[Mark.Length..];
        var reading = rest.StartsWith(Mark, StringComparison.Ordinal) ? null : HashFormats.Read(rest);
        return reading switch
        {
            null or { Clear: not null } or { Hash.IsWrapped: true } => HashReading.Refused($"What is behind \"{Mark}\" is no hash that can be computed."),
            { Hash: { } hash } => HashReading.Of(hash with
            {
                Compute = (password, argon2) => Compute(hash, password, argon2),
                Recipe = Join(hash.Recipe),
                // Not to stay as it is, even where it is an Argon2id of today's cost.
                IsWrapped = hash.Argon2 is not null,
            }),
            _ => reading,
        };
    }

    /// <summary>Nothing, and so never right, where the password has letters that the old system could not have been sent.</summary>
    private static byte[] Compute(StoredHash hash, ReadOnlySpan<byte> password, Argon2.Argon2Hasher argon2)
    {
        if (password.Length > PasswordHasher.LongestOfOldFormats)
        {
            return [];
        }

        Span<char> text = stackalloc char[PasswordHasher.LongestOfOldFormats];
        Span<byte> bytes = stackalloc byte[PasswordHasher.LongestOfOldFormats];
        try
        {
            return Encoding.UTF8.TryGetChars(password, text, out var length) && Letters.TryGetBytes(text[..length], bytes, out var written) ? hash.Compute(bytes[..written], argon2) : [];
        }
        catch (EncoderFallbackException)
        {
            return [];
        }
        finally
        {
            text.Clear();
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
