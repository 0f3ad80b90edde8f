using System.Security.Cryptography;
using System.Text;

namespace Zaguan.Passwords.Formats;

/*
 * One digest, in hex or Base64, with a salt or without: what an application wrote whose author did not look for more. All are declared, and the
 * name says what was hashed. Texts are DIGEST or, as hashcat has them, DIGEST:SALT; a salt that is bytes and no text is $HEX[…], as there.
 *
 * utf16 is .NET's Encoding.Unicode. hmac has the salt as its key (new HMACSHA512(salt) of many ASP.NET tutorials).
 */
internal static class RawFormats
{
    private const string Source = "FIPS 180-4, RFC 1321, RFC 2104; texts as in https://hashcat.net/wiki/doku.php?id=example_hashes";

    private const int LongestSalt = 1_024;

    private static readonly Shape[] Shapes =
    [
        new("ALG", IsSalted: false, (hash, _, password) => hash(password, [])),
        new("ALG(salt+pass)", IsSalted: true, (hash, salt, password) => hash(salt.Bytes, password)),
        new("ALG(pass+salt)", IsSalted: true, (hash, salt, password) => hash(password, salt.Bytes)),
        new("ALG(utf16(pass))", IsSalted: false, (hash, _, password) => hash(password, [])) { IsUtf16 = true },
        new("ALG(salt+utf16(pass))", IsSalted: true, (hash, salt, password) => hash(salt.Bytes, password)) { IsUtf16 = true },
        new("ALG(utf16(pass)+salt)", IsSalted: true, (hash, salt, password) => hash(password, salt.Bytes)) { IsUtf16 = true },
        new("ALG(utf16(salt+pass))", IsSalted: true, (hash, salt, password) => hash(salt.Utf16, password)) { IsUtf16 = true },
        new("ALG(utf16(pass+salt))", IsSalted: true, (hash, salt, password) => hash(password, salt.Utf16)) { IsUtf16 = true },
    ];

    private static readonly Shape Hmac = new("hmac-ALG(salt,pass)", IsSalted: true, (hash, _, password) => hash(password, []));

    /// <summary>Of forums and shops: digests of digests in hex.</summary>
    private static readonly Shape[] Md5Shapes =
    [
        new("md5(md5(pass))", IsSalted: false, (hash, _, password) => hash(Digests.Md5Hex(password), [])),
        new("md5(md5(pass)+salt)", IsSalted: true, (hash, salt, password) => hash(Digests.Md5Hex(password), salt.Bytes)),
        new("md5(salt+md5(pass))", IsSalted: true, (hash, salt, password) => hash(salt.Bytes, Digests.Md5Hex(password))),
        new("md5(md5(salt)+md5(pass))", IsSalted: true, (hash, salt, password) => hash(Digests.Md5Hex(salt.Bytes), Digests.Md5Hex(password))),
    ];

    public static IEnumerable<HashFormat> DeclaredRows =>
    [
        .. Digests.Names.SelectMany(name => Shapes.Append(Hmac).Select(shape => Row(shape, name))),
        .. Md5Shapes.Select(shape => Row(shape, "md5")),
    ];

    private static HashFormat Row(Shape shape, string algorithm)
    {
        var name = shape.Name.Replace("ALG", algorithm, StringComparison.Ordinal);
        return new(name, Source, text => Read(shape, name, Digests.Find(algorithm)!.Value, text)) { IsDeclared = true, HasSaltBehind = shape.IsSalted };
    }

    private static HashReading Read(Shape shape, string name, HashAlgorithmName algorithm, string text)
    {
        var colon = shape.IsSalted ? text.IndexOf(':', StringComparison.Ordinal) : text.Length;
        var salt = colon < 0 ? null : SaltOf(text[int.Min(colon + 1, text.Length)..]);
        if (salt is null || Digest(text[..colon], Digests.LengthOf(algorithm)) is not { } digest)
        {
            return HashReading.Refused($"This {name} hash cannot be read, or it is cut off: it is {Digests.LengthOf(algorithm)} bytes in hex or Base64{(shape.IsSalted ? $", a colon, and a salt of at most {LongestSalt} bytes" : "")}.");
        }

        HashOfTwo hash = shape == Hmac
            ? (password, _) => CryptographicOperations.HmacData(algorithm, salt.Bytes, password)
            : (first, second) => Digests.Of(algorithm, first, second);
        return HashReading.Of(Digests.Fast(
            algorithm.Name!.ToLowerInvariant(),
            digest.Bytes,
            password => shape.IsUtf16 ? Encoded.AsUtf16(password, units => shape.Compute(hash, salt, units)) : shape.Compute(hash, salt, password),
            digest.Zeroed + text[colon..]));
    }

    private static (byte[] Bytes, string Zeroed)? Digest(string text, int length) =>
        Encoded.Hex(text).OfLength(length) is { } hex ? (hex, text.ZeroedFrom(0))
        : Encoded.Base64(text).OfLength(length) is { } bytes ? (bytes, Convert.ToBase64String(new byte[length]))
        : null;

    private static Salt? SaltOf(string text)
    {
        var bytes = text is ['$', 'H', 'E', 'X', '[', .. var hex, ']'] ? Encoded.Hex(hex) : Encoding.UTF8.GetBytes(text);
        return bytes is { Length: <= LongestSalt } ? new(bytes, Encoding.Unicode.GetBytes(text)) : null;
    }

    private delegate byte[] HashOfTwo(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second);

    private sealed record Shape(string Name, bool IsSalted, Func<HashOfTwo, Salt, ReadOnlySpan<byte>, byte[]> Compute)
    {
        public bool IsUtf16 { get; init; }
    }

    private sealed record Salt(byte[] Bytes, byte[] Utf16);
}
