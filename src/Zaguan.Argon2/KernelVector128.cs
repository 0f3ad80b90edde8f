using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Pair = System.Runtime.Intrinsics.Vector128<ulong>;

namespace Zaguan.Argon2;

/// <summary>Two words at a time: ARM64, and x86 without AVX2.</summary>
internal readonly struct KernelVector128 : IKernel
{
    public static bool IsSupported => Ssse3.IsSupported || AdvSimd.Arm64.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static unsafe void Fill(in BlockRun run)
    {
        ulong* p = run.Previous, r = run.Reference, t = run.Target, s = run.Scratch;
        for (var i = 0; i < run.Count; i++)
        {
            // The rows.
            for (nint row = 0; row < Block.Words; row += (row & 4) == 0 ? 4 : 28)
            {
                Pair a0 = Both(p, r, row), b0 = Both(p, r, row + 8), c0 = Both(p, r, row + 16), d0 = Both(p, r, row + 24);
                Pair a1 = Both(p, r, row + 2), b1 = Both(p, r, row + 10), c1 = Both(p, r, row + 18), d1 = Both(p, r, row + 26);
                Permute(ref a0, ref b0, ref c0, ref d0, ref a1, ref b1, ref c1, ref d1);
                a0.Store(s + row); b0.Store(s + row + 8); c0.Store(s + row + 16); d0.Store(s + row + 24);
                a1.Store(s + row + 2); b1.Store(s + row + 10); c1.Store(s + row + 18); d1.Store(s + row + 26);
            }

            // The columns, the first of them first: with its first word the next reference is known.
            var next = r;
            for (nint column = 0; column < 32; column += (column & 2) == 0 ? 2 : 6)
            {
                Pair a0 = Vector128.Load(s + column), b0 = Vector128.Load(s + column + 32), c0 = Vector128.Load(s + column + 64), d0 = Vector128.Load(s + column + 96);
                Pair a1 = Vector128.Load(s + column + 4), b1 = Vector128.Load(s + column + 36), c1 = Vector128.Load(s + column + 68), d1 = Vector128.Load(s + column + 100);
                Permute(ref a0, ref b0, ref c0, ref d0, ref a1, ref b1, ref c1, ref d1);
                if (run.Replaces)
                {
                    Set(t, p, r, column, a0); Set(t, p, r, column + 32, b0); Set(t, p, r, column + 64, c0); Set(t, p, r, column + 96, d0);
                    Set(t, p, r, column + 4, a1); Set(t, p, r, column + 36, b1); Set(t, p, r, column + 68, c1); Set(t, p, r, column + 100, d1);
                }
                else
                {
                    Add(t, p, r, column, a0); Add(t, p, r, column + 32, b0); Add(t, p, r, column + 64, c0); Add(t, p, r, column + 96, d0);
                    Add(t, p, r, column + 4, a1); Add(t, p, r, column + 36, b1); Add(t, p, r, column + 68, c1); Add(t, p, r, column + 100, d1);
                }

                if (column == 0)
                {
                    next = run.Next(*t, i);
                }
            }

            p = t;
            t += Block.Words;
            r = next;
        }
    }

    /// <summary>The permutation P of RFC 9106 §3.6: columns of four words, then diagonals.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Permute(ref Pair a0, ref Pair b0, ref Pair c0, ref Pair d0, ref Pair a1, ref Pair b1, ref Pair c1, ref Pair d1)
    {
        Mix(ref a0, ref b0, ref c0, ref d0, ref a1, ref b1, ref c1, ref d1);
        Pair b2 = Across(b0, b1), b3 = Across(b1, b0), d2 = Across(d1, d0), d3 = Across(d0, d1);
        Mix(ref a0, ref b2, ref c1, ref d2, ref a1, ref b3, ref c0, ref d3);
        b0 = Across(b3, b2);
        b1 = Across(b2, b3);
        d0 = Across(d2, d3);
        d1 = Across(d3, d2);
    }

    /// <summary>GB of RFC 9106 §3.6 on four words of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref Pair a0, ref Pair b0, ref Pair c0, ref Pair d0, ref Pair a1, ref Pair b1, ref Pair c1, ref Pair d1)
    {
        Step(ref a0, b0, ref d0, 32); Step(ref a1, b1, ref d1, 32);
        Step(ref c0, d0, ref b0, 24); Step(ref c1, d1, ref b1, 24);
        Step(ref a0, b0, ref d0, 16); Step(ref a1, b1, ref d1, 16);
        Step(ref c0, d0, ref b0, 63); Step(ref c1, d1, ref b1, 63);
    }

    /// <summary>x ← x + y + 2 · low(x) · low(y); z ← (z ⊕ x) ⋙ count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(ref Pair x, Pair y, ref Pair z, [ConstantExpected] int count)
    {
        var product = Product(x, y);
        x = x + y + (product + product);
        z ^= x;
        z = count switch
        {
            32 => Vector128.Shuffle(z.AsUInt32(), Vector128.Create(1u, 0, 3, 2)).AsUInt64(),
            24 => Vector128.Shuffle(z.AsByte(), Vector128.Create((byte)3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10)).AsUInt64(),
            16 => Vector128.Shuffle(z.AsByte(), Vector128.Create((byte)2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9)).AsUInt64(),
            _ => (z + z) | (z >>> 63),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair Product(Pair x, Pair y) => Sse2.IsSupported
        ? Sse2.Multiply(x.AsUInt32(), y.AsUInt32())
        : AdvSimd.MultiplyWideningLower(AdvSimd.ExtractNarrowingLower(x), AdvSimd.ExtractNarrowingLower(y));

    /// <summary>The second word of the one and the first of the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair Across(Pair x, Pair y) => Ssse3.IsSupported
        ? Ssse3.AlignRight(y, x, 8)
        : AdvSimd.ExtractVector128(x, y, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Pair Both(ulong* p, ulong* r, nint word) => Vector128.Load(p + word) ^ Vector128.Load(r + word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Set(ulong* t, ulong* p, ulong* r, nint word, Pair value) => (value ^ Both(p, r, word)).Store(t + word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Add(ulong* t, ulong* p, ulong* r, nint word, Pair value) => (value ^ Both(p, r, word) ^ Vector128.Load(t + word)).Store(t + word);
}
