using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Zaguan.Argon2;

namespace Zaguan.Tests.Passwords.Formats;

/// <summary>What the verifiers leave of a password in the memory of the process: nothing. It is looked for there, in every region that can be written.</summary>
[Collection("Nobody else computes")]
public sealed class CopiesTests
{
    private const int Chunk = 1 << 20;

    [Fact]
    public void No_format_leaves_a_copy_of_a_password_in_memory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Memory is read from /proc/self/mem.");
        var needle = Needle();
        using var argon2 = new Argon2Hasher(300 << 20);
        var samples = Sample.OneOfEach.ToList();
        foreach (var (_, hash) in samples)
        {
            Guess(needle, password => hash.Compute(password, argon2));
        }

        var by = Copies(needle) == 0 ? [] : samples.Where(s => Leaves(password => s.Hash.Compute(password, argon2))).Select(s => s.Sample.Format).ToList();

        by.ShouldBeEmpty();
    }

    [Fact]
    public void A_copy_that_is_left_is_found()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Memory is read from /proc/self/mem.");
        var needle = Needle();
        var utf8 = Array.Empty<byte>();
        var utf16 = Array.Empty<byte>();

        Guess(needle, password =>
        {
            utf8 = [0, .. password];
            utf16 = Encoding.Unicode.GetBytes(Encoding.ASCII.GetString(password));
            return [];
        });

        // With the text between them.
        Copies(needle).ShouldBeGreaterThanOrEqualTo(3);
        GC.KeepAlive(utf8);
        GC.KeepAlive(utf16);
    }

    /// <summary>
    /// Of each of two passwords: what a format leaves it leaves of every one. What is found of a single one are registers that the system wrote to the stack where the
    /// runtime stopped the thread, and nobody can wipe those.
    /// </summary>
    private static bool Leaves(Func<byte[], byte[]> compute) => new[] { Needle(), Needle() }.All(needle =>
    {
        Guess(needle, compute);
        return Copies(needle) > 0;
    });

    /// <summary>Forty letters, each changed so that they stand nowhere as they are, not even while they are made.</summary>
    private static byte[] Needle()
    {
        var needle = new byte[40];
        for (var i = 0; i < needle.Length; i++)
        {
            needle[i] = (byte)(('a' + RandomNumberGenerator.GetInt32(26)) ^ 0x55);
        }

        return needle;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Guess(byte[] needle, Func<byte[], byte[]> compute)
    {
        var password = GC.AllocateUninitializedArray<byte>(needle.Length, pinned: true);
        for (var i = 0; i < needle.Length; i++)
        {
            password[i] = (byte)(needle[i] ^ 0x55);
        }

        compute(password);
        CryptographicOperations.ZeroMemory(password);
    }

    /// <summary>How often half of the letters stand somewhere in a row, as bytes or in UTF-16.</summary>
    private static unsafe int Copies(byte[] needle)
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
        var first = (byte)(needle[0] ^ 0x55);
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
            if (i * step >= memory.Length || memory[i * step] != (byte)(needle[i] ^ 0x55))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Where the runtime stops a thread, the system writes its registers to the stack; while other tests run it does so often.</summary>
[CollectionDefinition("Nobody else computes", DisableParallelization = true)]
public sealed class NobodyElseComputes;
