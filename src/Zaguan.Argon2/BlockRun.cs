using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Zaguan.Argon2;

/// <summary>Blocks of one segment that follow one another, and what is needed to choose what each is mixed with.</summary>
internal unsafe struct BlockRun
{
    /// <summary>The block before the first.</summary>
    public ulong* Previous;

    /// <summary>The first block's reference. The others' are chosen on the way.</summary>
    public ulong* Reference;

    /// <summary>The first block.</summary>
    public ulong* Target;

    /// <summary>A block of working space.</summary>
    public ulong* Scratch;

    /// <summary>References that were chosen beforehand by a counter, and two more that are fetched and not used; null where the data chooses.</summary>
    public ulong** Chosen;

    /// <summary>How many blocks.</summary>
    public int Count;

    /// <summary>In the first pass a block replaces what was there.</summary>
    public bool Replaces;

    /// <summary>Where the choice is made.</summary>
    public ReferenceArea Area;

    /// <summary>The first block's place in its segment.</summary>
    public uint Index;

    /// <summary>
    /// The reference of the block that follows block <paramref name="i"/> of the run, on its way into the cache: it is known as
    /// soon as the first word of block <paramref name="i"/> is, while the rest of that block is still being computed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong* Next(ulong firstWord, int i)
    {
        ulong* next, fetch;
        if (Chosen is null)
        {
            fetch = next = Area.Choose(firstWord, Index + (uint)i + 1);
        }
        else
        {
            next = Chosen[i + 1];
            fetch = Chosen[i + 2];
        }

        if (Sse.IsSupported)
        {
            for (var line = 0; line < Block.Words; line += 8)
            {
                Sse.Prefetch0(fetch + line);
            }
        }

        return next;
    }
}

/// <summary>The blocks that a block of this segment may be mixed with (RFC 9106 §3.4.2).</summary>
internal unsafe struct ReferenceArea
{
    public ulong* Memory;

    public uint Lane, Lanes, LaneLength;

    /// <summary>How many blocks of a lane were finished before this segment, and where they begin.</summary>
    public uint Finished, Start;

    /// <summary>In the first quarter of the first pass no other lane has anything to offer.</summary>
    public bool OwnLaneOnly;

    /// <param name="random">J2 and J1.</param>
    /// <param name="index">The place in its segment of the block that is to be mixed.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong* Choose(ulong random, uint index)
    {
        var lane = Lanes == 1 || OwnLaneOnly ? Lane : (uint)(random >> 32) % Lanes;
        // Of the own lane everything but the block just before; of another, its finished segments, less one for the first block of a segment.
        var size = lane == Lane ? Finished + index - 1 : index == 0 ? Finished - 1 : Finished;
        var x = ((random & uint.MaxValue) * (random & uint.MaxValue)) >> 32;
        var place = Start + size - 1 - (uint)((size * x) >> 32);
        if (place >= LaneLength)
        {
            place -= LaneLength;
        }

        return Memory + ((((nuint)lane * LaneLength) + place) * Block.Words);
    }
}
