using System.Data.Common;

namespace Zaguan.Storage;

/// <summary>A piece of work that waits for its transaction.</summary>
internal abstract class Piece
{
    /// <summary>False: it is to leave nothing behind.</summary>
    public abstract bool Run(DbConnection connection);

    public abstract void Threw(Exception e);

    public abstract void Complete();

    public abstract void Fail(Exception e);
}

internal sealed class Piece<T>(Func<DbConnection, Task<T>> work, Func<T, bool>? keep) : Piece
{
    private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? result;
    private Exception? exception;

    public Task<T> Task => done.Task;

    public override bool Run(DbConnection connection)
    {
        // SQLite's asynchronous calls are synchronous; on this thread that is what they should be.
        result = work(connection).GetAwaiter().GetResult();
        return keep is null || keep(result);
    }

    public override void Threw(Exception e) => exception = e;

    public override void Complete()
    {
        if (exception is null)
        {
            done.SetResult(result!);
        }
        else
        {
            done.SetException(exception);
        }
    }

    public override void Fail(Exception e) => done.SetException(e);
}
