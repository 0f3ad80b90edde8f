namespace Zaguan.Budgets;

internal enum BudgetVerdict
{
    /// <summary>A guess is left.</summary>
    Open,

    /// <summary>Every guess that is left is still being verified; it may be given back.</summary>
    Waiting,

    /// <summary>Confirmed failures used it up.</summary>
    Refused,

    /// <summary>Charges whose node died, a clock that went back or a rule that became stricter stand in the row; it must be mended first.</summary>
    Stale,
}

/// <summary>One row of the table, as the policy sees it. Instants and lengths are milliseconds.</summary>
internal sealed record BudgetRow
{
    public string Account { get; init; } = "";

    public string Address { get; init; } = "";

    public long Failed { get; init; }

    public long Forgiven { get; init; }

    public long InFlight { get; init; }

    public long InFlightUntil { get; init; }

    public long WindowFrom { get; init; }

    public long RefusedUntil { get; init; }

    public long Failures { get; init; }

    public long Within { get; init; }

    public long RefusedAtMost { get; init; }
}

/// <summary>Counts and instants in, verdict out. The statements of <see cref="BudgetStore"/> say the same in SQL; a property test holds them together.</summary>
internal static class BudgetPolicy
{
    /// <summary>
    /// Milliseconds by which the clocks of nodes may differ, and by which an instant may be older than the row that it meets, because it waited for it.
    /// Only behind that has a clock gone back; or a guess through the one node and a login through the other would forgive each other's failures.
    /// </summary>
    public const long ClockDifference = 60_000;

    public static BudgetVerdict Judge(BudgetRow row, long now, long chargeLifetime)
    {
        var longestRefusal = row.Within > 0 ? row.Within : row.RefusedAtMost;
        if (row.RefusedUntil > now + longestRefusal || row.InFlightUntil > now + chargeLifetime + ClockDifference)
        {
            return BudgetVerdict.Stale;
        }

        if (row.RefusedUntil > now)
        {
            return BudgetVerdict.Refused;
        }

        var counted = Counted(row, now);
        if (counted + row.InFlight < row.Failures)
        {
            return BudgetVerdict.Open;
        }

        return row.InFlight == 0 || row.InFlightUntil <= now ? BudgetVerdict.Stale : BudgetVerdict.Waiting;
    }

    /// <summary>How many more failures there may be before the refusal begins; none while it lasts.</summary>
    public static long Left(BudgetRow row, long now) => row.RefusedUntil > now ? 0 : Math.Max(0, row.Failures - Counted(row, now));

    private static long Counted(BudgetRow row, long now)
    {
        var windowIsOver = row.Within > 0 && (now >= row.WindowFrom + row.Within || now + ClockDifference < row.WindowFrom);
        return windowIsOver ? 0 : row.Failed - row.Forgiven;
    }
}
