using System.Runtime.InteropServices;

namespace Zaguan.Argon2;

/// <summary>Goes over the memory: passes, slices, lanes (RFC 9106 §3.2, steps 3 to 6).</summary>
internal static unsafe class Filling
{
    public const int Slices = 4;

    /// <summary>Blocks behind the lanes: scratch, zeros, the counter's input, its addresses, and two of references.</summary>
    public const int ExtraBlocks = 6;

    /// <summary>References that one block of addresses yields (RFC 9106 §3.4.1.2).</summary>
    private const int ReferencesAtOnce = 128;

    public static void Run<TKernel>(ulong* memory, Argon2Type type, Argon2Cost cost)
        where TKernel : IKernel
    {
        for (var pass = 0; pass < cost.Passes; pass++)
        {
            for (var slice = 0; slice < Slices; slice++)
            {
                for (var lane = 0; lane < cost.Lanes; lane++)
                {
                    FillSegment<TKernel>(memory, new(type, cost, pass, slice, lane));
                }
            }
        }
    }

    private static void FillSegment<TKernel>(ulong* memory, in Segment segment)
        where TKernel : IKernel
    {
        var laneStart = memory + ((nuint)segment.Lane * (uint)segment.LaneLength * Block.Words);
        var scratch = memory + ((nuint)segment.LaneLength * (uint)segment.Cost.Lanes * Block.Words);
        var run = new BlockRun { Scratch = scratch, Replaces = segment.Pass == 0, Area = segment.Area(memory) };
        for (var i = segment.IsFirst ? 2 : 0; i < segment.Length; i += run.Count)
        {
            var place = (segment.Slice * segment.Length) + i;
            run.Index = (uint)i;
            run.Target = laneStart + ((nuint)place * Block.Words);
            run.Previous = place > 0 ? run.Target - Block.Words : laneStart + ((nuint)(segment.LaneLength - 1) * Block.Words);
            if (segment.IsDataIndependent)
            {
                run.Count = Math.Min(segment.Length - i, ReferencesAtOnce - (i % ReferencesAtOnce));
                ChooseByCounter<TKernel>(ref run, segment);
            }
            else
            {
                run.Count = segment.Length - i;
                run.Reference = run.Area.Choose(*run.Previous, run.Index);
            }

            TKernel.Fill(run);
        }
    }

    /// <summary>Chooses all references of a run before it is filled, so that the accesses do not depend on the password (RFC 9106 §3.4.1.2).</summary>
    private static void ChooseByCounter<TKernel>(ref BlockRun run, in Segment segment)
        where TKernel : IKernel
    {
        var zeros = run.Scratch + Block.Words;
        var input = zeros + Block.Words;
        var addresses = input + Block.Words;
        new Span<ulong>(zeros, 2 * Block.Words).Clear();
        ReadOnlySpan<long> counter = [segment.Pass, segment.Lane, segment.Slice, (long)segment.LaneLength * segment.Cost.Lanes, segment.Cost.Passes, (long)segment.Type, (run.Index / ReferencesAtOnce) + 1];
        for (var i = 0; i < counter.Length; i++)
        {
            input[Block.Place(i)] = (ulong)counter[i];
        }

        run.Chosen = (ulong**)(addresses + Block.Words);
        run.Chosen[0] = run.Chosen[1] = run.Chosen[2] = addresses;
        TKernel.Fill(run with { Count = 1, Replaces = true, Previous = zeros, Reference = input, Target = addresses });
        TKernel.Fill(run with { Count = 1, Replaces = true, Previous = zeros, Reference = addresses, Target = addresses });
        for (var i = 0; i < run.Count; i++)
        {
            run.Chosen[i] = run.Area.Choose(addresses[Block.Place((int)((run.Index + i) % ReferencesAtOnce))], run.Index + (uint)i);
        }

        run.Chosen[run.Count] = run.Chosen[run.Count + 1] = addresses;
        run.Reference = run.Chosen[0];
    }

    /// <summary>A quarter of a lane in one pass.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Segment(Argon2Type Type, Argon2Cost Cost, int Pass, int Slice, int Lane)
    {
        public int LaneLength { get; } = Cost.LaneLength;

        public int Length => LaneLength / Slices;

        /// <summary>Its first two blocks come from H0.</summary>
        public bool IsFirst => Pass == 0 && Slice == 0;

        public bool IsDataIndependent => Type switch
        {
            Argon2Type.Argon2d => false,
            Argon2Type.Argon2i => true,
            Argon2Type.Argon2id => Pass == 0 && Slice < Slices / 2,
        };

        public ReferenceArea Area(ulong* memory) => new()
        {
            Memory = memory,
            Lane = (uint)Lane,
            Lanes = (uint)Cost.Lanes,
            LaneLength = (uint)LaneLength,
            Finished = (uint)(Pass == 0 ? Slice * Length : LaneLength - Length),
            Start = (uint)(Pass == 0 || Slice == Slices - 1 ? 0 : (Slice + 1) * Length),
            OwnLaneOnly = IsFirst,
        };
    }
}
