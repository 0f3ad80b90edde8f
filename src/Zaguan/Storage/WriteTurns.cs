namespace Zaguan.Storage;

/// <summary>Two rows that many write, by name. Of all who wait for the first one alone waits for the second, so what fewer share comes second.</summary>
/// <param name="First">Empty: there is only the second.</param>
internal sealed record SharedRows(string First, string Second);

/// <summary>
/// Who may write now. PostgreSQL would let all wait that write one row, each on a connection: then those who guess from one address would hold
/// every connection of the node, and who only reads would get none. Here they wait without one, in the order of coming.
/// </summary>
/// <param name="writers">How many write at once.</param>
/// <param name="patience">How long to wait for all of it; zero: without end.</param>
internal sealed class WriteTurns(int writers, TimeSpan patience) : IDisposable
{
    /// <summary>Rows that share a turn by chance wait for each other without need, and that is all.</summary>
    private const int Turns = 1_024;

    private readonly SemaphoreSlim[] first = Make();
    private readonly SemaphoreSlim[] second = Make();
    private readonly SemaphoreSlim connections = new(writers, writers);

    /// <summary>Dispose of what it gives when all is written.</summary>
    /// <param name="rows">What is written that many write; null: nothing.</param>
    /// <exception cref="DatabaseUnavailableException">It took longer. Nothing was written.</exception>
    public async Task<IDisposable> TakeAsync(SharedRows? rows)
    {
        using var impatience = new CancellationTokenSource();
        if (patience > TimeSpan.Zero)
        {
            impatience.CancelAfter(patience);
        }

        var taken = new Taken();
        try
        {
            if (rows is not null)
            {
                // The hash of a text is another one in each process: nobody chooses whom to stand in the way of.
                await taken.AddAsync(rows.First.Length > 0 ? first[(uint)rows.First.GetHashCode(StringComparison.Ordinal) % Turns] : null, impatience.Token);
                await taken.AddAsync(second[(uint)rows.Second.GetHashCode(StringComparison.Ordinal) % Turns], impatience.Token);
            }

            await taken.AddAsync(connections, impatience.Token);
            return taken;
        }
        catch (OperationCanceledException e)
        {
            taken.Dispose();
            throw new DatabaseUnavailableException("The database does not keep up: too many wait to write.", e);
        }
    }

    public void Dispose() => connections.Dispose();

    private static SemaphoreSlim[] Make() => [.. Enumerable.Range(0, Turns).Select(_ => new SemaphoreSlim(1, 1))];

    private sealed class Taken : IDisposable
    {
        private readonly Stack<SemaphoreSlim> held = new(3);

        public async Task AddAsync(SemaphoreSlim? turn, CancellationToken impatience)
        {
            if (turn is not null)
            {
                await turn.WaitAsync(impatience);
                held.Push(turn);
            }
        }

        public void Dispose()
        {
            while (held.TryPop(out var turn))
            {
                turn.Release();
            }
        }
    }
}
