using FsCheck;
using FsCheck.Fluent;
using Zaguan.Budgets;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Budgets;

public sealed class BudgetPolicyTests
{
    private const long Now = 1_000_000_000;
    private const long Lifetime = 60_000;

    private static readonly BudgetRow Empty = new() { Account = "user:1", Address = "192.0.2.1", Failures = 5, RefusedAtMost = 3_600_000 };

    public static TheoryData<string, string> Rows => new()
    {
        { "nothing counted", nameof(BudgetVerdict.Open) },
        { "four failures", nameof(BudgetVerdict.Open) },
        { "four failures, one in flight", nameof(BudgetVerdict.Waiting) },
        { "five in flight", nameof(BudgetVerdict.Waiting) },
        { "five in flight, overdue", nameof(BudgetVerdict.Stale) },
        { "refused for a moment more", nameof(BudgetVerdict.Refused) },
        { "refused until now", nameof(BudgetVerdict.Open) },
        { "refused for longer than any refusal", nameof(BudgetVerdict.Stale) },
        { "in flight for longer than any charge", nameof(BudgetVerdict.Stale) },
        { "more failures than the rule allows now", nameof(BudgetVerdict.Stale) },
        { "five failures in a window that is over", nameof(BudgetVerdict.Open) },
        { "four failures and one in flight in a window that goes on", nameof(BudgetVerdict.Waiting) },
        { "a window from the future", nameof(BudgetVerdict.Open) },
        { "five failures in a window that a node with a faster clock began", nameof(BudgetVerdict.Stale) },
    };

    private static readonly Dictionary<string, BudgetRow> Named = new(StringComparer.Ordinal)
    {
        ["nothing counted"] = Empty,
        ["four failures"] = Empty with { Failed = 14, Forgiven = 10 },
        ["four failures, one in flight"] = Empty with { Failed = 14, Forgiven = 10, InFlight = 1, InFlightUntil = Now + 1 },
        ["five in flight"] = Empty with { InFlight = 5, InFlightUntil = Now + Lifetime },
        ["five in flight, overdue"] = Empty with { InFlight = 5, InFlightUntil = Now },
        ["refused for a moment more"] = Empty with { RefusedUntil = Now + 1 },
        ["refused until now"] = Empty with { RefusedUntil = Now },
        ["refused for longer than any refusal"] = Empty with { RefusedUntil = Now + 3_600_001 },
        ["in flight for longer than any charge"] = Empty with { InFlight = 5, InFlightUntil = Now + Lifetime + BudgetPolicy.ClockDifference + 1 },
        ["more failures than the rule allows now"] = Empty with { Failed = 9 },
        ["five failures in a window that is over"] = Empty with { Failed = 5, Within = 900_000, WindowFrom = Now - 900_000 },
        ["four failures and one in flight in a window that goes on"] = Empty with { Failed = 4, InFlight = 1, InFlightUntil = Now + 1, Within = 900_000, WindowFrom = Now - 899_999 },
        ["a window from the future"] = Empty with { Failed = 5, Within = 900_000, WindowFrom = Now + BudgetPolicy.ClockDifference + 1 },
        ["five failures in a window that a node with a faster clock began"] = Empty with { Failed = 5, Within = 900_000, WindowFrom = Now + BudgetPolicy.ClockDifference },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_verdict_follows_from_counts_and_instants(string row, string verdict) =>
        BudgetPolicy.Judge(Named[row], Now, Lifetime).ToString().ShouldBe(verdict);

    /// <summary>What holds the policy and the statements together: after any history they agree on whether there is a guess.</summary>
    [Fact]
    public void Policy_and_statements_agree_after_any_history() =>
        Prop.ForAll(Histories.ToArbitrary(), history => AgreeAsync(history).GetAwaiter().GetResult()).Check(Chance.Of(60));

    private enum Step
    {
        Charge,
        Succeed,
        Fail,
        Return,
        Doubt,
        Wait,
        SetBack,
        Mend,
    }

    private static Gen<(Step Step, int Which)[]> Histories =>
        Gen.ArrayOf(
            from step in Gen.Frequency((8, Gen.Constant(Step.Charge)), (2, Gen.Constant(Step.Succeed)), (6, Gen.Constant(Step.Fail)), (1, Gen.Constant(Step.Return)), (2, Gen.Constant(Step.Doubt)),
                (3, Gen.Constant(Step.Wait)), (1, Gen.Constant(Step.SetBack)), (1, Gen.Constant(Step.Mend)))
            from which in Gen.Choose(0, 1_000)
            select (step, which),
            40);

    private static async Task AgreeAsync((Step Step, int Which)[] history)
    {
        var small = new BudgetSettings
        {
            AccountAndAddress = new() { Failures = 2, RefusedFor = TimeSpan.FromSeconds(10), RefusedForAtMost = TimeSpan.FromSeconds(40) },
            Account = new() { Failures = 4, RefusedFor = TimeSpan.FromSeconds(30), RefusedForAtMost = TimeSpan.FromSeconds(30) },
            Address = new() { Failures = 5, Within = TimeSpan.FromSeconds(60) },
        };
        await using var table = new BudgetTable(small);
        BudgetSubject[] subjects = [new("a", "1", false), new("a", "2", false), new("b", "1", false), new("c", "3", true)];
        var open = new List<Charge>();
        foreach (var (step, which) in history)
        {
            switch (step)
            {
                case Step.Charge:
                    await ChargeAndCompareAsync(table, subjects[which % subjects.Length], open);
                    break;
                case Step.Succeed or Step.Fail or Step.Return or Step.Doubt when open.Count > 0:
                    var charge = open[which % open.Count];
                    open.Remove(charge);
                    await table.SettleAsync(charge, step switch { Step.Succeed => Settlement.Success, Step.Fail => Settlement.Failure, Step.Doubt => Settlement.Doubt, _ => Settlement.Returned });
                    break;
                case Step.Wait:
                    table.Clock.Advance(TimeSpan.FromSeconds(which % 70));
                    break;
                case Step.SetBack:
                    table.Clock.Set(table.Clock.GetUtcNow() - TimeSpan.FromSeconds(which));
                    break;
                case Step.Mend:
                    await table.Store.MendAsync(subjects[which % subjects.Length]);
                    break;
                default:
                    break;
            }

            (await table.ChargesAsync()).ShouldAllBe(c => c.Old >= 0 && c.Old <= c.InFlight);
            (await table.RowsAsync()).ShouldAllBe(r => r.InFlight >= 0 && r.Failed >= r.Forgiven && r.Failed - r.Forgiven < r.Failures);
        }
    }

    private static async Task ChargeAndCompareAsync(BudgetTable table, BudgetSubject subject, List<Charge> open)
    {
        var now = table.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        // Whether charges in flight are overdue does not matter to the statement, which only looks for room.
        var verdicts = (await table.Store.ReadAsync(subject)).Select(r => BudgetPolicy.Judge(r with { InFlightUntil = Math.Min(r.InFlightUntil, now) }, now, Lifetime)).ToList();
        var charge = await table.ChargeAsync(subject);
        var isOpen = verdicts.TrueForAll(v => v == BudgetVerdict.Open);
        (charge is not null).ShouldBe(isOpen, string.Join(' ', verdicts));
        if (charge is not null)
        {
            open.Add(charge);
        }
    }
}
