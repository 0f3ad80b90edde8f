using System.Security.Cryptography;
using System.Text;

namespace Zaguan.Passwords;

/// <summary>A sorted file of SHA-1 hashes, of any size: 40 hexadecimal digits a line, whatever stands behind them. Searched by halves.</summary>
internal static class BreachedHashes
{
    private const int DigitsOfHash = 2 * SHA1.HashSizeInBytes;

    /// <summary>A line with its count is shorter; what has no line end within it is no such file.</summary>
    private const int LongestLine = 256;

    /// <exception cref="IOException">It cannot be read, or is no such file.</exception>
    public static bool Contain(string file, ReadOnlySpan<byte> password)
    {
#pragma warning disable CA5350 // The file's format, and no protection of anything.
        var wanted = Convert.ToHexString(SHA1.HashData(password));
#pragma warning restore CA5350
        using var handle = File.OpenHandle(file, options: FileOptions.RandomAccess);
        var (from, to) = (0L, RandomAccess.GetLength(handle));
        // The line that is wanted begins in [from, to).
        while (from < to)
        {
            var middle = from + ((to - from) / 2);
            var (start, hash, next) = LineAt(handle, file, middle, from);
            switch (string.CompareOrdinal(wanted, hash))
            {
                case 0:
                    return true;
                case < 0:
                    to = start;
                    break;
                default:
                    from = next;
                    break;
            }
        }

        return false;
    }

    /// <summary>Why a file cannot be used, as a sentence; null where it can.</summary>
    public static string? Objection(string file)
    {
        try
        {
            using var handle = File.OpenHandle(file);
            LineAt(handle, file, 0, 0);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The file of breached hashes cannot be used: {e.Message}";
        }
    }

    /// <summary>The line that a position lies in: where it begins (not before <paramref name="from"/>), its hash, and where the next one begins.</summary>
    private static (long Start, string Hash, long Next) LineAt(Microsoft.Win32.SafeHandles.SafeFileHandle handle, string file, long position, long from)
    {
        var origin = Math.Max(from, position - LongestLine);
        Span<byte> buffer = stackalloc byte[2 * LongestLine];
        var read = buffer[..RandomAccess.Read(handle, buffer, origin)];
        var at = (int)(position - origin);
        var start = read[..at].LastIndexOf((byte)'\n') + 1;
        var length = read[start..].IndexOf((byte)'\n');
        var line = length < 0 ? read[start..] : read.Slice(start, length);
        var hash = line.Length >= DigitsOfHash ? Encoding.ASCII.GetString(line[..DigitsOfHash]).ToUpperInvariant() : "";
        return hash.Length == DigitsOfHash && hash.All(char.IsAsciiHexDigit) && line.Length < LongestLine
            ? (origin + start, hash, origin + start + line.Length + 1)
            : throw new IOException($"{file} is no list of SHA-1 hashes in ascending order, 40 hexadecimal digits a line (near byte {origin + start}).");
    }
}
