using System.Text;
using System.Text.Json;

namespace Zaguan.Users.Import;

/// <param name="Format">As told; null: by what is in it.</param>
/// <param name="Encoding">As told; null: UTF-8, or what the file's mark says.</param>
internal sealed record ImportFileOptions(string? Format, Encoding? Encoding, FirebaseHashing? Firebase);

/// <summary>Opens a file to import from and recognises its format by what is in it.</summary>
internal static class ImportFile
{
    public static readonly IReadOnlyList<string> Formats = ["csv", "jsonl", "json", .. Dialect.All(null).Select(d => d.Name).Except(["json"], StringComparer.Ordinal)];

    /// <summary>How mysqldump, pg_dump, phpMyAdmin and SQL Server's scripts begin.</summary>
    private static readonly string[] SqlStarts = ["--", "/*", "INSERT INTO ", "CREATE TABLE ", "CREATE DATABASE ", "DROP TABLE ", "USE ["];

    public static async Task<ImportSource> OpenAsync(string path, ImportFileOptions options)
    {
        CheckPath(path);
        var start = ReadStart(path, options);
        var container = Recognise(start, options, path);
        if (container == Container.Csv)
        {
            var (csv, position) = OpenWhole(path, options);
            return CsvRows.Open(csv, path, position);
        }

        var dialect = await DialectAsync(path, container, start, options);
        var (json, at) = OpenWhole(path, options);
        return container == Container.Lines
            ? new(Called("JSON Lines", dialect), JsonLineRows.ReadAsync(json, dialect)) { Position = at, Holds = [json] }
            : new(Called("JSON document", dialect), JsonDocumentRows.ReadAsync(json, path, dialect)) { Position = at, Holds = [json] };
    }

    private enum Container
    {
        Csv,
        Lines,
        Document,
    }

    private static string Called(string container, Dialect dialect) => dialect == Dialect.Plain ? container : $"{dialect.Name} ({container})";

    private static void CheckPath(string path)
    {
        if (Directory.Exists(path))
        {
            throw new ImportSourceException($"{path} is a folder. Name the file to import.");
        }

        if (!File.Exists(path))
        {
            throw new ImportSourceException($"There is no file {path} (looked from {Environment.CurrentDirectory}).");
        }
    }

    private static byte[] ReadStart(string path, ImportFileOptions options)
    {
        using var file = OpenFile(path);
        RefuseWhatIsNoText(file, path);
        using var utf8 = ImportEncoding.Open(file, path, options.Encoding, isWhole: false);
        var start = new byte[ImportBounds.LongestRow];
        var read = utf8.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (start.AsSpan(0, read).Trim(" \t\r\n"u8).IsEmpty)
        {
            throw new ImportSourceException($"{path} is empty: there is nobody to import.");
        }

        return start[..read];
    }

    /// <summary>What people have in the place of a text, by its first bytes (as file(1) knows them), and what to do with it.</summary>
    private static void RefuseWhatIsNoText(FileStream file, string path)
    {
        (byte[] Begins, string Sentence)[] known =
        [
            ([0x1F, 0x8B], $"is compressed (gzip), and such files are not read. Unpack it first: gunzip {path}"),
            ([.. "BZh"u8], $"is compressed (bzip2), and such files are not read. Unpack it first: bunzip2 {path}"),
            ([0xFD, .. "7zXZ"u8], $"is compressed (xz), and such files are not read. Unpack it first: unxz {path}"),
            ([.. "7z"u8, 0xBC, 0xAF], "is an archive (7z), and such files are not read. Unpack it first."),
            ([.. "PK"u8, 3, 4], "is a ZIP archive or a workbook of Excel (.xlsx), and such files are not read. Unpack it, or in Excel save it as \"CSV UTF-8\"."),
            ([0xD0, 0xCF, 0x11, 0xE0], "is a workbook of an old Excel, or another document of Office, and such files are not read. In Excel save it as \"CSV UTF-8\"."),
            ([0, 1, 0, 0, .. "Standard "u8], "is a database of Access, and such files are not read. In Access export the table as text with delimiters, with the names of the fields in the first row."),
            ([.. "SQLite format 3"u8, 0], $"is a SQLite database and no text. It is read with --from \"Data Source={path}\" and --query \"SELECT …\"."),
        ];
        Span<byte> start = stackalloc byte[16];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        file.Position = 0;
        foreach (var (begins, sentence) in known)
        {
            if (start.StartsWith(begins))
            {
                throw new ImportSourceException($"{path} {sentence}");
            }
        }
    }

    /// <summary>What it is by what is in it. What was told decides where that can be either, and is refused where it cannot be.</summary>
    private static Container Recognise(byte[] start, ImportFileOptions options, string path)
    {
        var text = start.AsSpan().TrimStart(" \t\r\n"u8);
        var looksLikeJson = text[0] is (byte)'{' || (text[0] is (byte)'[' && text[1..].TrimStart(" \t\r\n"u8) is [] or [(byte)'{' or (byte)'[' or (byte)']', ..]);
        if (options.Format is "csv")
        {
            return looksLikeJson ? throw Another(path, "csv", "begins like JSON") : Container.Csv;
        }

        if (options.Format is not null && text[0] is not ((byte)'{' or (byte)'['))
        {
            throw Another(path, options.Format, "begins like a table, and not like JSON, which that is");
        }

        if (options.Format is "jsonl")
        {
            var isDocument = text[0] is (byte)'[' || (FirstObject(start) is { } whole && IsDocument(whole));
            return isDocument ? throw Another(path, "jsonl", "is one JSON document, and not one object per line") : Container.Lines;
        }

        return Recognise(start, path);
    }

    private static ImportSourceException Another(string path, string told, string sentence) => new($"{path} was said to be {told} (--format) and {sentence}. Leave --format away: what a file is can nearly always be seen. Nothing was imported.");

    private static Container Recognise(byte[] start, string path)
    {
        switch (start.AsSpan().TrimStart(" \t\r\n"u8)[0])
        {
            case (byte)'[':
                return Container.Document;
            case (byte)'{':
                return FirstObject(start) is { } first && !IsDocument(first) ? Container.Lines : Container.Document;
            default:
                return start.AsSpan().Contains((byte)0) ? throw new ImportSourceException($"{path} is no text: it has a NUL in its first lines. Export the users as CSV or JSON Lines.")
                    : IsSql(start) ? throw new ImportSourceException($"{path} holds SQL statements and no table. Load it into a database and export the table of users from there as CSV, with the names of the columns in the first line.")
                    : Container.Csv;
        }
    }

    private static bool IsSql(byte[] start)
    {
        var line = System.Text.Encoding.UTF8.GetString(start.AsSpan(0, Math.Min(start.Length, 64))).TrimStart();
        return Array.Exists(SqlStarts, s => line.StartsWith(s, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The first object, where it ends within the start.</summary>
    private static JsonElement? FirstObject(byte[] start)
    {
        var reader = new Utf8JsonReader(start, isFinalBlock: false, default);
        try
        {
            return JsonDocument.TryParseValue(ref reader, out var first) ? first.RootElement : null;
        }
        catch (JsonException)
        {
            // A line that is no JSON is refused as a line.
            return default(JsonElement);
        }
    }

    /// <summary>It holds users, or it is a Keycloak realm without; else it is one user.</summary>
    private static bool IsDocument(JsonElement first)
    {
        try
        {
            return first.ValueKind == JsonValueKind.Object
                && ((first.TryGetProperty("users", out var users) && users.ValueKind == JsonValueKind.Array)
                    || (first.TryGetProperty("realm", out _) && !first.EnumerateObject().Any(m => ColumnNames.Meaning(m.Name)?.Target is ImportTarget.Username or ImportTarget.Email)));
        }
        catch (InvalidOperationException)
        {
            // A name in letters of another encoding, or with half a character. Whoever reads the whole says so, and where.
            return false;
        }
    }

    private static async Task<Dialect> DialectAsync(string path, Container container, byte[] start, ImportFileOptions options)
    {
        var known = Dialect.All(options.Firebase);
        var first = container == Container.Lines ? FirstObject(start) : await FirstOfDocumentAsync(path, options);
        var told = known.FirstOrDefault(d => string.Equals(d.Name, options.Format, StringComparison.Ordinal));
        try
        {
            return DialectOf(path, known, first, told);
        }
        catch (InvalidOperationException)
        {
            // The same of a name or a text further inside.
            return told ?? Dialect.Plain;
        }
    }

    /// <exception cref="InvalidOperationException">A text of the first user is none.</exception>
    private static Dialect DialectOf(string path, IReadOnlyList<Dialect> known, JsonElement? first, Dialect? told)
    {
        var seen = first is { ValueKind: JsonValueKind.Object } user ? known.First(d => d.Recognises(user)) : Dialect.Plain;
        if (told is null)
        {
            return seen;
        }

        // Where the first user lacks what others have (a Keycloak user without credentials, say), what was told is right.
        var isAnother = told != seen && (seen != Dialect.Plain || (first is { ValueKind: JsonValueKind.Object } plain && HasPassword(Dialect.Plain, plain) && !HasPassword(told, plain)));
        return isAnother ? throw Another(path, told.Name, $"its first user is written as {(seen == Dialect.Plain ? "no system that is known: with a password in a member of its own" : seen.Name)}") : told;
    }

    private static bool HasPassword(Dialect dialect, JsonElement user) =>
        dialect.Fields(user).Any(f => f is { Text: not null } && ColumnNames.Meaning(f.Name)?.Target is ImportTarget.Password);

    private static async Task<JsonElement?> FirstOfDocumentAsync(string path, ImportFileOptions options)
    {
        JsonElement? first = null;
        var look = Dialect.Plain with { Fields = user => [new((first = user.Clone()).Value.ValueKind.ToString(), null)] };
        await using var file = OpenFile(path);
        await using var utf8 = ImportEncoding.Open(file, path, options.Encoding, isWhole: false);
        await using var rows = JsonDocumentRows.ReadAsync(utf8, path, look).GetAsyncEnumerator();
        _ = await rows.MoveNextAsync();
        return first;
    }

    private static (Stream Utf8, Func<double?> Position) OpenWhole(string path, ImportFileOptions options)
    {
        var file = OpenFile(path);
        var length = Math.Max(file.Length, 1);
        return (ImportEncoding.Open(file, path, options.Encoding, isWhole: true), () => (double)file.Position / length);
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            return new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 64 * 1024);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportSourceException($"{path} cannot be read: {e.Message}", e);
        }
    }
}
