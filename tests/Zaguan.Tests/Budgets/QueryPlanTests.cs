using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Budgets;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Budgets;

/// <summary>Strangers make the table of budgets long, a row per identifier that they try; nobody's refusal may read all of it.</summary>
public sealed class QueryPlanTests
{
    public static TheoryData<string> Statements => new(BudgetStore.ReadRows, BudgetStore.MendClock, BudgetStore.Bury);

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task A_subjects_rows_are_searched_and_not_scanned_for(string statement)
    {
        await using var house = await TestHouse.OpenAsync();
        var parameters = new { Account = "user:1", Address = "192.0.2.1", AddressAlone = "192.0.2.1", now = 0L, lifetime = 0L };

        if (TestDatabase.IsPostgres)
        {
            await ExpectIndexAsync(house, statement, parameters);
            return;
        }

        var plan = await house.Services.GetRequiredService<Database>().ReadAsync(async db =>
            (await db.QueryAsync("EXPLAIN QUERY PLAN " + statement, parameters)).Select(step => (string)step.detail).ToList());

        // SQLite before 3.36 says TABLE.
        plan.ShouldContain(line => line.StartsWith("SEARCH budgets", StringComparison.Ordinal) || line.StartsWith("SEARCH TABLE budgets", StringComparison.Ordinal));
        plan.ShouldNotContain(line => line.StartsWith("SCAN", StringComparison.Ordinal));
    }

    /// <summary>PostgreSQL reads a small table through whatever there is; asked not to, it says what it would do with a large one.</summary>
    private static async Task ExpectIndexAsync(TestHouse house, string statement, object parameters)
    {
        await using var db = await TestDatabase.ConnectAsync(house.Folder);
        await db.ExecuteAsync("SET enable_seqscan = off");
        var plan = string.Join('\n', await db.QueryAsync<string>($"EXPLAIN {statement}", parameters));
        plan.ShouldContain("budgets_pkey");
        plan.ShouldNotContain("Seq Scan");
    }
}
