using System.Text;
using System.Text.Unicode;

namespace Zaguan.Users.Import;

/// <summary>Which letters the bytes of a file mean. Checked over the whole file before anything is imported: half of it in wrong letters would be worse than none.</summary>
internal static class ImportEncoding
{
    private const int ChunkLength = 1024 * 1024;

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
        Span<byte> start = stackalloc byte[4];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        var encoding = told ?? Marked(start);
        file.Position = start.StartsWith(encoding.Preamble) ? encoding.Preamble.Length : 0;
        if (encoding.CodePage != Encoding.UTF8.CodePage)
        {
            return Encoding.CreateTranscodingStream(file, encoding, Encoding.UTF8);
        }

        if (!isWhole)
        {
            return file;
        }

        var begin = file.Position;
        CheckUtf8(file, path);
        file.Position = begin;
        return file;
    }

    private static Encoding Marked(ReadOnlySpan<byte> start) =>
        start.StartsWith(Encoding.Unicode.Preamble) ? Encoding.Unicode
        : start.StartsWith(Encoding.BigEndianUnicode.Preamble) ? Encoding.BigEndianUnicode
        : Encoding.UTF8;

    private static void CheckUtf8(FileStream file, string path)
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
                throw Invalid(path, line + LinesBeforeFault(whole));
            }

            line += whole.Count((byte)'\n');
            kept = bytes.Length - whole.Length;
            bytes[whole.Length..].CopyTo(chunk);
        }

        if (kept > 0)
        {
            throw Invalid(path, line);
        }
    }

    private static ImportSourceException Invalid(string path, long line) => new(
        $"{path}, line {line}: this is not UTF-8, so letters like ñ and á would become others. Say what it is: --encoding windows-1252 is what Windows programs in Spain write; there are also {string.Join(", ", Known.Keys.Except(["utf-8", "windows-1252"], StringComparer.Ordinal))}. Nothing was imported.");

    private static int LinesBeforeFault(ReadOnlySpan<byte> bytes)
    {
        var lines = 0;
        while (!bytes.IsEmpty && Rune.DecodeFromUtf8(bytes, out var rune, out var length) == System.Buffers.OperationStatus.Done)
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
