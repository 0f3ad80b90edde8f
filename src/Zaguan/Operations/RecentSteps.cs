using System.Runtime.InteropServices;

namespace Zaguan.Operations;

/// <summary>How long the steps of logins took on this node over the last minutes: what the overview says without a collector of metrics.</summary>
internal sealed class RecentSteps(TimeProvider clock)
{
    public const int Minutes = 15;

    private readonly Lock padlock = new();
    private readonly Dictionary<string, Minute[]> steps = new(StringComparer.Ordinal);

    public void Took(string step, TimeSpan time)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        lock (padlock)
        {
            if (!steps.TryGetValue(step, out var minutes))
            {
                steps[step] = minutes = new Minute[Minutes];
            }

            ref var minute = ref minutes[now % Minutes];
            if (minute.Number != now)
            {
                minute = new() { Number = now };
            }

            minute.Count++;
            minute.Total += time;
            minute.Most = time > minute.Most ? time : minute.Most;
        }
    }

    /// <summary>Every step of the last minutes, the one that takes longest on average first.</summary>
    public IReadOnlyList<StepTime> Read()
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        lock (padlock)
        {
            return
            [
                .. steps.Select(s => (s.Key, Minutes: s.Value.Where(m => m.Count > 0 && m.Number > now - Minutes && m.Number <= now).ToList()))
                    .Where(s => s.Minutes.Count > 0)
                    .Select(s => new StepTime(s.Key, s.Minutes.Sum(m => m.Count), s.Minutes.Aggregate(TimeSpan.Zero, (sum, m) => sum + m.Total) / s.Minutes.Sum(m => m.Count), s.Minutes.Max(m => m.Most)))
                    .OrderByDescending(s => s.Mean),
            ];
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Minute
    {
        /// <summary>Since 1970.</summary>
        public long Number;
        public long Count;
        public TimeSpan Total;
        public TimeSpan Most;
    }
}

/// <param name="Step">find, charge, verify or record.</param>
internal sealed record StepTime(string Step, long Count, TimeSpan Mean, TimeSpan Most);
