namespace Zaguan.Tests.House;

/// <summary>A clock that goes when it is told to, forwards or backwards. Its timers fire on the thread that moves it.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Alarm> alarms = [];
    private DateTimeOffset now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private long timestamp;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long GetTimestamp()
    {
        lock (gate)
        {
            return timestamp;
        }
    }

    /// <summary>Whether anybody waits for it to go on.</summary>
    public bool HasAlarm
    {
        get
        {
            lock (gate)
            {
                return alarms.Count > 0;
            }
        }
    }

    /// <summary>Time passes: the calendar and the stopwatch go on, and what is due fires.</summary>
    public void Advance(TimeSpan by)
    {
        List<Alarm> due;
        lock (gate)
        {
            now += by;
            timestamp += by.Ticks;
            due = [.. alarms.Where(a => a.Due <= timestamp)];
            foreach (var alarm in due)
            {
                alarm.Rewind(timestamp);
            }
        }

        due.ForEach(a => a.Fire());
    }

    /// <summary>Somebody sets the calendar; the stopwatch does not notice.</summary>
    public void Set(DateTimeOffset instant)
    {
        lock (gate)
        {
            now = instant;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    private sealed class Alarm(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public long Due { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                this.period = period;
                Due = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : clock.timestamp + dueTime.Ticks;
                clock.alarms.Remove(this);
                clock.alarms.Add(this);
            }

            return true;
        }

        public void Rewind(long timestamp) => Due = period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero ? long.MaxValue : timestamp + period.Ticks;

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock.gate)
            {
                clock.alarms.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
