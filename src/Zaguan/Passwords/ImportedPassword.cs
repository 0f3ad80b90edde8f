using Zaguan.Login;
using Zaguan.Passwords.Formats;

namespace Zaguan.Passwords;

/// <summary>What becomes of a password that comes from another system.</summary>
internal enum PasswordTreatment
{
    /// <summary>Its hash is strong: as it is.</summary>
    Kept,

    /// <summary>Its hash is weak and is kept all the same, because that was asked for.</summary>
    KeptWeak,

    /// <summary>Argon2id is put over its weak hash.</summary>
    Wrapped,

    /// <summary>It came as it was typed, and is hashed.</summary>
    Hashed,
}

/// <summary>The one place where a password that another system kept is taken in: read, judged, and made into what is stored.</summary>
internal sealed class ImportedPassword : IDisposable
{
    /// <summary>As --password-format and a column of formats call what AES made with the key of --aes-key-file.</summary>
    public const string Aes = "aes";

    public const string Plain = "plain";

    private readonly string text;
    private readonly StoredHash? hash;
    private readonly Secret? clear;

    private ImportedPassword(string text, StoredHash hash, bool keepsWeak)
    {
        this.text = text;
        this.hash = hash;
        Treatment = !hash.IsWeak ? PasswordTreatment.Kept : keepsWeak ? PasswordTreatment.KeptWeak : PasswordTreatment.Wrapped;
        Found = hash.Cost;
    }

    private ImportedPassword(Secret clear)
    {
        text = "";
        this.clear = clear;
        Treatment = PasswordTreatment.Hashed;
        Found = "clear text";
    }

    /// <summary>Format and cost, in words: "bcrypt 12".</summary>
    public string Found { get; }

    public PasswordTreatment Treatment { get; }

    /// <summary>Making it costs an Argon2id.</summary>
    public bool CostsAHash => Treatment is PasswordTreatment.Wrapped or PasswordTreatment.Hashed;

    /// <summary>Names that can be told where the text alone does not say its format.</summary>
    public static IEnumerable<string> Formats => HashFormats.All.Where(f => f.IsDeclared).Select(f => f.Name).Append(Aes);

    /// <summary>It came as it was typed, and a blank is its last letter: somebody's wish, or a column of a fixed width.</summary>
    public bool EndsInBlank => clear is not null && clear.Reveal().EndsWith((byte)' ');

    /// <summary>Blanks can be a password, and are no hash.</summary>
    public static bool IsEmpty(string text, string? format) => (format is Plain ? text.AsSpan() : text.AsSpan().Trim()).IsEmpty;

    /// <summary>Whether a salt from a column of its own belongs to a password of this format.</summary>
    public static bool HasSaltApart(string format) => HashFormats.All.Any(f => f.HasSaltBehind && string.Equals(f.Name, format, StringComparison.Ordinal));

    /// <summary>Those that do, of the format's own kind: "md5(salt+pass)" and its like for "md5". Nothing where it has none, as bcrypt.</summary>
    public static IReadOnlyList<string> WithSaltApart(string format) => [.. HashFormats.All.Where(f => f.HasSaltBehind && f.Name.Contains(format, StringComparison.Ordinal)).Select(f => f.Name)];

    /// <summary>What is wrong with a salt apart for passwords of this format, which has none, and what to do.</summary>
    public static string SaltObjection(string format, string where) => WithSaltApart(format) is { Count: > 0 } salted
        ? $"The format \"{format}\" is that of hashes without a salt, and {where}. Where they were salted, say how, with --password-format: {string.Join(", ", salted)} (before the password, or behind it)."
        : $"The format \"{format}\" takes no salt from another column, and {where}.";

    /// <param name="format">One of <see cref="Formats"/>; null: the text says it.</param>
    /// <param name="aes">The format of texts that AES made, where its key is known.</param>
    /// <returns>A password, or a sentence without the text itself.</returns>
    public static (ImportedPassword? Password, string? Objection) Read(string text, string? format, bool keepsWeak, HashFormat? aes = null, bool isIn1252 = false)
    {
        if (IsEmpty(text, format))
        {
            return (null, "The password is empty. Who has none comes without the column, with null in JSON, or with the password format \"none\"; or say --no-password-where-empty.");
        }

        // What Zaguan puts around it has to fit as well.
        if (text.Length > HashFormats.LongestText / 2)
        {
            return (null, $"The password has {text.Length:N0} characters; at most {HashFormats.LongestText / 2:N0} are taken, of a hash too.");
        }

        if (format is Aes)
        {
            return aes is null
                ? (null, "What AES made can be read with its key alone: --aes-key-file FILE.")
                : aes.Read(text.Trim()) is { Clear: { } decrypted } ? (new(decrypted), null) : (null, aes.Read(text.Trim())!.Objection);
        }

        if (format is Plain && LooksLikeAHash(text))
        {
            return (null, "This was said to be a password as it is typed (\"plain\"), and it looks like a hash. Where it is one, leave --password-format away, or say which it is: who reads the old table could log in with it otherwise.");
        }

        if (format is Plain && text.AsSpan().ContainsAny('\r', '\n'))
        {
            return (null, "The password holds a line end, which nobody types.");
        }

        var (told, reading) = Read(text, format);
        if (reading is not { Clear: not null } and not { Hash: not null } && text.Trim() is var trimmed && trimmed.Length < text.Length)
        {
            // Columns of a fixed width fill a hash up with blanks. Passwords and salts keep theirs: with them, they can be read.
            (told, reading) = Read(trimmed, format);
        }

        if (isIn1252 && reading is { Hash: not null })
        {
            reading = HashFormats.Read(told = LettersFormat.Join(told));
        }

        return reading switch
        {
            null => (null, format is null
                ? $"The password is of no format that is known.{Guess(text.Trim())} Where the text alone cannot tell, say what it is with --password-format, or in a column password_format; zaguan import --help lists what there is."
                : $"The password is not of the format \"{format}\"."),
            { Objection: { } objection } => (null, objection),
            { Clear: { } clear } => (new(clear), null),
            { Hash: { } hash } => (new(told, hash, keepsWeak), null),
            _ => (null, "The password cannot be read."),
        };
    }

    private static (string Told, HashReading? Reading) Read(string text, string? format)
    {
        var told = format is null ? text : Declare(format, text);
        return (told, HashFormats.Read(told));
    }

    private static bool LooksLikeAHash(string text) => Guess(text.Trim()).Length > 0 || HashFormats.Read(text.TrimEnd()) is { Hash: not null };

    /// <summary>What so many hexadecimal digits are most of the time.</summary>
    private static string Guess(string text) => !text.All(char.IsAsciiHexDigit) ? "" : text.Length switch
    {
        32 => " It looks like md5, with a salt in another column perhaps (\"md5(salt+pass)\" and --salt COLUMN).",
        40 => " It looks like sha1, with a salt in another column perhaps (\"sha1(salt+pass)\" and --salt COLUMN).",
        64 => " It looks like sha256, with a salt in another column perhaps (\"sha256(salt+pass)\" and --salt COLUMN).",
        128 => " It looks like sha512, with a salt in another column perhaps (\"sha512(salt+pass)\" and --salt COLUMN).",
        _ => "",
    };

    public StoredPassword Store(PasswordHasher hasher) => Treatment switch
    {
        PasswordTreatment.Kept or PasswordTreatment.KeptWeak => new(text, hash!.Cost),
        PasswordTreatment.Wrapped => hasher.Wrap(hash!),
        PasswordTreatment.Hashed => hasher.Create(clear!),
    };

    public void Dispose() => clear?.Dispose();

    private static string Declare(string format, string text) => HashFormats.Declare(HashFormats.All.Single(f => f.IsDeclared && string.Equals(f.Name, format, StringComparison.Ordinal)), text);
}
