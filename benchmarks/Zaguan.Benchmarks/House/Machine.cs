using System.Globalization;
using System.Runtime.InteropServices;

namespace Zaguan.Benchmarks.House;

/// <summary>What figures depend on, printed above them.</summary>
internal static class Machine
{
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
