using System.Text.Json;

namespace Zaguan.Users.Import;

/// <summary>One JSON object → the row of one user.</summary>
internal static class JsonUsers
{
    /// <summary>A name that stands twice could mean either.</summary>
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    public static ImportRow Read(long line, ReadOnlyMemory<byte> json, Dialect dialect)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            var user = document.RootElement;
            if (user.ValueKind != JsonValueKind.Object)
            {
                return ImportRow.Refused(line, "This is JSON and no object: one user is one object.");
            }

            var fields = dialect.Fields(user);
            return TooLong(fields) is { } sentence ? ImportRow.Refused(line, sentence) : new(line, fields);
        }
        catch (JsonException)
        {
            // Its message cites what it read, which may be a password.
            return ImportRow.Refused(line, "This is not JSON, or a name stands twice in one object, or it is nested too deeply.");
        }
        catch (InvalidOperationException)
        {
            return ImportRow.Refused(line, "A text holds half a character (a lone surrogate), or a member is of another kind than this format has.");
        }
    }

    /// <summary>The members of an object, as they stand.</summary>
    public static IEnumerable<ImportField> Members(JsonElement json) => json.EnumerateObject().Select(m => Field(m.Name, m.Value));

    public static ImportField Field(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => new(name, null),
        JsonValueKind.String => new(name, value.GetString()),
        JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => new(name, value.GetRawText(), IsJson: true),
    };

    /// <summary>A text member; null where there is none.</summary>
    public static string? Text(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? TooLong(IReadOnlyList<ImportField> fields) =>
        fields.Where(f => f.Text?.Length > ImportBounds.LongestField).Select(f => $"\"{f.Name}\" has {f.Text!.Length:N0} characters; at most {ImportBounds.LongestField:N0} are read.").FirstOrDefault();
}
