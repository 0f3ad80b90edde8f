using System.Data.Common;
using Zaguan.AccessLog;
using Zaguan.Budgets;
using Zaguan.OneTimeCodes;
using Zaguan.Sources;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.Login;

/// <summary>
/// What every guess at a user's password goes through, whoever brings it: a client of a contract (<see cref="LoginEndpoint"/>) or the user in My account. Each step asks for
/// what the one before it gave, so nothing is verified that was not charged, and nothing is charged that is not settled.
/// </summary>
internal sealed class Attempts(UserStore users, BudgetGuard budgets, PasswordSources sources, UserSecondFactors secondFactors, ProfileStore profiles, Database database, LoginWitness witness)
{
    /// <summary>Whom the identifier means.</summary>
    public Task<User?> FindAsync(Attempt attempt) => witness.Time("find", () => users.FindByKeyAsync(attempt.Application.Realm, attempt.Application.Contract.Identifies, attempt.Key, attempt.Attribute));

    /// <summary>Charges the account and the address before anything is verified.</summary>
    /// <param name="abandoned">The client hung up. It ends the waiting, never a charge.</param>
    public async Task<ChargeResult> ChargeAsync(Attempt attempt, User? user, CancellationToken abandoned) =>
        attempt.Application.SourcesFor(attempt.WantsDirectory).Count == 0 && !attempt.Application.IsCompared
            ? ChargeResult.SourceNotAllowed
            : await witness.Time("charge", () => budgets.ChargeAsync(attempt.Subject(user), abandoned));

    /// <summary>Whether the password is right, without the one-time code that stands behind it. From here on nothing is cancelled: a client that hangs up has guessed all the same.</summary>
    public async Task<Verdict> VerifyAsync(Attempt attempt, User? user, ChargeResult charging)
    {
        if (charging.Refusal is { } refused)
        {
            return new(refused);
        }

        attempt.Code = secondFactors.TakeOff(attempt, user);
        return attempt.Code.State == CodeState.CannotBeChecked
            ? new(Outcome.Failed)
            : await witness.Time("verify", () => sources.VerifyAsync(attempt, attempt.Application.SourcesFor(attempt.WantsDirectory), user));
    }

    /// <summary>Settles the budgets, records the attempt and opens what a granted one opens: one transaction, on disk before the answer.</summary>
    /// <param name="open">For whoever is granted, with the id of the access record.</param>
    /// <param name="changesUser">It changes the user's own row.</param>
    public Task<Recorded<T>> RecordAsync<T>(Attempt attempt, User? found, Verdict verdict, Charge? charge, Func<DbConnection, User, long, Task<T?>> open, bool changesUser = false)
        where T : class => witness.Time("record", () => RecordInTimeAsync(attempt, found, verdict, charge, open, changesUser));

    private async Task<Recorded<T>> RecordInTimeAsync<T>(Attempt attempt, User? found, Verdict verdict, Charge? charge, Func<DbConnection, User, long, Task<T?>> open, bool changesUser)
        where T : class
    {
        var record = await database.WriteAsync(async db =>
        {
            // Who changes the user's row takes it first: two who hold it together and then change it would wait for each other. With a profile the realm comes before it, as everywhere.
            if (verdict is { Outcome: Outcome.Granted, Profile: { } brought })
            {
                await ProfileStore.LockAsync(db, attempt.Application.Realm, found, brought);
            }
            else if (found is not null && (changesUser || attempt.Code.Step is not null))
            {
                await UserStore.LockAsync(db, found.Key);
            }

            if (verdict is { Profile: null, Password: { } replacement })
            {
                await UserStore.ReplaceHashAsync(db, found!, replacement);
            }

            // While it was verified, somebody may have disabled the user or changed the password: then it was too late.
            var (outcome, user) = (verdict is { Outcome: Outcome.Granted, Profile: null } ? await UserStore.ConfirmAsync(db, found!) : verdict.Outcome, found);

            // A code is worth something behind a right password alone, and only then is it taken. Whoever has none is nobody's profile.
            if (outcome is Outcome.Granted or Outcome.Inactive or Outcome.PasswordExpired or Outcome.PasswordMustChange && !await UserSecondFactors.TakeAsync(db, attempt, found, verdict.Profile))
            {
                outcome = Outcome.WrongCode;
            }
            else if (verdict is { Outcome: Outcome.Granted, Profile: { } profile })
            {
                (outcome, user) = await profiles.TakeInAsync(db, attempt.Application, found, profile, verdict.Password, attempt.At);
            }

            var accessId = await AccessLogStore.AppendAsync(db, attempt.Record(user, outcome));
            var opened = outcome == Outcome.Granted ? await open(db, user!, accessId) : null;

            // Last: what is charged is what many share, and others wait for it until this is on disk.
            if (charge is not null)
            {
                await budgets.SettleAsync(db, charge, verdict.OldOutcome ?? outcome);
            }

            return new Recorded<T>(outcome, user, accessId, opened);
        });
        if (charge is not null)
        {
            budgets.Settled(charge);
        }

        return record;
    }
}

/// <summary>What the transaction at the end of an attempt settled for good.</summary>
internal sealed record Recorded<T>(Outcome Outcome, User? User, long AccessId, T? Opened)
    where T : class;
