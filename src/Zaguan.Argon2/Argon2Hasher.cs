using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Zaguan.Argon2;

/*
 * Argon2, version 1.3 (RFC 9106), as a function of bytes. What a stored hash looks like is not its business.
 *
 * Ranges        password, salt, secret, associated data: any length (RFC 9106 §3.1 wants 8 bytes of salt; 16 are usual)
 *               key: at least 4 bytes; cost: see Argon2Cost. Version 1.0 (0x10) is not computed.
 * Verified      against the RFC's vectors (§5), and against libargon2 and libsodium on random inputs, with every kernel.
 *
 * Where the time goes. A hash of m KiB and t passes compresses m·t blocks of 1 KiB, each mixed with one that is chosen anew: 38,912 for the
 * recommended cost. A block is 16 permutations of 8 GB, which are 384 vector instructions of 512 bits. At two a cycle (Zen 4) and 3.7 GHz
 * that is 52 ns; with the shuffles, loads and stores 76 to 80 ns is the least, out of the first-level cache. What stands between that and
 * what is measured is memory: the reference block lies anywhere in 19 MiB, and its address is known only when the first word of the block
 * before is. So:
 *
 * - The memory is kept from hash to hash, in huge pages: the system's fresh pages, and walks through page tables, cost libsodium more than
 *   half of its time.
 * - Four permutations are interleaved; each alone waits for itself.
 * - The layout of a block (Block.cs) needs no transposing.
 * - The first word of a block is finished early, and the next reference is fetched while the rest is computed; where a counter chooses the
 *   references (the first half of argon2id's first pass) they are fetched one block ahead.
 * - The memory is wiped: what is left of the last pass would let guesses be tested without its memory. That is one more write over it, a
 *   sixteenth of the time. It is done after every hash, or, where the caller asks for that, when no other hash follows at once: one that
 *   follows and needs as much writes over all of it anyway.
 *
 * Lanes are filled one after the other: a server has as many hashes to compute as it has cores.
 */

/// <summary>
/// Computes Argon2 (RFC 9106) in memory of its own, which it keeps for the next call and wipes after each, unless it is told to leave that for later.
/// Allocates nothing per hash. For one thread at a time: a server has one for each of its hashing threads.
/// </summary>
public sealed unsafe class Argon2Hasher : IDisposable
{
    private const uint Version = 0x13;

    /// <summary>H0 and the two numbers behind it (RFC 9106 §3.2, step 3).</summary>
    private const int SeedBytes = Blake2b.LongestDigest + (2 * sizeof(uint));

    /// <summary>64 MiB, and what a hash needs beside them.</summary>
    private const long DefaultKeptBytes = (64 << 20) + (1 << 20);

    private readonly Kernel kernel;
    private readonly long keptBytes;
    private WorkingMemory? memory;

    internal WorkingMemory? Memory => memory;

    /// <param name="keptBytes">Bytes of memory that are kept between hashes: a hash that needs more gives its memory back to the system. 64 MiB unless said.</param>
    public Argon2Hasher(long keptBytes = DefaultKeptBytes)
        : this(Kernels.Best, keptBytes)
    {
    }

    internal Argon2Hasher(Kernel kernel, long keptBytes = DefaultKeptBytes)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Argon2 is computed on little-endian processors only.");
        }

        this.kernel = kernel;
        this.keptBytes = keptBytes;
    }

    /// <summary>
    /// Whether what a hash leaves in the memory stays there until the next one writes over it, or <see cref="Wipe"/> is called, which whoever sets this must do
    /// when no other hash follows at once. Memory that is given back has been wiped in any case.
    /// </summary>
    public bool WipesLater { get; init; }

    /// <summary>Derives a key.</summary>
    /// <param name="type">How references are chosen: <see cref="Argon2Type.Argon2id"/> for passwords.</param>
    /// <param name="cost">Memory in KiB, passes, lanes.</param>
    /// <param name="password">The password's bytes (<c>P</c>).</param>
    /// <param name="salt">Bytes that are another's for every password (<c>S</c>).</param>
    /// <param name="key">Receives the key (<c>T</c>), at least 4 bytes. Its length is part of the result.</param>
    /// <param name="secret">A key that is kept elsewhere than the hashes (<c>K</c>).</param>
    /// <param name="associatedData">Whatever else the result shall depend on (<c>X</c>).</param>
    /// <exception cref="ArgumentException">The cost or the length of the key is outside RFC 9106 §3.1.</exception>
    /// <exception cref="OutOfMemoryException">The system does not give so much memory.</exception>
    public void DeriveKey(Argon2Type type, Argon2Cost cost, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Span<byte> key, ReadOnlySpan<byte> secret = default, ReadOnlySpan<byte> associatedData = default)
    {
        if (cost.Objection is { } objection)
        {
            throw new ArgumentException(objection, nameof(cost));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, 4, nameof(key));
        if (!Enum.IsDefined(type))
        {
            throw new ArgumentOutOfRangeException(nameof(type), type, "Argon2 has the types d, i and id.");
        }

        var bytes = BytesFor(cost);
        var start = Reserve(bytes);
        memory!.Touch(bytes);
        try
        {
            Begin(start, type, cost, key.Length, password, salt, secret, associatedData);
            Fill(start, type, cost);
            Finish(start, cost, key);
        }
        finally
        {
            if ((long)bytes > keptBytes)
            {
                Dispose();
            }
            else if (!WipesLater)
            {
                Wipe();
            }
        }
    }

    /// <summary>Takes the memory that a hash of this cost needs, where it is not there yet, so that the hash takes as long as the one after it.</summary>
    /// <exception cref="OutOfMemoryException">The system does not give so much memory.</exception>
    public void Prepare(Argon2Cost cost)
    {
        var bytes = BytesFor(cost);
        if (memory is null || memory.Bytes < bytes)
        {
            Reserve(bytes);
            memory!.Touch(bytes);
            Wipe();
        }
    }

    /// <summary>Leaves nothing of the hashes so far in the memory.</summary>
    public void Wipe() => memory?.Wipe();

    /// <summary>Gives the memory back. The hasher can go on: it takes new memory for the next hash.</summary>
    public void Dispose()
    {
        memory?.Dispose();
        memory = null;
    }

    private static nuint BytesFor(Argon2Cost cost) => checked((nuint)(cost.MemoryBytes + (Filling.ExtraBlocks * Block.Bytes)));

    private ulong* Reserve(nuint bytes)
    {
        if (memory is null || memory.Bytes < bytes)
        {
            Dispose();
            memory = new(bytes);
        }

        return memory.Start;
    }

    /// <summary>H0 from everything, and the first two blocks of every lane from it (RFC 9106 §3.2, steps 1 to 4).</summary>
    private static void Begin(ulong* memory, Argon2Type type, Argon2Cost cost, int keyBytes, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> associatedData)
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

        var scratch = LaneStart(memory, cost, cost.Lanes);
        for (var lane = 0; lane < cost.Lanes; lane++)
        {
            for (var i = 0; i < 2; i++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(seed[Blake2b.LongestDigest..], i);
                BinaryPrimitives.WriteInt32LittleEndian(seed[(Blake2b.LongestDigest + sizeof(uint))..], lane);
                LongHash.Compute(seed, new(scratch, Block.Bytes));
                var block = LaneStart(memory, cost, lane) + (i * Block.Words);
                for (var word = 0; word < Block.Words; word++)
                {
                    block[Block.Place(word)] = scratch[word];
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

    private void Fill(ulong* start, Argon2Type type, Argon2Cost cost)
    {
        switch (kernel)
        {
            case Kernel.Portable:
                Filling.Run<KernelPortable>(start, type, cost);
                break;
            case Kernel.Vector128:
                Filling.Run<KernelVector128>(start, type, cost);
                break;
            case Kernel.Avx2:
                Filling.Run<KernelAvx2>(start, type, cost);
                break;
            case Kernel.Avx512:
                Filling.Run<KernelAvx512>(start, type, cost);
                break;
        }
    }

    /// <summary>The key from the last blocks of all lanes (RFC 9106 §3.2, step 7).</summary>
    private static void Finish(ulong* memory, Argon2Cost cost, Span<byte> key)
    {
        var sum = LaneStart(memory, cost, cost.Lanes);
        new Span<ulong>(sum, Block.Words).Clear();
        for (var lane = 1; lane <= cost.Lanes; lane++)
        {
            var last = LaneStart(memory, cost, lane) - Block.Words;
            for (var word = 0; word < Block.Words; word++)
            {
                sum[word] ^= last[Block.Place(word)];
            }
        }

        LongHash.Compute(new(sum, Block.Bytes), key);
    }

    /// <summary>Of the lane behind the last: the blocks that are no lane's.</summary>
    private static ulong* LaneStart(ulong* memory, Argon2Cost cost, int lane) => memory + ((nuint)lane * (uint)cost.LaneLength * Block.Words);
}
