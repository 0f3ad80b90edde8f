using System.Numerics;
using System.Runtime.CompilerServices;

namespace Zaguan.Argon2;

/// <summary>Word by word: for processors without vectors.</summary>
internal readonly struct KernelPortable : IKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Fill(in BlockRun run)
    {
        ulong* p = run.Previous, r = run.Reference, t = run.Target, s = run.Scratch;
        for (var i = 0; i < run.Count; i++)
        {
            for (var w = 0; w < Block.Words; w++)
            {
                s[w] = p[w] ^ r[w];
            }

            for (var row = 0; row < 8; row++)
            {
                Permute(s + (row / 2 * 32) + (row % 2 * 4), 1, 8);
            }

            for (var column = 0; column < 8; column++)
            {
                Permute(s + (column / 2 * 8) + (column % 2 * 2), 2, 32);
            }

            for (var w = 0; w < Block.Words; w++)
            {
                t[w] = s[w] ^ p[w] ^ r[w] ^ (run.Replaces ? 0 : t[w]);
            }

            p = t;
            t += Block.Words;
            r = run.Next(*p, i);
        }
    }

    /// <summary>The permutation P of RFC 9106 §3.6 on sixteen words.</summary>
    /// <param name="pair">Pairs of words from one to the next within four words.</param>
    /// <param name="four">Words from four words to the next four.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Permute(ulong* a, nint pair, nint four)
    {
        ulong* b = a + four, c = b + four, d = c + four;
        nint second = 2 * pair, third = second + 1;
        Mix(ref a[0], ref b[0], ref c[0], ref d[0]);
        Mix(ref a[1], ref b[1], ref c[1], ref d[1]);
        Mix(ref a[second], ref b[second], ref c[second], ref d[second]);
        Mix(ref a[third], ref b[third], ref c[third], ref d[third]);
        Mix(ref a[0], ref b[1], ref c[second], ref d[third]);
        Mix(ref a[1], ref b[second], ref c[third], ref d[0]);
        Mix(ref a[second], ref b[third], ref c[0], ref d[1]);
        Mix(ref a[third], ref b[0], ref c[1], ref d[second]);
    }

    /// <summary>GB of RFC 9106 §3.6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref ulong ra, ref ulong rb, ref ulong rc, ref ulong rd)
    {
        ulong a = ra, b = rb, c = rc, d = rd;
        a = Add(a, b);
        d = BitOperations.RotateRight(d ^ a, 32);
        c = Add(c, d);
        b = BitOperations.RotateRight(b ^ c, 24);
        a = Add(a, b);
        d = BitOperations.RotateRight(d ^ a, 16);
        c = Add(c, d);
        b = BitOperations.RotateRight(b ^ c, 63);
        (ra, rb, rc, rd) = (a, b, c, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Add(ulong x, ulong y) => x + y + (2 * ((ulong)(uint)x * (uint)y));
}
