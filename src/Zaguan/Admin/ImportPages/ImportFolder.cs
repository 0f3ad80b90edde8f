using System.Text.Json;
using System.Text.Json.Serialization;
using Zaguan.Storage;

namespace Zaguan.Admin.ImportPages;

/// <summary>Where an import's files are, under the data folder: what was uploaded, what became of it, and the rows that were refused. Nobody but the server's own user reads them.</summary>
internal sealed class ImportFolder(string dataFolder)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    // Whole: a download of a path that begins nowhere is looked for among the pages' own files.
    private readonly string folder = Path.GetFullPath(Path.Combine(dataFolder, "import"));

    public string Users => Path.Combine(folder, "users");

    public bool HasUsers => File.Exists(Users);

    public string Refused => Path.Combine(folder, "refused.csv");

    private string Record => Path.Combine(folder, "import.json");

    /// <summary>False, and nothing is kept: there is more than is allowed.</summary>
    public async Task<bool> SaveAsync(Stream body, long most, CancellationToken gone)
    {
        Empty();
        PrivateFiles.CreateFolder(folder);
        await using var file = PrivateFiles.Create(Users);
        var buffer = new byte[80 * 1024];
        for (int read; (read = await Upload.ReadAsync(body, buffer, gone)) > 0;)
        {
            if (file.Length + read > most)
            {
                return false;
            }

            await file.WriteAsync(buffer.AsMemory(0, read), gone);
        }

        return true;
    }

    /// <summary>Rows that are refused are written here; the rows of a run before go.</summary>
    public FileStream CreateRefused()
    {
        File.Delete(Refused);
        return PrivateFiles.Create(Refused);
    }

    public ImportRecord? Read()
    {
        try
        {
            return File.Exists(Record) && JsonSerializer.Deserialize<ImportRecord>(File.ReadAllBytes(Record), Json) is { } record && (record.Phase == ImportPhase.Done || HasUsers) ? record : null;
        }
        catch (JsonException)
        {
            // Of another version; whoever uploaded it uploads it again.
            return null;
        }
    }

    /// <summary>Whole, or as it was before.</summary>
    public void Write(ImportRecord record)
    {
        var unfinished = $"{Record}.tmp";
        File.Delete(unfinished);
        using (var file = PrivateFiles.Create(unfinished))
        {
            JsonSerializer.Serialize(file, record, Json);
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, Record, overwrite: true);
    }

    /// <summary>What was uploaded holds passwords: it goes as soon as it is not needed.</summary>
    public void ForgetUsers()
    {
        if (HasUsers)
        {
            File.Delete(Users);
        }
    }

    public void Empty()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
