namespace Zaguan.Benchmarks.House;

/// <summary>The real server, as in production.</summary>
internal static class ServerProcess
{
    public static Task<ListeningProcess> StartAsync(BenchmarkHouse house)
    {
        var executable = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "zaguan.exe" : "zaguan");
        return ListeningProcess.StartAsync(
            [executable, "serve", "--config", house.ConfigurationFile, "--urls", "http://127.0.0.1:0"],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["ASPNETCORE_ENVIRONMENT"] = "Production" });
    }
}
