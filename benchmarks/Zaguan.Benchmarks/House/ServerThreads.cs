using System.Globalization;

namespace Zaguan.Benchmarks.House;

/// <summary>
/// What the threads of a process have computed, in nanoseconds: those that hash, and all others. The kernel's own account
/// (/proc/PID/task/TID/schedstat), so waiting for a busy neighbour is not in it. Linux only.
/// </summary>
internal sealed class ServerThreads(int process)
{
    private readonly string folder = $"/proc/{process}/task";
    private readonly Dictionary<string, (bool Hashes, long Time)> threads = new(StringComparer.Ordinal);
    private long hashing;
    private long others;

    public static bool CanBeRead => File.Exists("/proc/self/schedstat");

    /// <summary>Since this was made; it never goes back, though threads come and go.</summary>
    public (long Hashing, long Others) Read()
    {
        foreach (var thread in Directory.EnumerateDirectories(folder))
        {
            try
            {
                var now = long.Parse(File.ReadAllText($"{thread}/schedstat").AsSpan().Trim().ToString().Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture);
                if (!threads.TryGetValue(thread, out var known))
                {
                    // The kernel keeps fifteen letters of a name.
                    known = (File.ReadAllText($"{thread}/comm").StartsWith("Zaguan hashing", StringComparison.Ordinal), 0);
                }

                (hashing, others) = known.Hashes ? (hashing + now - known.Time, others) : (hashing, others + now - known.Time);
                threads[thread] = known with { Time = now };
            }
            catch (IOException)
            {
                // The thread ended while we looked.
            }
        }

        return (hashing, others);
    }
}
