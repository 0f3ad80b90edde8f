using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Budgets;

/// <summary>A budget full of guesses that are still being verified is waited for; only confirmed failures refuse.</summary>
public sealed class WaitingTests
{
    [Fact]
    public async Task A_charge_waits_for_a_guess_that_is_given_back()
    {
        await using var table = new BudgetTable();
        var charges = await ChargeAllAsync(table);
        var waiting = table.Guard.ChargeAsync(BudgetTable.Ana, CancellationToken.None);
        waiting.IsCompleted.ShouldBeFalse();

        await table.SettleAsync(charges[0], Outcome.Granted);

        (await waiting).Charge.ShouldNotBeNull();
    }

    [Fact]
    public async Task All_who_wait_are_refused_once_the_failures_are_confirmed()
    {
        await using var table = new BudgetTable();
        var charges = await ChargeAllAsync(table);
        var waiting = Enumerable.Range(0, 100).Select(_ => table.Guard.ChargeAsync(BudgetTable.Ana, CancellationToken.None)).ToList();

        foreach (var charge in charges)
        {
            await table.SettleAsync(charge, Outcome.WrongPassword);
        }

        (await Task.WhenAll(waiting)).ShouldAllBe(w => w.Refusal == Outcome.Locked);
    }

    [Fact]
    public async Task A_client_that_hangs_up_while_it_waits_is_not_charged()
    {
        await using var table = new BudgetTable();
        await ChargeAllAsync(table);
        using var hangUp = new CancellationTokenSource();
        var waiting = table.Guard.ChargeAsync(BudgetTable.Ana, hangUp.Token);

        await hangUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        (await table.RowsAsync()).ShouldAllBe(r => r.InFlight == 5);
    }

    [Fact]
    public async Task Whoever_waits_for_a_node_that_died_is_refused_when_its_charges_are_overdue()
    {
        await using var table = new BudgetTable();
        await ChargeAllAsync(table);
        var waiting = table.Guard.ChargeAsync(BudgetTable.Ana, CancellationToken.None);

        await Eventually.BecomesTrueAsync(() => table.Clock.HasAlarm, "it stands in the line");
        table.Clock.Advance(TimeSpan.FromMilliseconds(BudgetStore.ChargeLifetime));

        (await waiting).Refusal.ShouldBe(Outcome.Locked);
    }

    [Fact]
    public async Task Whoever_waits_too_long_is_told_that_the_house_is_busy()
    {
        await using var table = new BudgetTable();
        await ChargeAllAsync(table);
        var waiting = table.Guard.ChargeAsync(BudgetTable.Ana, CancellationToken.None);

        await Eventually.BecomesTrueAsync(() => table.Clock.HasAlarm, "it stands in the line");
        table.Clock.Advance(TimeSpan.FromSeconds(31));

        (await waiting).Refusal.ShouldBe(Outcome.Busy);
    }

    [Fact]
    public async Task A_line_has_an_end_and_another_account_has_a_line_of_its_own()
    {
        var lines = new WaitingLines();
        using var enough = new CancellationTokenSource();
        var line = Enumerable.Range(0, 256).Select(_ => lines.WaitAsync("user:1", enough.Token)).ToList();

        (await lines.WaitAsync("user:1", enough.Token)).ShouldBeFalse();
        lines.WaitAsync("user:2", enough.Token).IsCompleted.ShouldBeFalse();
        lines.CallNext("user:1");
        await line[0];
        lines.WaitAsync("user:1", enough.Token).IsCompleted.ShouldBeFalse();

        await enough.CancelAsync();
        (await Task.WhenAll(line)).ShouldAllBe(waited => waited);
    }

    private static async Task<List<Charge>> ChargeAllAsync(BudgetTable table)
    {
        var charges = new List<Charge>();
        for (var i = 0; i < 5; i++)
        {
            charges.Add((await table.ChargeAsync()).ShouldNotBeNull());
        }

        return charges;
    }
}
