using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Zaguan.Argon2;

public sealed unsafe class Argon2Hasher : IDisposable
{
    private const uint Version = 0x13;
    private const int SeedBytes = Blake2b.LongestDigest + (2 * sizeof(uint));

    private readonly Kernel kernel;
    private WorkingMemory? memory;

    public Argon2Hasher()
        : this(Kernels.Best)
    {
    }

    internal Argon2Hasher(Kernel kernel) => this.kernel = kernel;

    public void DeriveKey(Argon2Type type, Argon2Cost cost, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Span<byte> key, ReadOnlySpan<byte> secret = default, ReadOnlySpan<byte> associatedData = default)
    {
        var blocks = (nuint)cost.LaneLength * (uint)cost.Lanes;
        var used = (blocks + Filling.ExtraBlocks) * Block.Bytes;
        if (memory is null || memory.Bytes < used)
        {
            memory?.Dispose();
            memory = new WorkingMemory(used);
        }
        var start = memory.Start;
        try
        {
            Begin(start, type, cost, password, salt, key.Length, secret, associatedData);
            switch (kernel)
            {
                case Kernel.Avx512: Filling.Run<KernelAvx512>(start, type, cost); break;
                case Kernel.Avx2: Filling.Run<KernelAvx2>(start, type, cost); break;
                case Kernel.Vector128: Filling.Run<KernelVector128>(start, type, cost); break;
                default: Filling.Run<KernelPortable>(start, type, cost); break;
            }
            Finish(start, cost, key);
        }
        finally
        {
            Wipe.Clear((byte*)start, used);
        }
    }

    public void Dispose() { memory?.Dispose(); memory = null; }

    private static void Begin(ulong* memory, Argon2Type type, Argon2Cost cost, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int keyBytes, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> associatedData)
    {
        Span<byte> seed = stackalloc byte[SeedBytes];
        var hash = new Blake2b(Blake2b.LongestDigest);
        foreach (var number in (ReadOnlySpan<uint>)[(uint)cost.Lanes, (uint)keyBytes, (uint)cost.MemoryKiB, (uint)cost.Passes, Version, (uint)type])
        {
            hash.Append(number);
        }
        AppendWithLength(ref hash, password);
        AppendWithLength(ref hash, salt);
        AppendWithLength(ref hash, secret);
        AppendWithLength(ref hash, associatedData);
        hash.Finish(seed[..Blake2b.LongestDigest]);

        var laneWords = (nuint)cost.LaneLength * Block.Words;
        var scratch = memory + (laneWords * (uint)cost.Lanes);
        for (var lane = 0; lane < cost.Lanes; lane++)
        {
            for (var i = 0; i < 2; i++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(seed[^8..], i);
                BinaryPrimitives.WriteInt32LittleEndian(seed[^4..], lane);
                LongHash(seed, new(scratch, Block.Bytes));
                var block = memory + (laneWords * (uint)lane) + (i * Block.Words);
                for (var w = 0; w < Block.Words; w++)
                {
                    block[Block.Place(w)] = scratch[w];
                }
            }
        }
        CryptographicOperations.ZeroMemory(seed);
    }

    private static void AppendWithLength(ref Blake2b hash, ReadOnlySpan<byte> bytes)
    {
        hash.Append((uint)bytes.Length);
        hash.Append(bytes);
    }

    private static void Finish(ulong* memory, Argon2Cost cost, Span<byte> key)
    {
        var laneWords = (nuint)cost.LaneLength * Block.Words;
        var sum = memory + (laneWords * (uint)cost.Lanes);
        new Span<ulong>(sum, Block.Words).Clear();
        for (var lane = 0; lane < cost.Lanes; lane++)
        {
            var last = memory + (laneWords * (uint)(lane + 1)) - Block.Words;
            for (var w = 0; w < Block.Words; w++)
            {
                sum[w] ^= last[Block.Place(w)];
            }
        }
        LongHash(new(sum, Block.Bytes), key);
    }

    private static void LongHash(ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> v = stackalloc byte[Blake2b.LongestDigest];
        var hash = new Blake2b(Math.Min(output.Length, Blake2b.LongestDigest));
        hash.Append((uint)output.Length);
        hash.Append(input);
        if (output.Length <= 64) { hash.Finish(output); return; }
        hash.Finish(v);
        while (output.Length > 64)
        {
            v[..32].CopyTo(output);
            output = output[32..];
            hash = new Blake2b(Math.Min(output.Length, 64));
            hash.Append(v);
            if (output.Length <= 64) hash.Finish(output); else hash.Finish(v);
        }
        CryptographicOperations.ZeroMemory(v);
    }
}
internal static unsafe class Wipe
{
    public static int Mode;
    public static void Clear(byte* p, nuint n)
    {
        switch (Mode)
        {
            case 0: new Span<byte>(p, checked((int)n)).Clear(); break;
            case 1: break;
            case 2: for (nuint i = 0; i < n; i += 256) { System.Runtime.Intrinsics.Vector512.StoreAlignedNonTemporal(System.Runtime.Intrinsics.Vector512<byte>.Zero, p + i); System.Runtime.Intrinsics.Vector512.StoreAlignedNonTemporal(System.Runtime.Intrinsics.Vector512<byte>.Zero, p + i + 64); System.Runtime.Intrinsics.Vector512.StoreAlignedNonTemporal(System.Runtime.Intrinsics.Vector512<byte>.Zero, p + i + 128); System.Runtime.Intrinsics.Vector512.StoreAlignedNonTemporal(System.Runtime.Intrinsics.Vector512<byte>.Zero, p + i + 192);} break;
            case 3: for (nuint i = 0; i < n; i += 256) { System.Runtime.Intrinsics.Vector512.StoreAligned(System.Runtime.Intrinsics.Vector512<byte>.Zero, p + i); System.Runtime.Intrinsics.Vector512.StoreAligned(System.Runtime.Intrinsics.Vector512<byte>.Zero, p + i + 64); System.Runtime.Intrinsics.Vector512.StoreAligned(System.Runtime.Intrinsics.Vector512<byte>.Zero, p + i + 128); System.Runtime.Intrinsics.Vector512.StoreAligned(System.Runtime.Intrinsics.Vector512<byte>.Zero, p + i + 192);} break;
            case 4: for (nuint i = n & ~255u; i > 0; i -= 256) { var q = p + i - 256; System.Runtime.Intrinsics.Vector512.StoreAligned(System.Runtime.Intrinsics.Vector512<byte>.Zero, q + 192); System.Runtime.Intrinsics.Vector512.StoreAligned(System.Runtime.Intrinsics.Vector512<byte>.Zero, q + 128); System.Runtime.Intrinsics.Vector512.StoreAligned(System.Runtime.Intrinsics.Vector512<byte>.Zero, q + 64); System.Runtime.Intrinsics.Vector512.StoreAligned(System.Runtime.Intrinsics.Vector512<byte>.Zero, q);} break;
        }
    }
}
