using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Zaguan.Argon2;

namespace Zaguan.Tests.Passwords.Formats;

/// <summary>What the verifiers leave of a password in the memory of the process: nothing. It is looked for there, in every region that can be written.</summary>
[Collection("Nobody else computes")]
public sealed class CopiesTests
{
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

        var by = ProcessMemory.Copies(needle) == 0 ? [] : samples.Where(s => Leaves(password => s.Hash.Compute(password, argon2))).Select(s => s.Sample.Format).ToList();

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
        ProcessMemory.Copies(needle).ShouldBeGreaterThanOrEqualTo(3);
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
        return ProcessMemory.Copies(needle) > 0;
    });

    /// <summary>Forty letters, each changed so that they stand nowhere as they are, not even while they are made.</summary>
    private static byte[] Needle()
    {
        var needle = new byte[40];
        for (var i = 0; i < needle.Length; i++)
        {
            needle[i] = (byte)(('a' + RandomNumberGenerator.GetInt32(26)) ^ ProcessMemory.Veil);
        }

        return needle;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Guess(byte[] needle, Func<byte[], byte[]> compute)
    {
        var password = GC.AllocateUninitializedArray<byte>(needle.Length, pinned: true);
        for (var i = 0; i < needle.Length; i++)
        {
            password[i] = (byte)(needle[i] ^ ProcessMemory.Veil);
        }

        compute(password);
        CryptographicOperations.ZeroMemory(password);
    }
}

/// <summary>Where the runtime stops a thread, the system writes its registers to the stack; while other tests run it does so often.</summary>
[CollectionDefinition("Nobody else computes", DisableParallelization = true)]
public sealed class NobodyElseComputes;
