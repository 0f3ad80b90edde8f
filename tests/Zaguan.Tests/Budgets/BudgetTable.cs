using Dapper;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Budgets;

/// <summary>The table of budgets alone, on a real database, under a clock that tests move.</summary>
internal sealed class BudgetTable : IAsyncDisposable
{
    public static readonly BudgetSubject Ana = new("user:1", "192.0.2.1", AddressIsShared: false);

    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-budgets-").FullName;
    private readonly Database database;

    public BudgetTable(BudgetSettings? rules = null)
    {
        Rules = rules ?? new();
        database = Database.Open(TestDatabase.OfAsync(folder).GetAwaiter().GetResult(), Clock);
        Store = new(database, Clock);
        Guard = new(Store, Rules, Clock);
    }

    public ManualClock Clock { get; } = new();

    public BudgetSettings Rules { get; }

    public BudgetStore Store { get; }

    public BudgetGuard Guard { get; }

    public Task<Charge?> ChargeAsync(BudgetSubject? subject = null) => Store.TryChargeAsync(subject ?? Ana, Rules);

    public async Task SettleAsync(Charge charge, Settlement settlement) =>
        await database.WriteAsync(async db =>
        {
            await Store.SettleAsync(db, charge, settlement);
            return 0;
        });

    /// <summary>Charges and settles as the endpoint does, waiters included.</summary>
    public async Task SettleAsync(Charge charge, Outcome outcome)
    {
        await database.WriteAsync(async db =>
        {
            await Guard.SettleAsync(db, charge, outcome);
            return 0;
        });
        Guard.Settled(charge);
    }

    /// <summary>As a server does that starts with other rules.</summary>
    public async Task ApplyRulesAsync(BudgetSettings rules) =>
        await Database.Open(await TestDatabase.OfAsync(folder), Clock, db => BudgetStore.ApplyRules(db, rules)).DisposeAsync();

    /// <summary>Guesses until refused; how many were verified.</summary>
    public async Task<int> FailUntilRefusedAsync(BudgetSubject? subject = null)
    {
        var verified = 0;
        while (await ChargeAsync(subject) is { } charge)
        {
            await SettleAsync(charge, Settlement.Failure);
            verified++;
        }

        return verified;
    }

    /// <summary>The outcome and the seconds until it ends, of one more attempt that is never settled.</summary>
    public async Task<(Outcome? Refusal, double Seconds)> AskAsync(BudgetSubject? subject = null)
    {
        var result = await Guard.ChargeAsync(subject ?? Ana, CancellationToken.None);
        return (result.Refusal, result.RetryAfter.TotalSeconds);
    }

    public Task<IReadOnlyList<BudgetRow>> RowsAsync() => database.ReadAsync<IReadOnlyList<BudgetRow>>(async db =>
        (await db.QueryAsync<BudgetRow>(
            """
            SELECT account, address, failed, forgiven, in_flight AS InFlight, in_flight_until AS InFlightUntil, window_from AS WindowFrom,
                   refused_until AS RefusedUntil, failures, within, refused_at_most AS RefusedAtMost FROM budgets
            """)).AsList());

    /// <summary>Of the charges in flight of a row, how many are old.</summary>
    public Task<IReadOnlyList<(long InFlight, long Old)>> ChargesAsync() => database.ReadAsync<IReadOnlyList<(long, long)>>(async db =>
        (await db.QueryAsync<(long, long)>("SELECT in_flight, in_flight_before FROM budgets ORDER BY account, address")).AsList());

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        await TestDatabase.DeleteAsync(folder);
    }
}
