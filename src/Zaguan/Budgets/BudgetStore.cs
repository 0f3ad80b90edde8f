using System.Data.Common;
using Dapper;
using Zaguan.Admin;
using Zaguan.Storage;

namespace Zaguan.Budgets;

/// <summary>What an attempt is charged to: an account, and the address where there is one.</summary>
/// <param name="Account">See <see cref="Accounts"/>.</param>
/// <param name="Address">The client, as a budget sees it (<see cref="Addresses"/>).</param>
/// <param name="AddressIsShared">A server that logs in for many: it has no budget of its own.</param>
internal sealed record BudgetSubject(string Account, string Address, bool AddressIsShared)
{
    /// <summary>Whose budget, whatever the account, is charged too. Where it has none, empty: no row is called ('', '').</summary>
    public string AddressAlone => AddressIsShared ? "" : Address;

    /// <summary>The address first: of those who guess there, one alone stands before the account and whoever it belongs to.</summary>
    public SharedRows Rows => new(AddressAlone, Account);
}

/// <summary>A guess that was paid for. Settled exactly once, or it becomes a failure.</summary>
/// <param name="Address">Null where the address has no budget of its own.</param>
internal sealed record Charge(BudgetSubject Subject, ChargedRow Account, ChargedRow AccountAndAddress, ChargedRow? Address);

/// <summary>Read by property: where a statement returns no row, SQLite tells Dapper no types to choose a constructor by.</summary>
internal sealed record ChargedRow
{
    public string Account { get; init; } = "";

    public string Address { get; init; } = "";

    /// <summary>All failures of the row up to this charge: what a success forgives.</summary>
    public long Failed { get; init; }

    /// <summary>Grows by one when the charges of the row grow old, and by two when all of them were counted as failures because nobody settled them: who finds it grown by more was counted.</summary>
    public long Burials { get; init; }
}

internal enum Settlement
{
    /// <summary>The right password of an active user: gives back the charge and clears the account's failures of before.</summary>
    Success,

    /// <summary>A guess that was verified and was not one.</summary>
    Failure,

    /// <summary>
    /// A guess that was sent to a source, of which nobody knows what became. It counts for the account and for the address alone, so that
    /// no source can be guessed at without end; not for both together, so that a source that fails locks nobody out after five logins.
    /// </summary>
    Doubt,

    /// <summary>Nothing was verified.</summary>
    Returned,
}

/// <summary>The statements. Each changes its counters in one go, so that no two attempts can buy the same guess.</summary>
internal sealed class BudgetStore(Database database, TimeProvider clock)
{
    /// <summary>A charge that is not settled by then belongs to a node that died. Longer than the longest wait for a hash, in milliseconds.</summary>
    public const long ChargeLifetime = 60_000;

    /// <summary>The longest that a guess may wait for its hash, so that it is settled while its charge lives.</summary>
    public static readonly TimeSpan LongestVerification = TimeSpan.FromMilliseconds(ChargeLifetime / 2);

    /// <summary>A row that nobody touched for so long is forgotten, unless it still refuses: strangers choose how many rows there are.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    /// <summary>Rows that are put under other rules in one transaction.</summary>
    private const int RowsAtOnce = 1_000;

    /// <summary>Only rows with a window have it; it is over when its time has passed, or when the clock went back behind it.</summary>
    private static readonly string WindowIsOver = $"(budgets.within > 0 AND (@now >= budgets.window_from + budgets.within OR @now + {BudgetPolicy.ClockDifference} < budgets.window_from))";

    private static readonly string Counted = $"(CASE WHEN {WindowIsOver} THEN 0 ELSE budgets.failed - budgets.forgiven END)";

    private static readonly string RefusalEnds = $"""
        (CASE WHEN budgets.within > 0 THEN (CASE WHEN budgets.window_from + budgets.within > @now AND budgets.window_from <= @now + {BudgetPolicy.ClockDifference} THEN budgets.window_from ELSE @now END) + budgets.within
              WHEN budgets.refusals > 20 OR (budgets.refused_for << CAST(budgets.refusals AS integer)) > budgets.refused_at_most THEN @now + budgets.refused_at_most
              ELSE @now + (budgets.refused_for << CAST(budgets.refusals AS integer)) END)
        """;

    private static readonly string OpenWindow = $"""
        forgiven = CASE WHEN {WindowIsOver} THEN budgets.failed ELSE budgets.forgiven END,
        window_from = CASE WHEN {WindowIsOver} OR budgets.failed = budgets.forgiven THEN @now ELSE budgets.window_from END
        """;

    /// <summary>
    /// Whoever logs in all the time never leaves the row without a charge in flight, and what was never settled would add up in it for years. So charges grow old: a lifetime after those of
    /// before began to be old, those that still are become failures, which a success forgives, and those of since then are the old ones.
    /// </summary>
    private static readonly string GrowOld = $"(budgets.in_flight > 0 AND @now >= budgets.in_flight_from + {ChargeLifetime})";

    private static readonly string ChargeRows = $"""
        ON CONFLICT (account, address) DO UPDATE SET
          failed = budgets.failed + CASE WHEN {GrowOld} THEN budgets.in_flight_before ELSE 0 END,
          in_flight = budgets.in_flight + 1 - CASE WHEN {GrowOld} THEN budgets.in_flight_before ELSE 0 END,
          in_flight_before = CASE WHEN {GrowOld} THEN budgets.in_flight - budgets.in_flight_before ELSE budgets.in_flight_before END,
          in_flight_from = CASE WHEN {GrowOld} OR budgets.in_flight = 0 THEN @now ELSE budgets.in_flight_from END,
          burials = budgets.burials + CASE WHEN {GrowOld} THEN 1 ELSE 0 END,
          in_flight_until = CASE WHEN budgets.in_flight > 0 AND budgets.in_flight_until > excluded.in_flight_until THEN budgets.in_flight_until ELSE excluded.in_flight_until END,
          {OpenWindow}
        WHERE budgets.refused_until <= @now AND {Counted} + budgets.in_flight < budgets.failures
        RETURNING account, address, failed, burials
        """;

    /// <summary>Failures that are confirmed, n of them; when they reach what the rule allows, the refusal begins and the count starts anew behind it.</summary>
    /// <param name="charges">How many charges that settles.</param>
    private static string Confirm(string n, string charges) => $"""
        UPDATE budgets SET
          in_flight = budgets.in_flight - {charges},
          failed = budgets.failed + {n},
          forgiven = CASE WHEN {Counted} + {n} >= budgets.failures THEN budgets.failed + {n} WHEN {WindowIsOver} THEN budgets.failed ELSE budgets.forgiven END,
          window_from = CASE WHEN {WindowIsOver} THEN @now ELSE budgets.window_from END,
          refused_until = CASE WHEN {Counted} + {n} >= budgets.failures THEN {RefusalEnds} ELSE budgets.refused_until END,
          refusals = budgets.refusals + CASE WHEN {Counted} + {n} >= budgets.failures THEN 1 ELSE 0 END
        """;

    private static readonly string Fail = Confirm("1", charges: "1");

    private static readonly string Doubt = Confirm("(CASE WHEN budgets.account <> '' AND budgets.address <> '' THEN 0 ELSE 1 END)", charges: "1");

    /// <param name="failed">The failures of the row up to the charge.</param>
    private static string Succeed(string failed) => $"""
        UPDATE budgets SET
          in_flight = budgets.in_flight - 1,
          forgiven = CASE WHEN budgets.account <> '' AND budgets.forgiven < {failed} THEN {failed} ELSE budgets.forgiven END,
          refusals = CASE WHEN budgets.account <> '' THEN 0 ELSE budgets.refusals END
        """;

    /// <summary>A charge that grew old meanwhile is one of the old ones no more.</summary>
    /// <param name="burials">Those of when it was charged.</param>
    private static string LeaveOld(string burials) => $"in_flight_before = budgets.in_flight_before - CASE WHEN budgets.burials > {burials} THEN 1 ELSE 0 END";

    private const string Return = "UPDATE budgets SET in_flight = budgets.in_flight - 1";

    /// <summary>The rows of a subject. Not IN (VALUES …): SQLite searches no index for a list of row values, and reads the whole table.</summary>
    private const string OfSubject = "((budgets.account = @Account AND budgets.address IN ('', @Address)) OR (budgets.account = '' AND budgets.address = @AddressAlone))";

    private const string OfRow = "budgets.account = @Account AND budgets.address = @Address";

    internal static readonly string Bury = $"""
        {Confirm("budgets.in_flight", charges: "budgets.in_flight")}, in_flight_before = 0, burials = budgets.burials + 2
        WHERE {OfRow}
          AND budgets.refused_until <= @now AND ((budgets.in_flight > 0 AND budgets.in_flight_until <= @now) OR (budgets.in_flight = 0 AND {Counted} >= budgets.failures))
        """;

    internal static readonly string MendClock = $"""
        UPDATE budgets SET
          refused_until = CASE WHEN budgets.refused_until > @now + (CASE WHEN budgets.within > 0 THEN budgets.within ELSE budgets.refused_at_most END)
                               THEN @now + (CASE WHEN budgets.within > 0 THEN budgets.within ELSE budgets.refused_at_most END) ELSE budgets.refused_until END,
          in_flight_until = CASE WHEN budgets.in_flight_until > @now + @lifetime + {BudgetPolicy.ClockDifference} THEN @now + @lifetime ELSE budgets.in_flight_until END,
          in_flight_from = CASE WHEN budgets.in_flight_from > @now + {BudgetPolicy.ClockDifference} THEN @now ELSE budgets.in_flight_from END
        WHERE {OfRow}
        """;

    private const string Rows = """
        SELECT account, address, failed, forgiven, in_flight AS InFlight, in_flight_until AS InFlightUntil, window_from AS WindowFrom,
               refused_until AS RefusedUntil, failures, within, refused_at_most AS RefusedAtMost
        FROM budgets
        """;

    internal const string ReadRows = $"{Rows} WHERE {OfSubject}";

    /// <summary>
    /// What an attempt is charged to, always in this order: two that charge the same rows, or settle them, must not wait for each other for ever.
    /// Whoever else changes several rows does so an account's first, '' before its addresses, and the addresses' last.
    /// </summary>
    private static readonly string ChargeAll = ChargeStatement(Account, AccountAndAddress, Address);

    private static readonly string ChargeShared = ChargeStatement(Account, AccountAndAddress);

    private const string Account = "(@Account, '', 0, 0, 1, @until, 0, @now, 0, @now, 0, 0, @accountFailures, @accountWithin, @accountFor, @accountMost)";

    private const string AccountAndAddress = "(@Account, @Address, 0, 0, 1, @until, 0, @now, 0, @now, 0, 0, @bothFailures, @bothWithin, @bothFor, @bothMost)";

    private const string Address = "('', @Address, 0, 0, 1, @until, 0, @now, 0, @now, 0, 0, @addressFailures, @addressWithin, @addressFor, @addressMost)";

    private static readonly Dictionary<(Settlement, bool IsShared), string> Settlements = Enum.GetValues<Settlement>()
        .SelectMany(settlement => new[] { (settlement, IsShared: true), (settlement, IsShared: false) })
        .ToDictionary(s => s, s => SettleStatement(s.settlement, s.IsShared));

    /// <summary>All rows are charged, or none.</summary>
    /// <param name="abandoned">Ends the waiting until it can be charged, never a charge.</param>
    public async Task<Charge?> TryChargeAsync(BudgetSubject subject, BudgetSettings rules, CancellationToken abandoned = default)
    {
        var (account, both, address) = (Lengths.Of(rules.Account), Lengths.Of(rules.AccountAndAddress), Lengths.Of(rules.Address));
        var now = Now;
        var parameters = new
        {
            subject.Account,
            subject.Address,
            now,
            until = now + ChargeLifetime,
            accountFailures = account.Failures,
            accountWithin = account.Within,
            accountFor = account.RefusedFor,
            accountMost = account.RefusedAtMost,
            bothFailures = both.Failures,
            bothWithin = both.Within,
            bothFor = both.RefusedFor,
            bothMost = both.RefusedAtMost,
            addressFailures = address.Failures,
            addressWithin = address.Within,
            addressFor = address.RefusedFor,
            addressMost = address.RefusedAtMost,
        };
        var (statement, rows) = subject.AddressIsShared ? (ChargeShared, 2) : (ChargeAll, 3);
        var charged = await database.WriteAsync(async db => (await db.QueryAsync<ChargedRow>(statement, parameters)).AsList(), keep: charged => charged.Count == rows, subject.Rows, abandoned);
        return charged.Count == rows
            ? new(subject, charged.Single(r => r.Address.Length == 0), charged.Single(r => r is { Account.Length: > 0, Address.Length: > 0 }), charged.Find(r => r.Account.Length == 0))
            : null;
    }

    /// <summary>Within the caller's transaction, which also records the attempt.</summary>
    public Task SettleAsync(DbConnection db, Charge charge, Settlement settlement) =>
        db.ExecuteAsync(Settlements[(settlement, charge.Subject.AddressIsShared)], new
        {
            charge.Subject.Account,
            charge.Subject.Address,
            now = Now,
            accountFailed = charge.Account.Failed,
            accountBurials = charge.Account.Burials,
            bothFailed = charge.AccountAndAddress.Failed,
            bothBurials = charge.AccountAndAddress.Burials,
            addressFailed = charge.Address?.Failed,
            addressBurials = charge.Address?.Burials,
        });

    /// <summary>The rows that <see cref="TryChargeAsync"/> would charge, as far as they exist.</summary>
    public Task<IReadOnlyList<BudgetRow>> ReadAsync(BudgetSubject subject) =>
        database.ReadAsync<IReadOnlyList<BudgetRow>>(async db => (await db.QueryAsync<BudgetRow>(ReadRows, subject)).AsList());

    /// <summary>Counts charges that nobody settled as failures, and pulls instants back that a clock put too far ahead.</summary>
    public Task MendAsync(BudgetSubject subject) => database.WriteAsync(async db =>
    {
        var mended = 0;
        foreach (var (account, address) in new[] { (subject.Account, ""), (subject.Account, subject.Address), ("", subject.AddressAlone) })
        {
            var parameters = new { Account = account, Address = address, now = Now, lifetime = ChargeLifetime };
            await db.ExecuteAsync(MendClock, parameters);
            mended += await db.ExecuteAsync(Bury, parameters);
        }

        return mended;
    });

    /// <summary>Forgives an account's failures everywhere: what an administrator means by "unlock". True if there were any.</summary>
    public Task<bool> UnlockAsync(string account, AuditEntry? audit = null) => database.WriteAsync(async db =>
    {
        // The account's own row first, and its addresses in their order: whoever forgets some of them goes that way too.
        // One statement, so that it changes no row but those it waited for in that order: charges add rows meanwhile.
        var forgiven = await db.ExecuteAsync(
            $"""
            WITH mine AS (SELECT account, address FROM budgets WHERE account = @account ORDER BY address {RowLock.Change(db)})
            UPDATE budgets SET forgiven = failed, refused_until = 0, refusals = 0 FROM mine
            WHERE budgets.account = mine.account AND budgets.address = mine.address AND (refused_until > 0 OR forgiven <> failed OR refusals > 0)
            """,
            new { account });
        return await AuditLog.AppendIfAsync(db, audit, forgiven > 0);
    });

    /// <summary>The rows of an account that refuse it now: from everywhere (address ''), or from one address.</summary>
    public Task<IReadOnlyList<BudgetRow>> RefusalsAsync(string account) => database.ReadAsync<IReadOnlyList<BudgetRow>>(async db => (await db.QueryAsync<BudgetRow>(
        $"""
        {Rows} WHERE account = @account AND refused_until > @now ORDER BY address
        """,
        new { account, now = Now })).Where(row => BudgetPolicy.Judge(row, Now, ChargeLifetime) == BudgetVerdict.Refused).ToList());

    /// <summary>Puts every row under today's rules; what was counted stays. Other nodes may be charging, or doing the same: each statement takes its rows in the order of all.</summary>
    public static void ApplyRules(DbConnection db, BudgetSettings rules)
    {
        foreach (var (rows, rule) in new[] { ("account <> '' AND address <> ''", rules.AccountAndAddress), ("address = ''", rules.Account), ("account = ''", rules.Address) })
        {
            const string Change = "UPDATE budgets SET failures = @Failures, within = @Within, refused_for = @RefusedFor, refused_at_most = @RefusedAtMost";
            var old = $"{rows} AND (failures <> @Failures OR within <> @Within OR refused_for <> @RefusedFor OR refused_at_most <> @RefusedAtMost)";
            var lengths = Lengths.Of(rule);
            List<(string Account, string Address)> some;
            do
            {
                // A little at a time, and first the rows are taken in their order: other nodes answer meanwhile. SQLite's one writer needs neither.
                using var transaction = RowLock.Begin(db, "zaguan rules");
                if (transaction is null)
                {
                    db.Execute($"{Change} WHERE {old}", lengths);
                    break;
                }

                some = db.Query<(string, string)>($"SELECT account, address FROM budgets WHERE {old} ORDER BY account, address LIMIT {RowsAtOnce} {RowLock.Change(db)}", lengths).AsList();
                db.Execute(
                    $"{Change} WHERE account = @Account AND address = @Address",
                    some.Select(row => new { row.Account, row.Address, lengths.Failures, lengths.Within, lengths.RefusedFor, lengths.RefusedAtMost }));
                transaction.Commit();
            }
            while (some.Count == RowsAtOnce);
        }
    }

    /// <summary>Deletes rows that nobody touched since <paramref name="before"/>, looking at <paramref name="batch"/> rows behind (account, address). Null when the end is reached.</summary>
    public Task<(string Account, string Address)?> ForgetAsync((string Account, string Address) after, DateTimeOffset before, int batch) =>
        database.WriteAsync<(string, string)?>(async db =>
        {
            var rows = (await db.QueryAsync<BudgetRow>(
                "SELECT account, address, in_flight_until AS InFlightUntil, refused_until AS RefusedUntil FROM budgets WHERE (account, address) > (@Account, @Address) ORDER BY account, address LIMIT @batch",
                new { after.Account, after.Address, batch })).AsList();
            var instant = before.ToUnixTimeMilliseconds();
            await db.ExecuteAsync(
                "DELETE FROM budgets WHERE account = @Account AND address = @Address AND in_flight_until < @instant AND refused_until < @instant",
                rows.Where(r => r.InFlightUntil < instant && r.RefusedUntil < instant).OrderBy(r => r.Account.Length == 0).Select(r => new { r.Account, r.Address, instant }));
            return rows.Count < batch ? null : (rows[^1].Account, rows[^1].Address);
        });

    private static string ChargeStatement(params IEnumerable<string> rows) => $"""
        INSERT INTO budgets (account, address, failed, forgiven, in_flight, in_flight_until, in_flight_before, in_flight_from, burials, window_from, refused_until, refusals, failures, within, refused_for, refused_at_most)
        VALUES {string.Join(", ", rows)}
        {ChargeRows}
        """;

    /// <summary>A statement for each row, in one message: its condition alone, over all three, would leave it to the database in which order it locks them.</summary>
    private static string SettleStatement(Settlement settlement, bool isShared)
    {
        (string Account, string Address, string Name)[] rows = [("@Account", "''", "@account"), ("@Account", "@Address", "@both"), ("''", "@Address", "@address")];
        return string.Join(";\n", rows.Take(isShared ? 2 : 3).Select(row =>
        {
            var change = settlement switch
            {
                Settlement.Success => Succeed($"{row.Name}Failed"),
                Settlement.Failure => Fail,
                Settlement.Doubt => Doubt,
                Settlement.Returned => Return,
            };
            return $"{change}, {LeaveOld($"{row.Name}Burials")} WHERE budgets.account = {row.Account} AND budgets.address = {row.Address} AND budgets.burials BETWEEN {row.Name}Burials AND {row.Name}Burials + 1";
        }));
    }

    /// <summary>A rule in the units of the table.</summary>
    private sealed record Lengths(long Failures, long Within, long RefusedFor, long RefusedAtMost)
    {
        public static Lengths Of(BudgetRule rule) =>
            new(rule.Failures, (long)rule.Within.TotalMilliseconds, (long)rule.RefusedFor.TotalMilliseconds, (long)rule.RefusedForAtMost.TotalMilliseconds);
    }

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
