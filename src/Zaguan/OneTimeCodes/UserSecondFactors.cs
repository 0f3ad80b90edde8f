using System.Data.Common;
using System.Text;
using Dapper;
using Zaguan.Admin;
using Zaguan.Applications;
using Zaguan.Login;
using Zaguan.Reading;
using Zaguan.Sources;
using Zaguan.Storage;
using Zaguan.Tokens;
using Zaguan.Tokens.Keys;
using Zaguan.Users;

namespace Zaguan.OneTimeCodes;

/// <summary>Second factors of users, and the codes that stand behind their passwords. Every statement that takes or changes one is the user's row's: whoever verifies meanwhile notices.</summary>
internal sealed class UserSecondFactors(Database database, SealedSecrets sealedSecrets, ILogger<UserSecondFactors> logger)
{
    /// <summary>A few, as a sample: they are all encrypted under one master key.</summary>
    public const string SomeWithOne = "SELECT key, realm, number, username, code_secret AS CodeSecret FROM users WHERE code_secret IS NOT NULL LIMIT 20";

    /// <summary>Where there is no code to judge, for as long as judging one takes.</summary>
    private const string AnyCode = "000000";

    /// <summary>
    /// Takes the code off the password of an attempt whose application asks for one. Whether it is right counts only together with the password:
    /// <see cref="TakeAsync"/>. Nothing here waits, and what an attempt costs does not depend on it.
    /// </summary>
    public GivenCode TakeOff(Attempt attempt, User? user)
    {
        if (attempt.CodesAsked == CodesAsked.Off)
        {
            return GivenCode.NotAsked;
        }

        if (user?.CodeSecret is not { } sealedSecret)
        {
            // As long as it takes of somebody who has one, or time would tell who has.
            using var decoy = sealedSecrets.OpenDecoy();
            _ = decoy is null ? null : Judge(decoy, AnyCode, attempt.At);
            return attempt.CodesAsked == CodesAsked.Required ? GivenCode.Wrong : GivenCode.NotAsked;
        }

        using var code = attempt.TakeCodeOff();
        try
        {
            using var secret = sealedSecrets.Open(sealedSecret, Purpose(user.Key), Unopened(user));
            var judged = Judge(secret, code is null ? AnyCode : Encoding.ASCII.GetString(code.Reveal()), attempt.At);
            return code is null ? GivenCode.Wrong : judged;
        }
        catch (ProblemsException e)
        {
            logger.CodeCannotBeChecked(user.Realm, user.Number, e.Message);
            return GivenCode.CannotBeChecked;
        }
    }

    /// <summary>Within the transaction that records an attempt whose password is right, with the user's row held: whether the code is, too, and is taken for the first time.</summary>
    /// <param name="found">Whom the identifier meant when the code was judged.</param>
    /// <param name="profile">What a source says of them, whom it may know by another name.</param>
    public static async Task<bool> TakeAsync(DbConnection db, Attempt attempt, User? found, Profile? profile) => attempt.Code switch
    {
        { State: CodeState.NotAsked } => attempt.CodesAsked == CodesAsked.Off || !await AnyHasOneAsync(db, attempt.Application.Realm, found, profile),
        { Step: { } step } =>
            await db.ExecuteAsync("UPDATE users SET code_step = @step WHERE key = @Key AND code_step < @step AND code_secret = @CodeSecret", new { found!.Key, found.CodeSecret, step }) == 1,
        { RecoveryHash: { } hash } => await db.ExecuteAsync(
            "DELETE FROM user_recovery_codes WHERE user_key = @Key AND code_hash = @hash AND EXISTS (SELECT 1 FROM users WHERE key = @Key AND code_secret = @CodeSecret)",
            new { found!.Key, found.CodeSecret, hash }) == 1,
        _ => false,
    };

    /// <summary>A secret that is not yet anybody's second factor, as the database keeps it.</summary>
    /// <exception cref="ProblemsException">The master key cannot be used, or is missing.</exception>
    public Task<string> SealAsync(Secret secret, User user) => sealedSecrets.SealAsync(secret, Purpose(user.Key));

    /// <exception cref="ProblemsException">The master key cannot be used, or is not the one that sealed it.</exception>
    public Secret Open(string sealedSecret, User user) => sealedSecrets.Open(sealedSecret, Purpose(user.Key), Unopened(user));

    /// <summary>Makes it the user's second factor, in the place of none. Codes of this step and of those before it are taken.</summary>
    /// <returns>The recovery codes, which nobody sees again; null: the user has a second factor by now, or is gone.</returns>
    public Task<IReadOnlyList<string>?> SetAsync(User user, string sealedSecret, long step, IReadOnlyList<Application> applications, AuditEntry audit) =>
        database.WriteAsync(db => SetAsync(db, user, sealedSecret, step, applications, audit));

    /// <summary>Within the caller's transaction. Who is in with the password alone, perhaps the reason for all this, is out.</summary>
    public static async Task<IReadOnlyList<string>?> SetAsync(DbConnection db, User user, string sealedSecret, long step, IReadOnlyList<Application> applications, AuditEntry audit)
    {
        if (await db.ExecuteAsync("UPDATE users SET code_secret = @sealedSecret, code_step = @step WHERE key = @Key AND code_secret IS NULL", new { user.Key, sealedSecret, step }) == 0)
        {
            return null;
        }

        await RevocationStore.RevokeUserAsync(db, user, applications, audit.At);
        return await RenewRecoveryCodesAsync(db, user, audit);
    }

    /// <summary>Within the transaction that set or proved the second factor: the codes of before are no good any more.</summary>
    public static async Task<IReadOnlyList<string>?> RenewRecoveryCodesAsync(DbConnection db, User user, AuditEntry audit)
    {
        var codes = OneTimeCode.NewRecoveryCodes();
        await db.ExecuteAsync("DELETE FROM user_recovery_codes WHERE user_key = @Key", new { user.Key });
        await db.ExecuteAsync("INSERT INTO user_recovery_codes (user_key, code_hash) VALUES (@Key, @hash)", codes.Select(code => new { user.Key, hash = OneTimeCode.HashOfRecoveryCode(code) }));
        await AuditLog.AppendAsync(db, audit);
        return codes;
    }

    /// <summary>How many of them were not used yet.</summary>
    public Task<long> CountRecoveryCodesAsync(User user) => database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM user_recovery_codes WHERE user_key = @Key", new { user.Key }));

    /// <summary>False: there is none.</summary>
    public Task<bool> ResetAsync(User user, AuditEntry audit) => database.WriteAsync(db => ResetAsync(db, user, audit));

    /// <summary>Within the caller's transaction.</summary>
    public static async Task<bool> ResetAsync(DbConnection db, User user, AuditEntry audit)
    {
        if (await db.ExecuteAsync("UPDATE users SET code_secret = NULL WHERE key = @Key AND code_secret IS NOT NULL", new { user.Key }) == 0)
        {
            return false;
        }

        await db.ExecuteAsync("DELETE FROM user_recovery_codes WHERE user_key = @Key", new { user.Key });
        await AuditLog.AppendAsync(db, audit);
        return true;
    }

    /// <summary>For which a user's second factor is sealed.</summary>
    public static string Purpose(long userKey) => FormattableString.Invariant($"zaguan one-time codes {userKey}");

    public static string Unopened(User user) =>
        FormattableString.Invariant($"The second factor of user {user.Number} of the realm {user.Realm} cannot be decrypted: this is not the master key under which it was encrypted. Restore that, or: zaguan users reset-second-factor NAME --realm {user.Realm}");

    /// <summary>Nobody had one when the code was looked for: since then they may have set it up, or only the source could name them.</summary>
    private static async Task<bool> AnyHasOneAsync(DbConnection db, string realm, User? found, Profile? profile) =>
        (found is not null && await db.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT 1 FROM users WHERE key = @Key AND code_secret IS NOT NULL)", new { found.Key }))
        || (found is null && profile is not null && (await UserStore.FindAllAsync(db, realm, profile)).Any(c => c.CodeSecret is not null));

    private static GivenCode Judge(Secret secret, string code, DateTimeOffset now) =>
        OneTimeCode.StepOf(secret, code, now) is { } step ? new(CodeState.Given, Step: step)
        : OneTimeCode.HashOfRecoveryCode(code) is { } hash ? new(CodeState.Given, RecoveryHash: hash)
        : GivenCode.Wrong;
}

internal static partial class UserSecondFactorsLog
{
    [LoggerMessage(EventId = 1007, Level = LogLevel.Error, Message = "A one-time code could not be checked (realm {Realm}, user {Number}): {Problem}")]
    public static partial void CodeCannotBeChecked(this ILogger logger, string realm, long number, string problem);
}
