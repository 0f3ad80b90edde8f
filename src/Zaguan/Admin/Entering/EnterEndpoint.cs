using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.Admin.Entering;

/// <summary>
/// How an administrator enters, and how one who is in confirms it: like a login (Login/LoginEndpoint.cs), with a second factor and the audit log in the
/// place of the access log. The budget is charged before anything is verified; one hash for whoever it is; what is wrong is never told apart.
/// </summary>
internal sealed class EnterEndpoint(AdminStore admins, AdminSessions sessions, SecondFactor secondFactor, BudgetGuard budgets, HashGate gate, ServerSideCallers callers, Database database)
{
    /// <summary>As the path of a login knows them, those that can happen here.</summary>
    public async Task<Entrance> AnswerAsync(Visit visit)
    {
        // 1. Read the form.
        var form = await visit.Http.Request.ReadFormAsync();
        var confirms = visit.Session;
        var name = confirms?.Admin.Name ?? form["name"].ToString().Trim();
        using var password = Secret.FromText(form["password"].ToString());
        var code = form["code"].ToString();

        // 2. Find who it is, and charge the account and the address before anything is verified.
        var admin = await admins.FindAsync(name);
        var sender = callers.SenderOf(Client.Of(visit.Http).Address);
        var account = admin is null ? Accounts.OfUnknown("zaguan console", Names.TryKey(name) ?? name) : Accounts.Of(admin);
        var charging = await budgets.ChargeAsync(new(account, sender.Address, sender.IsShared), visit.Http.RequestAborted);
        if (charging.Charge is not { } charge)
        {
            await RecordAsync(visit, AuditActions.NotEntered, name, charging.Refusal!.Value);
            return new(charging.Refusal.Value, null) { RetryAfter = charging.RetryAfter };
        }

        // 3. Verify. From here on nothing is cancelled.
        var verified = await gate.VerifyAsync(sender, password, admin?.Password, replaces: false);
        var outcome = verified switch
        {
            null => Outcome.Busy,
            { CannotBeAsked: true } => Outcome.Failed,
            { IsRight: false } => admin is null ? Outcome.UnknownUser : Outcome.WrongPassword,
            { IsRight: true } => admin!.Active ? Outcome.Granted : Outcome.Inactive,
        };
        using var codeSecret = admin?.CodeSecret is { } kept && outcome == Outcome.Granted ? secondFactor.Open(kept, admin) : null;

        // 4. Take the code, settle the budgets, record it and open the session: one transaction, on disk before the answer.
        var token = AdminSessions.NewToken();
        outcome = await database.WriteAsync(async db =>
        {
            var settled = outcome;
            if (outcome == Outcome.Granted && codeSecret is not null && !await IsCodeTakenAsync(db, admin!, codeSecret, code, visit.Now))
            {
                settled = Outcome.WrongPassword;
            }

            if (settled == Outcome.Granted)
            {
                await (confirms is null ? sessions.OpenAsync(db, admin!, token) : AdminSessions.ConfirmAsync(db, confirms, visit.Now));
            }

            var action = settled != Outcome.Granted ? AuditActions.NotEntered : confirms is null ? AuditActions.Entered : AuditActions.Confirmed;
            await AuditLog.AppendAsync(db, visit.Audit(action, Client.Clean(name, 256) ?? "", after: settled == Outcome.Granted ? null : new { outcome = settled.ToString() }) with { Who = settled == Outcome.Granted ? admin!.Name : "" });
            await budgets.SettleAsync(db, charge, settled);
            return settled;
        });
        budgets.Settled(charge);
        return new(outcome, outcome == Outcome.Granted && confirms is null ? token : null);
    }

    /// <summary>A code is taken with what it opens, so that none is taken for nothing and none twice.</summary>
    private static async Task<bool> IsCodeTakenAsync(System.Data.Common.DbConnection db, Administrator admin, Secret secret, string code, DateTimeOffset now) =>
        SecondFactor.StepOf(secret, code, now) is { } step ? await AdminStore.TakeStepAsync(db, admin, step)
        : SecondFactor.HashOfRecoveryCode(code) is { } hash && await AdminStore.TakeRecoveryCodeAsync(db, admin, hash);

    private Task<bool> RecordAsync(Visit visit, string action, string name, Outcome outcome) => database.WriteAsync(async db =>
    {
        await AuditLog.AppendAsync(db, visit.Audit(action, Client.Clean(name, 256) ?? "", after: new { outcome = outcome.ToString() }) with { Who = "" });
        return true;
    });
}

/// <param name="Token">Of the session that was opened.</param>
internal sealed record Entrance(Outcome Outcome, string? Token)
{
    /// <summary>How long the refusal lasts.</summary>
    public TimeSpan RetryAfter { get; init; }
}
