using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Zaguan.Commands;

/// <summary>How answers are printed: tables for people, one JSON document for programs.</summary>
internal static class Printing
{
    /// <summary>Wide enough for every row: what is redirected is neither wrapped nor cut.</summary>
    private const int NoEnd = 100_000;

    /// <summary>Letters stay letters: the output is no part of a web page.</summary>
    public static readonly JsonSerializerOptions OnOneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions OnManyLines = new(OnOneLine) { WriteIndented = true };

    public static Task WriteJsonAsync(this Terminal terminal, JsonNode document) => terminal.Output.WriteLineAsync(document.ToJsonString(OnManyLines));

    public static void WriteTable(this Terminal terminal, IEnumerable<string> columns, IEnumerable<IEnumerable<string?>> rows)
    {
        var table = new Table { Border = terminal.OutputIsTerminal ? TableBorder.Rounded : TableBorder.None };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)));
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(Printable(cell))));
        }

        Pen(terminal).Write(table);
    }

    /// <summary>One thing: a line per field.</summary>
    public static void WriteFields(this Terminal terminal, IEnumerable<(string Name, string? Value)> fields)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (name, value) in fields)
        {
            grid.AddRow(new Text(name), new Text(Printable(value)));
        }

        Pen(terminal).Write(grid);
    }

    /// <summary>ISO 8601, UTC.</summary>
    public static string Instant(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Without what moves the cursor or turns the direction of writing: strangers choose some of these texts.</summary>
    public static string Printable(string? text)
    {
        var printable = new StringBuilder(text?.Length ?? 0);
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            var isKept = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            printable.Append(isKept ? rune : Rune.ReplacementChar);
        }

        return printable.ToString();
    }

    private static IAnsiConsole Pen(Terminal terminal)
    {
        var support = terminal.OutputIsTerminal ? (AnsiSupport.Detect, ColorSystemSupport.Detect) : (AnsiSupport.No, ColorSystemSupport.NoColors);
        var pen = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = support.Item1, ColorSystem = support.Item2, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(terminal.Output) });
        if (!terminal.OutputIsTerminal)
        {
            pen.Profile.Width = NoEnd;
        }

        return pen;
    }
}
