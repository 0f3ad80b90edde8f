using System.Runtime.InteropServices;

namespace Zaguan.Argon2;

/// <summary>What a hash costs (RFC 9106 §3.1).</summary>
/// <param name="MemoryKiB">Memory in KiB (<c>m</c>): at least 8 for each lane.</param>
/// <param name="Passes">How often the memory is gone over (<c>t</c>): at least 1.</param>
/// <param name="Lanes">Lanes (<c>p</c>), 1 to 16,777,215. They are part of the result and are filled one after the other.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Argon2Cost(int MemoryKiB, int Passes, int Lanes)
{
    /// <summary>The most lanes that RFC 9106 knows.</summary>
    public const int MostLanes = 0xff_ffff;

    /// <summary>
    /// 19 MiB, two passes, one lane: the first choice of OWASP's Password Storage Cheat Sheet, and a fifth of the work
    /// of RFC 9106's second recommendation, so that a core serves hundreds of logins a second.
    /// </summary>
    public static Argon2Cost Recommended { get; } = new(19_456, 2, 1);

    /// <summary>What is wrong with it, as a sentence; null where nothing is.</summary>
    public string? Objection => this switch
    {
        { Lanes: < 1 or > MostLanes } => $"Argon2 has from 1 to {MostLanes} lanes, not {Lanes}.",
        { Passes: < 1 } => $"Argon2 makes at least one pass, not {Passes}.",
        _ when MemoryKiB < 8L * Lanes => $"Argon2 with {Lanes} lanes needs at least {8L * Lanes} KiB, not {MemoryKiB}.",
        _ => null,
    };

    /// <summary>Bytes of working memory: whole quarters of each lane, as RFC 9106 §3.2 rounds them.</summary>
    public long MemoryBytes => (long)LaneLength * Lanes * Block.Bytes;

    /// <summary>KiB that are filled over all passes: what an attacker's work is measured by.</summary>
    public long Work => (long)MemoryKiB * Passes;

    /// <summary>Blocks of a lane.</summary>
    internal int LaneLength => MemoryKiB / (Filling.Slices * Lanes) * Filling.Slices;
}
