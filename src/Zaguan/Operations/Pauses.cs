using System.Collections.Concurrent;

namespace Zaguan.Operations;

/// <summary>What strangers could make a log say as often as they like is said once a minute, with how often it was.</summary>
internal sealed class Pauses(TimeProvider clock)
{
    /// <summary>Different things that are kept apart; beyond them everything counts as one.</summary>
    private const int MostKeys = 1_000;

    private static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Pause> pauses = new(StringComparer.Ordinal);

    /// <summary>How often it happened since it was last said, this time included; 0: it is not said now.</summary>
    public long Times(string what)
    {
        if (!pauses.TryGetValue(what, out var pause))
        {
            Forget();
            pause = pauses.GetOrAdd(pauses.Count < MostKeys ? what : "", _ => new());
        }

        lock (pause)
        {
            pause.Times++;
            if (pause.SaidAt is { } said && clock.GetElapsedTime(said) < Length)
            {
                return 0;
            }

            pause.SaidAt = clock.GetTimestamp();
            var times = pause.Times;
            pause.Times = 0;
            return times;
        }
    }

    /// <summary>Those that are over make room.</summary>
    private void Forget()
    {
        if (pauses.Count >= MostKeys)
        {
            foreach (var (what, pause) in pauses.Where(p => p.Value.SaidAt is { } said && clock.GetElapsedTime(said) >= Length && p.Value.Times == 0))
            {
                pauses.TryRemove(new(what, pause));
            }
        }
    }

    private sealed class Pause
    {
        public long? SaidAt { get; set; }

        public long Times { get; set; }
    }
}
