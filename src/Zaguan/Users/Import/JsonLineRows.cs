using System.Runtime.CompilerServices;

namespace Zaguan.Users.Import;

/// <summary>Rows of a JSON Lines file: one object per line. A line that is too long is read over in the memory of a short one.</summary>
internal static class JsonLineRows
{
    public static async IAsyncEnumerable<ImportRow> ReadAsync(Stream utf8, Dialect dialect, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var buffer = new byte[2 * ImportBounds.LongestRow];
        var (begin, end) = (0, 0);
        var isTooLong = false;
        for (long line = 1; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            var length = buffer.AsSpan(begin, end - begin).IndexOf((byte)'\n');
            if (length < 0)
            {
                if (end - begin > ImportBounds.LongestRow)
                {
                    (begin, end, isTooLong) = (0, 0, true);
                }

                buffer.AsSpan(begin, end - begin).CopyTo(buffer);
                (begin, end) = (0, end - begin);
                var read = await utf8.ReadAsync(buffer.AsMemory(end), cancellation);
                end += read;
                if (read > 0)
                {
                    continue;
                }

                length = end;
            }

            if (Row(line, buffer.AsMemory(begin, length), isTooLong, dialect) is { } row)
            {
                yield return row;
            }

            if (begin + length >= end)
            {
                yield break;
            }

            (begin, line, isTooLong) = (begin + length + 1, line + 1, false);
        }
    }

    private static ImportRow? Row(long line, ReadOnlyMemory<byte> json, bool isTooLong, Dialect dialect)
    {
        if (isTooLong || json.Length > ImportBounds.LongestRow)
        {
            return ImportRow.Refused(line, $"This line has more than {ImportBounds.LongestRow:N0} bytes, the most that are read for one user.");
        }

        return json.Span.Trim(" \t\r"u8).IsEmpty ? null : JsonUsers.Read(line, json, dialect);
    }
}
