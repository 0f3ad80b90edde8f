using System.Security.Cryptography;

namespace Zaguan.Benchmarks.Statistics;

/// <summary>Chance that can be thrown again: SplitMix64 (Steele, Lea, Flood 2014) from a seed that is printed. Nothing secret comes of it.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong state = seed;

    public ulong Seed { get; } = seed;

    public static Dice New() => new(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));

    /// <summary>From 0 to below <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)(ulong)(((UInt128)Next() * (uint)limit) >> 64);

    /// <summary>Every order is as likely as every other (Fisher and Yates).</summary>
    public T[] Shuffled<T>(IEnumerable<T> items)
    {
        var shuffled = items.ToArray();
        for (var i = shuffled.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }

        return shuffled;
    }

    /// <summary>A user name: sixteen small letters, so that names of one kind cannot be told from those of another.</summary>
    public string Name() => string.Create(16, this, (letters, dice) =>
    {
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = (char)('a' + dice.Below(26));
        }
    });

    private ulong Next()
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
