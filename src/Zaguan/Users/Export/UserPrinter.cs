using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using CsvHelper.Configuration;
using Zaguan.Reading;

namespace Zaguan.Users.Export;

internal enum ExportFormat
{
    Csv,
    Jsonl,
}

/// <summary>Users on their way out, with the names of columns by which an import knows them again.</summary>
internal sealed class UserPrinter : IDisposable
{
    private static readonly JsonSerializerOptions Letters = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ExportFormat format;
    private readonly TextWriter output;
    private readonly bool withHashes;
    private readonly CsvWriter csv;

    public UserPrinter(ExportFormat format, TextWriter output, bool withHashes)
    {
        this.format = format;
        this.output = output;
        this.withHashes = withHashes;
        csv = new(output, new CsvConfiguration(CultureInfo.InvariantCulture), leaveOpen: true);
        if (format == ExportFormat.Csv)
        {
            Write(Fields(new()).Select(f => f.Name));
        }
    }

    public void Print(User user)
    {
        if (format == ExportFormat.Csv)
        {
            Write(Fields(user).Select(f => f.Name is "password" ? f.Value?.ToString() : Spreadsheets.Guard(f.Value?.ToString())));
        }
        else
        {
            output.Write(new JsonObject(Fields(user).Select(f => KeyValuePair.Create(f.Name, f.Value))).ToJsonString(Letters));
            output.Write('\n');
        }
    }

    public void Complete() => csv.Flush();

    public void Dispose() => csv.Dispose();

    private IEnumerable<(string Name, JsonNode? Value)> Fields(User user)
    {
        (string, JsonNode?)[] fields =
        [
            ("realm", user.Realm), ("number", user.Number), ("id", user.Id), ("username", user.Username), ("email", user.Email), ("phone", user.Phone),
            ("given_name", user.GivenName), ("family_name", user.FamilyName), ("role", user.RoleName), ("role_number", user.RoleNumber), ("active", user.Active),
            ("attributes", user.Attributes is null ? null : format == ExportFormat.Csv ? user.Attributes : JsonNode.Parse(user.Attributes)),
        ];

        // In CSV nothing and an empty text are the same; that there is no password is said.
        (string, JsonNode?)[] password = withHashes ? [("password", user.Password), ("password_format", user.Password is null ? "none" : null)] : [];
        return [.. fields, .. password];
    }

    private void Write(IEnumerable<string?> fields)
    {
        foreach (var field in fields)
        {
            csv.WriteField(field);
        }

        csv.NextRecord();
    }
}
