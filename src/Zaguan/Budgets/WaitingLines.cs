namespace Zaguan.Budgets;

/// <summary>Attempts that wait, in their order, for a guess of their account to be given back. Only this process's; other nodes are seen by looking again.</summary>
internal sealed class WaitingLines
{
    /// <summary>Of one account. A shared account of a large clinic in the morning is below it.</summary>
    private const int LongestLine = 256;

    private const int MostWaiting = 4_096;

    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedList<TaskCompletionSource>> lines = new(StringComparer.Ordinal);
    private int waiting;

    /// <summary>Waits to be called, or until <paramref name="enough"/>. False at once where the line is full.</summary>
    public async Task<bool> WaitAsync(string account, CancellationToken enough)
    {
        if (Enter(account) is not { } place)
        {
            return false;
        }

        await place.Value.Task.WaitAsync(enough).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Leave(account, place);
        return true;
    }

    /// <summary>Lets the first of the line try.</summary>
    public void CallNext(string account)
    {
        lock (gate)
        {
            if (lines.GetValueOrDefault(account)?.First is { } first)
            {
                Remove(account, first);
                first.Value.SetResult();
            }
        }
    }

    private LinkedListNode<TaskCompletionSource>? Enter(string account)
    {
        lock (gate)
        {
            var line = lines.GetValueOrDefault(account);
            if (line?.Count >= LongestLine || waiting >= MostWaiting)
            {
                return null;
            }

            waiting++;
            line ??= lines[account] = new();
            return line.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }

    private void Leave(string account, LinkedListNode<TaskCompletionSource> place)
    {
        lock (gate)
        {
            if (place.List is not null)
            {
                Remove(account, place);
            }
        }
    }

    private void Remove(string account, LinkedListNode<TaskCompletionSource> place)
    {
        var line = place.List!;
        line.Remove(place);
        waiting--;
        if (line.Count == 0)
        {
            lines.Remove(account);
        }
    }
}
