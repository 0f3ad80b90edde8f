using System.Runtime.CompilerServices;

namespace Zaguan.Argon2;

/// <summary>
/// A block of RFC 9106 §3.4: 128 words of 64 bits, a matrix of 8 rows of 16.
/// </summary>
/// <remarks>
/// In memory, two rows alternate by quarters: words 0–3 of row 0, 0–3 of row 1, 4–7 of row 0, 4–7 of row 1, and so on. So a line of
/// 64 bytes holds one of the four vectors that the permutation P mixes, for two rows at once when it goes over the rows, and for
/// two columns at once when it goes over the columns: no kernel has to transpose anything, whatever the width of its registers.
/// </remarks>
internal static class Block
{
    public const int Bytes = 1024;
    public const int Words = 128;

    /// <summary>Where a word of the RFC's order stands in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Place(int word) => (word & ~0b11100) | ((word & 0b01100) << 1) | ((word & 0b10000) >> 2);
}
