using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Zaguan.Benchmarks.House;

/// <summary>Threads of their own that work at once: those that wait for an answer must not be missing where answers are made.</summary>
internal static class Crowd
{
    private const int SmallStack = 256 * 1024;

    /// <summary>Seconds until the last is done. The first failure of one is the failure of all.</summary>
    public static double Run(int count, Action<int> work)
    {
        var failures = new ConcurrentQueue<Exception>();
        var threads = Enumerable.Range(0, count).Select(i => new Thread(() => Try(i), SmallStack)).ToList();
        var began = Stopwatch.GetTimestamp();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        var took = Stopwatch.GetElapsedTime(began);
        if (failures.TryPeek(out var first))
        {
            ExceptionDispatchInfo.Throw(first);
        }

        return took.TotalSeconds;

        void Try(int i)
        {
            try
            {
                work(i);
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
            }
        }
    }
}
