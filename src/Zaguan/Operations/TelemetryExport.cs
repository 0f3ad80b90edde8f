using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Zaguan.Operations;

/// <summary>Sends meters and spans by OTLP where OTEL_EXPORTER_OTLP_ENDPOINT says to whom; the exporter reads its other variables by itself, from the same configuration.</summary>
internal sealed class TelemetryExport(IConfiguration configuration, Setup setup) : IHostedService, IDisposable
{
    private const int FlushMilliseconds = 3_000;

    private MeterProvider? meters;
    private TracerProvider? traces;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            return Task.CompletedTask;
        }

        // Without a configuration given, the SDK reads the process's environment alone and not the file.
        meters = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(s => s.AddSingleton(configuration))
            .ConfigureResource(r => r.AddService(Telemetry.Name, serviceInstanceId: setup.Node))
            .AddMeter(Telemetry.Name, "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddOtlpExporter()
            .Build();
        traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(s => s.AddSingleton(configuration))
            .ConfigureResource(r => r.AddService(Telemetry.Name, serviceInstanceId: setup.Node))
            .AddSource(Telemetry.Name, "Microsoft.AspNetCore")
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        traces?.ForceFlush(FlushMilliseconds);
        meters?.ForceFlush(FlushMilliseconds);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        traces?.Dispose();
        meters?.Dispose();
    }
}
