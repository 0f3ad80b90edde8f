using System.Data.Common;
using System.Globalization;
using Dapper;
using Zaguan.Account;
using Zaguan.Admin;
using Zaguan.Applications;
using Zaguan.Contracts;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Sources;
using Zaguan.Storage;
using Zaguan.Tokens;

namespace Zaguan.Users;

/// <summary>Users, roles and realms in the database.</summary>
internal sealed class UserStore(Database database, TimeProvider clock)
{
    internal const string Fields = """
        u.key, u.realm, u.number, u.id, u.username, u.email, u.phone, u.given_name AS GivenName, u.family_name AS FamilyName,
        u.active, u.password, u.password_version AS PasswordVersion, u.password_set_here AS PasswordIsSetHere, u.adopted_at AS AdoptedAt, u.adopted_from AS AdoptedFrom, u.attributes, u.code_secret AS CodeSecret, r.number AS RoleNumber, r.name AS RoleName
        """;

    internal const string Columns = $"SELECT {Fields} FROM users u LEFT JOIN roles r ON r.key = u.role_key";

    private const string AddRealm = "INSERT INTO realms (name) VALUES (@realm) ON CONFLICT (name) DO NOTHING";

    /// <summary>The account that an identifier means, or null.</summary>
    public Task<User?> FindAsync(string realm, Identifies identifies, string identifier) => FindByKeyAsync(realm, identifies, Names.TryKey(identifier));

    /// <param name="key">See <see cref="Names.TryKey"/>.</param>
    /// <param name="attribute">Which attribute it is, where it is one; as it is stored.</param>
    public Task<User?> FindByKeyAsync(string realm, Identifies identifies, string? key, (string Name, string Value)? attribute = null)
    {
        var condition = identifies switch
        {
            Identifies.Username => "u.username_key = @key",
            Identifies.Email => "u.email_key = @key",
            // Who is called so goes before who has it as an address.
            Identifies.Either => "u.key = coalesce((SELECT key FROM users WHERE realm = @realm AND username_key = @key), (SELECT key FROM users WHERE realm = @realm AND email_key = @key))",
            // What two have means neither.
            Identifies.Attribute => """
                u.key = (SELECT CASE WHEN count(*) = 1 THEN max(user_key) END
                         FROM (SELECT user_key FROM user_attributes WHERE realm = @realm AND name = @Name AND value = @Value LIMIT 2) AS first)
                """,
        };
        // What cannot be a name is no attribute's value either: PostgreSQL takes no text that has the letter NUL.
        var value = key is null ? null : attribute?.Value;
        return database.ReadAsync(db => db.QuerySingleOrDefaultAsync<User?>(
            $"{Columns} WHERE u.realm = @realm AND {condition}", new { realm, key, attribute?.Name, Value = value }));
    }

    /// <summary>Within the transaction that records a granted attempt: whether the user is still the one whose password was verified.</summary>
    public static async Task<Outcome> ConfirmAsync(DbConnection db, User verified)
    {
        var now = await db.QuerySingleOrDefaultAsync<(bool Active, long PasswordVersion)?>($"SELECT active, password_version FROM users WHERE key = @Key {RowLock.Share(db)}", new { verified.Key });
        return now switch
        {
            null => Outcome.UnknownUser,
            { PasswordVersion: var version } when version != verified.PasswordVersion => Outcome.WrongPassword,
            { Active: true } => Outcome.Granted,
            { Active: false } => Outcome.Inactive,
        };
    }

    /// <summary>The user of a realm who has this number: how the console's addresses name one.</summary>
    public Task<User?> FindByNumberAsync(string realm, long number) => database.ReadAsync(db => db.QuerySingleOrDefaultAsync<User?>(
        $"{Columns} WHERE u.realm = @realm AND u.number = @number", new { realm, number }));

    /// <summary>By user name, or else by e-mail address: how people on the command line name a user.</summary>
    public async Task<User?> FindByNameOrEmailAsync(string realm, string name) =>
        await FindAsync(realm, Identifies.Username, name) ?? await FindAsync(realm, Identifies.Email, name);

    /// <summary>In the order of their names, after <paramref name="after"/> (a user name), at most <paramref name="most"/>.</summary>
    public Task<IReadOnlyList<User>> ListAsync(string? realm, string? after, int most) =>
        database.ReadAsync<IReadOnlyList<User>>(async db => (await db.QueryAsync<User>(
            $"{Columns} WHERE (@realm IS NULL OR u.realm = @realm) AND (@after IS NULL OR u.username_key > @after) ORDER BY u.realm, u.username_key LIMIT @most",
            new { realm, after = after is null ? null : Names.Key(after), most })).AsList());

    public Task<long> CountAsync() => database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM users"));

    /// <summary>Adds a user and returns its number. A number or an id that is not given is made.</summary>
    public Task<long> AddAsync(NewUser user) => database.WriteAsync(db => AddAsync(db, user));

    public async Task<long> AddAsync(DbConnection db, NewUser user)
    {
        await LockRealmAsync(db, user.Realm);
        var number = user.Number ?? await db.ExecuteScalarAsync<long>(
            "SELECT coalesce(max(number), 0) + 1 FROM users WHERE realm = @Realm", new { user.Realm });
        long? role = user.Role is null
            ? null
            : await db.ExecuteScalarAsync<long?>("SELECT key FROM roles WHERE realm = @Realm AND name_key = @roleKey", new { user.Realm, roleKey = Names.Key(user.Role) })
                ?? throw new InvalidOperationException($"The realm \"{user.Realm}\" has no role \"{user.Role}\".");
        await db.ExecuteAsync(
            """
            INSERT INTO users (realm, number, id, username, username_key, email, email_key, phone, given_name, family_name, role_key, active, password, password_cost, password_changed_at, password_set_here, attributes, created_at)
            VALUES (@Realm, @number, @id, @Username, @usernameKey, @Email, @emailKey, @Phone, @GivenName, @FamilyName,
                    @role, @Active, @password, @passwordCost, @changedAt, @PasswordIsSetHere, @Attributes, @now)
            """,
            new
            {
                user.Realm,
                number,
                id = user.Id ?? Guid.NewGuid().ToString(),
                user.Username,
                usernameKey = Names.Key(user.Username),
                user.Email,
                emailKey = user.Email is null ? null : Names.Key(user.Email),
                user.Phone,
                user.GivenName,
                user.FamilyName,
                role,
                user.Active,
                password = user.Password?.Text,
                passwordCost = user.Password?.Cost,
                changedAt = user.Password is null ? (long?)null : Now,
                user.PasswordIsSetHere,
                user.Attributes,
                now = Now,
            });
        return number;
    }

    /// <summary>
    /// Adds a user, and the realm where configuration alone knew it, unless something of the user's is another's already:
    /// then nothing is written, and all of that is told.
    /// </summary>
    public Task<Addition> TryAddAsync(NewUser user, AuditEntry? audit = null) => database.WriteAsync(
        async db =>
        {
            await AddRealmAsync(db, user.Realm);
            await LockRealmAsync(db, user.Realm);
            var taken = await TakenAsync(db, user, but: 0);
            if (taken.Count > 0)
            {
                return new Addition(null, taken);
            }

            await AuditLog.AppendAsync(db, audit);
            return new(await AddAsync(db, user), []);
        },
        keep: addition => addition.Number is not null);

    /// <summary>What of a user's is another's already.</summary>
    /// <param name="but">The key of whoever may have it; 0: nobody.</param>
    private static async Task<IReadOnlyList<Taken>> TakenAsync(DbConnection db, NewUser user, long but) => (await db.QueryAsync<Taken>(
        """
        SELECT 'user name' AS what, username AS By FROM users WHERE realm = @Realm AND username_key = @usernameKey AND key <> @but
        UNION ALL SELECT 'e-mail address', username FROM users WHERE realm = @Realm AND email_key = @emailKey AND key <> @but
        UNION ALL SELECT 'number', username FROM users WHERE realm = @Realm AND number = @Number AND key <> @but
        UNION ALL SELECT 'id', username FROM users WHERE realm = @Realm AND id = @Id AND key <> @but
        """,
        new { user.Realm, user.Number, user.Id, but, usernameKey = Names.Key(user.Username), emailKey = user.Email is null ? null : Names.Key(user.Email) })).AsList();

    /// <summary>
    /// Names, e-mail address, telephone, role and state of a user who is there; number, id, attributes and password stay. What is another's already is told, and then
    /// nothing is written. Null: the user is gone. Whose tokens would name nobody any more, or another one day, and who is disabled, has none that is good.
    /// </summary>
    /// <param name="edited">Of the user's realm, its role one of the realm's.</param>
    public Task<IReadOnlyList<Taken>?> EditAsync(User user, NewUser edited, IReadOnlyList<Application> applications, AuditEntry? audit = null) => database.WriteAsync<IReadOnlyList<Taken>?>(
        async db =>
        {
            await LockRealmAsync(db, user.Realm);
            var taken = await TakenAsync(db, edited with { Realm = user.Realm, Number = null, Id = null }, but: user.Key);
            if (taken.Count > 0)
            {
                return taken;
            }

            var changed = await db.ExecuteAsync(
                """
                UPDATE users SET username = @Username, username_key = @usernameKey, email = @Email, email_key = @emailKey, phone = @Phone, given_name = @GivenName, family_name = @FamilyName,
                  role_key = (SELECT key FROM roles WHERE realm = @realm AND name_key = @roleKey)
                WHERE key = @Key AND realm = @realm
                """,
                new
                {
                    user.Key,
                    realm = user.Realm,
                    edited.Username,
                    usernameKey = Names.Key(edited.Username),
                    edited.Email,
                    emailKey = edited.Email is null ? null : Names.Key(edited.Email),
                    edited.Phone,
                    edited.GivenName,
                    edited.FamilyName,
                    roleKey = edited.Role is null ? null : Names.Key(edited.Role),
                });
            if (changed == 0)
            {
                return null;
            }

            var renamed = user with { Username = edited.Username, Email = edited.Email };
            if (applications.Any(a => a.Contract.Token?.Subject is { } subject && !string.Equals(subject.Of(user), subject.Of(renamed), StringComparison.Ordinal)))
            {
                await RevocationStore.RevokeUserAsync(db, user, applications, Now);
            }

            await AuditLog.AppendAsync(db, audit);
            return [];
        },
        keep: taken => taken is { Count: 0 });

    /// <summary>Whoever is disabled has no session any more, and no token that is good.</summary>
    /// <param name="applications">Those of the realm: their tokens that name the user are revoked.</param>
    public Task<bool> SetActiveAsync(User user, bool active, IReadOnlyList<Application> applications, AuditEntry? audit = null) => database.WriteAsync(async db =>
    {
        // First the user: a login that is just being granted is waited for, and what it opened is revoked with the rest.
        var isThere = await db.ExecuteAsync("UPDATE users SET active = @active WHERE key = @Key", new { user.Key, active }) == 1;
        if (!active)
        {
            await PasswordLinks.VoidAsync(db, user);
            await RevocationStore.RevokeUserAsync(db, user, applications, Now);
        }

        await AuditLog.AppendAsync(db, isThere ? audit : null);
        return isThere;
    });

    /// <summary>What was opened with the old password is closed.</summary>
    public Task<bool> SetPasswordAsync(User user, StoredPassword password, IReadOnlyList<Application> applications, AuditEntry? audit = null) => database.WriteAsync(db => SetPasswordAsync(db, user, password, applications, audit));

    /// <summary>Within the caller's transaction.</summary>
    public async Task<bool> SetPasswordAsync(DbConnection db, User user, StoredPassword password, IReadOnlyList<Application> applications, AuditEntry? audit)
    {
        var isThere = await db.ExecuteAsync(
            """
            UPDATE users SET password = @Text, password_cost = @Cost, password_version = password_version + 1, password_changed_at = @now, password_set_here = @yes
            WHERE key = @Key
            """,
            new { user.Key, password.Text, password.Cost, now = Now, yes = true }) == 1;
        await RevocationStore.RevokeUserAsync(db, user, applications, Now);
        await AuditLog.AppendAsync(db, isThere ? audit : null);
        return isThere;
    }

    /// <summary>Until the transaction ends nobody else changes the user. A change that changes nothing is the lock that both databases know.</summary>
    public static Task<int> LockAsync(DbConnection db, long key) => db.ExecuteAsync("UPDATE users SET active = active WHERE key = @key", new { key });

    /// <summary>Until the transaction ends nobody else adds a user or a role to the realm whose number must be a new one.</summary>
    public static Task<int> LockRealmAsync(DbConnection db, string realm) => db.ExecuteAsync("UPDATE realms SET name = name WHERE name = @realm", new { realm });

    /// <summary>Another hash of the password that was verified, unless there is a new password, or another login was first.</summary>
    public static Task<int> ReplaceHashAsync(DbConnection db, User verified, StoredPassword replacement) => db.ExecuteAsync(
        "UPDATE users SET password = @Text, password_cost = @Cost WHERE key = @Key AND password = @Password",
        new { verified.Key, verified.Password, replacement.Text, replacement.Cost });

    public Task<bool> DeleteAsync(User user, IReadOnlyList<Application> applications, AuditEntry? audit = null) => database.WriteAsync(async db =>
    {
        // Nobody opens a session of the user's any more while it is revoked what there is.
        await LockAsync(db, user.Key);
        await RevocationStore.RevokeUserAsync(db, user, applications, Now);
        var isDeleted = await db.ExecuteAsync("DELETE FROM users WHERE key = @Key", new { user.Key }) == 1;
        await AuditLog.AppendAsync(db, isDeleted ? audit : null);
        return isDeleted;
    });

    /// <summary>The user whom a claim of a token names.</summary>
    public Task<User?> FindBySubjectAsync(string realm, SubjectClaim subject, string value)
    {
        var (column, compared) = subject.Means switch
        {
            "user.id" => ("id", value),
            "user.number" => ("number", (object?)(long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && value is not ['0', _, ..] ? number : null)),
            "user.username" => ("username_key", Names.TryKey(value)),
            _ => ("email_key", Names.TryKey(value)),
        };
        return database.ReadAsync(db => db.QuerySingleOrDefaultAsync<User?>($"{Columns} WHERE u.realm = @realm AND u.{column} = @compared", new { realm, compared }));
    }

    /// <summary>Everybody of a realm who has a name, number, id or e-mail address of this profile's.</summary>
    public static async Task<IReadOnlyList<User>> FindAllAsync(DbConnection db, string realm, Profile profile) => (await db.QueryAsync<User>(
        $"""
        {Columns} WHERE u.key IN (
          SELECT key FROM users WHERE realm = @realm AND username_key = @usernameKey
          UNION SELECT key FROM users WHERE realm = @realm AND email_key = @emailKey
          UNION SELECT key FROM users WHERE realm = @realm AND number = @Number
          UNION SELECT key FROM users WHERE realm = @realm AND id = @Id)
        """,
        new { realm, usernameKey = Names.Key(profile.Username), emailKey = profile.Email is null ? null : Names.Key(profile.Email), profile.Number, profile.Id })).AsList();

    public static Task<User?> FindByRowAsync(DbConnection db, long key) => db.QuerySingleOrDefaultAsync<User?>($"{Columns} WHERE u.key = @key", new { key });

    public static Task<User> FindByNumberAsync(DbConnection db, string realm, long number) => db.QuerySingleAsync<User>($"{Columns} WHERE u.realm = @realm AND u.number = @number", new { realm, number });

    /// <summary>The roles of a realm that have this number, or this name.</summary>
    public static async Task<IReadOnlyList<Role>> FindRolesAsync(DbConnection db, string realm, long? number, string? name) => (await db.QueryAsync<Role>(
        "SELECT realm, number, name FROM roles WHERE realm = @realm AND (number = @number OR name_key = @nameKey)",
        new { realm, number, nameKey = name is null ? null : Names.Key(name) })).AsList();

    /// <summary>Those that are not there yet.</summary>
    public static void AddRealms(DbConnection db, IEnumerable<string> names)
    {
        foreach (var realm in names)
        {
            db.Execute(AddRealm, new { realm });
        }
    }

    public Task<IReadOnlyList<string>> ListRealmsAsync() =>
        database.ReadAsync<IReadOnlyList<string>>(async db => (await db.QueryAsync<string>("SELECT name FROM realms ORDER BY name")).AsList());

    private static Task<int> AddRealmAsync(DbConnection db, string realm) =>
        db.ExecuteAsync(AddRealm, new { realm });

    /// <summary>Adds a role, and the realm where configuration alone knew it, unless its name or number is another's: then nothing is written.</summary>
    public Task<Addition> TryAddRoleAsync(string realm, string name, long? number) => database.WriteAsync(
        async db =>
        {
            await AddRealmAsync(db, realm);
            await LockRealmAsync(db, realm);
            var taken = (await db.QueryAsync<Taken>(
                """
                SELECT 'name' AS what, name AS By FROM roles WHERE realm = @realm AND name_key = @nameKey
                UNION ALL SELECT 'number', name FROM roles WHERE realm = @realm AND number = @number
                """,
                new { realm, number, nameKey = Names.Key(name) })).AsList();
            return taken.Count > 0 ? new Addition(null, taken) : new(await AddRoleAsync(db, realm, name, number), []);
        },
        keep: addition => addition.Number is not null);

    /// <summary>Adds a role and returns its number.</summary>
    public static async Task<long> AddRoleAsync(DbConnection db, string realm, string name, long? number)
    {
        var given = number ?? await db.ExecuteScalarAsync<long>("SELECT coalesce(max(number), 0) + 1 FROM roles WHERE realm = @realm", new { realm });
        await db.ExecuteAsync(
            "INSERT INTO roles (realm, number, name, name_key) VALUES (@realm, @given, @name, @nameKey)",
            new { realm, given, name, nameKey = Names.Key(name) });
        return given;
    }

    public Task<IReadOnlyList<Role>> ListRolesAsync(string? realm) =>
        database.ReadAsync<IReadOnlyList<Role>>(async db => (await db.QueryAsync<Role>(
            "SELECT realm, number, name FROM roles WHERE @realm IS NULL OR realm = @realm ORDER BY realm, number", new { realm })).AsList());

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <param name="Number">Of what was added; null: nothing was.</param>
/// <param name="Taken">What another has already.</param>
internal sealed record Addition(long? Number, IReadOnlyList<Taken> Taken);

internal sealed record Taken
{
    /// <summary>"e-mail address", "number", …</summary>
    public string What { get; init; } = "";

    /// <summary>The name of whoever has it.</summary>
    public string By { get; init; } = "";
}

internal sealed record Role
{
    public string Realm { get; init; } = "";

    public long Number { get; init; }

    public string Name { get; init; } = "";
}

/// <summary>A user to be added.</summary>
internal sealed record NewUser
{
    public required string Realm { get; init; }

    public required string Username { get; init; }

    public long? Number { get; init; }

    public string? Id { get; init; }

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public string? GivenName { get; init; }

    public string? FamilyName { get; init; }

    /// <summary>The name of a role of the realm.</summary>
    public string? Role { get; init; }

    public bool Active { get; init; } = true;

    /// <summary>Null: no local password.</summary>
    public StoredPassword? Password { get; init; }

    /// <summary>Somebody sets it: it comes from no other system.</summary>
    public bool PasswordIsSetHere { get; init; }

    /// <summary>A JSON object.</summary>
    public string? Attributes { get; init; }

    /// <summary>Whom it is about, and no hash.</summary>
    public override string ToString() => $"{Username} ({Realm})";
}
