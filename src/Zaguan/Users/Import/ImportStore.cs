using System.Data.Common;
using System.Globalization;
using Dapper;
using Zaguan.Storage;

namespace Zaguan.Users.Import;

/// <summary>What an import asks and tells the database: a batch at a time.</summary>
internal sealed class ImportStore(Database database, TimeProvider clock)
{
    /// <summary>Values of one question. SQLite looks for each by its name among all of them, so that ten times as many cost a hundred times as much.</summary>
    private const int AskedAtOnce = 100;

    /// <summary>Everybody who has something of these candidates': a few questions for each kind of thing.</summary>
    public Task<KnownUsers> FindAsync(IReadOnlyList<Candidate> candidates) => database.ReadAsync(async db =>
    {
        var known = new KnownUsers();
        foreach (var realm in candidates.GroupBy(c => c.User.Realm, StringComparer.Ordinal))
        {
            await FindAsync(db, known, realm.Key, "username_key", realm.Select(c => (object)c.UsernameKey));
            await FindAsync(db, known, realm.Key, "email_key", realm.Where(c => c.EmailKey is not null).Select(c => (object)c.EmailKey!));
            await FindAsync(db, known, realm.Key, "number", realm.Where(c => c.User.Number is not null).Select(c => (object)c.User.Number!));
            await FindAsync(db, known, realm.Key, "id", realm.Where(c => c.User.Id is not null).Select(c => (object)c.User.Id!));
        }

        return known;
    });

    public Task<IReadOnlyList<Role>> RolesAsync(string realm) => database.ReadAsync<IReadOnlyList<Role>>(async db =>
        (await db.QueryAsync<Role>("SELECT realm, number, name FROM roles WHERE realm = @realm", new { realm })).AsList());

    /// <summary>Adds them in one transaction. Returns those of whom somebody else had something in the meantime; they were not added.</summary>
    public Task<IReadOnlyList<Candidate>> AddAsync(IReadOnlyList<Candidate> candidates) => database.WriteAsync(async db =>
    {
        UserStore.AddRealms(db, candidates.Select(c => c.User.Realm).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        foreach (var realm in candidates.Select(c => c.User.Realm).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            await UserStore.LockRealmAsync(db, realm);
        }

        var roles = await RoleKeysAsync(db, candidates);
        var numbers = await NextNumbersAsync(db, candidates);
        var tooLate = new List<Candidate>();
        await using var insert = new Insertion(db, clock.GetUtcNow().ToUnixTimeMilliseconds());
        foreach (var candidate in candidates)
        {
            var number = candidate.User.Number ?? numbers[candidate.User.Realm]++;
            if (!await insert.TryAddAsync(candidate, number, candidate.User.Role is { } role ? roles[(candidate.User.Realm, Names.Key(role))] : null))
            {
                tooLate.Add(candidate);
            }
        }

        return (IReadOnlyList<Candidate>)tooLate;
    });

    private static async Task FindAsync(DbConnection db, KnownUsers known, string realm, string column, IEnumerable<object> values)
    {
        await using var command = Question(db, realm, column);
        foreach (var some in values.Chunk(AskedAtOnce))
        {
            for (var i = 0; i < AskedAtOnce; i++)
            {
                // The last ones may be fewer; asking for one of them twice changes nothing.
                command.Parameters[i + 1].Value = some[Math.Min(i, some.Length - 1)];
            }

            await using var reader = await command.ExecuteReaderAsync();
            var read = reader.GetRowParser<User>();
            while (await reader.ReadAsync())
            {
                known.Add(read(reader));
            }
        }
    }

    /// <summary>With its values written out one by one, because PostgreSQL and SQLite understand no other list alike.</summary>
    private static DbCommand Question(DbConnection db, string realm, string column)
    {
        var command = db.CreateCommand();
        var names = Enumerable.Range(0, AskedAtOnce).Select(i => string.Create(CultureInfo.InvariantCulture, $"@v{i}")).ToList();
        command.CommandText = $"""
            SELECT u.realm, u.key, u.number, u.id, u.username, u.email, u.phone, u.given_name AS GivenName, u.family_name AS FamilyName, u.attributes, r.name AS RoleName
            FROM users u LEFT JOIN roles r ON r.key = u.role_key
            WHERE u.realm = @realm AND u.{column} IN ({string.Join(", ", names)})
            """;
        foreach (var name in names.Prepend("@realm"))
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
        }

        command.Parameters[0].Value = realm;
        return command;
    }

    /// <summary>By realm and name; those that are missing are made.</summary>
    private static async Task<Dictionary<(string Realm, string NameKey), long?>> RoleKeysAsync(DbConnection db, IReadOnlyList<Candidate> candidates)
    {
        var keys = new Dictionary<(string, string), long?>();
        foreach (var candidate in candidates.Where(c => c.User.Role is not null))
        {
            var (realm, name) = (candidate.User.Realm, candidate.User.Role!);
            var nameKey = Names.Key(name);
            if (!keys.ContainsKey((realm, nameKey)))
            {
                const string Find = "SELECT key FROM roles WHERE realm = @realm AND name_key = @nameKey";
                var key = await db.ExecuteScalarAsync<long?>(Find, new { realm, nameKey });
                if (key is null)
                {
                    await UserStore.AddRoleAsync(db, realm, name, candidate.RoleNumber);
                    key = await db.ExecuteScalarAsync<long?>(Find, new { realm, nameKey });
                }

                keys.Add((realm, nameKey), key);
            }
        }

        return keys;
    }

    /// <summary>The next number of each realm, behind those of this batch: found by the index, once.</summary>
    private static async Task<Dictionary<string, long>> NextNumbersAsync(DbConnection db, IReadOnlyList<Candidate> candidates)
    {
        var next = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var realm in candidates.GroupBy(c => c.User.Realm, StringComparer.Ordinal))
        {
            var largest = await db.ExecuteScalarAsync<long>("SELECT coalesce(max(number), 0) FROM users WHERE realm = @realm", new { realm = realm.Key });
            next.Add(realm.Key, Math.Max(largest, realm.Max(c => c.User.Number ?? 0)) + 1);
        }

        return next;
    }

    /// <summary>One statement, prepared once for a batch.</summary>
    private sealed class Insertion : IAsyncDisposable
    {
        private static readonly string[] Columns =
            ["realm", "number", "id", "username", "username_key", "email", "email_key", "phone", "given_name", "family_name", "role_key", "active", "password", "password_cost", "password_changed_at", "attributes", "created_at"];

        private readonly DbCommand command;
        private readonly long now;

        public Insertion(DbConnection db, long now)
        {
            this.now = now;
            command = db.CreateCommand();
            command.CommandText = $"INSERT INTO users ({string.Join(", ", Columns)}) VALUES ({string.Join(", ", Columns.Select(c => $"@{c}"))}) ON CONFLICT DO NOTHING";
            foreach (var column in Columns)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = $"@{column}";
                command.Parameters.Add(parameter);
            }
        }

        public async Task<bool> TryAddAsync(Candidate candidate, long number, long? role)
        {
            var user = candidate.User;
            Set(
                user.Realm, number, user.Id ?? Guid.NewGuid().ToString(), user.Username, candidate.UsernameKey, user.Email, candidate.EmailKey, user.Phone, user.GivenName, user.FamilyName, role, user.Active,
                candidate.Stored?.Text, candidate.Stored?.Cost, candidate.Stored is null ? null : now, user.Attributes, now);
            return await command.ExecuteNonQueryAsync() == 1;
        }

        public ValueTask DisposeAsync() => command.DisposeAsync();

        private void Set(params object?[] values)
        {
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters[i].Value = values[i] ?? DBNull.Value;
            }
        }
    }
}
