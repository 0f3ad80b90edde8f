using System.Data.Common;
using Dapper;
using Zaguan.Passwords;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.Admin;

/// <summary>Administrators in the database, with their second factors.</summary>
internal sealed class AdminStore(Database database, TimeProvider clock)
{
    /// <summary>Holds the hash of the link by which the first administrator may be made, and until when.</summary>
    private const string LinkFact = "first-administrator-link";

    internal const string WithSecondFactor = $"SELECT {Fields} FROM admins a WHERE a.code_secret IS NOT NULL";

    internal const string Fields = "a.key, a.name, a.role, a.active, a.password, a.code_secret AS CodeSecret, a.created_at AS CreatedAt";

    public Task<Administrator?> FindAsync(string name) => Names.TryKey(name) is not { } key
        ? Task.FromResult<Administrator?>(null)
        : database.ReadAsync(db => db.QuerySingleOrDefaultAsync<Administrator?>($"SELECT {Fields} FROM admins a WHERE a.name_key = @key", new { key }));

    public Task<IReadOnlyList<Administrator>> ListAsync() => database.ReadAsync<IReadOnlyList<Administrator>>(async db =>
        (await db.QueryAsync<Administrator>($"SELECT {Fields} FROM admins a ORDER BY a.name_key")).AsList());

    public Task<bool> AnyAsync() => database.ReadAsync(db => db.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT 1 FROM admins)"));

    /// <summary>False: the name is taken.</summary>
    public Task<bool> AddAsync(string name, AdminRole role, StoredPassword password, AuditEntry audit) => database.WriteAsync(async db =>
    {
        var added = await AddAsync(db, name, role, password);
        if (added)
        {
            await AuditLog.AppendAsync(db, audit);
        }

        return added;
    });

    /// <summary>The first, by a link. False: the link is none, or is used, or there is an administrator already.</summary>
    public Task<bool> AddFirstAsync(string linkHash, string name, StoredPassword password, AuditEntry audit) => database.WriteAsync(
        async db =>
        {
            var value = await db.ExecuteScalarAsync<string?>("DELETE FROM facts WHERE name = @LinkFact AND value LIKE @like RETURNING value", new { LinkFact, like = $"{linkHash} %" });
            if (value is null || !IsInTime(value) || await db.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT 1 FROM admins)") || !await AddAsync(db, name, AdminRole.Administrator, password))
            {
                return false;
            }

            await AuditLog.AppendAsync(db, audit);
            return true;
        },
        keep: added => added);

    public Task<bool> KnowsLinkAsync(string linkHash) => database.ReadAsync(async db =>
        await db.ExecuteScalarAsync<string?>("SELECT value FROM facts WHERE name = @LinkFact AND value LIKE @like AND NOT EXISTS (SELECT 1 FROM admins)", new { LinkFact, like = $"{linkHash} %" }) is { } value && IsInTime(value));

    /// <summary>In the place of one of before.</summary>
    public Task KeepLinkAsync(string linkHash, DateTimeOffset until) => database.WriteAsync(db => db.ExecuteAsync(
        "INSERT INTO facts (name, value) VALUES (@LinkFact, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        new { LinkFact, value = FormattableString.Invariant($"{linkHash} {until.ToUnixTimeMilliseconds()}") }));

    /// <summary>Whoever is disabled is out at once.</summary>
    /// <param name="keepsOne">False, and nothing is changed, where no active administrator of that role would be left. Who sits at the machine itself can make another one.</param>
    public Task<bool> SetActiveAsync(Administrator admin, bool active, AuditEntry audit, bool keepsOne = false) => ChangeAsync(admin, "active = @value", active, audit, leaves: !active, keepsOne && !active);

    /// <param name="keepsOne">See <see cref="SetActiveAsync"/>.</param>
    public Task<bool> SetRoleAsync(Administrator admin, AdminRole role, AuditEntry audit, bool keepsOne = false) => ChangeAsync(admin, "role = @value", (int)role, audit, leaves: true, keepsOne && role != AdminRole.Administrator);

    public Task<bool> SetPasswordAsync(Administrator admin, StoredPassword password, AuditEntry audit) => ChangeAsync(admin, "password = @value", password.Text, audit, leaves: true);

    /// <summary>The next time that they enter they set up another one.</summary>
    public Task<bool> ResetSecondFactorAsync(Administrator admin, AuditEntry audit) => ChangeAsync(admin, "code_secret = @value", null, audit, leaves: true);

    /// <param name="keepsOne">See <see cref="SetActiveAsync"/>.</param>
    public Task<bool> DeleteAsync(Administrator admin, AuditEntry audit, bool keepsOne = false) => database.WriteAsync(async db =>
        await AuditLog.AppendIfAsync(db, audit, await db.ExecuteAsync($"{Full(db)} DELETE FROM admins WHERE key = @Key{(keepsOne ? LeavesOne : "")}", new { admin.Key, AdminRole.Administrator }) == 1));

    /// <summary>Within the transaction that opens a session: whether the administrator is still the one who was verified. Held for changing: its code is taken next.</summary>
    public static async Task<bool> ConfirmAsync(DbConnection db, Administrator verified) => await db.ExecuteScalarAsync<long?>(
        $"SELECT key FROM admins WHERE key = @Key AND active AND password = @Password AND coalesce(code_secret, '') = @secret {RowLock.Change(db)}",
        new { verified.Key, verified.Password, secret = verified.CodeSecret ?? "" }) is not null;

    /// <summary>Within the caller's transaction: takes a code's step, and says whether it was the first to do so.</summary>
    public static async Task<bool> TakeStepAsync(DbConnection db, Administrator admin, long step) =>
        await db.ExecuteAsync("UPDATE admins SET code_step = @step WHERE key = @Key AND code_step < @step AND code_secret = @CodeSecret", new { admin.Key, admin.CodeSecret, step }) == 1;

    /// <summary>Within the caller's transaction: takes a recovery code, which is good once.</summary>
    public static async Task<bool> TakeRecoveryCodeAsync(DbConnection db, Administrator admin, string hash) =>
        await db.ExecuteAsync("DELETE FROM admin_recovery_codes WHERE admin_key = @Key AND code_hash = @hash", new { admin.Key, hash }) == 1;

    /// <summary>Within the caller's transaction: the second factor, in the place of none. False: somebody was first.</summary>
    public static async Task<bool> SetSecondFactorAsync(DbConnection db, Administrator admin, string codeSecret, long step, IEnumerable<string> recoveryHashes)
    {
        if (await db.ExecuteAsync("UPDATE admins SET code_secret = @codeSecret, code_step = @step WHERE key = @Key AND code_secret IS NULL", new { admin.Key, codeSecret, step }) == 0)
        {
            return false;
        }

        // Whoever entered with the password alone, and did not set one up, is out.
        await db.ExecuteAsync("DELETE FROM admin_sessions WHERE admin_key = @Key", new { admin.Key });
        await db.ExecuteAsync("DELETE FROM admin_recovery_codes WHERE admin_key = @Key", new { admin.Key });
        await db.ExecuteAsync("INSERT INTO admin_recovery_codes (admin_key, code_hash) VALUES (@Key, @hash)", recoveryHashes.Select(hash => new { admin.Key, hash }));
        return true;
    }

    private async Task<bool> AddAsync(DbConnection db, string name, AdminRole role, StoredPassword password) => await db.ExecuteAsync(
        "INSERT INTO admins (name, name_key, role, active, password, created_at) VALUES (@name, @key, @role, @active, @Text, @now) ON CONFLICT (name_key) DO NOTHING",
        new { name, key = Names.Key(name), role, active = true, password.Text, now = Now }) == 1;

    private Task<bool> ChangeAsync(Administrator admin, string change, object? value, AuditEntry audit, bool leaves, bool keepsOne = false) => database.WriteAsync(async db =>
    {
        if (await db.ExecuteAsync($"{Full(db)} UPDATE admins SET {change} WHERE key = @Key{(keepsOne ? LeavesOne : "")}", new { admin.Key, value, AdminRole.Administrator }) == 0)
        {
            return false;
        }

        if (leaves)
        {
            await db.ExecuteAsync("DELETE FROM admin_sessions WHERE admin_key = @Key", new { admin.Key });
        }

        await AuditLog.AppendAsync(db, audit);
        return true;
    });

    /// <summary>Before a statement: the active administrators of the highest role. Two who take each other's place away do it one after the other.</summary>
    private static string Full(DbConnection db) => $"WITH rulers AS (SELECT key FROM admins WHERE role = @Administrator AND active ORDER BY key {RowLock.Change(db)})";

    /// <summary>Behind it: somebody else is one, or the one whom it is about is none.</summary>
    private const string LeavesOne = " AND (EXISTS (SELECT 1 FROM rulers WHERE rulers.key <> @Key) OR NOT EXISTS (SELECT 1 FROM rulers WHERE rulers.key = @Key))";

    private bool IsInTime(string link) => long.Parse(link[(link.IndexOf(' ', StringComparison.Ordinal) + 1)..], System.Globalization.CultureInfo.InvariantCulture) > Now;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
