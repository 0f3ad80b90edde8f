namespace Zaguan.Budgets;

/// <summary>Configuration: how many guesses there are.</summary>
internal sealed record BudgetSettings
{
    /// <summary>One account from one address.</summary>
    public BudgetRule AccountAndAddress { get; init; } = new() { Failures = 5, RefusedFor = TimeSpan.FromMinutes(1), RefusedForAtMost = TimeSpan.FromHours(1) };

    /// <summary>One account from everywhere: 100 consecutive failures, the ceiling of NIST SP 800-63B-4 §3.2.2.</summary>
    public BudgetRule Account { get; init; } = new() { Failures = 100, RefusedFor = TimeSpan.FromMinutes(15), RefusedForAtMost = TimeSpan.FromMinutes(15) };

    /// <summary>One address, whatever the account.</summary>
    public BudgetRule Address { get; init; } = new() { Failures = 300, Within = TimeSpan.FromMinutes(15) };
}

/// <summary>So many failures, then refused for so long.</summary>
internal sealed record BudgetRule
{
    /// <summary>At least 1.</summary>
    public int Failures { get; init; }

    /// <summary>Only failures within this time count, and the refusal ends with it. Absent: consecutive failures count, until nobody has guessed for 30 days.</summary>
    public TimeSpan Within { get; init; }

    /// <summary>The first refusal; each further one is twice as long.</summary>
    public TimeSpan RefusedFor { get; init; }

    /// <summary>The longest refusal.</summary>
    public TimeSpan RefusedForAtMost { get; init; }
}
