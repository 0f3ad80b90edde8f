using System.Diagnostics;
using System.Runtime.InteropServices;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Storage;

namespace Zaguan.Passwords;

/// <summary>
/// Where every password is hashed: threads of their own, as many as there are cores, at a lower priority than the threads
/// that answer, so that a flood of guesses slows guesses and nothing else. The queue is bounded by number and by waiting
/// time, and addresses take turns in it; what cannot be served in time is turned away, unhashed.
/// </summary>
internal sealed partial class HashGate : IDisposable
{
    private readonly TimeSpan keepsMemoryFor;
    private readonly HashingSettings settings;
    private readonly HashCosts costs;
    private readonly Telemetry telemetry;
    private readonly TurnQueue<Guess> queue;
    private readonly Thread[] threads;
    private long meanHashTicks;
    private bool isClosed;

    /// <param name="keepsMemoryFor">A thread that has had nothing to hash for so long gives its working memory back; the next guess waits some milliseconds more, whoever it is for. Two seconds unless said.</param>
    public HashGate(HashingSettings settings, HashCosts costs, Telemetry telemetry, TimeSpan? keepsMemoryFor = null)
    {
        this.keepsMemoryFor = keepsMemoryFor ?? TimeSpan.FromSeconds(2);
        this.settings = settings;
        this.costs = costs;
        this.telemetry = telemetry;
        queue = new(settings.LongestQueue);
        telemetry.ObserveQueue(Length);
        threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(i => new Thread(Work) { IsBackground = true, Name = $"Zaguan hashing {i}" })];
        Array.ForEach(threads, t => t.Start());
    }

    /// <summary>
    /// Verifies at the cost of one hash, or says null where that cannot be done in time. A user without a password,
    /// or no user at all (<paramref name="stored"/> null), costs the same, takes as long and is never right.
    /// </summary>
    public async Task<Verification?> VerifyAsync(Sender sender, Secret password, string? stored, bool replaces = true)
    {
        var guess = new Guess(password, stored, replaces);
        Enter(sender, guess);
        var verification = await guess.Done.Task;
        if (verification is not null)
        {
            await costs.HideAsync(password, guess.Began);
        }

        return verification;
    }

    /// <summary>A new hash of a password, or null where that cannot be done in time.</summary>
    public async Task<StoredPassword?> HashAsync(Sender sender, Secret password)
    {
        var guess = new Guess(password, null, replaces: true) { Creates = true };
        Enter(sender, guess);
        return (await guess.Done.Task)?.Replacement;
    }

    /// <summary>While guesses queue for a processor, a login that is written a moment later is hardly answered later for it: what is waited is a part of the time that the queue takes.</summary>
    public void LetGather()
    {
        var wait = TimeFor(Length()) / 3;
        if (wait >= Database.ShortestGathering)
        {
            Thread.Sleep(wait < Database.LongestGathering ? wait : Database.LongestGathering);
        }
    }

    public void Dispose()
    {
        lock (queue)
        {
            isClosed = true;
            Monitor.PulseAll(queue);
        }

        Array.ForEach(threads, t => t.Join());
    }

    /// <summary>Whoever cannot be served in time, or leaves for one who can, is told at once.</summary>
    private void Enter(Sender sender, Guess guess)
    {
        Guess? turnedAway;
        lock (queue)
        {
            ObjectDisposedException.ThrowIf(isClosed, this);
            if (TimeFor(queue.Ahead(sender)) > settings.LongestWait || !queue.TryAdd(sender, guess, out turnedAway))
            {
                turnedAway = guess;
            }
            else
            {
                Monitor.Pulse(queue);
            }
        }

        turnedAway?.Done.SetResult(null);
    }

    /// <summary>Guesses that wait.</summary>
    public int Length()
    {
        lock (queue)
        {
            return queue.Count;
        }
    }

    /// <summary>How long so many guesses take.</summary>
    private TimeSpan TimeFor(int guesses) => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref meanHashTicks) * guesses / threads.Length);

    /// <summary>Null: the gate is closed, and nobody waits any more. Nothing of a guess stays in memory while none follows.</summary>
    private Guess? WaitForNext(PasswordHasher hasher)
    {
        lock (queue)
        {
            if (queue.TryTake(out var next))
            {
                return next;
            }
        }

        hasher.WipeMemory();
        lock (queue)
        {
            var patience = keepsMemoryFor;
            while (true)
            {
                if (queue.TryTake(out var guess))
                {
                    return guess;
                }

                if (isClosed)
                {
                    return null;
                }

                if (!Monitor.Wait(queue, patience))
                {
                    hasher.GiveMemoryBack();
                    patience = Timeout.InfiniteTimeSpan;
                }
            }
        }
    }

    private void Work()
    {
        LowerPriority();
        using var hasher = new PasswordHasher(settings.Cost, wipesLater: true);
        while (WaitForNext(hasher) is { } guess)
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
        hasher.TakeMemory();
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
