using System.Diagnostics.Tracing;

namespace Zaguan.Benchmarks.House;

/// <summary>Which types this process allocates: the runtime tells one about every 100 KB. Listening allocates too, so bytes are counted without it.</summary>
internal sealed class AllocationTicks : EventListener
{
    private const EventKeywords GarbageCollection = (EventKeywords)1;

    private readonly Lock gate = new();
    private readonly Dictionary<string, (long Bytes, int Samples)> types = new(StringComparer.Ordinal);

    public IReadOnlyList<(string Type, long Bytes, int Samples)> Types
    {
        get
        {
            lock (gate)
            {
                return [.. types.Select(t => (t.Key, t.Value.Bytes, t.Value.Samples)).OrderByDescending(t => t.Bytes)];
            }
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (string.Equals(eventSource.Name, "Microsoft-Windows-DotNETRuntime", StringComparison.Ordinal))
        {
            EnableEvents(eventSource, EventLevel.Verbose, GarbageCollection);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName?.StartsWith("GCAllocationTick", StringComparison.Ordinal) != true)
        {
            return;
        }

        var type = (string)eventData.Payload![eventData.PayloadNames!.IndexOf("TypeName")]!;
        var bytes = Convert.ToInt64(eventData.Payload[eventData.PayloadNames.IndexOf("AllocationAmount64")], System.Globalization.CultureInfo.InvariantCulture);
        lock (gate)
        {
            var known = types.GetValueOrDefault(type);
            types[type] = (known.Bytes + bytes, known.Samples + 1);
        }
    }
}
