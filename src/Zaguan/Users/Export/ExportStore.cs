using System.Runtime.CompilerServices;
using Dapper;
using Zaguan.Storage;

namespace Zaguan.Users.Export;

/// <summary>Reads users out of the database, in batches by key, so that any number is exported in the same memory.</summary>
internal sealed class ExportStore(Database database)
{
    private const int Batch = 1_000;

    /// <param name="withHashes">Without, no hash is read from the database at all.</param>
    public async IAsyncEnumerable<User> ReadAsync(string? realm, bool withHashes, [EnumeratorCancellation] CancellationToken interrupted)
    {
        var sql = $"""
            SELECT u.key, u.realm, u.number, u.id, u.username, u.email, u.phone, u.given_name AS GivenName, u.family_name AS FamilyName,
                   u.active, {(withHashes ? "u.password" : "NULL")} AS Password, u.attributes, r.number AS RoleNumber, r.name AS RoleName
            FROM users u LEFT JOIN roles r ON r.key = u.role_key
            WHERE u.key > @after AND (@realm IS NULL OR u.realm = @realm) ORDER BY u.key LIMIT {Batch}
            """;
        IReadOnlyList<User> users;
        long after = 0;
        do
        {
            interrupted.ThrowIfCancellationRequested();
            var from = after;
            users = await database.ReadAsync<IReadOnlyList<User>>(async db => (await db.QueryAsync<User>(sql, new { after = from, realm })).AsList());
            foreach (var user in users)
            {
                yield return user;
                after = user.Key;
            }
        }
        while (users.Count == Batch);
    }
}
