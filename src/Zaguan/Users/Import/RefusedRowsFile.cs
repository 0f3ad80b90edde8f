using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Zaguan.Reading;

namespace Zaguan.Users.Import;

/// <summary>The refused rows as CSV: where, why, and what the row says of the user. Never a password, a hash, or a column that means nothing and may be one.</summary>
internal sealed class RefusedRowsFile : IDisposable
{
    private static readonly ImportTarget[] Told =
    [
        ImportTarget.Realm, ImportTarget.Username, ImportTarget.Number, ImportTarget.Id, ImportTarget.NumberOrId, ImportTarget.Email, ImportTarget.Phone,
        ImportTarget.GivenName, ImportTarget.FamilyName, ImportTarget.Role, ImportTarget.RoleNumber, ImportTarget.Active,
    ];

    /// <summary>As every such file begins.</summary>
    private const string Start = "line,reason,";

    private readonly CsvWriter csv;

    public RefusedRowsFile(TextWriter output)
    {
        csv = new(output, new CsvConfiguration(CultureInfo.InvariantCulture), leaveOpen: true);
        Write(["line", "reason", .. Told.Select(ColumnNames.NameOf)]);
    }

    /// <summary>Whether nothing stands there, or only a list that was written here before.</summary>
    public static async Task<bool> MayReplaceAsync(string path)
    {
        if (!File.Exists(path))
        {
            return true;
        }

        using var there = new StreamReader(path);
        var start = new char[Start.Length];
        var length = await there.ReadBlockAsync(start);
        return length == 0 || Start.AsSpan().SequenceEqual(start.AsSpan(0, length));
    }

    public void Write(RefusedRow row) =>
        Write([row.Line.ToString(CultureInfo.InvariantCulture), row.Reason, .. Told.Select(t => row.Fields.Where(f => f.Target == t).Select(f => f.Text).FirstOrDefault())]);

    public void Dispose()
    {
        csv.Flush();
        csv.Dispose();
    }

    private void Write(IEnumerable<string?> fields)
    {
        foreach (var field in fields)
        {
            csv.WriteField(Spreadsheets.Guard(field));
        }

        csv.NextRecord();
    }
}
