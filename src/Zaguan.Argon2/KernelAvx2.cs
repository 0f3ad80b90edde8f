using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Four = System.Runtime.Intrinsics.Vector256<ulong>;

namespace Zaguan.Argon2;

/// <summary>
/// Four words at a time and four permutations interleaved. Half a block would fill all sixteen registers and leave none to compute in, so the fourth
/// permutation's a and c, which are never needed together, take turns in one (x): the other lies in the scratch block.
/// </summary>
/// <remarks>For the diagonals a, c and d are turned, where RFC 9106 turns b, c and d. That is the same, and b, which is finished last, is not waited for.</remarks>
internal readonly struct KernelAvx2 : IKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static unsafe void Fill(in BlockRun run)
    {
        ulong* p = run.Previous, r = run.Reference, t = run.Target, s = run.Scratch;
        for (var i = 0; i < run.Count; i++)
        {
            // Four rows at a time.
            for (nint k = 0; k < Block.Words; k += 64)
            {
                ulong* a3 = s + k + 36, c3 = s + k + 52;
                Four a0 = Both(p, r, k), b0 = Both(p, r, k + 8), c0 = Both(p, r, k + 16), d0 = Both(p, r, k + 24);
                Four a1 = Both(p, r, k + 4), b1 = Both(p, r, k + 12), c1 = Both(p, r, k + 20), d1 = Both(p, r, k + 28);
                Four a2 = Both(p, r, k + 32), b2 = Both(p, r, k + 40), c2 = Both(p, r, k + 48), d2 = Both(p, r, k + 56);
                Four x = Both(p, r, k + 36), b3 = Both(p, r, k + 44), d3 = Both(p, r, k + 60);
                Both(p, r, k + 52).Store(c3);
                Mix(ref a0, ref b0, ref c0, ref d0, ref a1, ref b1, ref c1, ref d1, ref a2, ref b2, ref c2, ref d2, ref x, ref b3, ref d3, a3, c3);
                a0 = Turn(a0, 0x93); a1 = Turn(a1, 0x93); a2 = Turn(a2, 0x93);
                c0 = Turn(c0, 0x39); c1 = Turn(c1, 0x39); c2 = Turn(c2, 0x39); x = Turn(x, 0x39);
                d0 = Turn(d0, 0x4e); d1 = Turn(d1, 0x4e); d2 = Turn(d2, 0x4e); d3 = Turn(d3, 0x4e);
                Exchange(ref x, c3, a3);
                x = Turn(x, 0x93);
                Mix(ref a0, ref b0, ref c0, ref d0, ref a1, ref b1, ref c1, ref d1, ref a2, ref b2, ref c2, ref d2, ref x, ref b3, ref d3, a3, c3);
                a0 = Turn(a0, 0x39); a1 = Turn(a1, 0x39); a2 = Turn(a2, 0x39);
                c0 = Turn(c0, 0x93); c1 = Turn(c1, 0x93); c2 = Turn(c2, 0x93); x = Turn(x, 0x93);
                d0 = Turn(d0, 0x4e); d1 = Turn(d1, 0x4e); d2 = Turn(d2, 0x4e); d3 = Turn(d3, 0x4e);
                Exchange(ref x, c3, a3);
                x = Turn(x, 0x39);
                a0.Store(s + k); b0.Store(s + k + 8); c0.Store(s + k + 16); d0.Store(s + k + 24);
                a1.Store(s + k + 4); b1.Store(s + k + 12); c1.Store(s + k + 20); d1.Store(s + k + 28);
                a2.Store(s + k + 32); b2.Store(s + k + 40); c2.Store(s + k + 48); d2.Store(s + k + 56);
                x.Store(a3); b3.Store(s + k + 44); d3.Store(s + k + 60);
            }

            // Four columns at a time: each half register a column, x0 and x1 its four words.
            var next = r;
            for (nint k = 0; k < 32; k += 16)
            {
                ulong* a3 = s + k + 12, c3 = s + k + 76;
                Four a0 = Vector256.Load(s + k), a1 = Vector256.Load(s + k + 4), a2 = Vector256.Load(s + k + 8), x = Vector256.Load(a3);
                Four b0 = Vector256.Load(s + k + 32), b1 = Vector256.Load(s + k + 36), b2 = Vector256.Load(s + k + 40), b3 = Vector256.Load(s + k + 44);
                Four c0 = Vector256.Load(s + k + 64), c1 = Vector256.Load(s + k + 68), c2 = Vector256.Load(s + k + 72);
                Four d0 = Vector256.Load(s + k + 96), d1 = Vector256.Load(s + k + 100), d2 = Vector256.Load(s + k + 104), d3 = Vector256.Load(s + k + 108);
                Mix(ref a0, ref b0, ref c0, ref d0, ref a1, ref b1, ref c1, ref d1, ref a2, ref b2, ref c2, ref d2, ref x, ref b3, ref d3, a3, c3);
                TurnLeft(ref c0, ref c1); TurnLeft(ref c2, ref x);
                Exchange(ref x, c3, a3);
                TurnRight(ref a0, ref a1); TurnRight(ref a2, ref x);
                Mix(ref a0, ref b0, ref c0, ref d1, ref a1, ref b1, ref c1, ref d0, ref a2, ref b2, ref c2, ref d3, ref x, ref b3, ref d2, a3, c3);
                TurnRight(ref c0, ref c1); TurnRight(ref c2, ref x);
                Exchange(ref x, c3, a3);
                TurnLeft(ref a0, ref a1); TurnLeft(ref a2, ref x);
                if (run.Replaces)
                {
                    Set(t, p, r, k, a0); Set(t, p, r, k + 4, a1); Set(t, p, r, k + 8, a2); Set(t, p, r, k + 12, x);
                    Set(t, p, r, k + 32, b0); Set(t, p, r, k + 36, b1); Set(t, p, r, k + 40, b2); Set(t, p, r, k + 44, b3);
                    Set(t, p, r, k + 64, c0); Set(t, p, r, k + 68, c1); Set(t, p, r, k + 72, c2); Set(t, p, r, k + 76, Vector256.Load(c3));
                    Set(t, p, r, k + 96, d0); Set(t, p, r, k + 100, d1); Set(t, p, r, k + 104, d2); Set(t, p, r, k + 108, d3);
                }
                else
                {
                    Add(t, p, r, k, a0); Add(t, p, r, k + 4, a1); Add(t, p, r, k + 8, a2); Add(t, p, r, k + 12, x);
                    Add(t, p, r, k + 32, b0); Add(t, p, r, k + 36, b1); Add(t, p, r, k + 40, b2); Add(t, p, r, k + 44, b3);
                    Add(t, p, r, k + 64, c0); Add(t, p, r, k + 68, c1); Add(t, p, r, k + 72, c2); Add(t, p, r, k + 76, Vector256.Load(c3));
                    Add(t, p, r, k + 96, d0); Add(t, p, r, k + 100, d1); Add(t, p, r, k + 104, d2); Add(t, p, r, k + 108, d3);
                }

                if (k == 0)
                {
                    next = run.Next(*t, i);
                }
            }

            p = t;
            t += Block.Words;
            r = next;
        }
    }

    /// <summary>GB of RFC 9106 §3.6 on four groups of vectors. In the beginning <paramref name="x"/> is the fourth group's a and its c lies at <paramref name="c3"/>; in the end x is c, and a lies at <paramref name="a3"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Mix(ref Four a0, ref Four b0, ref Four c0, ref Four d0, ref Four a1, ref Four b1, ref Four c1, ref Four d1,
        ref Four a2, ref Four b2, ref Four c2, ref Four d2, ref Four x, ref Four b3, ref Four d3, ulong* a3, ulong* c3)
    {
        Step(ref a0, b0, ref d0, 32); Step(ref a1, b1, ref d1, 32); Step(ref a2, b2, ref d2, 32); Step(ref x, b3, ref d3, 32);
        Exchange(ref x, a3, c3);
        Step(ref c0, d0, ref b0, 24); Step(ref c1, d1, ref b1, 24); Step(ref c2, d2, ref b2, 24); Step(ref x, d3, ref b3, 24);
        Exchange(ref x, c3, a3);
        Step(ref a0, b0, ref d0, 16); Step(ref a1, b1, ref d1, 16); Step(ref a2, b2, ref d2, 16); Step(ref x, b3, ref d3, 16);
        Exchange(ref x, a3, c3);
        Step(ref c0, d0, ref b0, 63); Step(ref c1, d1, ref b1, 63); Step(ref c2, d2, ref b2, 63); Step(ref x, d3, ref b3, 63);
    }

    /// <summary>Puts the register's words down in one place and takes up others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Exchange(ref Four x, ulong* put, ulong* take)
    {
        x.Store(put);
        x = Vector256.Load(take);
    }

    /// <summary>x ← x + y + 2 · low(x) · low(y); z ← (z ⊕ x) ⋙ count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(ref Four x, Four y, ref Four z, [ConstantExpected] int count)
    {
        var product = Avx2.Multiply(x.AsUInt32(), y.AsUInt32());
        x = x + y + (product + product);
        z ^= x;
        z = count switch
        {
            32 => Avx2.Shuffle(z.AsUInt32(), 0xb1).AsUInt64(),
            24 => Avx2.Shuffle(z.AsByte(), Vector256.Create((byte)3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10)).AsUInt64(),
            16 => Avx2.Shuffle(z.AsByte(), Vector256.Create((byte)2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9)).AsUInt64(),
            _ => (z + z) | (z >>> 63),
        };
    }

    /// <summary>Turns the four words of a row by so many places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Turn(Four row, [ConstantExpected] byte order) => Avx2.Permute4x64(row, order);

    /// <summary>Turns the four words x:y of each column left by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnLeft(ref Four x, ref Four y) => (x, y) = (Avx2.AlignRight(y, x, 8), Avx2.AlignRight(x, y, 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnRight(ref Four x, ref Four y) => (x, y) = (Avx2.AlignRight(x, y, 8), Avx2.AlignRight(y, x, 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Four Both(ulong* p, ulong* r, nint word) => Vector256.Load(p + word) ^ Vector256.Load(r + word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Set(ulong* t, ulong* p, ulong* r, nint word, Four value) => (value ^ Both(p, r, word)).Store(t + word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Add(ulong* t, ulong* p, ulong* r, nint word, Four value) => (value ^ Both(p, r, word) ^ Vector256.Load(t + word)).Store(t + word);
}
