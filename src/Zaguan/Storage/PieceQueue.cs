namespace Zaguan.Storage;

/// <summary>
/// What waits for the writer, first come, first served. A monitor and no <c>BlockingCollection</c>: that one spins before
/// it sleeps, and where a login is written between any two hashes, it spins all day on a processor that should hash.
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

    /// <summary>Waits for a piece, and takes it and those behind it, at most <paramref name="most"/>. False: closed, and nothing is left.</summary>
    public bool Take(List<Piece> batch, int most)
    {
        lock (waiting)
        {
            while (waiting.Count == 0 && !closed)
            {
                Monitor.Wait(waiting);
            }

            while (batch.Count < most && waiting.TryDequeue(out var piece))
            {
                batch.Add(piece);
            }

            return batch.Count > 0;
        }
    }

    /// <summary>Without waiting.</summary>
    public void TakeWhatWaits(List<Piece> batch)
    {
        lock (waiting)
        {
            while (waiting.TryDequeue(out var piece))
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
