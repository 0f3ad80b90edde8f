using Zaguan.Argon2;
using Zaguan.Login;

namespace Zaguan.Passwords.Formats;

/// <summary>One way in which some system keeps a password: a row of <see cref="HashFormats"/>.</summary>
/// <param name="Name">As an import is told it and a report prints it: "bcrypt", "django pbkdf2-sha256", "md5(salt+pass)".</param>
/// <param name="Source">Where it is defined: an RFC, a page, the code that made it.</param>
/// <param name="Read">Reads a text; null where it is not of this format.</param>
internal sealed record HashFormat(string Name, string Source, Func<string, HashReading?> Read)
{
    /// <summary>The text alone does not say that it is of this format (32 hexadecimal digits are anything): somebody has to.</summary>
    public bool IsDeclared { get; init; }

    /// <summary>Its text is DIGEST:SALT, so that a salt from a column of its own can be put behind the digest.</summary>
    public bool HasSaltBehind { get; init; }
}

/// <summary>What a text turned out to be. Exactly one of the three is there.</summary>
internal sealed record HashReading
{
    public StoredHash? Hash { get; init; }

    /// <summary>The password itself: kept as it was typed, or so that it could be read again.</summary>
    public Secret? Clear { get; init; }

    /// <summary>It is of the format and cannot be used: a sentence, without the text itself. "The cost 31 of this bcrypt hash is more than 15, the most that is computed for a login."</summary>
    public string? Objection { get; init; }

    /// <summary>The objection is to this machine, which lacks a library, and not to the hash: whether a password is right cannot be asked here.</summary>
    public bool IsUnavailable { get; init; }

    public static HashReading Unavailable(string sentence) => new() { Objection = sentence, IsUnavailable = true };

    public static HashReading Of(StoredHash hash) => new() { Hash = hash };

    public static HashReading Password(Secret clear) => new() { Clear = clear };

    public static HashReading Refused(string sentence) => new() { Objection = sentence };
}

/// <summary>A hash that was read: how it is computed, and what has to come out. Reading checks everything; computing cannot fail.</summary>
internal sealed record StoredHash
{
    /// <summary>What one computation costs, in words that are the same for hashes that take the same time: "bcrypt 12", "pbkdf2-sha256 27500", "md5".</summary>
    public required string Cost { get; init; }

    /// <summary>Guessed faster than bcrypt at its usual cost: not to rest in a database for a single day.</summary>
    public required bool IsWeak { get; init; }

    /// <summary>What <see cref="Compute"/> must give for the right password.</summary>
    public required byte[] Digest { get; init; }

    public required Compute Compute { get; init; }

    /// <summary>
    /// The same text with zeros (of its alphabet) for everything that comes from the password. Read again, it computes the same, and
    /// nothing can be guessed at with it: what is kept beside the Argon2id hash that is put over a weak one.
    /// </summary>
    public required string Recipe { get; init; }

    /// <summary>
    /// How many bytes of a password it sees, where that is not all of them. A longer password that is right may go on otherwise than the one that was set, and one of
    /// just this length may be its beginning: which it was, nobody can tell.
    /// </summary>
    public int? Sees { get; init; }

    /// <summary>The Argon2id that computing it includes: a guess that pays it already is not made to pay it again.</summary>
    public Argon2Cost? Argon2 { get; init; }

    /// <summary>An Argon2id over another hash.</summary>
    public bool IsWrapped { get; init; }
}

/// <summary>The password's bytes (UTF-8) to the digest's. Never throws, whatever the password: empty, with NULs, a megabyte.</summary>
/// <param name="argon2">Of the thread that computes, for the formats that are Argon2.</param>
internal delegate byte[] Compute(ReadOnlySpan<byte> password, Argon2Hasher argon2);
