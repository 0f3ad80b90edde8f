using System.Globalization;
using System.Text.Json.Nodes;
using Zaguan.Passwords;
using Zaguan.Reading;
using Zaguan.Users.Import;

namespace Zaguan.Commands;

/// <summary>What an import found and did, in words.</summary>
internal static class ImportSummary
{
    public static void Write(Terminal terminal, ImportReport report, ImportOptions options, string? refusedFile)
    {
        WriteCounts(terminal, report, options);
        if (report.Found.Any())
        {
            terminal.Output.WriteLine();
            terminal.WriteTable(["passwords of new users", "how many", "what becomes of them"], report.Found.Select(f => new[] { f.Format, Number(f.Count), InWords(f.Treatment) }));
        }

        WriteColumns(terminal, report, options);
        foreach (var (notice, (rows, firstLine)) in report.Notices)
        {
            terminal.Output.WriteLine($"Look at {Number(rows)} {(rows == 1 ? "row" : "rows, the first")} in line {Number(firstLine)}: {InWords(notice)}");
        }

        if (report.FirstRefused.Count == 0)
        {
            return;
        }

        terminal.Output.WriteLine();
        terminal.WriteTable(["line", "refused because"], report.FirstRefused.Select(r => new[] { Number(r.Line), r.Reason }));
        var others = report.Refused - report.FirstRefused.Count;
        var where = refusedFile is null ? "--refused FILE writes all of them to a file" : $"all of them are in {refusedFile}";
        terminal.Output.WriteLine(others > 0 ? $"… and {Number(others)} more; {where}." : refusedFile is null ? "" : $"They are in {refusedFile} too.");
    }

    public static JsonObject Json(ImportReport report, ImportOptions options) => new()
    {
        ["format"] = report.Format,
        ["isDryRun"] = options.IsDryRun,
        ["wasInterrupted"] = report.WasInterrupted,
        ["rows"] = report.Rows,
        ["added"] = report.Added,
        ["alreadyThere"] = report.AlreadyThere,
        ["refused"] = report.Refused,
        ["linesInRefused"] = report.LinesInRefused,
        ["withoutPassword"] = report.WithoutPassword,
        ["passwords"] = new JsonArray([.. report.Found.Select(f => new JsonObject { ["format"] = f.Format, ["count"] = f.Count, ["treatment"] = RecordReader.SpellingOf(f.Treatment) })]),
        ["columns"] = new JsonObject(report.Columns.Select(c => KeyValuePair.Create(c.Column, (JsonNode?)(c.Target is { } target ? ColumnNames.NameOf(target) : null)))),
        ["notices"] = new JsonArray([.. report.Notices.Select(n => new JsonObject { ["notice"] = RecordReader.SpellingOf(n.Key), ["rows"] = n.Value.Rows, ["firstLine"] = n.Value.FirstLine })]),
        ["rolesMade"] = new JsonArray([.. report.RolesMade.Select(r => (JsonNode)r)]),
        ["firstRefused"] = new JsonArray([.. report.FirstRefused.Select(r => new JsonObject { ["line"] = r.Line, ["reason"] = r.Reason })]),
        ["seconds"] = Math.Round(report.Took.TotalSeconds, 3),
        ["rowsPerSecond"] = Math.Round(report.RowsPerSecond),
        ["estimatedSeconds"] = report.Estimate is { } estimate ? Math.Round(estimate.TotalSeconds) : null,
    };

    private static void WriteCounts(Terminal terminal, ImportReport report, ImportOptions options)
    {
        var rate = $"{Number((long)report.RowsPerSecond)} a second";
        List<(string, string?)> counts =
        [
            (options.IsDryRun ? "would be added" : "added", Number(report.Added)),
            ("there already", Number(report.AlreadyThere)),
            ("refused", Number(report.Refused)),
        ];
        if (report.LinesInRefused > 0)
        {
            counts.Add(("lines not read", $"{Number(report.LinesInRefused)}: they stand inside refused rows, because of a quote that is not closed"));
        }

        if (report.WithoutPassword > 0)
        {
            counts.Add(("without password", $"{Number(report.WithoutPassword)}: nobody can log in as these until a password is set"));
        }

        if (report.Estimate is { } estimate)
        {
            counts.Add(("the import takes", $"about {ProgressView.InWords(estimate)} on this machine"));
        }

        terminal.Output.WriteLine($"{(options.IsDryRun ? "Dry run, nothing was written: " : "")}{Number(report.Rows)} rows of {report.Format} in {ProgressView.InWords(report.Took)} ({rate}).");
        terminal.WriteFields(counts);
    }

    private static void WriteColumns(Terminal terminal, ImportReport report, ImportOptions options)
    {
        var meant = report.Columns.Where(c => c.Target is not (null or ImportTarget.Ignored)).Select(c => $"{c.Column} → {ColumnNames.NameOf(c.Target!.Value)}").ToList();
        var others = report.Columns.Where(c => c.Target is null).Select(c => c.Column).ToList();
        var kept = options.KeepsAttributes ? others.Where(c => !ColumnNames.IsSecretive(c)).ToList() : [];
        terminal.Output.WriteLine();
        WriteList(terminal, "Columns", meant);
        WriteList(terminal, "Kept as attributes", kept);
        WriteList(terminal, "Columns that mean nothing (say what one is with --map WHAT=COLUMN)", [.. others.Except(kept, StringComparer.Ordinal)]);
        WriteList(terminal, options.IsDryRun ? "Roles that would be made" : "Roles that were missing", report.RolesMade);
    }

    private static void WriteList(Terminal terminal, string what, IReadOnlyList<string> names)
    {
        const int Most = 50;
        if (names.Count > 0)
        {
            terminal.Output.WriteLine(Printing.Printable($"{what}: {string.Join(", ", names.Take(Most))}{(names.Count > Most ? $", and {names.Count - Most} more" : "")}"));
        }
    }

    private static string InWords(PasswordTreatment treatment) => treatment switch
    {
        PasswordTreatment.Kept => "kept: the hash is strong",
        PasswordTreatment.KeptWeak => "kept although weak, as asked",
        PasswordTreatment.Wrapped => "Argon2id is put over it",
        PasswordTreatment.Hashed => "hashed with Argon2id",
    };

    private static string InWords(ImportNotice notice) => notice switch
    {
        ImportNotice.GoesOverLines => "a quote holds line ends, so that several lines are one row. If that is no text of several lines, the quote is astray, and whoever stands in the other lines is missing.",
        ImportNotice.HasStrangeLetters => "a name has letters as in \"MuÃ±oz\" or \"Mu?oz\". Either the file is in other letters than it was read in (--encoding says which), or its export lost them; passwords then are wrong as well.",
        ImportNotice.EndsInBlank => "a password as it was typed ends in a blank, which belongs to it. Where the column has a fixed width and was filled up, nobody can log in so: export it without (RTRIM in SQL).",
    };

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
