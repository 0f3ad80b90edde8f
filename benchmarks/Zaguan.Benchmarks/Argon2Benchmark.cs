using System.Globalization;
using System.Runtime.InteropServices;
using Zaguan.Argon2;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;

namespace Zaguan.Benchmarks;

/// <summary>
/// Argon2id of the recommended cost, by every kernel that the processor runs, by libsodium and by libargon2: in turns, in one process, by the
/// processor time of the thread, the wiping of the memory included. Every round gives one ratio, and the median is judged.
/// </summary>
internal static unsafe partial class Argon2Benchmark
{
    private const int Rounds = 100;
    private const int WarmUps = 5;
    private const int ThreadCpuTime = 3;

    private static readonly byte[] Password = "una contraseña"u8.ToArray();
    private static readonly byte[] Salt = "0123456789abcdef"u8.ToArray();

    /// <summary>How many times faster than libsodium each must be.</summary>
    private static readonly Dictionary<Kernel, double> Least = new() { [Kernel.Avx512] = 3.0, [Kernel.Avx2] = 2.5, [Kernel.Vector128] = 1.2 };

    public static Task<bool> RunAsync()
    {
        var cost = Argon2Cost.Recommended;
        var kernels = Enum.GetValues<Kernel>().Where(Kernels.IsSupported).ToList();
        var key = new byte[32];
        var rows = kernels.ConvertAll(k =>
        {
            var hasher = new Argon2Hasher(k);
            return new Row(k.ToString(), () => hasher.DeriveKey(Argon2Type.Argon2id, cost, Password, Salt, key));
        });
        var sodium = new Row("libsodium", () => Check(crypto_pwhash(key, (ulong)key.Length, Password, (ulong)Password.Length, Salt, (ulong)cost.Passes, (nuint)cost.MemoryKiB * 1024, 2)));
        var reference = new Row("libargon2", () => Check(argon2id_hash_raw((uint)cost.Passes, (uint)cost.MemoryKiB, 1, Password, (nuint)Password.Length, Salt, (nuint)Salt.Length, key, (nuint)key.Length)));
        rows.AddRange([sodium, reference]);
        for (var round = -WarmUps; round < Rounds; round++)
        {
            foreach (var row in rows)
            {
                var began = ThreadTime();
                row.Hash();
                row.Seconds.AddRange(round < 0 ? [] : [ThreadTime() - began]);
            }
        }

        Console.WriteLine($"m={cost.MemoryKiB} KiB, t={cost.Passes}, p={cost.Lanes}; {Rounds} rounds, each hash once a round in turn, processor time of the thread.\n");
        foreach (var row in rows)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {row.Name,-10} median {Sample.Median(row.Seconds) * 1e3,7:F3} ms, fastest {row.Seconds.Min() * 1e3,7:F3}; {Sample.Median(row.Seconds) * 1e9 / ((double)cost.MemoryKiB * cost.Passes),5:F0} ns a block; libsodium takes {Ratio(sodium, row):F2} times as long, libargon2 {Ratio(reference, row):F2}"));
        }

        var hits = rows.Take(kernels.Count).Select((r, i) => Judge(kernels[i], Ratio(sodium, r))).ToList();
        return Task.FromResult(hits.TrueForAll(h => h) & JudgeAllocations(rows[kernels.Count - 1]));
    }

    private static double Ratio(Row slow, Row fast) => Sample.Median([.. slow.Seconds.Zip(fast.Seconds, (s, f) => s / f)]);

    private static bool Judge(Kernel kernel, double ratio)
    {
        if (!Least.TryGetValue(kernel, out var least))
        {
            return true;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kernel}: {ratio:F2} times as fast as libsodium, {(ratio >= least ? "at least" : "BELOW")} {least:F1}."));
        return ratio >= least;
    }

    private static bool JudgeAllocations(Row row)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            row.Hash();
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Console.WriteLine($"{Rounds} hashes allocate {allocated} bytes.");
        return allocated == 0;
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new BenchmarkFailedException($"A peer answered {result}.");
        }
    }

    private static double ThreadTime()
    {
        var time = stackalloc long[2];
        Check(clock_gettime(ThreadCpuTime, time));
        return time[0] + (time[1] / 1e9);
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int clock_gettime(int clock, long* time);

    [LibraryImport("libsodium.so.23")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int crypto_pwhash([Out] byte[] key, ulong keyBytes, byte[] password, ulong passwordBytes, byte[] salt, ulong passes, nuint memoryBytes, int type);

    [LibraryImport("libargon2.so.1")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int argon2id_hash_raw(uint passes, uint memoryKiB, uint lanes, byte[] password, nuint passwordBytes, byte[] salt, nuint saltBytes, [Out] byte[] key, nuint keyBytes);

    private sealed record Row(string Name, Action Hash)
    {
        public List<double> Seconds { get; } = [];
    }
}
