namespace Zaguan.Storage;

/// <summary>
/// What waits for the writer, first come, first served. A monitor and no <c>BlockingCollection</c>: that one spins before
/// it sleeps, and where a login is written between any two hashes, it would spin all day on a processor that should hash.
/// </summary>
internal sealed class PieceQueue(int longest)
{
    private readonly Queue<Piece> waiting = new();
    private bool closed;

    /// <exception cref="DatabaseUnavailableException">Too many wait, or the database is closed.</exception>
    public void Add(Piece piece)
    {
        lock (waiting)
        {
            if (closed)
            {
                throw new DatabaseUnavailableException("The database is closed.");
            }

            if (waiting.Count >= longest)
            {
                throw new DatabaseUnavailableException("The database does not keep up: too many writes wait.");
            }

            waiting.Enqueue(piece);
            Monitor.Pulse(waiting);
        }
    }

    /// <summary>False: closed, and none is left.</summary>
    public bool WaitForOne()
    {
        lock (waiting)
        {
            while (waiting.Count == 0 && !closed)
            {
                Monitor.Wait(waiting);
            }

            return waiting.Count > 0;
        }
    }

    /// <summary>Takes what waits now, at most <paramref name="most"/>.</summary>
    public void Take(List<Piece> batch, int most)
    {
        lock (waiting)
        {
            while (batch.Count < most && waiting.TryDequeue(out var piece))
            {
                batch.Add(piece);
            }
        }
    }

    public void Close()
    {
        lock (waiting)
        {
            closed = true;
            Monitor.PulseAll(waiting);
        }
    }
}
