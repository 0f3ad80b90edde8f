using System.Globalization;
using System.Runtime.InteropServices;

namespace Zaguan.Tests.Passwords;

/// <summary>The memory of this process, in every region that can be written (Linux).</summary>
internal static class ProcessMemory
{
    /// <summary>What is looked for is given with every byte changed by this, so that it stands nowhere for being looked for.</summary>
    public const byte Veil = 0x55;

    private const int Chunk = 1 << 20;

    /// <summary>How often the first half of the bytes that are looked for stands somewhere in a row, or as ASCII in UTF-16.</summary>
    /// <param name="needle">Veiled.</param>
    public static unsafe int Copies(byte[] needle)
    {
        var half = needle.Length / 2;
        var buffer = (byte*)NativeMemory.AllocZeroed(Chunk + (nuint)(2 * needle.Length));
        var found = 0;
        using var memory = File.OpenHandle("/proc/self/mem");
        foreach (var line in File.ReadLines("/proc/self/maps").Where(l => l.Contains(" rw-p ", StringComparison.Ordinal)).ToList())
        {
            var ends = line[..line.IndexOf(' ', StringComparison.Ordinal)].Split('-').Select(h => long.Parse(h, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToArray();
            for (var at = ends[0]; at < ends[1]; at += Chunk)
            {
                // Chunks overlap, so that nothing stands across two of them unseen.
                var length = (int)long.Min(Chunk + 2 * half, ends[1] - at);
                if (at < (long)buffer + Chunk + 2 * needle.Length && at + length > (long)buffer)
                {
                    continue;
                }

                found += In(new ReadOnlySpan<byte>(buffer, Read(memory, new(buffer, length), at)), needle, half);
            }
        }

        NativeMemory.Clear(buffer, Chunk + (nuint)(2 * needle.Length));
        NativeMemory.Free(buffer);
        return found;
    }

    private static int Read(Microsoft.Win32.SafeHandles.SafeFileHandle memory, Span<byte> into, long at)
    {
        try
        {
            return RandomAccess.Read(memory, into, at);
        }
        catch (IOException)
        {
            // It was there a moment ago.
            return 0;
        }
    }

    private static int In(ReadOnlySpan<byte> memory, byte[] needle, int half)
    {
        var found = 0;
        var first = (byte)(needle[0] ^ Veil);
        for (var at = memory.IndexOf(first); at >= 0;)
        {
            found += Stands(memory[at..], needle, half, step: 1) || Stands(memory[at..], needle, half, step: 2) ? 1 : 0;
            var next = memory[(at + 1)..].IndexOf(first);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return found;
    }

    private static bool Stands(ReadOnlySpan<byte> memory, byte[] needle, int half, int step)
    {
        for (var i = 0; i < half; i++)
        {
            if (i * step >= memory.Length || memory[i * step] != (byte)(needle[i] ^ Veil))
            {
                return false;
            }
        }

        return true;
    }
}
