using Zaguan.Budgets;
using Zaguan.Login;

namespace Zaguan.Tests.Budgets;

public sealed class BudgetStoreTests
{
    [Fact]
    public async Task Five_failures_of_an_account_from_an_address_then_refused_for_a_minute_doubling_up_to_an_hour()
    {
        await using var table = new BudgetTable();
        foreach (var minutes in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            (await table.FailUntilRefusedAsync()).ShouldBe(5);
            (await table.AskAsync()).ShouldBe((Outcome.Locked, minutes * 60));
            table.Clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromMilliseconds(1));
            (await table.AskAsync()).Refusal.ShouldBe(Outcome.Locked);
            table.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    [Fact]
    public async Task What_all_rules_refuse_at_once_is_refused()
    {
        var once = new BudgetRule { Failures = 1, RefusedFor = TimeSpan.FromMinutes(1), RefusedForAtMost = TimeSpan.FromMinutes(1) };
        await using var table = new BudgetTable(new() { AccountAndAddress = once, Account = once, Address = new() { Failures = 1, Within = TimeSpan.FromMinutes(1) } });
        await table.FailUntilRefusedAsync();

        (await table.ChargeAsync()).ShouldBeNull();
    }

    /// <summary>Nodes and databases die now and then, for years: what they leave must not add up for somebody who is never away for a minute.</summary>
    [Fact]
    public async Task Somebody_who_logs_in_all_the_time_is_not_refused_for_charges_that_nobody_settled()
    {
        await using var table = new BudgetTable();
        for (var hour = 0; hour < 50; hour++)
        {
            (await table.ChargeAsync()).ShouldNotBeNull($"hour {hour}");
            for (var i = 0; i < 120; i++)
            {
                table.Clock.Advance(TimeSpan.FromSeconds(30));
                await table.SettleAsync((await table.ChargeAsync()).ShouldNotBeNull($"hour {hour}, login {i}"), Settlement.Success);
            }
        }
    }

    [Fact]
    public async Task Address_that_is_never_idle_is_not_refused_for_charges_that_nobody_settled()
    {
        await using var table = new BudgetTable(new() { Address = new() { Failures = 5, Within = TimeSpan.FromMinutes(15) } });
        for (var hour = 0; hour < 20; hour++)
        {
            (await table.ChargeAsync(BudgetTable.Ana with { Account = $"user:{hour}" })).ShouldNotBeNull($"hour {hour}");
            for (var i = 0; i < 120; i++)
            {
                table.Clock.Advance(TimeSpan.FromSeconds(30));
                await table.SettleAsync((await table.ChargeAsync()).ShouldNotBeNull($"hour {hour}, login {i}"), Settlement.Success);
            }
        }
    }

    [Fact]
    public async Task Charge_that_nobody_settled_counts_as_a_failure_while_others_go_on()
    {
        await using var table = new BudgetTable();
        await table.ChargeAsync();
        for (var i = 0; i < 3; i++)
        {
            table.Clock.Advance(TimeSpan.FromMinutes(1));
            await table.SettleAsync((await table.ChargeAsync()).ShouldNotBeNull(), Settlement.Returned);
        }

        // One of five is gone, in each row.
        (await table.RowsAsync()).ShouldAllBe(r => r.Failed == 1 && r.InFlight == 0);
        (await table.FailUntilRefusedAsync()).ShouldBe(4);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Charge_that_grew_old_while_it_was_verified_is_settled_like_any_other(bool isRight, int failed)
    {
        await using var table = new BudgetTable();
        await table.SettleAsync((await table.ChargeAsync()).ShouldNotBeNull(), Settlement.Success);
        await table.ChargeAsync();
        table.Clock.Advance(TimeSpan.FromSeconds(59));
        var slow = (await table.ChargeAsync()).ShouldNotBeNull();
        table.Clock.Advance(TimeSpan.FromSeconds(1));
        await table.SettleAsync((await table.ChargeAsync()).ShouldNotBeNull(), Settlement.Returned);
        (await table.ChargesAsync()).ShouldAllBe(c => c.InFlight == 2 && c.Old == 2);

        table.Clock.Advance(TimeSpan.FromSeconds(50));
        await table.SettleAsync(slow, isRight ? Settlement.Success : Settlement.Failure);

        (await table.ChargesAsync()).ShouldAllBe(c => c.InFlight == 1 && c.Old == 1);
        (await table.RowsAsync()).ShouldAllBe(r => r.Failed == failed);
    }

    [Fact]
    public async Task Another_address_has_guesses_of_its_own()
    {
        await using var table = new BudgetTable();
        await table.FailUntilRefusedAsync();

        (await table.FailUntilRefusedAsync(BudgetTable.Ana with { Address = "192.0.2.2" })).ShouldBe(5);
    }

    [Fact]
    public async Task A_hundred_failures_of_an_account_from_everywhere_then_refused_for_15_minutes()
    {
        await using var table = new BudgetTable();
        var verified = 0;
        for (var i = 0; i < 25; i++)
        {
            verified += await table.FailUntilRefusedAsync(BudgetTable.Ana with { Address = $"192.0.2.{i}" });
        }

        verified.ShouldBe(100);
        (await table.AskAsync(BudgetTable.Ana with { Address = "192.0.2.200" })).ShouldBe((Outcome.Locked, 15 * 60));
        table.Clock.Advance(TimeSpan.FromMinutes(15));
        (await table.AskAsync(BudgetTable.Ana with { Address = "192.0.2.200" })).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task Three_hundred_failures_of_an_address_in_15_minutes_then_refused_until_they_are_over()
    {
        await using var table = new BudgetTable();
        var verified = 0;
        for (var i = 0; i < 70; i++)
        {
            verified += await table.FailUntilRefusedAsync(BudgetTable.Ana with { Account = $"user:{i}" });
            table.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        verified.ShouldBe(300);
        // The first failure was 70 seconds ago.
        (await table.AskAsync(BudgetTable.Ana with { Account = "user:500" })).ShouldBe((Outcome.Throttled, (15 * 60) - 70));
        table.Clock.Advance(TimeSpan.FromSeconds((15 * 60) - 70));
        (await table.AskAsync(BudgetTable.Ana with { Account = "user:500" })).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task Failures_of_an_address_that_are_further_apart_than_its_window_do_not_add_up()
    {
        await using var table = new BudgetTable(new() { Address = new() { Failures = 2, Within = TimeSpan.FromMinutes(15) } });
        for (var i = 0; i < 10; i++)
        {
            var charge = (await table.ChargeAsync(BudgetTable.Ana with { Account = $"user:{i}" })).ShouldNotBeNull();
            await table.SettleAsync(charge, Settlement.Failure);
            table.Clock.Advance(TimeSpan.FromMinutes(15));
        }
    }

    [Fact]
    public async Task A_success_clears_the_failures_of_the_account()
    {
        await using var table = new BudgetTable();
        for (var round = 0; round < 50; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                await table.SettleAsync((await table.ChargeAsync()).ShouldNotBeNull(), Settlement.Failure);
            }

            await table.SettleAsync((await table.ChargeAsync()).ShouldNotBeNull(), Settlement.Success);
        }

        (await table.RowsAsync()).Where(r => r.Account.Length > 0).ShouldAllBe(r => r.Failed == r.Forgiven && r.InFlight == 0);
    }

    [Fact]
    public async Task A_success_starts_the_doubling_anew()
    {
        await using var table = new BudgetTable();
        await table.FailUntilRefusedAsync();
        table.Clock.Advance(TimeSpan.FromMinutes(1));
        await table.SettleAsync((await table.ChargeAsync()).ShouldNotBeNull(), Settlement.Success);

        await table.FailUntilRefusedAsync();

        (await table.AskAsync()).ShouldBe((Outcome.Locked, 60));
    }

    [Fact]
    public async Task A_success_gives_the_address_back_only_what_it_charged()
    {
        await using var table = new BudgetTable();
        await table.FailUntilRefusedAsync();
        await table.SettleAsync((await table.ChargeAsync(BudgetTable.Ana with { Account = "user:2" })).ShouldNotBeNull(), Settlement.Success);

        var address = (await table.RowsAsync()).Single(r => r.Account.Length == 0);

        (address.Failed - address.Forgiven, address.InFlight).ShouldBe((5, 0));
    }

    [Fact]
    public async Task A_success_does_not_clear_the_failures_of_guesses_that_ran_beside_it()
    {
        await using var table = new BudgetTable();
        var right = (await table.ChargeAsync()).ShouldNotBeNull();
        for (var i = 0; i < 4; i++)
        {
            await table.SettleAsync((await table.ChargeAsync()).ShouldNotBeNull(), Settlement.Failure);
        }

        await table.SettleAsync(right, Settlement.Success);

        (await table.FailUntilRefusedAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_guess_that_came_to_nothing_counts_for_the_account_and_the_address_and_not_for_both_together()
    {
        await using var table = new BudgetTable(new() { Account = new() { Failures = 12, RefusedFor = TimeSpan.FromMinutes(15), RefusedForAtMost = TimeSpan.FromMinutes(15) } });
        for (var i = 0; i < 12; i++)
        {
            await table.SettleAsync((await table.ChargeAsync()).ShouldNotBeNull(), Settlement.Doubt);
        }

        (await table.AskAsync()).ShouldBe((Outcome.Locked, 15 * 60));
        var rows = await table.RowsAsync();
        rows.ShouldAllBe(r => r.InFlight == 0);
        rows.Single(r => r is { Account.Length: > 0, Address.Length: > 0 }).Failed.ShouldBe(0);
        rows.Single(r => r.Account.Length == 0).Failed.ShouldBe(12);
    }

    [Fact]
    public async Task What_was_not_verified_is_given_back_and_clears_nothing()
    {
        await using var table = new BudgetTable();
        await table.SettleAsync((await table.ChargeAsync()).ShouldNotBeNull(), Settlement.Failure);
        await table.SettleAsync((await table.ChargeAsync()).ShouldNotBeNull(), Settlement.Returned);

        (await table.FailUntilRefusedAsync()).ShouldBe(4);
    }

    [Fact]
    public async Task A_refused_attempt_charges_nothing_to_anybody()
    {
        await using var table = new BudgetTable();
        await table.FailUntilRefusedAsync();
        var before = await table.RowsAsync();

        (await table.ChargeAsync()).ShouldBeNull();

        (await table.RowsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Charges_that_nobody_settled_become_failures_when_their_time_is_over()
    {
        await using var table = new BudgetTable();
        for (var i = 0; i < 5; i++)
        {
            (await table.ChargeAsync()).ShouldNotBeNull();
        }

        table.Clock.Advance(TimeSpan.FromMilliseconds(BudgetStore.ChargeLifetime));

        (await table.AskAsync()).ShouldBe((Outcome.Locked, 60));
    }

    [Fact]
    public async Task A_settlement_that_comes_after_its_charge_was_counted_as_a_failure_changes_nothing()
    {
        await using var table = new BudgetTable();
        var late = (await table.ChargeAsync()).ShouldNotBeNull();
        for (var i = 0; i < 4; i++)
        {
            (await table.ChargeAsync()).ShouldNotBeNull();
        }

        table.Clock.Advance(TimeSpan.FromMilliseconds(BudgetStore.ChargeLifetime));
        await table.AskAsync();
        var before = (await table.RowsAsync()).Where(r => r.Account.Length > 0 && r.Address.Length > 0);

        await table.SettleAsync(late, Settlement.Success);

        (await table.RowsAsync()).Where(r => r.Account.Length > 0 && r.Address.Length > 0).ShouldBe(before);
    }

    [Fact]
    public async Task A_clock_that_goes_back_neither_frees_an_account_nor_locks_it_for_longer_than_the_rule_says()
    {
        await using var table = new BudgetTable();
        await table.FailUntilRefusedAsync();
        table.Clock.Set(table.Clock.GetUtcNow() - TimeSpan.FromDays(400));

        (await table.AskAsync()).Refusal.ShouldBe(Outcome.Locked);
        table.Clock.Advance(TimeSpan.FromHours(1));

        (await table.AskAsync()).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task A_clock_that_goes_back_does_not_keep_charges_in_flight_forever()
    {
        await using var table = new BudgetTable();
        for (var i = 0; i < 5; i++)
        {
            (await table.ChargeAsync()).ShouldNotBeNull();
        }

        table.Clock.Set(table.Clock.GetUtcNow() - TimeSpan.FromDays(400));
        await table.Store.MendAsync(BudgetTable.Ana);
        table.Clock.Advance(TimeSpan.FromMilliseconds(BudgetStore.ChargeLifetime));

        (await table.AskAsync()).Refusal.ShouldBe(Outcome.Locked);
    }

    [Fact]
    public async Task A_clock_that_jumps_ahead_ends_a_refusal_and_forgets_nothing_else()
    {
        await using var table = new BudgetTable();
        await table.SettleAsync((await table.ChargeAsync()).ShouldNotBeNull(), Settlement.Failure);
        table.Clock.Set(table.Clock.GetUtcNow() + TimeSpan.FromDays(400));

        (await table.FailUntilRefusedAsync()).ShouldBe(4);
    }

    [Fact]
    public async Task A_rule_that_became_stricter_holds_for_what_was_counted_before()
    {
        await using var table = new BudgetTable(new() { AccountAndAddress = new() { Failures = 50, RefusedFor = TimeSpan.FromMinutes(1), RefusedForAtMost = TimeSpan.FromHours(1) } });
        for (var i = 0; i < 20; i++)
        {
            await table.SettleAsync((await table.ChargeAsync()).ShouldNotBeNull(), Settlement.Failure);
        }

        await table.ApplyRulesAsync(new());

        (await table.Guard.ChargeAsync(BudgetTable.Ana, CancellationToken.None)).Refusal.ShouldBe(Outcome.Locked);
        table.Clock.Advance(TimeSpan.FromMinutes(1));
        (await table.ChargeAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task Unlocking_forgives_an_account_at_every_address_and_no_other_account()
    {
        await using var table = new BudgetTable();
        var elsewhere = BudgetTable.Ana with { Address = "192.0.2.2" };
        var other = BudgetTable.Ana with { Account = "user:2" };
        await table.FailUntilRefusedAsync();
        await table.FailUntilRefusedAsync(elsewhere);
        await table.FailUntilRefusedAsync(other);

        (await table.Store.UnlockAsync(BudgetTable.Ana.Account)).ShouldBeTrue();

        (await table.ChargeAsync()).ShouldNotBeNull();
        (await table.ChargeAsync(elsewhere)).ShouldNotBeNull();
        (await table.ChargeAsync(other)).ShouldBeNull();
        (await table.Store.UnlockAsync("user:3")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_server_that_logs_in_for_many_has_no_address_budget()
    {
        await using var table = new BudgetTable(new() { Address = new() { Failures = 1, Within = TimeSpan.FromMinutes(15) } });
        for (var i = 0; i < 10; i++)
        {
            var subject = new BudgetSubject($"user:{i}", "192.0.2.9", AddressIsShared: true);
            await table.SettleAsync((await table.ChargeAsync(subject)).ShouldNotBeNull(), Settlement.Failure);
        }

        (await table.RowsAsync()).ShouldNotContain(r => r.Account.Length == 0);
    }

    [Fact]
    public async Task Forgetting_deletes_rows_that_nobody_touched_and_leaves_the_others()
    {
        await using var table = new BudgetTable();
        await table.FailUntilRefusedAsync();
        table.Clock.Advance(TimeSpan.FromDays(31));
        await table.FailUntilRefusedAsync(new("user:2", "192.0.2.2", AddressIsShared: false));
        var before = table.Clock.GetUtcNow() - TimeSpan.FromDays(30);

        (string, string)? after = ("", "");
        while (after is { } rows)
        {
            after = await table.Store.ForgetAsync(rows, before, batch: 2);
        }

        (await table.RowsAsync()).Select(r => (r.Account, r.Address)).ShouldBe([("", "192.0.2.2"), ("user:2", ""), ("user:2", "192.0.2.2")], ignoreOrder: true);
    }
}
