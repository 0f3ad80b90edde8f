using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Storage;

namespace Zaguan.Passwords;

/// <summary>
/// Where every password is hashed: threads of their own, as many as there are cores, at a lower priority than the threads
/// that answer, so that a flood of guesses slows guesses and nothing else. The queue is bounded by number and by waiting
/// time; what cannot be served in time is turned away, unhashed.
/// </summary>
internal sealed partial class HashGate : IDisposable
{
    private readonly HashingSettings settings;
    private readonly HashCosts costs;
    private readonly Telemetry telemetry;
    private readonly BlockingCollection<Guess> queue;
    private readonly Thread[] threads;
    private long meanHashTicks;

    public HashGate(HashingSettings settings, HashCosts costs, Telemetry telemetry)
    {
        this.settings = settings;
        this.costs = costs;
        this.telemetry = telemetry;
        queue = new(settings.LongestQueue);
        telemetry.ObserveQueue(() => queue.Count);
        threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(i => new Thread(Work) { IsBackground = true, Name = $"Zaguan hashing {i}" })];
        Array.ForEach(threads, t => t.Start());
    }

    /// <summary>
    /// Verifies at the cost of one hash, or says null where that cannot be done in time. A user without a password,
    /// or no user at all (<paramref name="stored"/> null), costs the same, takes as long and is never right.
    /// </summary>
    public async Task<Verification?> VerifyAsync(Secret password, string? stored, bool replaces = true)
    {
        var guess = new Guess(password, stored, replaces);
        if (ExpectedWait() > settings.LongestWait || !queue.TryAdd(guess))
        {
            return null;
        }

        var verification = await guess.Done.Task;
        if (verification is not null)
        {
            await costs.HideAsync(password, guess.Began);
        }

        return verification;
    }

    /// <summary>A new hash of a password, or null where that cannot be done in time.</summary>
    public async Task<StoredPassword?> HashAsync(Secret password)
    {
        var guess = new Guess(password, null, replaces: true) { Creates = true };
        return ExpectedWait() > settings.LongestWait || !queue.TryAdd(guess) ? null : (await guess.Done.Task)?.Replacement;
    }

    /// <summary>While guesses queue for a processor, a login that is written a moment later is answered no later for it.</summary>
    public void LetGather()
    {
        if (ExpectedWait() > 2 * Database.GatheringTime)
        {
            Thread.Sleep(Database.GatheringTime);
        }
    }

    public void Dispose()
    {
        queue.CompleteAdding();
        // The queue is not disposed of: who measures it, or waits for a commit, may ask for its length until the end.
        Array.ForEach(threads, t => t.Join());
    }

    /// <summary>How long a guess that comes now will wait for its turn.</summary>
    private TimeSpan ExpectedWait() => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref meanHashTicks) * queue.Count / threads.Length);

    private void Work()
    {
        LowerPriority();
        using var hasher = new PasswordHasher(settings.Cost);
        foreach (var guess in queue.GetConsumingEnumerable())
        {
            if (Stopwatch.GetElapsedTime(guess.Since) > settings.LongestWait)
            {
                guess.Done.SetResult(null);
                continue;
            }

            try
            {
                guess.Done.SetResult(Verify(hasher, guess));
            }
            catch (Exception e)
            {
                // The thread must outlive whatever went wrong with one guess; the login answers for it.
                guess.Done.SetException(e);
            }
        }
    }

    private Verification Verify(PasswordHasher hasher, Guess guess)
    {
        var before = hasher.Hashes;
        guess.Began = Stopwatch.GetTimestamp();
        var verification = guess.Creates ? new(IsRight: false, hasher.Create(guess.Password)) : hasher.Verify(guess.Password, guess.Stored, guess.Replaces);
        var took = Stopwatch.GetTimestamp() - guess.Began;
        telemetry.Hashed(hasher.Hashes - before);
        var mean = Interlocked.Read(ref meanHashTicks);
        Interlocked.Exchange(ref meanHashTicks, mean == 0 ? took : mean + ((took - mean) / 8));
        return verification;
    }

    /// <summary>Of the calling thread. .NET's Thread.Priority does nothing on Linux; there a thread has a nice value of its own.</summary>
    public static void LowerPriority()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(0, GetThreadId(), 10);
        }
        else
        {
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, int who, int priority);

    [LibraryImport("libc", EntryPoint = "gettid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetThreadId();

    private sealed class Guess(Secret password, string? stored, bool replaces)
    {
        public Secret Password => password;

        public string? Stored => stored;

        public bool Replaces => replaces;

        /// <summary>Nothing is verified: the password is to be kept.</summary>
        public bool Creates { get; init; }

        public long Since { get; } = Stopwatch.GetTimestamp();

        /// <summary>When its turn came.</summary>
        public long Began { get; set; }

        public TaskCompletionSource<Verification?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
