using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Line = System.Runtime.Intrinsics.Vector512<ulong>;

namespace Zaguan.Argon2;

/// <summary>
/// The whole block stays in sixteen registers of 512 bits from one block to the next, and four independent permutations are
/// interleaved, because each alone is a chain that waits for itself.
/// </summary>
internal readonly struct KernelAvx512 : IKernel
{
    // AggressiveOptimization: in the first tier every intrinsic would be a call.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static unsafe void Fill(in BlockRun run)
    {
        ulong* r = run.Reference, t = run.Target, s = run.Scratch;
        Line left = Vector512.Create(1UL, 4, 3, 6, 5, 0, 7, 2), half = Vector512.Create(4UL, 5, 6, 7, 0, 1, 2, 3), right = Vector512.Create(5UL, 0, 7, 2, 1, 4, 3, 6);
        // a, b, c, d: the quarters of the rows. 0 to 3: two rows each.
        var p = run.Previous;
        Line a0 = At(p, 0), b0 = At(p, 1), c0 = At(p, 2), d0 = At(p, 3);
        Line a1 = At(p, 4), b1 = At(p, 5), c1 = At(p, 6), d1 = At(p, 7);
        Line a2 = At(p, 8), b2 = At(p, 9), c2 = At(p, 10), d2 = At(p, 11);
        Line a3 = At(p, 12), b3 = At(p, 13), c3 = At(p, 14), d3 = At(p, 15);
        for (var i = 0; i < run.Count; i++, t += Block.Words)
        {
            a0 ^= At(r, 0); b0 ^= At(r, 1); c0 ^= At(r, 2); d0 ^= At(r, 3);
            a1 ^= At(r, 4); b1 ^= At(r, 5); c1 ^= At(r, 6); d1 ^= At(r, 7);
            a2 ^= At(r, 8); b2 ^= At(r, 9); c2 ^= At(r, 10); d2 ^= At(r, 11);
            a3 ^= At(r, 12); b3 ^= At(r, 13); c3 ^= At(r, 14); d3 ^= At(r, 15);
            Put(s, 0, a0); Put(s, 1, b0); Put(s, 2, c0); Put(s, 3, d0);
            Put(s, 4, a1); Put(s, 5, b1); Put(s, 6, c1); Put(s, 7, d1);
            Put(s, 8, a2); Put(s, 9, b2); Put(s, 10, c2); Put(s, 11, d2);
            Put(s, 12, a3); Put(s, 13, b3); Put(s, 14, c3); Put(s, 15, d3);

            // The rows, each register group two of them: columns of four words, then diagonals.
            Mix(ref a0, ref b0, ref c0, ref d0, ref a1, ref b1, ref c1, ref d1, ref a2, ref b2, ref c2, ref d2, ref a3, ref b3, ref c3, ref d3);
            Close(ref b0, ref c0, d0, ref b1, ref c1, d1, ref b2, ref c2, d2, ref b3, ref c3, d3);
            b0 = Turn(b0, 0x39); b1 = Turn(b1, 0x39); b2 = Turn(b2, 0x39); b3 = Turn(b3, 0x39);
            c0 = Turn(c0, 0x4e); c1 = Turn(c1, 0x4e); c2 = Turn(c2, 0x4e); c3 = Turn(c3, 0x4e);
            d0 = Turn(d0, 0x93); d1 = Turn(d1, 0x93); d2 = Turn(d2, 0x93); d3 = Turn(d3, 0x93);
            Mix(ref a0, ref b0, ref c0, ref d0, ref a1, ref b1, ref c1, ref d1, ref a2, ref b2, ref c2, ref d2, ref a3, ref b3, ref c3, ref d3);
            Close(ref b0, ref c0, d0, ref b1, ref c1, d1, ref b2, ref c2, d2, ref b3, ref c3, d3);
            b0 = Turn(b0, 0x93); b1 = Turn(b1, 0x93); b2 = Turn(b2, 0x93); b3 = Turn(b3, 0x93);
            c0 = Turn(c0, 0x4e); c1 = Turn(c1, 0x4e); c2 = Turn(c2, 0x4e); c3 = Turn(c3, 0x4e);
            d0 = Turn(d0, 0x39); d1 = Turn(d1, 0x39); d2 = Turn(d2, 0x39); d3 = Turn(d3, 0x39);

            // The columns, two at a time as well: now 0 to 3 are the quarters, and a, b, c, d two columns each.
            Mix(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, ref c0, ref c1, ref c2, ref c3, ref d0, ref d1, ref d2, ref d3);
            Close(ref a1, ref a2, a3, ref b1, ref b2, b3, ref c1, ref c2, c3, ref d1, ref d2, d3);
            a1 = Turn(a1, left); b1 = Turn(b1, left); c1 = Turn(c1, left); d1 = Turn(d1, left);
            a2 = Turn(a2, half); b2 = Turn(b2, half); c2 = Turn(c2, half); d2 = Turn(d2, half);
            a3 = Turn(a3, right); b3 = Turn(b3, right); c3 = Turn(c3, right); d3 = Turn(d3, right);
            Mix(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, ref c0, ref c1, ref c2, ref c3, ref d0, ref d1, ref d2, ref d3);
            // a0 is done, and with it the first word of the block.
            r = run.Next(a0.ToScalar() ^ *s ^ (run.Replaces ? 0 : *t), i);
            Close(ref a1, ref a2, a3, ref b1, ref b2, b3, ref c1, ref c2, c3, ref d1, ref d2, d3);
            a1 = Turn(a1, right); b1 = Turn(b1, right); c1 = Turn(c1, right); d1 = Turn(d1, right);
            a2 = Turn(a2, half); b2 = Turn(b2, half); c2 = Turn(c2, half); d2 = Turn(d2, half);
            a3 = Turn(a3, left); b3 = Turn(b3, left); c3 = Turn(c3, left); d3 = Turn(d3, left);

            a0 ^= At(s, 0); b0 ^= At(s, 1); c0 ^= At(s, 2); d0 ^= At(s, 3);
            a1 ^= At(s, 4); b1 ^= At(s, 5); c1 ^= At(s, 6); d1 ^= At(s, 7);
            a2 ^= At(s, 8); b2 ^= At(s, 9); c2 ^= At(s, 10); d2 ^= At(s, 11);
            a3 ^= At(s, 12); b3 ^= At(s, 13); c3 ^= At(s, 14); d3 ^= At(s, 15);
            if (!run.Replaces)
            {
                a0 ^= At(t, 0); b0 ^= At(t, 1); c0 ^= At(t, 2); d0 ^= At(t, 3);
                a1 ^= At(t, 4); b1 ^= At(t, 5); c1 ^= At(t, 6); d1 ^= At(t, 7);
                a2 ^= At(t, 8); b2 ^= At(t, 9); c2 ^= At(t, 10); d2 ^= At(t, 11);
                a3 ^= At(t, 12); b3 ^= At(t, 13); c3 ^= At(t, 14); d3 ^= At(t, 15);
            }

            Put(t, 0, a0); Put(t, 1, b0); Put(t, 2, c0); Put(t, 3, d0);
            Put(t, 4, a1); Put(t, 5, b1); Put(t, 6, c1); Put(t, 7, d1);
            Put(t, 8, a2); Put(t, 9, b2); Put(t, 10, c2); Put(t, 11, d2);
            Put(t, 12, a3); Put(t, 13, b3); Put(t, 14, c3); Put(t, 15, d3);
        }
    }

    /// <summary>GB of RFC 9106 §3.6 on four groups of vectors, up to its last step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref Line a0, ref Line b0, ref Line c0, ref Line d0, ref Line a1, ref Line b1, ref Line c1, ref Line d1,
        ref Line a2, ref Line b2, ref Line c2, ref Line d2, ref Line a3, ref Line b3, ref Line c3, ref Line d3)
    {
        Step(ref a0, b0, ref d0, 32); Step(ref a1, b1, ref d1, 32); Step(ref a2, b2, ref d2, 32); Step(ref a3, b3, ref d3, 32);
        Step(ref c0, d0, ref b0, 24); Step(ref c1, d1, ref b1, 24); Step(ref c2, d2, ref b2, 24); Step(ref c3, d3, ref b3, 24);
        Step(ref a0, b0, ref d0, 16); Step(ref a1, b1, ref d1, 16); Step(ref a2, b2, ref d2, 16); Step(ref a3, b3, ref d3, 16);
    }

    /// <summary>The last step of GB: what it changes, the first word of a block does not wait for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Close(ref Line b0, ref Line c0, Line d0, ref Line b1, ref Line c1, Line d1, ref Line b2, ref Line c2, Line d2, ref Line b3, ref Line c3, Line d3)
    {
        Step(ref c0, d0, ref b0, 63); Step(ref c1, d1, ref b1, 63); Step(ref c2, d2, ref b2, 63); Step(ref c3, d3, ref b3, 63);
    }

    /// <summary>x ← x + y + 2 · low(x) · low(y); z ← (z ⊕ x) ⋙ count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(ref Line x, Line y, ref Line z, [ConstantExpected] byte count)
    {
        var product = Avx512F.Multiply(x.AsUInt32(), y.AsUInt32());
        x = x + y + (product + product);
        z = Avx512F.RotateRight(z ^ x, count);
    }

    /// <summary>Turns the four words of each half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Line Turn(Line line, [ConstantExpected] byte order) => Avx512F.Permute4x64(line, order);

    /// <summary>Turns words 0, 1, 4, 5 and words 2, 3, 6, 7: two columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Line Turn(Line line, Line order) => Avx512F.PermuteVar8x64(line, order);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Line At(ulong* block, int line) => Vector512.Load(block + (line * 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Put(ulong* block, int line, Line value) => value.Store(block + (line * 8));
}
