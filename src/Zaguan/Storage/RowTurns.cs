namespace Zaguan.Storage;

/// <summary>Two rows that many write, by name. Of all who wait for the first one alone waits for the second, so what fewer share comes second.</summary>
/// <param name="First">Empty: there is only the second.</param>
internal sealed record SharedRows(string First, string Second);

/// <summary>
/// Whoever writes rows that others of this node write too waits for them here, in the order of coming. PostgreSQL would let them wait as well, each on a connection:
/// then those who guess from one address would hold all that the node has, and nobody else got one.
/// </summary>
internal sealed class RowTurns
{
    /// <summary>Rows that share a turn by chance wait for each other without need, and that is all.</summary>
    private const int Turns = 1_024;

    private readonly SemaphoreSlim[] first = Make();
    private readonly SemaphoreSlim[] second = Make();

    /// <summary>Dispose of what it gives when the rows are written.</summary>
    /// <param name="patience">How long to wait for each of the two; zero: without end.</param>
    /// <exception cref="DatabaseUnavailableException">It took longer. Nothing was written.</exception>
    public async Task<IDisposable> TakeAsync(SharedRows rows, TimeSpan patience)
    {
        var taken = new Taken();
        try
        {
            if (rows.First.Length > 0)
            {
                taken.First = await WaitAsync(first, rows.First, patience);
            }

            taken.Second = await WaitAsync(second, rows.Second, patience);
            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    private static async Task<SemaphoreSlim> WaitAsync(SemaphoreSlim[] turns, string row, TimeSpan patience)
    {
        // The hash of a text is another one in each process: nobody chooses whom to stand in the way of.
        var turn = turns[(uint)row.GetHashCode(StringComparison.Ordinal) % Turns];
        return await turn.WaitAsync(patience > TimeSpan.Zero ? patience : Timeout.InfiniteTimeSpan)
            ? turn
            : throw new DatabaseUnavailableException("The database does not keep up: too many wait to write the same rows.");
    }

    private static SemaphoreSlim[] Make() => [.. Enumerable.Range(0, Turns).Select(_ => new SemaphoreSlim(1, 1))];

    private sealed class Taken : IDisposable
    {
        public SemaphoreSlim? First { get; set; }

        public SemaphoreSlim? Second { get; set; }

        public void Dispose()
        {
            Second?.Release();
            First?.Release();
        }
    }
}
