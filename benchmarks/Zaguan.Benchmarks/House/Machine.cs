using System.Globalization;
using System.Runtime.InteropServices;

namespace Zaguan.Benchmarks.House;

/// <summary>What figures depend on, printed above them.</summary>
internal static class Machine
{
    /// <summary>Processor, cores, system, runtime and the versions of what stands beside Zaguan.</summary>
    public static string Name => string.Create(CultureInfo.InvariantCulture, $"{Processor} with {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, {BenchmarkDatabase.Name}{Others}");

    /// <summary>As bench.sh says it: "Node 20.20.2, …".</summary>
    private static string Others => Environment.GetEnvironmentVariable("ZAGUAN_PEERS_VERSIONS") is { Length: > 0 } versions ? $"; {versions}" : "";

    private static string Processor => File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) is { } line ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() : RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>Where temporary files lie on this machine is nobody's business.</summary>
    public static string WithoutPlaces(string printed) => printed.Replace($" ({Path.GetTempPath()})", "", StringComparison.Ordinal);

    public static void Print()
    {
        var disk = new DriveInfo(Path.GetTempPath()).DriveFormat;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, {BenchmarkDatabase.Name} on {disk} ({Path.GetTempPath()})"));
        if (disk is "tmpfs" or "ramfs")
        {
            Console.WriteLine("The database lies in memory: set TMPDIR to a folder on a disk for figures that mean something.");
        }

        if (File.Exists("/proc/loadavg"))
        {
            Console.WriteLine($"Load before we begin: {string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3))} (1, 5, 15 minutes)");
        }

#if DEBUG
        Console.WriteLine("Built in Debug: these figures mean nothing. benchmarks/login.sh builds in Release.");
#endif
    }
}
