using System.Diagnostics;
using Zaguan.Argon2;
using Zaguan.Passwords.Formats;

namespace Zaguan.Passwords;

/// <summary>What an Argon2id hash may cost if it is to take so long on this machine, with all of its cores hashing, as in a flood of guesses.</summary>
internal static class Calibration
{
    private const int Measurements = 5;
    private const int Approaches = 4;

    /// <summary>Memory is proposed in whole MiB.</summary>
    private const int Step = 1_024;

    /// <summary>Memory first, which is what an attacker's hardware lacks; passes where there is no more memory to be had. Never less than what is recommended.</summary>
    public static Proposal Propose(TimeSpan wished)
    {
        var best = Measure(Argon2Cost.Recommended);
        var cost = best.Cost;
        var took = best.Took;
        for (var i = 0; i < Approaches && took > TimeSpan.Zero; i++)
        {
            cost = Scale(cost, wished / took);
            if (cost == best.Cost)
            {
                break;
            }

            var measured = Measure(cost);
            took = measured.Took;
            if (took <= wished && measured.Cost.MemoryKiB * (long)measured.Cost.Passes > best.Cost.MemoryKiB * (long)best.Cost.Passes)
            {
                best = measured;
            }
        }

        return best;
    }

    /// <summary>So many times the work of a cost, within what is recommended at least and computed at most.</summary>
    private static Argon2Cost Scale(Argon2Cost cost, double factor)
    {
        var work = (double)cost.MemoryKiB * cost.Passes * factor;
        var passes = (int)Math.Clamp(work / PhcFormats.MostArgon2MemoryKiB, Argon2Cost.Recommended.Passes, PhcFormats.MostArgon2BlocksFilled / PhcFormats.MostArgon2MemoryKiB);
        var memory = (int)Math.Clamp(work / passes, Argon2Cost.Recommended.MemoryKiB, PhcFormats.MostArgon2MemoryKiB);
        return new(memory / Step * Step, passes, Lanes: 1);
    }

    private static Proposal Measure(Argon2Cost cost)
    {
        var times = new List<TimeSpan>();
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            using var hasher = new Argon2Hasher(cost.MemoryBytes + (1 << 20));
            var key = new byte[32];
            // The first one takes its memory from the system; those of a server have it already.
            for (var i = -1; i < Measurements; i++)
            {
                var began = Stopwatch.GetTimestamp();
                hasher.DeriveKey(Argon2Type.Argon2id, cost, "una contraseña"u8, "0123456789abcdef"u8, key);
                if (i >= 0)
                {
                    lock (times)
                    {
                        times.Add(Stopwatch.GetElapsedTime(began));
                    }
                }
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        return new(cost, times.Order().ElementAt(times.Count / 2));
    }
}

/// <param name="Took">Median of one hash, with all cores hashing.</param>
internal sealed record Proposal(Argon2Cost Cost, TimeSpan Took);
