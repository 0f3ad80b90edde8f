using System.Security.Cryptography;
using System.Text.Json;
using Zaguan.Argon2;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.Benchmarks.House;

/// <summary>A folder with a configuration (one application, ambiotec, outside Development) and a database full of users.</summary>
internal sealed class BenchmarkHouse : IDisposable
{
    public const string Path = "/api/login";
    public const string Realm = "ambiotec";

    /// <summary>Of the other application, whose users only an old system knows.</summary>
    public const string OldPath = "/vieja/api/login";
    public const string Password = "la-clave-correcta-1";

    /// <summary>As long as the right one.</summary>
    public const string WrongPassword = "la-clave-incorrecta";

    private static readonly string[] LocalAndUpstream = ["local", "upstream"];

    private BenchmarkHouse(string folder) => Folder = folder;

    public string Folder { get; }

    public string ConfigurationFile => System.IO.Path.Combine(Folder, "zaguan.json");

    /// <param name="inactive">Those of <paramref name="names"/> who are disabled.</param>
    /// <param name="failures">Of one account, until it is locked.</param>
    /// <param name="old">The old system of a second application; absent: there is none.</param>
    /// <param name="stored">What is kept of each one's password; absent: today's hash of <see cref="Password"/>.</param>
    public static async Task<BenchmarkHouse> BuildAsync(IReadOnlyCollection<string> names, IReadOnlySet<string>? inactive = null, int failures = 100, Func<string, StoredPassword>? stored = null, string? old = null)
    {
        var house = new BenchmarkHouse(Directory.CreateTempSubdirectory("zaguan-benchmark-").FullName);
        try
        {
            File.WriteAllText(house.ConfigurationFile, house.Configuration(failures, old));
            await house.AddUsersAsync(names, inactive ?? new HashSet<string>(StringComparer.Ordinal), stored);
            return house;
        }
        catch
        {
            house.Dispose();
            throw;
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    // Every guess of a benchmark comes from one address, so that address has a budget that no benchmark uses up; the
    // accounts keep the ceiling that no configuration can lift.
    private string Configuration(int failures, string? old) => JsonSerializer.Serialize(new
    {
        DataFolder = System.IO.Path.Combine(Folder, "data"),
        Applications = Applications(old),
        Budgets = new
        {
            AccountAndAddress = new { Failures = failures, RefusedFor = "1h", RefusedForAtMost = "1h" },
            Address = new { Failures = 1_000_000, Within = "15m" },
        },
        // As long as allowed: on a busy machine a login is slow, and slow is what is to be measured.
        Hashing = new { LongestWait = "30s" },
    });

    private static Dictionary<string, object> Applications(string? old)
    {
        var applications = new Dictionary<string, object>(StringComparer.Ordinal) { [Realm] = new { JWT_SECRET = NewSecret() } };
        if (old is not null)
        {
            applications["vieja"] = new { Contract = Realm, PathBase = "/vieja", JWT_SECRET = NewSecret(), Sources = LocalAndUpstream, Upstream = new { Url = old, Deadline = "2s" } };
        }

        return applications;
    }

    private static string NewSecret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));

    private async Task AddUsersAsync(IReadOnlyCollection<string> names, IReadOnlySet<string> inactive, Func<string, StoredPassword>? stored)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(Folder, "data"));
        await using var database = SqliteDatabase.Open(System.IO.Path.Combine(Folder, "data", "zaguan.db"), TimeProvider.System);
        var users = new UserStore(database, TimeProvider.System);
        await database.WriteAsync(db =>
        {
            UserStore.AddRealms(db, [Realm]);
            return Task.FromResult(true);
        });

        // One hash for all: hashing each would cost minutes, and verifying costs the same whoever's it is.
        using var password = Secret.FromText(Password);
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        var hash = hasher.Create(password);
        await database.WriteAsync(async db =>
        {
            foreach (var name in names)
            {
                await users.AddAsync(db, new()
                {
                    Realm = Realm,
                    Username = name,
                    Email = $"{name}@example.com",
                    GivenName = "María José",
                    FamilyName = "Quispe Núñez",
                    Phone = "987654321",
                    Attributes = """{"departamento_id":5}""",
                    Active = !inactive.Contains(name),
                    Password = stored?.Invoke(name) ?? hash,
                });
            }

            return names.Count;
        });
    }
}
