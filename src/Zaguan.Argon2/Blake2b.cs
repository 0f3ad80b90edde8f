using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Zaguan.Argon2;

/// <summary>BLAKE2b (RFC 7693) without a key: 1 to 64 bytes of digest from any number of bytes, on the stack. Not to be copied while in use.</summary>
/// <remarks>Appending goes on after the last one; <see cref="Finish"/> ends it and wipes what the state held of the input.</remarks>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Blake2b
{
    /// <summary>Bytes of the longest digest.</summary>
    public const int LongestDigest = 64;

    private const int BlockBytes = 128;
    private const int Rounds = 12;

    private fixed ulong state[8];
    private fixed byte block[BlockBytes];
    private int filled;
    private ulong hashed;
    private readonly int digestBytes;

    /// <param name="digestBytes">Bytes of the digest, 1 to 64. They are part of the result: a shorter digest is not the start of a longer one.</param>
    public Blake2b(int digestBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(digestBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digestBytes, LongestDigest);
        this.digestBytes = digestBytes;
        for (var i = 0; i < 8; i++)
        {
            state[i] = Start[i];
        }

        // The parameter block of RFC 7693 §2.5: digest length, no key, no tree.
        state[0] ^= 0x0101_0000u ^ (uint)digestBytes;
    }

    /// <summary>RFC 7693 §2.6.</summary>
    private static ReadOnlySpan<ulong> Start =>
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    /// <summary>RFC 7693 §2.7: in which order each round takes the words of the message. Rounds 10 and 11 begin again.</summary>
    private static ReadOnlySpan<byte> Order =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ];

    /// <summary>The digest of <paramref name="input"/>, as long as <paramref name="digest"/>.</summary>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> digest)
    {
        var hash = new Blake2b(digest.Length);
        hash.Append(input);
        hash.Finish(digest);
    }

    /// <summary>Adds bytes to what is hashed.</summary>
    public void Append(ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty)
        {
            // A full block waits: the last one is compressed differently, and it may be this one.
            if (filled == BlockBytes)
            {
                hashed += BlockBytes;
                Compress(isLast: false);
                filled = 0;
            }

            var taken = Math.Min(BlockBytes - filled, input.Length);
            fixed (byte* b = block)
            {
                input[..taken].CopyTo(new(b + filled, taken));
            }

            filled += taken;
            input = input[taken..];
        }
    }

    /// <summary>Adds a number as four bytes, least significant first.</summary>
    public void Append(uint number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        Append(bytes);
    }

    /// <summary>Writes the digest and wipes the state.</summary>
    /// <param name="digest">As many bytes as the constructor was told.</param>
    public void Finish(Span<byte> digest)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digest.Length, digestBytes, nameof(digest));
        fixed (byte* b = block)
        {
            new Span<byte>(b + filled, BlockBytes - filled).Clear();
            hashed += (ulong)filled;
            Compress(isLast: true);
            CryptographicOperations.ZeroMemory(new(b, BlockBytes));
        }

        fixed (ulong* s = state)
        {
            new ReadOnlySpan<byte>(s, digestBytes).CopyTo(digest);
            CryptographicOperations.ZeroMemory(new(s, LongestDigest));
        }
    }

    /// <summary>The compression function F of RFC 7693 §3.2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compress(bool isLast)
    {
        fixed (byte* b = block)
        {
            var m = (ulong*)b;
            ref var order = ref MemoryMarshal.GetReference(Order);
            ulong v0 = state[0], v1 = state[1], v2 = state[2], v3 = state[3], v4 = state[4], v5 = state[5], v6 = state[6], v7 = state[7];
            ulong v8 = Start[0], v9 = Start[1], v10 = Start[2], v11 = Start[3];
            ulong v12 = Start[4] ^ hashed, v13 = Start[5], v14 = isLast ? ~Start[6] : Start[6], v15 = Start[7];
            for (var round = 0; round < Rounds; round++)
            {
                ref var s = ref Unsafe.Add(ref order, round % 10 * 16);
                Mix(ref v0, ref v4, ref v8, ref v12, m[s], m[Unsafe.Add(ref s, 1)]);
                Mix(ref v1, ref v5, ref v9, ref v13, m[Unsafe.Add(ref s, 2)], m[Unsafe.Add(ref s, 3)]);
                Mix(ref v2, ref v6, ref v10, ref v14, m[Unsafe.Add(ref s, 4)], m[Unsafe.Add(ref s, 5)]);
                Mix(ref v3, ref v7, ref v11, ref v15, m[Unsafe.Add(ref s, 6)], m[Unsafe.Add(ref s, 7)]);
                Mix(ref v0, ref v5, ref v10, ref v15, m[Unsafe.Add(ref s, 8)], m[Unsafe.Add(ref s, 9)]);
                Mix(ref v1, ref v6, ref v11, ref v12, m[Unsafe.Add(ref s, 10)], m[Unsafe.Add(ref s, 11)]);
                Mix(ref v2, ref v7, ref v8, ref v13, m[Unsafe.Add(ref s, 12)], m[Unsafe.Add(ref s, 13)]);
                Mix(ref v3, ref v4, ref v9, ref v14, m[Unsafe.Add(ref s, 14)], m[Unsafe.Add(ref s, 15)]);
            }

            state[0] ^= v0 ^ v8;
            state[1] ^= v1 ^ v9;
            state[2] ^= v2 ^ v10;
            state[3] ^= v3 ^ v11;
            state[4] ^= v4 ^ v12;
            state[5] ^= v5 ^ v13;
            state[6] ^= v6 ^ v14;
            state[7] ^= v7 ^ v15;
        }
    }

    /// <summary>The mixing function G of RFC 7693 §3.1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong x, ulong y)
    {
        a += b + x;
        d = BitOperations.RotateRight(d ^ a, 32);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 24);
        a += b + y;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 63);
    }
}
