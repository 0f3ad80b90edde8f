using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace Zaguan.Users.Import;

/// <summary>Rows of a CSV file (RFC 4180) with commas, semicolons, tabs or bars; the first line names the columns.</summary>
internal static class CsvRows
{
    private static readonly (char Delimiter, string Name)[] Delimiters = [(',', "commas"), (';', "semicolons"), ('\t', "tabs"), ('|', "bars")];

    public static ImportSource Open(Stream utf8, string path, Func<double?> position)
    {
        var text = new StreamReader(utf8, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, bufferSize: 64 * 1024, leaveOpen: true);
        var (start, header) = ReadFirstLine(text, path);
        var (delimiter, name) = Delimiters.MaxBy(d => CountOutsideQuotes(header, d.Delimiter));
        return new($"CSV with {name}", ReadAsync(new BoundedLook(start, text), path, delimiter)) { Position = position };
    }

    private static async IAsyncEnumerable<ImportRow> ReadAsync(BoundedLook text, string path, char delimiter, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var isBroken = false;
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture) { Delimiter = delimiter.ToString(), BadDataFound = _ => isBroken = true };
        using var parser = new CsvParser(text, configuration, leaveOpen: true);
        var columns = await ReadHeaderAsync(parser, text, path);
        for (var before = parser.RawRow; await ReadRowAsync(parser, text, path, before + 1); before = parser.RawRow)
        {
            cancellation.ThrowIfCancellationRequested();
            isBroken = false;
            var record = parser.Record!;
            var (line, lines) = parser.RawRow == before + 1 ? (parser.RawRow, 1) : Extent(parser, isBroken);
            yield return true switch
            {
                _ when isBroken => ImportRow.Refused(line, "A quote in this row stands where none can: inside a field a quote is doubled, and the whole field is quoted.", lines),
                _ when record.Length != columns.Length => ImportRow.Refused(line, $"This row has {record.Length} fields and the first line names {columns.Length}. Quote a field that holds the delimiter or a line end.", lines),
                _ when TooLong(columns, record) is { } sentence => ImportRow.Refused(line, sentence, lines),
                _ => new(line, [.. columns.Select((c, i) => new ImportField(c, Value(record[i])))]) { Lines = lines },
            };
        }
    }

    /// <summary>Where the row begins, and over how many lines it goes: empty lines may stand before it, and line ends inside its quotes.</summary>
    private static (long Line, int Lines) Extent(CsvParser parser, bool isBroken)
    {
        // Where the file ends inside a quote, the last line end belongs to the field, and the parser counts a line more.
        var isOpen = isBroken && parser.Record![^1].EndsWith('\n');
        var raw = parser.RawRecord.AsSpan();
        return (parser.RawRow - raw.Count('\n') + (raw.EndsWith('\n') && !isOpen ? 1 : 0), 1 + raw.TrimEnd("\r\n").Count('\n'));
    }

    /// <summary>What databases write where there is nothing: MySQL "\N", SQL Server's tools "NULL".</summary>
    private static string? Value(string field) => field is "NULL" or "\\N" ? null : field;

    private static async Task<string[]> ReadHeaderAsync(CsvParser parser, BoundedLook text, string path)
    {
        if (!await ReadRowAsync(parser, text, path, 1))
        {
            throw new ImportSourceException($"{path} is empty. The first line of a CSV file names its columns.");
        }

        var columns = parser.Record!.Select(c => c.Trim()).ToArray();
        if (columns.Length > ImportBounds.MostColumns || Array.Exists(columns, c => c.Length > Names.Longest))
        {
            throw new ImportSourceException($"{path}, line 1: these are no names of columns (at most {ImportBounds.MostColumns}, of at most {Names.Longest} characters). The first line of a CSV file names its columns.");
        }

        var twice = columns.Index().GroupBy(c => c.Item, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Key.Length > 0 && g.Skip(1).Any())?.ToList();
        return twice is null ? columns : throw new ImportSourceException($"{path}, line 1: the columns {twice[0].Index + 1} and {twice[1].Index + 1} have the same name. Rename one of them.");
    }

    private static async Task<bool> ReadRowAsync(CsvParser parser, BoundedLook text, string path, long line)
    {
        try
        {
            text.BeginRow();
            return await parser.ReadAsync();
        }
        catch (BoundedLook.EndlessRowException)
        {
            throw new ImportSourceException($"{path}, line {line}: the row that begins here has no end within {ImportBounds.LongestLook:N0} characters. Most of the time a quote was opened and not closed. What stands before it was read; correct the line and run the same command again.");
        }
    }

    private static string? TooLong(string[] columns, string[] record)
    {
        long length = 0;
        for (var i = 0; i < record.Length; i++)
        {
            length += record[i].Length;
            if (record[i].Length > ImportBounds.LongestField)
            {
                return $"The column \"{columns[i]}\" has {record[i].Length:N0} characters; at most {ImportBounds.LongestField:N0} are read.";
            }
        }

        return length > ImportBounds.LongestRow ? $"This row has {length:N0} characters; at most {ImportBounds.LongestRow:N0} are read." : null;
    }

    private static (string Start, string Header) ReadFirstLine(StreamReader text, string path)
    {
        var start = new StringBuilder();
        for (var c = text.Read(); c >= 0; c = text.Read())
        {
            start.Append((char)c);
            if (c is '\n' && !string.IsNullOrWhiteSpace(start.ToString()))
            {
                break;
            }

            if (start.Length > ImportBounds.LongestRow)
            {
                throw new ImportSourceException($"{path}, line 1: the first line of a CSV file names its columns; this one has more than {ImportBounds.LongestRow:N0} characters.");
            }
        }

        return string.IsNullOrWhiteSpace(start.ToString())
            ? throw new ImportSourceException($"{path} is empty. The first line of a CSV file names its columns.")
            : (start.ToString(), start.ToString());
    }

    private static int CountOutsideQuotes(string line, char delimiter)
    {
        var (count, isQuoted) = (0, false);
        foreach (var c in line)
        {
            isQuoted ^= c is '"';
            count += c == delimiter && !isQuoted ? 1 : 0;
        }

        return count;
    }

    /// <summary>Hands a parser so many characters for one row and no more.</summary>
    private sealed class BoundedLook(string start, StreamReader rest) : TextReader
    {
        private int at;
        private long handed;

        public void BeginRow() => handed = 0;

        public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

        public override Task<int> ReadAsync(char[] buffer, int index, int count) => Task.FromResult(Read(buffer.AsSpan(index, count)));

        public override ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override int Read(Span<char> buffer)
        {
            if (handed > ImportBounds.LongestLook)
            {
                throw new EndlessRowException();
            }

            var length = at < start.Length ? Math.Min(buffer.Length, start.Length - at) : rest.Read(buffer);
            if (at < start.Length)
            {
                start.AsSpan(at, length).CopyTo(buffer);
                at += length;
            }

            handed += length;
            return length;
        }

        public sealed class EndlessRowException : Exception;
    }
}
