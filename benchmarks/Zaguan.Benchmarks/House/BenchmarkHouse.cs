using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Zaguan.AccessLog;
using Zaguan.Argon2;
using Zaguan.Login;
using Zaguan.OneTimeCodes;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Storage;
using Zaguan.Tokens.Keys;
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

    private static readonly TimeSpan LongestFill = TimeSpan.FromMinutes(30);

    private static readonly string[] LocalAndUpstream = ["local", "upstream"];

    private BenchmarkHouse(string folder, DatabasePlace place)
    {
        Folder = folder;
        Place = place;
    }

    public string Folder { get; }

    public DatabasePlace Place { get; }

    public string ConfigurationFile => System.IO.Path.Combine(Folder, "zaguan.json");

    /// <param name="inactive">Those of <paramref name="names"/> who are disabled.</param>
    /// <param name="failures">Of one account, until it is locked.</param>
    /// <param name="old">The old system of a second application; absent: there is none.</param>
    /// <param name="stored">What is kept of each one's password; absent: today's hash of <see cref="Password"/>.</param>
    /// <param name="withCodes">Those who have a second factor. The application asks everybody for a one-time code then.</param>
    public static async Task<BenchmarkHouse> BuildAsync(
        IReadOnlyCollection<string> names, IReadOnlySet<string>? inactive = null, int failures = 100, Func<string, StoredPassword>? stored = null, string? old = null, IReadOnlySet<string>? withCodes = null)
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-benchmark-").FullName;
        Directory.CreateDirectory(System.IO.Path.Combine(folder, "data"));
        var house = new BenchmarkHouse(folder, await BenchmarkDatabase.MakeAsync(System.IO.Path.Combine(folder, "data", "zaguan.db")));
        try
        {
            File.WriteAllText(house.ConfigurationFile, house.Configuration(failures, old, withCodes is null ? "off" : "required"));
            await house.AddUsersAsync(names, inactive ?? new HashSet<string>(StringComparer.Ordinal), stored, withCodes ?? new HashSet<string>(StringComparer.Ordinal));
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
    private string Configuration(int failures, string? old, string codes) => JsonSerializer.Serialize(new
    {
        DataFolder = System.IO.Path.Combine(Folder, "data"),
        Database = Place.ConnectionString is { } written ? new Dictionary<string, string>(StringComparer.Ordinal) { ["ConnectionString"] = written } : [],
        Applications = Applications(old, codes),
        Budgets = new
        {
            AccountAndAddress = new { Failures = failures, RefusedFor = "1h", RefusedForAtMost = "1h" },
            Address = new { Failures = 1_000_000, Within = "15m" },
        },
        // As long as allowed, which is less with a second source: on a busy machine a login is slow, and slow is what is to be measured.
        Hashing = new { LongestWait = old is null ? "30s" : "20s" },
    });

    private static Dictionary<string, object> Applications(string? old, string codes)
    {
        var applications = new Dictionary<string, object>(StringComparer.Ordinal) { [Realm] = new { JWT_SECRET = NewSecret(), OneTimeCodes = codes } };
        if (old is not null)
        {
            applications["vieja"] = new { Contract = Realm, PathBase = "/vieja", JWT_SECRET = NewSecret(), Sources = LocalAndUpstream, Upstream = new { Url = old, Deadline = "2s" } };
        }

        return applications;
    }

    private static string NewSecret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));

    /// <summary>Makes so many users, named usuario1 and so on, and access records, by one statement each, as no server would: it takes a minute for millions.</summary>
    public async Task FillAsync(int count, int records)
    {
        await using var database = Database.Open(Place with { Patience = LongestFill }, TimeProvider.System);
        using var password = Secret.FromText(Password);
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        var hash = hasher.Create(password);
        var now = TimeProvider.System.GetUtcNow();
        for (var back = 4; back <= 12; back += 4)
        {
            await AccessLogPartitions.KeepAheadAsync(database, now.AddMonths(-back));
        }

        await database.WriteAsync(db => db.ExecuteAsync(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @count)
            INSERT INTO users (realm, number, id, username, username_key, email, email_key, given_name, family_name, phone, active, password, password_cost, attributes, created_at)
            SELECT @Realm, i, 'id-' || i, 'usuario' || i, 'USUARIO' || i, 'usuario' || i || '@example.com', 'USUARIO' || i || '@EXAMPLE.COM', 'María José', 'Quispe Núñez', '987654321', @yes,
                   @Text, @Cost, '{"departamento_id":5}', @at
            FROM n
            """,
            new { count, Realm, hash.Text, hash.Cost, yes = true, at = now.ToUnixTimeMilliseconds() }));
        await database.WriteAsync(db => db.ExecuteAsync(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @records)
            INSERT INTO access_log (at, application, realm, identifier, user_key, is_successful, outcome, address, platform, user_agent)
            SELECT @from + i * @step, @Realm, @Realm, 'usuario' || (i % @count), i % @count, @yes, 0, '192.0.2.1', 'Windows', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
            FROM n
            """,
            new { records, count, Realm, yes = true, from = now.AddDays(-360).ToUnixTimeMilliseconds(), step = (long)TimeSpan.FromDays(360).TotalMilliseconds / records }));
        if (BenchmarkDatabase.IsPostgres)
        {
            // As autovacuum does in its time.
            await database.ReadAsync(db => db.ExecuteAsync("VACUUM (ANALYZE)"));
        }
    }

    private async Task AddUsersAsync(IReadOnlyCollection<string> names, IReadOnlySet<string> inactive, Func<string, StoredPassword>? stored, IReadOnlySet<string> withCodes)
    {
        await using var database = Database.Open(Place, TimeProvider.System);
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
        if (withCodes.Count > 0)
        {
            await AddSecondFactorsAsync(database, withCodes);
        }
    }

    private async Task AddSecondFactorsAsync(Database database, IReadOnlySet<string> names)
    {
        var secrets = new SealedSecrets(Setup.Read(new(ConfigurationFile, null, IsDevelopment: false)), database);
        foreach (var name in names)
        {
            var key = await database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT key FROM users WHERE realm = @Realm AND username = @name", new { Realm, name }));
            using var secret = OneTimeCode.NewSecret();
            var text = await secrets.SealAsync(secret, UserSecondFactors.Purpose(key));
            await database.WriteAsync(db => db.ExecuteAsync("UPDATE users SET code_secret = @text, code_step = 0 WHERE key = @key", new { text, key }));
        }
    }
}
