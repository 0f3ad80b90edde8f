using System.Runtime.CompilerServices;
using Zaguan.Contracts;
using Zaguan.Sources;

namespace Zaguan.Comparison;

/// <summary>What came of one case.</summary>
/// <param name="Failure">Who could not be asked and why, in a sentence; null: both were.</param>
internal sealed record Compared(string Name, IReadOnlyList<Difference> Differences, string? Failure);

/// <summary>Asks the old system and Zaguan the same, case by case: one after the other, so that neither runs out of patience with us.</summary>
internal sealed class CompareRun(ReplyClient client, Contract contract, LoginAddress old, LoginAddress zaguan)
{
    /// <summary>Ends early, without an exception, where it is interrupted.</summary>
    public async IAsyncEnumerable<Compared> CompareAsync(IReadOnlyList<LoginCase> cases, [EnumeratorCancellation] CancellationToken interrupted)
    {
        foreach (var login in cases)
        {
            Compared compared;
            try
            {
                compared = await CompareAsync(login, interrupted);
            }
            catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
            {
                yield break;
            }

            yield return compared;
        }
    }

    private async Task<Compared> CompareAsync(LoginCase login, CancellationToken interrupted)
    {
        using var first = login.ToRequest(old);
        var before = await client.AskAsync(first, interrupted);
        if (before.Reply is null)
        {
            // Zaguan is not asked: nothing could be compared, and it would charge the guess.
            return new(login.Name, [], $"The old system could not be asked: {before.Failure}.");
        }

        using var second = login.ToRequest(zaguan);
        var after = await client.AskAsync(second, interrupted);
        return after.Reply is null
            ? new(login.Name, [], $"Zaguan could not be asked: {after.Failure}.")
            : new(login.Name, ReplyComparer.Compare(contract, before.Reply, after.Reply, login.Secrets), null);
    }
}
