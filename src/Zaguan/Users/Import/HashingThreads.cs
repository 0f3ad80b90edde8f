using System.Collections.Concurrent;
using Zaguan.Argon2;
using Zaguan.Passwords;

namespace Zaguan.Users.Import;

/// <summary>Hashes passwords on as many threads as there are cores, at a lower priority than a server that answers beside it.</summary>
internal sealed class HashingThreads : IDisposable
{
    private readonly BlockingCollection<Work> queue = new(2 * ImportBounds.Batch);
    private readonly Thread[] threads;
    private readonly Argon2Cost cost;

    public HashingThreads(Argon2Cost cost)
    {
        this.cost = cost;
        threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(i => new Thread(Run) { IsBackground = true, Name = $"Zaguan import hashing {i}" })];
        Array.ForEach(threads, t => t.Start());
    }

    /// <summary>Gives every candidate what its password becomes.</summary>
    public async Task StoreAsync(IReadOnlyList<Candidate> candidates, CancellationToken cancellation)
    {
        var pending = new List<Task>();
        foreach (var candidate in candidates.Where(c => c.Password is not null))
        {
            var work = new Work(candidate, cancellation);
            queue.Add(work, cancellation);
            pending.Add(work.Done.Task);
        }

        await Task.WhenAll(pending);
    }

    public void Dispose()
    {
        queue.CompleteAdding();
        Array.ForEach(threads, t => t.Join());
        queue.Dispose();
    }

    private void Run()
    {
        HashGate.LowerPriority();
        using var hasher = new PasswordHasher(cost);
        foreach (var work in queue.GetConsumingEnumerable())
        {
            if (work.Cancellation.IsCancellationRequested)
            {
                work.Done.SetCanceled(work.Cancellation);
                continue;
            }

            try
            {
                work.Candidate.Stored = work.Candidate.Password!.Store(hasher);
                work.Candidate.Password.Dispose();
                work.Done.SetResult();
            }
            catch (Exception e)
            {
                // The thread outlives it; the import ends with it.
                work.Done.SetException(e);
            }
        }
    }

    private sealed class Work(Candidate candidate, CancellationToken cancellation)
    {
        public Candidate Candidate => candidate;

        public CancellationToken Cancellation => cancellation;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
