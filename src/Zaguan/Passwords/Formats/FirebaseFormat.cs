using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Zaguan.Passwords.Formats;

/*
 * Firebase Authentication's modified scrypt (https://github.com/firebase/scrypt): the project's signer key, encrypted by AES-256-CTR (counter from
 * zero) with the first half of scrypt's 64 bytes; the salt is the user's and then the project's separator; N = 2^mem_cost, r = rounds, p = 1.
 *
 * Nobody needs the signer key for verifying: the hash xor the signer key is AES's key stream, and that is what is kept:
 * $firebase-scrypt$ln=MEM_COST,r=ROUNDS$SALT$KEYSTREAM, in Base64 without padding. The bounds are scrypt's.
 */
internal static class FirebaseFormat
{
    private const int SignerKeyLength = 64;
    private const int AesKeyLength = 32;
    private const int BlockLength = 16;

    public static IEnumerable<HashFormat> Rows => [new("firebase scrypt", "https://github.com/firebase/scrypt, https://firebase.google.com/docs/cli/auth", Read)];

    /// <param name="hash">passwordHash of the export, in Base64 of either alphabet, as the others.</param>
    /// <param name="signerKey">base64_signer_key of the project's hash_config.</param>
    public static ComposedText ToText(string hash, string salt, string signerKey, string saltSeparator, int rounds, int memoryCost)
    {
        if (Base64(hash).OfLength(SignerKeyLength) is not { } sealedKey || Base64(signerKey).OfLength(SignerKeyLength) is not { } key)
        {
            return ComposedText.Refused($"The hash and the signer key of Firebase are Base64 of {SignerKeyLength} bytes; one of them is not.");
        }

        if (Base64(salt) is not { } userSalt || Base64(saltSeparator) is not { } separator)
        {
            return ComposedText.Refused("The salt or the separator of Firebase is no Base64.");
        }

        var keyStream = sealedKey.Zip(key, (a, b) => (byte)(a ^ b)).ToArray();
        return ComposedText.Of(Format($"ln={memoryCost.ToString(CultureInfo.InvariantCulture)},r={rounds.ToString(CultureInfo.InvariantCulture)}", [.. userSalt, .. separator], keyStream));
    }

    private static HashReading? Read(string text)
    {
        if (text.Split('$') is not ["", "firebase-scrypt", .. var rest])
        {
            return null;
        }

        if (rest is not [var parameters, var salt64, var keyStream] || parameters.Split(',') is not [['l', 'n', '=', .. var ln], ['r', '=', .. var r]])
        {
            return HashReading.Refused("This Firebase hash is cut off or has too many parts; it should be $firebase-scrypt$ln=…,r=…$SALT$KEYSTREAM.");
        }

        var salt = Encoded.Base64(salt64);
        var reading = Scrypt.Read("Firebase scrypt", Encoded.Number(ln, 62) is { } log ? 1L << log : null, Encoded.Number(r), 1, salt, Encoded.Base64(keyStream).OfLength(SignerKeyLength),
            Format(parameters, salt ?? [], new byte[SignerKeyLength]));
        return reading.Hash is { } hash ? HashReading.Of(hash with { Compute = (password, argon2) => KeyStream(hash.Compute(password, argon2)) }) : reading;
    }

    private static string Format(string parameters, byte[] salt, byte[] keyStream) => $"$firebase-scrypt${parameters}${Encoded.Base64Unpadded(salt)}${Encoded.Base64Unpadded(keyStream)}";

    /// <summary>What scrypt adds to a password that ends in NUL stays there.</summary>
    private static byte[] KeyStream(byte[] derived)
    {
        if (derived.Length < SignerKeyLength)
        {
            return [];
        }

        var counters = new byte[SignerKeyLength];
        for (var block = 0; block < SignerKeyLength / BlockLength; block++)
        {
            BinaryPrimitives.WriteInt32BigEndian(counters.AsSpan(block * BlockLength + BlockLength - sizeof(int)), block);
        }

        using var aes = Aes.Create();
        aes.Key = derived[..AesKeyLength];
        return [.. aes.EncryptEcb(counters, PaddingMode.None), .. derived[SignerKeyLength..]];
    }

    private static byte[]? Base64(string text) => Encoded.Base64(text.Replace('-', '+').Replace('_', '/'));
}
