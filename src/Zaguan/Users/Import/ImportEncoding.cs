using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Zaguan.Users.Import;

/// <summary>Which letters the bytes of a file mean. Checked over the whole file before anything is imported: half of it in wrong letters would be worse than none.</summary>
internal static class ImportEncoding
{
    private const int ChunkLength = 1024 * 1024;

    private const int StartLength = 16;

    /// <summary>Controls in ISO 8859, where Windows-1252 has letters.</summary>
    private static readonly SearchValues<byte> NoLettersOfIso8859 = SearchValues.Create([.. Enumerable.Range(0x80, 0x20).Select(b => (byte)b)]);

    private static readonly SearchValues<byte> NoLettersOf1252 = SearchValues.Create([0x81, 0x8D, 0x8F, 0x90, 0x9D]);

    public static IReadOnlyDictionary<string, Func<Encoding>> Known { get; } = new Dictionary<string, Func<Encoding>>(StringComparer.OrdinalIgnoreCase)
    {
        ["utf-8"] = () => Encoding.UTF8,
        ["utf-16"] = () => Encoding.Unicode,
        ["windows-1252"] = () => CodePagesEncodingProvider.Instance.GetEncoding(1252)!,
        ["iso-8859-1"] = () => Encoding.Latin1,
        ["iso-8859-15"] = () => CodePagesEncodingProvider.Instance.GetEncoding(28605)!,
        ["ibm850"] = () => CodePagesEncodingProvider.Instance.GetEncoding(850)!,
    };

    /// <summary>The file as UTF-8 without its mark.</summary>
    /// <param name="isWhole">All of it is going to be read, so all of it is checked.</param>
    public static Stream Open(FileStream file, string path, Encoding? told, bool isWhole)
    {
        Span<byte> start = stackalloc byte[StartLength];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        var marked = Marked(start);
        if (StartObjection(start, told, marked) is { } objection)
        {
            throw new ImportSourceException($"{path} {objection} Nothing was imported.");
        }

        var encoding = marked ?? told ?? Encoding.UTF8;
        var begin = file.Position = marked?.Preamble.Length ?? 0;
        if (isWhole)
        {
            Check(file, path, encoding);
            file.Position = begin;
        }

        return IsUtf8(encoding) ? file : Encoding.CreateTranscodingStream(file, encoding, Encoding.UTF8);
    }

    /// <summary>What the first bytes say; null: nothing.</summary>
    private static Encoding? Marked(ReadOnlySpan<byte> start) =>
        start.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8
        : start.StartsWith(Encoding.Unicode.Preamble) ? Encoding.Unicode
        : start.StartsWith(Encoding.BigEndianUnicode.Preamble) ? Encoding.BigEndianUnicode
        : null;

    private static string? StartObjection(ReadOnlySpan<byte> start, Encoding? told, Encoding? marked)
    {
        if (told is null)
        {
            // A comma in UTF-16 is a comma and a zero.
            return marked is null && start.Length == StartLength && start.Count((byte)0) is >= StartLength / 3 and <= StartLength / 2
                ? "looks like UTF-16, without the mark at its beginning that would say so. Say it: --encoding utf-16."
                : null;
        }

        if (marked is not null)
        {
            return IsUtf16(marked) == IsUtf16(told) && IsUtf8(marked) == IsUtf8(told) ? null : $"is {NameOf(marked)}, as its first bytes say, and not {NameOf(told)}. Leave --encoding away.";
        }

        return IsUtf16(told) && !start.Contains((byte)0) ? "is not UTF-16: no letter in it has a zero. Leave --encoding away, or say windows-1252." : null;
    }

    private static bool IsUtf8(Encoding encoding) => encoding.CodePage == Encoding.UTF8.CodePage;

    private static bool IsUtf16(Encoding encoding) => encoding is UnicodeEncoding;

    private static string NameOf(Encoding encoding) => IsUtf16(encoding) ? "utf-16" : encoding.WebName;

    private static void Check(FileStream file, string path, Encoding encoding)
    {
        if (IsUtf16(encoding))
        {
            CheckUtf16(file, path, encoding);
        }
        else if (IsUtf8(encoding))
        {
            if (FaultInUtf8(file) is { } line)
            {
                throw new ImportSourceException($"{path}, line {line}: this is not UTF-8, so letters like ñ and á would become others. Say what it is: --encoding windows-1252 is what Windows programs in Spain write; there are also {string.Join(", ", Known.Keys.Except(["utf-8", "windows-1252"], StringComparer.Ordinal))}. Nothing was imported.");
            }
        }
        else
        {
            CheckBytes(file, path, encoding);
        }
    }

    /// <summary>Every letter is a byte. Letters beyond ASCII that together are UTF-8 are UTF-8: by chance, two of them are so rarely and ten never.</summary>
    private static void CheckBytes(FileStream file, string path, Encoding encoding)
    {
        var begin = file.Position;
        var chunk = new byte[ChunkLength];
        long line = 1;
        long? beyond = null;
        for (var read = file.Read(chunk); read > 0; read = file.Read(chunk))
        {
            var bytes = chunk.AsSpan(0, read);
            if (beyond is null && bytes.IndexOfAnyInRange((byte)0x80, (byte)0xFF) is >= 0 and var at)
            {
                beyond = line + bytes[..at].Count((byte)'\n');
            }

            if (NoLetters(encoding) is { } none && bytes.IndexOfAny(none) is >= 0 and var fault)
            {
                throw new ImportSourceException($"{path}, line {line + bytes[..fault].Count((byte)'\n')}: the byte 0x{bytes[fault]:X2} is no letter in {NameOf(encoding)}. Say what the file is; there are {string.Join(", ", Known.Keys)}. Nothing was imported.");
            }

            line += bytes.Count((byte)'\n');
        }

        file.Position = begin;
        if (beyond is not null && FaultInUtf8(file) is null)
        {
            throw new ImportSourceException($"{path}, line {beyond}: this is UTF-8, and so is all of the file; read as {NameOf(encoding)}, a letter like ñ would become two others. Leave --encoding away. Nothing was imported.");
        }
    }

    private static SearchValues<byte>? NoLetters(Encoding encoding) => encoding.CodePage switch
    {
        1252 => NoLettersOf1252,
        850 => null,
        _ => NoLettersOfIso8859,
    };

    private static void CheckUtf16(FileStream file, string path, Encoding encoding)
    {
        var decoder = encoding.GetDecoder();
        var chunk = new byte[ChunkLength];
        var letters = new char[encoding.GetMaxCharCount(ChunkLength)];
        long line = 1;
        int read;
        do
        {
            read = file.Read(chunk);
            var text = letters.AsSpan(0, decoder.GetChars(chunk, 0, read, letters, 0, flush: read == 0));
            if (text.IndexOf('\uFFFD') is >= 0 and var fault)
            {
                throw new ImportSourceException($"{path}, line {line + text[..fault].Count('\n')}: this is not UTF-16, or a letter was lost. Say what the file is (there are {string.Join(", ", Known.Keys)}), or export it again. Nothing was imported.");
            }

            line += text.Count('\n');
        }
        while (read > 0);
    }

    /// <summary>The line of the first bytes that are no UTF-8; null where all are.</summary>
    private static long? FaultInUtf8(FileStream file)
    {
        var chunk = new byte[ChunkLength];
        var kept = 0;
        long line = 1;
        for (var read = file.Read(chunk); read > 0; read = file.Read(chunk, kept, chunk.Length - kept))
        {
            var bytes = chunk.AsSpan(0, kept + read);
            // A letter may go on in the next chunk.
            var whole = bytes[..^UnfinishedLetter(bytes)];
            if (!Utf8.IsValid(whole))
            {
                return line + LinesBeforeFault(whole);
            }

            line += whole.Count((byte)'\n');
            kept = bytes.Length - whole.Length;
            bytes[whole.Length..].CopyTo(chunk);
        }

        return kept > 0 ? line : null;
    }

    private static int LinesBeforeFault(ReadOnlySpan<byte> bytes)
    {
        var lines = 0;
        while (!bytes.IsEmpty && Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done)
        {
            lines += rune.Value == '\n' ? 1 : 0;
            bytes = bytes[length..];
        }

        return lines;
    }

    /// <summary>How many bytes at the end begin a letter whose rest is missing.</summary>
    private static int UnfinishedLetter(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var lead = bytes[^back];
            if ((lead & 0xC0) != 0x80)
            {
                var length = lead switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };
                return length > back ? back : 0;
            }
        }

        return 0;
    }
}
