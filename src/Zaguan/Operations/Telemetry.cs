using System.Diagnostics;
using System.Diagnostics.Metrics;
using Zaguan.Login;

namespace Zaguan.Operations;

/// <summary>Meters and spans, named as docs/operations.md lists them. They go nowhere unless somebody listens.</summary>
internal sealed class Telemetry : IDisposable
{
    public const string Name = "Zaguan";

    private readonly Meter meter = new(Name);
    private readonly ActivitySource source = new(Name);
    private readonly Counter<long> logins;
    private readonly Counter<long> hashes;
    private readonly Counter<long> comparisons;
    private readonly Histogram<double> steps;
    private readonly RecentSteps recent;

    public Telemetry(RecentSteps recent)
    {
        this.recent = recent;
        logins = meter.CreateCounter<long>("zaguan.logins", "{login}", "Login requests by application and outcome.");
        hashes = meter.CreateCounter<long>("zaguan.hashes", "{hash}", "Password hashes computed.");
        comparisons = meter.CreateCounter<long>("zaguan.comparisons", "{login}", "Logins that the old system answered, by application and whether Zaguan would have answered the same.");
        steps = meter.CreateHistogram<double>("zaguan.login.step.duration", "s", "Duration of the steps of a login.");
    }

    public Meter Meter => meter;

    public void Answered(string application, Outcome outcome) =>
        logins.Add(1, new("zaguan.application", application), new KeyValuePair<string, object?>("zaguan.outcome", outcome.ToString()));

    /// <param name="result">"same", "different", or "unread": it was not handed on.</param>
    public void Compared(string application, string result) =>
        comparisons.Add(1, new("zaguan.application", application), new KeyValuePair<string, object?>("zaguan.comparison", result));

    public void Hashed(long count) => hashes.Add(count);

    public void ObserveQueue(Func<int> length) => meter.CreateObservableGauge("zaguan.hashing.queue", length, "{guess}", "Guesses that wait to be hashed.");

    /// <summary>Times one step of a login, until disposed.</summary>
    public StepWatch Step(string step) => new(steps, recent, source.StartActivity(step), step);

    public void Dispose()
    {
        meter.Dispose();
        source.Dispose();
    }

    internal readonly struct StepWatch(Histogram<double> steps, RecentSteps recent, Activity? span, string step) : IDisposable
    {
        private readonly long began = Stopwatch.GetTimestamp();

        public void Dispose()
        {
            var took = Stopwatch.GetElapsedTime(began);
            recent.Took(step, took);
            steps.Record(took.TotalSeconds, new KeyValuePair<string, object?>("zaguan.step", step));
            span?.Dispose();
        }
    }
}
