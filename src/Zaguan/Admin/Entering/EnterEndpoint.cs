using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.OneTimeCodes;
using Zaguan.Passwords;
using Zaguan.Reading;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.Admin.Entering;

/// <summary>
/// How an administrator enters, and how one who is in confirms it: like a login (Login/LoginEndpoint.cs), with a second factor and the audit log in the
/// place of the access log. The budget is charged before anything is verified; one hash for whoever it is; what is wrong is never told apart.
/// </summary>
internal sealed class EnterEndpoint(AdminStore admins, AdminSessions sessions, SecondFactor secondFactor, BudgetGuard budgets, HashGate gate, ServerSideCallers callers, Database database, ILogger<EnterEndpoint> logger)
{
    /// <summary>As the path of a login knows them, those that can happen here.</summary>
    public async Task<Entrance> AnswerAsync(Visit visit)
    {
        // 1. Read the form.
        var confirms = visit.Session;
        var name = confirms?.Admin.Name ?? (await EnteringRoutes.FieldAsync(visit, "name")).Trim();
        using var password = Secret.FromText(await EnteringRoutes.FieldAsync(visit, "password"));
        var code = await EnteringRoutes.FieldAsync(visit, "code");

        // 2. Find who it is, and charge the account and the address before anything is verified.
        var admin = await admins.FindAsync(name);
        var sender = callers.SenderOf(Client.Of(visit.Http).Address);
        var account = admin is null ? Accounts.OfUnknown("zaguan console", Names.TryKey(name) ?? name) : Accounts.Of(admin);
        var charging = await budgets.ChargeAsync(new(account, sender.Address, sender.IsShared), visit.Http.RequestAborted);
        if (charging.Charge is not { } charge)
        {
            await AuditAsync(visit, admin, confirms, charging.Refusal!.Value);
            return new(charging.Refusal.Value, null) { RetryAfter = charging.RetryAfter };
        }

        // What cannot be decrypted stops whoever comes, with the right password or a wrong one.
        using var codeSecret = OpenSecret(admin, out var cannotOpen);

        // 3. Verify. From here on nothing is cancelled.
        var verified = await gate.VerifyAsync(sender, password, admin?.Password, replaces: false);
        var outcome = verified switch
        {
            null => Outcome.Busy,
            { CannotBeAsked: true } => Outcome.Failed,
            _ when cannotOpen => Outcome.Failed,
            { IsRight: false } => admin is null ? Outcome.UnknownUser : Outcome.WrongPassword,
            { IsRight: true } => admin!.Active ? Outcome.Granted : Outcome.Inactive,
        };

        // 4. Take the code, settle the budgets, record it and open the session: one transaction, on disk before the answer.
        var token = AdminSessions.NewToken();
        outcome = await database.WriteAsync(async db =>
        {
            var settled = outcome;
            // While it was verified, somebody may have disabled the administrator or changed password or second factor: then it was too late.
            if (outcome == Outcome.Granted && (!await AdminStore.ConfirmAsync(db, admin!) || (codeSecret is not null && !await IsCodeTakenAsync(db, admin!, codeSecret, code, visit.Now))))
            {
                settled = Outcome.WrongPassword;
            }

            if (settled == Outcome.Granted)
            {
                await (confirms is null ? sessions.OpenAsync(db, admin!, token) : AdminSessions.ConfirmAsync(db, confirms, visit.Now));
            }

            await AuditLog.AppendAsync(db, Entry(visit, admin, confirms, settled));
            await budgets.SettleAsync(db, charge, settled);
            return settled;
        });
        budgets.Settled(charge);
        return new(outcome, outcome == Outcome.Granted && confirms is null ? token : null);
    }

    /// <summary>A code is taken with what it opens, so that none is taken for nothing and none twice.</summary>
    private static async Task<bool> IsCodeTakenAsync(System.Data.Common.DbConnection db, Administrator admin, Secret secret, string code, DateTimeOffset now) =>
        OneTimeCode.StepOf(secret, code, now) is { } step ? await AdminStore.TakeStepAsync(db, admin, step)
        : OneTimeCode.HashOfRecoveryCode(code) is { } hash && await AdminStore.TakeRecoveryCodeAsync(db, admin, hash);

    private Secret? OpenSecret(Administrator? admin, out bool cannotOpen)
    {
        cannotOpen = false;
        try
        {
            return admin?.CodeSecret is { } kept ? secondFactor.Open(kept, admin) : null;
        }
        catch (ProblemsException e)
        {
            logger.SecondFactorNotOpened(e.Message);
            cannotOpen = true;
            return null;
        }
    }

    private Task<bool> AuditAsync(Visit visit, Administrator? admin, AdminSession? confirms, Outcome outcome) => database.WriteAsync(async db =>
    {
        await AuditLog.AppendAsync(db, Entry(visit, admin, confirms, outcome));
        return true;
    });

    /// <summary>What was typed as a name that nobody has may be a password, and is kept nowhere.</summary>
    private static AuditEntry Entry(Visit visit, Administrator? admin, AdminSession? confirms, Outcome outcome)
    {
        var isIn = outcome == Outcome.Granted;
        var action = (confirms, isIn) switch
        {
            (null, true) => AuditActions.Entered,
            (null, false) => AuditActions.NotEntered,
            (_, true) => AuditActions.Confirmed,
            (_, false) => AuditActions.NotConfirmed,
        };
        return visit.Audit(action, admin?.Name ?? "", after: isIn ? null : new { outcome = outcome.ToString() }) with { Who = confirms?.Admin.Name ?? (isIn ? admin!.Name : "") };
    }
}

internal static partial class EnteringLog
{
    [LoggerMessage(EventId = 1803, Level = LogLevel.Error, Message = "An administrator cannot enter: {Problem}")]
    public static partial void SecondFactorNotOpened(this ILogger logger, string problem);
}

/// <param name="Token">Of the session that was opened.</param>
internal sealed record Entrance(Outcome Outcome, string? Token)
{
    /// <summary>How long the refusal lasts.</summary>
    public TimeSpan RetryAfter { get; init; }
}
