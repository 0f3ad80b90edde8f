namespace Zaguan.Storage;

/// <summary>Two rows that many write, by name. Of all who wait for the first one alone waits for the second, so what fewer share comes second.</summary>
/// <param name="First">Empty: there is only the second.</param>
internal sealed record SharedRows(string First, string Second);

/// <summary>
/// Who may write now. PostgreSQL would let all wait that write one row, each on a connection: then those who guess from one address would hold
/// every connection of the node, and who only reads would get none. Here they wait without one, in the order of coming.
/// </summary>
/// <param name="writers">Counts how many more may write.</param>
/// <param name="patience">How long to wait for all of it; zero: without end.</param>
internal sealed class WriteTurns(SemaphoreSlim writers, TimeSpan patience)
{
    /// <summary>Rows that share a turn by chance wait for each other without need, and that is all.</summary>
    private const int Turns = 1_024;

    /// <summary>For one row; who comes when so many wait is told at once that it is too many.</summary>
    private const int MostWaiting = 1_000;

    private readonly Turn[] first = Make();
    private readonly Turn[] second = Make();

    /// <summary>Dispose of what it gives when all is written, or when nobody waits for it any more.</summary>
    /// <param name="rows">What is written that many write; null: nothing.</param>
    /// <param name="abandoned">Whoever asked is gone. It ends the waiting.</param>
    /// <exception cref="DatabaseUnavailableException">It took longer, or too many wait. Nothing was written.</exception>
    /// <exception cref="OperationCanceledException">Nobody asks any more. Nothing was written.</exception>
    public async Task<IDisposable> TakeAsync(SharedRows? rows, CancellationToken abandoned = default)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(abandoned);
        if (patience > TimeSpan.Zero)
        {
            enough.CancelAfter(patience);
        }

        var taken = new Taken();
        try
        {
            if (rows is not null)
            {
                if (rows.First.Length > 0)
                {
                    taken.Add(await Of(first, rows.First).TakeAsync(enough.Token));
                }

                taken.Add(await Of(second, rows.Second).TakeAsync(enough.Token));
            }

            await writers.WaitAsync(enough.Token);
            taken.Add(writers);
            return taken;
        }
        catch (OperationCanceledException e) when (!abandoned.IsCancellationRequested)
        {
            taken.Dispose();
            throw new DatabaseUnavailableException("The database does not keep up: too many wait to write.", e);
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    // The hash of a text is another one in each process: nobody chooses whom to stand in the way of.
    private static Turn Of(Turn[] turns, string row) => turns[(uint)row.GetHashCode(StringComparison.Ordinal) % Turns];

    private static Turn[] Make() => [.. Enumerable.Range(0, Turns).Select(_ => new Turn(new(1, 1)))];

    private sealed class Turn(SemaphoreSlim free)
    {
        private int waiting;

        public async Task<SemaphoreSlim> TakeAsync(CancellationToken enough)
        {
            try
            {
                if (Interlocked.Increment(ref waiting) > MostWaiting)
                {
                    throw new DatabaseUnavailableException("The database does not keep up: too many wait to write the same rows.");
                }

                await free.WaitAsync(enough);
                return free;
            }
            finally
            {
                Interlocked.Decrement(ref waiting);
            }
        }
    }

    private sealed class Taken : IDisposable
    {
        private readonly Stack<SemaphoreSlim> held = new(3);

        public void Add(SemaphoreSlim turn) => held.Push(turn);

        public void Dispose()
        {
            while (held.TryPop(out var turn))
            {
                turn.Release();
            }
        }
    }
}
