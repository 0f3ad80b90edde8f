using System.Data.Common;

namespace Zaguan.Storage;

/// <summary>The database: a file of SQLite for one machine, PostgreSQL for several nodes. Statements are the same for both.</summary>
internal abstract class Database : IAsyncDisposable
{
    /// <summary>Less brings too few logins together to be worth the delay.</summary>
    public static readonly TimeSpan ShortestGathering = TimeSpan.FromMilliseconds(5);

    /// <summary>By then many logins share the commit, and more would save little.</summary>
    public static readonly TimeSpan LongestGathering = TimeSpan.FromMilliseconds(30);

    /// <summary>How people know it: the file, or the database and its hosts. Never a password.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Done by a single writer when somebody waits for it, before it begins: where whoever waits for a commit would only wait elsewhere,
    /// it may let up to <see cref="LongestGathering"/> pass, so that others share the commit. It does not throw.
    /// </summary>
    public Action Gather { get; set; } = () => { };

    /// <summary>Opens it, makes what is missing, and brings its schema up to date.</summary>
    /// <param name="admission">What must be so before it serves; it throws where it is not.</param>
    /// <exception cref="DatabaseUnavailableException">It cannot be opened, or is not one for this Zaguan.</exception>
    public static Database Open(DatabasePlace place, TimeProvider clock, Action<DbConnection>? admission = null) => place.ConnectionString is { } postgres
        ? PostgresDatabase.Open(postgres, place.Patience, clock, admission)
        : SqliteDatabase.Open(place.File, clock, admission);

    /// <summary>Runs <paramref name="work"/> beside those that write, on what has been committed.</summary>
    public abstract Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work);

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction. When the task completes, what it wrote is on disk, and on the standby where there is one.
    /// Where <paramref name="keep"/> says no to the result, or the work throws, it wrote nothing.
    /// </summary>
    /// <param name="shared">What it writes that many write; null: nothing.</param>
    /// <param name="abandoned">Ends the waiting until it can begin, never what has begun.</param>
    public abstract Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, Func<T, bool>? keep = null, SharedRows? shared = null, CancellationToken abandoned = default);

    /// <summary>Does what one node at a time should do, unless another one is at it.</summary>
    public abstract Task AloneAsync(string what, Func<Task> work);

    /// <summary>Calls <paramref name="heard"/> with what a node announces, and with "" whenever something may have been missed.</summary>
    public abstract Task ListenAsync(Action<string> heard, CancellationToken stopped);

    /// <summary>Tells all nodes. Who does not hear it finds out by asking.</summary>
    public abstract Task AnnounceAsync(string what);

    public abstract ValueTask DisposeAsync();
}
