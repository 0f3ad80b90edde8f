using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Zaguan.Operations;

namespace Zaguan.Tests.Documents;

/// <summary>docs/operations.md names every event and every meter.</summary>
public sealed class OperationsPageTests
{
    private static readonly Page Document = new("docs/operations.md");

    [Fact]
    public void Events_are_those_that_are_logged_with_their_levels()
    {
        var logged = typeof(Telemetry).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .Select(a => $"{a.EventId} {a.Level}");

        Document.Table("Logs", "id").Select(r => $"{r[0]} {r[1]}").ShouldBe(logged, ignoreOrder: true);
    }

    [Fact]
    public void Meters_are_those_that_are_measured_with_their_units()
    {
        using var telemetry = new Telemetry(new RecentSteps(TimeProvider.System));
        telemetry.ObserveQueue(() => 0);
        var measured = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter, telemetry.Meter))
                {
                    measured.Add($"{instrument.Name} {instrument.Unit}");
                }
            },
        };
        listener.Start();

        Document.Table("Metrics and traces", $"meter `{Telemetry.Name}`").Select(r => $"{Page.Plain(r[0])} {Page.Plain(r[1])}").ShouldBe(measured, ignoreOrder: true);
    }
}
