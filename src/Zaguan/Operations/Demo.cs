using System.Data.Common;
using Dapper;
using Zaguan.Applications;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.Operations;

/// <summary>The users of the applications' own documents, so that every success example in them comes out as printed. Development only.</summary>
internal static class Demo
{
    /// <summary>Marks a database that these users were put into: it never serves outside Development.</summary>
    private const string Fact = "holds-demo-users";

    private static readonly (string Password, string Role, long RoleNumber, NewUser User)[] Users =
    [
        ("yourpassword", "Administrador", 2, new() { Realm = "romsoft", Username = "admin", Number = 1, FamilyName = "Pullima", GivenName = "Administrador" }),
        ("password123", "Administrador", 1, new() { Realm = "sistema-venta", Username = "juan.perez@example.com", Email = "juan.perez@example.com", Number = 1, GivenName = "Juan", FamilyName = "Pérez" }),
        ("securePassword123", "manager", 2, new() { Realm = "inventario", Username = "john_doe", Email = "john@example.com", Number = 1, Id = "550e8400-e29b-41d4-a716-446655440000" }),
        ("securePass123", "user", 1, new() { Realm = "ambiotec", Username = "johndoe", Email = "john@example.com", Number = 1, GivenName = "John", FamilyName = "Doe", Phone = "12345678", Attributes = """{"departamento_id":5}""" }),
    ];

    /// <summary>Fills a database that has no users. Returns whether it did.</summary>
    public static async Task<bool> SeedAsync(Database database, UserStore users, HashingSettings hashing)
    {
        if (await users.CountAsync() > 0)
        {
            return false;
        }

        using var hasher = new PasswordHasher(hashing.Cost);
        var hashed = Users.Select(u =>
        {
            using var password = Secret.FromText(u.Password);
            return u.User with { Password = hasher.Create(password), Role = u.Role };
        }).ToList();
        return await database.WriteAsync(async db =>
        {
            UserStore.AddRealms(db, Users.Select(u => u.User.Realm));
            await db.ExecuteAsync("INSERT INTO facts (name, value) VALUES (@Fact, 'true')", new { Fact });
            foreach (var (user, demo) in hashed.Zip(Users))
            {
                await UserStore.AddRoleAsync(db, user.Realm, demo.Role, demo.RoleNumber);
                await users.AddAsync(db, user);
            }

            return true;
        });
    }

    public static bool IsIn(DbConnection db) => db.ExecuteScalar<string?>("SELECT value FROM facts WHERE name = @Fact", new { Fact }) is not null;

    /// <summary>One command per application that serves a demo user, ready to paste.</summary>
    public static IEnumerable<string> Commands(ApplicationTable table, string baseUrl)
    {
        foreach (var application in table.Applications)
        {
            if (Array.Find(Users, u => string.Equals(u.User.Realm, application.Realm, StringComparison.Ordinal)) is { User: { } user } demo && application.Hosts.Count == 0)
            {
                var identifier = application.Contract.Identifies == Contracts.Identifies.Email ? user.Email : user.Username;
                var body = application.Contract.Decoder.Writer.Example(identifier!, demo.Password);
                yield return $"curl -s {baseUrl}{application.Path} -H 'Content-Type: application/json' -d '{body}'";
            }
        }
    }
}
