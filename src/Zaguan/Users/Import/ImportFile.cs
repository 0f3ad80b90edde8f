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
        using var utf8 = ImportEncoding.Open(file, path, options.Encoding, isWhole: false);
        var start = new byte[ImportBounds.LongestRow];
        var read = utf8.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (start.AsSpan(0, read).Trim(" \t\r\n"u8).IsEmpty)
        {
            throw new ImportSourceException($"{path} is empty: there is nobody to import.");
        }

        return start[..read];
    }

    private static Container Recognise(byte[] start, ImportFileOptions options, string path)
    {
        if (options.Format is "csv" or "jsonl")
        {
            return options.Format is "csv" ? Container.Csv : Container.Lines;
        }

        switch (start.AsSpan().TrimStart(" \t\r\n"u8)[0])
        {
            case (byte)'[':
                return Container.Document;
            case (byte)'{':
                return FirstObject(start) is { } first && !IsDocument(first) ? Container.Lines : Container.Document;
            default:
                return start.AsSpan().Contains((byte)0) ? throw new ImportSourceException($"{path} is no text: it has a NUL in its first lines. Export the users as CSV or JSON Lines; a SQLite database is read with --from \"Data Source={path}\" and --query.") : Container.Csv;
        }
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
    private static bool IsDocument(JsonElement first) => first.ValueKind == JsonValueKind.Object
        && ((first.TryGetProperty("users", out var users) && users.ValueKind == JsonValueKind.Array)
            || (first.TryGetProperty("realm", out _) && !first.EnumerateObject().Any(m => ColumnNames.Meaning(m.Name)?.Target is ImportTarget.Username or ImportTarget.Email)));

    private static async Task<Dialect> DialectAsync(string path, Container container, byte[] start, ImportFileOptions options)
    {
        var known = Dialect.All(options.Firebase);
        if (known.FirstOrDefault(d => string.Equals(d.Name, options.Format, StringComparison.Ordinal)) is { } told)
        {
            return told;
        }

        var first = container == Container.Lines ? FirstObject(start) : await FirstOfDocumentAsync(path, options);
        return first is { ValueKind: JsonValueKind.Object } user ? known.First(d => d.Recognises(user)) : Dialect.Plain;
    }

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
