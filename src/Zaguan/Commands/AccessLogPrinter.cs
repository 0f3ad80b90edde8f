using System.Globalization;
using System.Text.Json.Nodes;
using CsvHelper;
using CsvHelper.Configuration;
using Zaguan.AccessLog;
using Zaguan.Reading;

namespace Zaguan.Commands;

internal enum AccessLogFormat
{
    Table,
    Csv,
    Jsonl,
}

/// <summary>Access records on their way out, in one of the formats.</summary>
internal sealed class AccessLogPrinter : IDisposable
{
    private static readonly string[] Columns = ["id", "at", "application", "realm", "identifier", "user", "outcome", "address", "platform", "userAgent", "clientInfo", "node"];
    private static readonly string[] TableColumns = ["id", "at", "application", "identifier", "user", "outcome", "address", "platform"];

    private readonly AccessLogFormat format;
    private readonly TextWriter output;
    private readonly Terminal? terminal;
    private readonly CsvWriter csv;
    private readonly List<string?[]> table = [];
    private bool isFollowing;

    /// <param name="terminal">On which a table stands; the other formats need none.</param>
    public AccessLogPrinter(AccessLogFormat format, TextWriter output, Terminal? terminal = null)
    {
        this.format = format;
        this.output = output;
        this.terminal = terminal;
        csv = new(output, new CsvConfiguration(CultureInfo.InvariantCulture), leaveOpen: true);
        if (format == AccessLogFormat.Csv)
        {
            WriteRow(Columns);
        }
    }

    public void Print(AccessRecord record)
    {
        switch (format)
        {
            case AccessLogFormat.Table when isFollowing:
                output.WriteLine(string.Join("  ", TableRow(record).Select((cell, i) => Printing.Printable(cell).PadRight(WidthWhileFollowing(i)))).TrimEnd());
                break;
            case AccessLogFormat.Table:
                table.Add(TableRow(record));
                break;
            case AccessLogFormat.Csv:
                WriteRow([Id(record), Printing.Instant(record.At), .. new[] { record.Application, record.Realm, record.Identifier, record.Username, Outcome(record), record.Address, record.Platform, record.UserAgent, record.ClientInfo, record.Node }.Select(Spreadsheets.Guard)]);
                break;
            case AccessLogFormat.Jsonl:
                output.Write(Json(record).ToJsonString(Printing.OnOneLine));
                output.Write('\n');
                break;
        }
    }

    /// <summary>What was printed so far is with <c>output</c>.</summary>
    public void Flush() => csv.Flush();

    /// <summary>Everything that was there is printed.</summary>
    public void Complete()
    {
        csv.Flush();
        if (table.Count > 0)
        {
            terminal!.WriteTable(TableColumns, table);
        }
        else if (format == AccessLogFormat.Table)
        {
            terminal!.Error.WriteLine("No records.");
        }
    }

    /// <summary>From here on each record is printed as it comes.</summary>
    public void Follow() => isFollowing = true;

    public void Dispose() => csv.Dispose();

    private void WriteRow(IEnumerable<string?> fields)
    {
        foreach (var field in fields)
        {
            csv.WriteField(field);
        }

        csv.NextRecord();
        if (isFollowing)
        {
            csv.Flush();
        }
    }

    private static string?[] TableRow(AccessRecord record) =>
        [Id(record), Printing.Instant(record.At), record.Application, record.Identifier, record.Username, Outcome(record), record.Address, record.Platform];

    private static int WidthWhileFollowing(int column) => TableColumns[column] switch
    {
        "id" => 8,
        "at" => 24,
        "outcome" => 16,
        "address" => 15,
        _ => 14,
    };

    private static JsonObject Json(AccessRecord record) => new()
    {
        ["id"] = record.Id,
        ["at"] = Printing.Instant(record.At),
        ["application"] = record.Application,
        ["realm"] = record.Realm,
        ["identifier"] = record.Identifier,
        ["user"] = record.Username,
        ["isSuccessful"] = record.IsSuccessful,
        ["outcome"] = Outcome(record),
        ["address"] = record.Address,
        ["platform"] = record.Platform,
        ["userAgent"] = record.UserAgent,
        ["clientInfo"] = record.ClientInfo,
        ["node"] = record.Node,
    };

    private static string Id(AccessRecord record) => record.Id.ToString(CultureInfo.InvariantCulture);

    private static string Outcome(AccessRecord record) => RecordReader.SpellingOf(record.Outcome);
}
