using System.Data.Common;
using Zaguan.Login;

namespace Zaguan.Budgets;

/// <summary>Charges an attempt before anything is verified, waiting where every guess that is left is still being verified.</summary>
internal sealed class BudgetGuard(BudgetStore store, BudgetSettings rules, TimeProvider clock)
{
    /// <summary>Longer than fifty people with one account need on a small machine, shorter than clients wait.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>How often an attempt that waits looks by itself: guesses are given back by other nodes too.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly WaitingLines lines = new();

    /// <param name="abandoned">The client hung up. It ends the waiting, never a charge.</param>
    public async Task<ChargeResult> ChargeAsync(BudgetSubject subject, CancellationToken abandoned)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            abandoned.ThrowIfCancellationRequested();
            if (await store.TryChargeAsync(subject, rules, abandoned) is { } charge)
            {
                return new(charge, null, TimeSpan.Zero);
            }

            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            var rows = (await store.ReadAsync(subject)).Select(r => (Row: r, Verdict: BudgetPolicy.Judge(r, now, BudgetStore.ChargeLifetime))).ToList();
            if (rows.Exists(r => r.Verdict == BudgetVerdict.Refused))
            {
                lines.CallNext(subject.Account);
                return Refuse(rows.Where(r => r.Verdict == BudgetVerdict.Refused).MaxBy(r => r.Row.RefusedUntil).Row, now);
            }

            if (rows.Exists(r => r.Verdict == BudgetVerdict.Stale))
            {
                await store.MendAsync(subject);
            }
            else if (clock.GetElapsedTime(began) > LongestWait)
            {
                return ChargeResult.Busy;
            }
            else if (rows.Exists(r => r.Verdict == BudgetVerdict.Waiting))
            {
                using var interval = new CancellationTokenSource(Interval, clock);
                using var enough = CancellationTokenSource.CreateLinkedTokenSource(interval.Token, abandoned);
                if (!await lines.WaitAsync(subject.Account, enough.Token))
                {
                    return ChargeResult.Busy;
                }
            }
        }
    }

    /// <summary>Within the transaction that records the attempt.</summary>
    public Task SettleAsync(DbConnection db, Charge charge, Outcome outcome) => store.SettleAsync(db, charge, outcome switch
    {
        Outcome.Granted => Settlement.Success,

        // The right password of a disabled user counts like a wrong one, or the lock would tell which of them it was.
        Outcome.UnknownUser or Outcome.WrongPassword or Outcome.WrongCode or Outcome.Inactive or Outcome.LockedAtSource or Outcome.PasswordExpired or Outcome.PasswordMustChange => Settlement.Failure,
        Outcome.SourceUnclear => Settlement.Doubt,
        Outcome.Busy or Outcome.Unavailable or Outcome.Failed or Outcome.SourceNotAllowed or Outcome.SourceUnavailable => Settlement.Returned,
        Outcome.Locked or Outcome.Throttled or Outcome.Malformed or Outcome.Invalid => throw new InvalidOperationException($"{outcome} is never charged."),
    });

    /// <summary>How many guesses are left before the next refusal, whichever budget it comes from. Of an account that nobody has as of any other.</summary>
    public async Task<long> LeftAsync(BudgetSubject subject)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return (await store.ReadAsync(subject)).Select(r => BudgetPolicy.Left(r, now)).DefaultIfEmpty(0).Min();
    }

    /// <summary>After that transaction: somebody who waits may find a guess now.</summary>
    public void Settled(Charge charge) => lines.CallNext(charge.Subject.Account);

    private static ChargeResult Refuse(BudgetRow row, long now) =>
        new(null, row.Account.Length == 0 ? Outcome.Throttled : Outcome.Locked, TimeSpan.FromMilliseconds(row.RefusedUntil - now));
}

/// <param name="Charge">Null: refused, or busy.</param>
/// <param name="RetryAfter">How long the refusal lasts.</param>
internal sealed record ChargeResult(Charge? Charge, Outcome? Refusal, TimeSpan RetryAfter)
{
    public static readonly ChargeResult Busy = new(null, Outcome.Busy, TimeSpan.Zero);

    /// <summary>Nothing will be verified, so there is nothing to pay.</summary>
    public static readonly ChargeResult SourceNotAllowed = new(null, Outcome.SourceNotAllowed, TimeSpan.Zero);
}
