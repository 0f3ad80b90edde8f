using System.Globalization;
using System.Security.Cryptography;
using Zaguan.Argon2;

namespace Zaguan.Passwords.Formats;

/*
 * PHC strings (https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md): $ID[$v=VERSION][$NAME=VALUE,…]$SALT$HASH, Base64 without padding.
 */
internal static class PhcFormats
{
    /// <summary>A login computes it on one core: 256 MiB and four passes are about half a second.</summary>
    public const int MostArgon2MemoryKiB = 256 * 1024;

    public const int MostArgon2BlocksFilled = 4 * MostArgon2MemoryKiB;

    private const int MostArgon2Lanes = 64;

    /// <summary>About two seconds of SHA-512, one of SHA-256; for a digest of several blocks, all of them together.</summary>
    private const int MostPbkdf2Iterations = 4_000_000;

    private const int LongestPbkdf2Salt = 128;

    public static IEnumerable<HashFormat> Rows =>
    [
        new("argon2", "https://github.com/P-H-C/phc-winner-argon2 (encoded hashes), RFC 9106", ReadArgon2),
        new("pbkdf2", "https://github.com/P-H-C/phc-string-format, RFC 8018 §5.2", ReadPbkdf2),
        new("scrypt", "https://github.com/P-H-C/phc-string-format, RFC 7914", ReadScrypt),
    ];

    public static string CostOf(Argon2Type type, Argon2Cost cost) =>
        string.Create(CultureInfo.InvariantCulture, $"{Name(type)} m={cost.MemoryKiB},t={cost.Passes},p={cost.Lanes}");

    public static string Format(Argon2Type type, Argon2Cost cost, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> digest) =>
        string.Create(CultureInfo.InvariantCulture, $"${Name(type)}$v=19$m={cost.MemoryKiB},t={cost.Passes},p={cost.Lanes}${Encoded.Base64Unpadded(salt)}${Encoded.Base64Unpadded(digest)}");

    private static string Name(Argon2Type type) => type switch
    {
        Argon2Type.Argon2d => "argon2d",
        Argon2Type.Argon2i => "argon2i",
        Argon2Type.Argon2id => "argon2id",
    };

    public static HashReading? ReadArgon2(string text)
    {
        var parts = text.Split('$');
        if (parts is not ["", "argon2d" or "argon2i" or "argon2id", ..])
        {
            return null;
        }

        var type = Enum.GetValues<Argon2Type>().Single(t => string.Equals(Name(t), parts[1], StringComparison.Ordinal));
        if (parts is not [_, _, var version, var parameters, var salt64, var digest64])
        {
            return HashReading.Refused("This Argon2 hash is cut off or has too many parts; it should be $argon2id$v=19$m=…,t=…,p=…$SALT$HASH.");
        }

        if (!string.Equals(version, "v=19", StringComparison.Ordinal))
        {
            return HashReading.Refused("Only version 1.3 of Argon2 (v=19) is computed.");
        }

        if (parameters.Split(',') is not [['m', '=', .. var m], ['t', '=', .. var t], ['p', '=', .. var p]]
            || Encoded.Number(m) is not { } memory || Encoded.Number(t) is not { } passes || Encoded.Number(p) is not { } lanes)
        {
            return HashReading.Refused("The parameters of this Argon2 hash cannot be read; they should be m=…,t=…,p=….");
        }

        var cost = new Argon2Cost(memory, passes, lanes);
        if (cost.Objection is { } objection)
        {
            return HashReading.Refused(objection);
        }

        if (lanes > MostArgon2Lanes || memory > MostArgon2MemoryKiB || (long)memory * passes > MostArgon2BlocksFilled)
        {
            return HashReading.Refused(string.Create(CultureInfo.InvariantCulture,
                $"This Argon2 hash (m={memory},t={passes},p={lanes}) costs more than a login may: at most {MostArgon2MemoryKiB} KiB, {MostArgon2BlocksFilled} KiB over all passes, and {MostArgon2Lanes} lanes."));
        }

        return Encoded.Base64(salt64) is { Length: >= 8 and <= 64 } salt && Encoded.Base64(digest64) is { } digest && Digests.IsUsualLength(digest.Length)
            ? HashReading.Of(new()
            {
                Cost = CostOf(type, cost),
                IsWeak = cost.Work < Argon2Cost.Recommended.Work,
                Digest = digest,
                Compute = (password, argon2) =>
                {
                    var key = new byte[digest.Length];
                    argon2.DeriveKey(type, cost, password, salt, key);
                    return key;
                },
                Recipe = Format(type, cost, salt, new byte[digest.Length]),
                Argon2 = type == Argon2Type.Argon2id ? cost : null,
            })
            : HashReading.Refused("The salt (8 to 64 bytes) or the digest of this Argon2 hash cannot be read, or it is cut off.");
    }

    private static HashReading? ReadPbkdf2(string text)
    {
        var parts = text.Split('$');
        HashAlgorithmName? algorithm = parts is ["", var id, ..] ? id switch
        {
            "pbkdf2-sha1" or "pbkdf2" => HashAlgorithmName.SHA1,
            "pbkdf2-sha256" => HashAlgorithmName.SHA256,
            "pbkdf2-sha512" => HashAlgorithmName.SHA512,
            _ => null,
        } : null;
        if (algorithm is not { } hash || parts is not [_, _, ['i', '=', ..], ..])
        {
            return null;
        }

        if (parts is not [_, _, var parameters, var salt64, var digest64])
        {
            return HashReading.Refused("This PBKDF2 hash is cut off or has too many parts; it should be $pbkdf2-sha512$i=…$SALT$HASH.");
        }

        var iterations = Encoded.Number(parameters.Split(',')[0][2..]);
        var digest = Encoded.Base64(digest64) is { } bytes && Digests.IsUsualLength(bytes.Length) ? bytes : null;
        return ReadPbkdf2("PBKDF2", hash, iterations, Encoded.Base64(salt64), digest, $"${parts[1]}${parameters}${salt64}${Encoded.Base64Unpadded(new byte[digest?.Length ?? 0])}");
    }

    private static HashReading? ReadScrypt(string text)
    {
        var parts = text.Split('$');
        if (parts is not ["", "scrypt", ..])
        {
            return null;
        }

        if (parts is not [_, _, var parameters, var salt64, var digest64]
            || parameters.Split(',') is not [['l', 'n', '=', .. var ln], ['r', '=', .. var r], ['p', '=', .. var p]])
        {
            return HashReading.Refused("This scrypt hash is cut off or has too many parts; it should be $scrypt$ln=…,r=…,p=…$SALT$HASH.");
        }

        var digest = Encoded.Base64(digest64) is { } bytes && Digests.IsUsualLength(bytes.Length) ? bytes : null;
        return Scrypt.Read("scrypt", Encoded.Number(ln, 62) is { } log ? 1L << log : null, Encoded.Number(r), Encoded.Number(p), Encoded.Base64(salt64), digest,
            $"$scrypt${parameters}${salt64}${Encoded.Base64Unpadded(new byte[digest?.Length ?? 0])}");
    }

    /// <summary>What all formats that are PBKDF2 have in common.</summary>
    /// <param name="maker">As in "This Django PBKDF2 hash".</param>
    /// <param name="iterations">Null where they could not be read, as the salt and the digest.</param>
    public static HashReading ReadPbkdf2(string maker, HashAlgorithmName algorithm, int? iterations, byte[]? salt, byte[]? digest, string recipe)
    {
        if (salt is not { Length: <= LongestPbkdf2Salt } || digest is null)
        {
            return HashReading.Refused($"The salt (at most {LongestPbkdf2Salt} bytes) or the digest of this {maker} hash cannot be read, or it is cut off.");
        }

        var blocks = (digest.Length + Digests.LengthOf(algorithm) - 1) / Digests.LengthOf(algorithm);
        return iterations is { } count and > 0 && count <= MostPbkdf2Iterations / blocks
            ? HashReading.Of(Pbkdf2(algorithm, count, salt, digest, recipe))
            : HashReading.Refused($"The iterations of this {maker} hash cannot be read, or they are more than {MostPbkdf2Iterations / blocks}, the most that is computed for a login.");
    }

    /// <summary>HMAC fills a short key up with zeros (RFC 2104 §2), so that "secret" and "secret\0" hash alike: a password that ends in NUL is never right.</summary>
    public static StoredHash Pbkdf2(HashAlgorithmName algorithm, int iterations, byte[] salt, byte[] digest, string recipe) => new()
    {
        Cost = string.Create(CultureInfo.InvariantCulture, $"pbkdf2-{algorithm.Name!.ToLowerInvariant()} {iterations}{(digest.Length > Digests.LengthOf(algorithm) ? $" × {(digest.Length + Digests.LengthOf(algorithm) - 1) / Digests.LengthOf(algorithm)}" : "")}"),
        IsWeak = iterations < FewestStrongIterations(algorithm),
        Digest = digest,
        Compute = (password, _) =>
        {
            var derived = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, algorithm, digest.Length);
            return password is [.., 0] ? [.. derived, 0] : derived;
        },
        Recipe = recipe,
    };

    /// <summary>
    /// What OWASP's Password Storage Cheat Sheet asks of PBKDF2 beside bcrypt 10. Even so a graphics card guesses it faster than that, by a factor of two to three.
    /// </summary>
    private static int FewestStrongIterations(HashAlgorithmName algorithm) => algorithm.Name switch
    {
        "SHA512" or "SHA384" => 210_000,
        "SHA256" => 600_000,
        _ => 1_300_000,
    };
}
