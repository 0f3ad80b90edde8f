using System.Text;

namespace Zaguan.Passwords.Formats;

/*
 * What Node applications write themselves around crypto.scrypt and crypto.pbkdf2 (https://nodejs.org/api/crypto.html). All are declared.
 *
 * - The parts are divided by colons, and the salt comes first: SALT:KEY. What the code of the application has as constants stands before
 *   them: N:R:P:SALT:KEY where they are not Node's 16384:8:1, and always DIGEST:ITERATIONS:SALT:KEY for PBKDF2 ("sha512:10000:…").
 * - "KEY.SALT", with a point, is scrypt's as many tutorials have it.
 * - The salt is nearly always made as random hex and then used as that very text. "(hex salt)" says that its bytes are used.
 * - The key is hex, of up to 512 bytes (passport-local-mongoose), and Base64 where it is no hex.
 */
internal static class NodeFormats
{
    private const string Source = "https://nodejs.org/api/crypto.html, crypto.scrypt and crypto.pbkdf2";

    private const int DefaultN = 16_384;
    private const int DefaultR = 8;

    private const int LongestKey = 512;
    private const int LongestSalt = 256;

    public static IEnumerable<HashFormat> DeclaredRows =>
    [
        new("node scrypt", Source, text => ReadScrypt(text, AsText)) { IsDeclared = true },
        new("node scrypt (hex salt)", Source, text => ReadScrypt(text, Encoded.Hex)) { IsDeclared = true },
        new("node pbkdf2", Source, text => ReadPbkdf2(text, AsText)) { IsDeclared = true },
        new("node pbkdf2 (hex salt)", Source, text => ReadPbkdf2(text, Encoded.Hex)) { IsDeclared = true },
    ];

    private static HashReading ReadScrypt(string text, Func<string, byte[]?> saltOf)
    {
        if (text.Split('.') is [var first, var second])
        {
            return Key(first) is { } point
                ? Scrypt.Read("Node scrypt", DefaultN, DefaultR, 1, saltOf(second), point.Bytes, $"{point.Zeroed}.{second}")
                : CutOff("KEY.SALT");
        }

        var parts = text.Split(':');
        if (parts is not ([_, _] or [_, _, _, _, _]) || Key(parts[^1]) is not { } key)
        {
            return CutOff("SALT:KEY, N:R:P:SALT:KEY or KEY.SALT");
        }

        var (n, r, p) = parts is [var wn, var wr, var wp, _, _] ? (Encoded.Number(wn), Encoded.Number(wr), Encoded.Number(wp)) : (DefaultN, DefaultR, 1);
        return Scrypt.Read("Node scrypt", n, r, p, Salt(saltOf, parts[^2]), key.Bytes, string.Join(':', [.. parts[..^1], key.Zeroed]));
    }

    private static HashReading ReadPbkdf2(string text, Func<string, byte[]?> saltOf) =>
        text.Split(':') is [var name, var iterations, var salt, var key64] && Digests.Find(name) is { } algorithm && Key(key64) is { } key
            ? PhcFormats.ReadPbkdf2("Node PBKDF2", algorithm, Encoded.Number(iterations), Salt(saltOf, salt), key.Bytes, $"{name}:{iterations}:{salt}:{key.Zeroed}")
            : CutOff("DIGEST:ITERATIONS:SALT:KEY");

    private static byte[] AsText(string salt) => Encoding.UTF8.GetBytes(salt);

    private static byte[]? Salt(Func<string, byte[]?> saltOf, string salt) => saltOf(salt) is { Length: > 0 and <= LongestSalt } bytes ? bytes : null;

    private static (byte[] Bytes, string Zeroed)? Key(string text) =>
        Encoded.Hex(text) is { } hex && IsWhole(hex.Length) ? (hex, text.ZeroedFrom(0))
        : Encoded.Base64(text) is { } bytes && IsWhole(bytes.Length) ? (bytes, Convert.ToBase64String(new byte[bytes.Length]))
        : null;

    private static bool IsWhole(int length) => Digests.IsUsualLength(length) || length is 128 or 256 or LongestKey;

    private static HashReading CutOff(string shape) => HashReading.Refused($"This text of a Node application cannot be read, or it is cut off; it should be {shape}.");
}
