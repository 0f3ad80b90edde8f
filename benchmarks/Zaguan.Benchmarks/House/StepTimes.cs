using System.Diagnostics.Metrics;

namespace Zaguan.Benchmarks.House;

/// <summary>Listens to the histogram zaguan.login.step.duration, and takes other times beside it.</summary>
internal sealed class StepTimes : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<double>> times = new(StringComparer.Ordinal);
    private readonly MeterListener listener = new();

    public StepTimes(Meter meter)
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (ReferenceEquals(instrument.Meter, meter) && instrument.Name is "zaguan.login.step.duration")
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) => Add((string)tags[0].Value!, seconds));
        listener.Start();
    }

    public IReadOnlyList<(string Step, List<double> Seconds)> All
    {
        get
        {
            lock (gate)
            {
                return [.. times.Select(t => (t.Key, t.Value))];
            }
        }
    }

    public void Add(string step, double seconds)
    {
        lock (gate)
        {
            if (!times.TryGetValue(step, out var known))
            {
                times[step] = known = [];
            }

            known.Add(seconds);
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            times.Clear();
        }
    }

    public void Dispose() => listener.Dispose();
}
