using System.Diagnostics;
using System.Globalization;
using Dapper;
using Zaguan.AccessLog;
using Zaguan.Admin.Overviews;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;
using Zaguan.Login;
using Zaguan.Storage;

namespace Zaguan.Benchmarks;

/// <summary>
/// How long an administrator waits for a page of the console where there are a million users and ten million access records: the search for users, the page of one, the
/// access log and the overview, one page at a time, from the request to the last byte of the answer. So it is a little more than the server's own time.
/// </summary>
internal static class ConsoleBenchmark
{
    private const int Users = 1_000_000;
    private const int Records = 10_000_000;
    private const int Rounds = 25;
    private const int WarmUp = 5;

    /// <summary>What no page may take, in milliseconds.</summary>
    private const double Most = 100;

    /// <summary>Of this user is every twentieth record: a service that logs in all day.</summary>
    private const int Busiest = 7;

    private static readonly TimeSpan LongestFill = TimeSpan.FromMinutes(30);

    /// <summary>The pages by what they show. What begins with "u" is everybody; most filters leave few.</summary>
    private static readonly (string What, string Path)[] Pages =
    [
        ("users: everybody", "/zaguan/users"),
        ("users: a beginning that all have", "/zaguan/users?q=usuario"),
        ("users: a beginning that few have", "/zaguan/users?q=usuario77777"),
        ("users: an address", "/zaguan/users?q=correo654321"),
        ("users: nobody", "/zaguan/users?q=zzz"),
        ("users: a number", "/zaguan/users?q=777777"),
        ("users: a role that few have", "/zaguan/users?role=Auditor%C3%ADa"),
        ("users: a role that few have, disabled", "/zaguan/users?role=Auditor%C3%ADa&state=disabled"),
        ("users: disabled", "/zaguan/users?state=disabled"),
        ("users: enabled, old hash, by a beginning", "/zaguan/users?q=usuario9&state=active&hash=old"),
        ("users: old hash", "/zaguan/users?hash=old"),
        ("users: without a password, nobody", "/zaguan/users?hash=none"),
        ("one user", "/zaguan/users/ambiotec/500000"),
        ("one user with 500,000 records", $"/zaguan/users/ambiotec/{Busiest}"),
        ("access log: the newest", "/zaguan/access-log"),
        ("access log: a user's", "/zaguan/access-log?user=usuario500000"),
        ("access log: the busiest user's refused", $"/zaguan/access-log?user=usuario{Busiest}&outcome=locked"),
        ("access log: an outcome that is rare", "/zaguan/access-log?outcome=locked"),
        ("access log: an address that is not there", "/zaguan/access-log?address=203.0.113.7"),
        ("access log: a name that nobody has", "/zaguan/access-log?user=nadie"),
        ("access log: of another application", "/zaguan/access-log?application=otra"),
        ("access log: half a year ago", $"/zaguan/access-log?from={Day(-181)}&until={Day(-180)}"),
        ("access log: all year, wrong passwords", $"/zaguan/access-log?from={Day(-360)}&outcome=wrongPassword"),
        ("failures by address", "/zaguan/access-log/addresses"),
        ("failures by address: half a year ago", $"/zaguan/access-log/addresses?from={Day(-181)}&until={Day(-180)}"),
        ("overview", "/zaguan"),
    ];

    public static async Task<bool> RunAsync()
    {
        using var house = await BenchmarkHouse.BuildAsync([]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Making {Users:N0} users and {Records:N0} access records."));
        await FillAsync(house);
        await ConsoleVisitor.AddAsync(house);
        await using var server = await ServerInside.StartAsync(house);
        var counted = await CountedAsync(house);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The logins of a month were counted for the overview in {counted:F0} s."));
        using var visitor = await ConsoleVisitor.EnterAsync(server.Address);

        var times = Pages.Select(_ => new List<double>()).ToList();
        var sizes = new int[Pages.Length];
        for (var round = -WarmUp; round < Rounds; round++)
        {
            for (var page = 0; page < Pages.Length; page++)
            {
                var began = Stopwatch.GetTimestamp();
                sizes[page] = (await visitor.ReadAsync(Pages[page].Path)).Length;
                if (round >= 0)
                {
                    times[page].Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }
            }
        }

        return Print(times, sizes);
    }

    private static bool Print(List<List<double>> times, int[] sizes)
    {
        Console.WriteLine($"\n{Rounds} rounds through all pages, {WarmUp} before them to warm up. Milliseconds, on {BenchmarkDatabase.Name}.\n");
        Console.WriteLine("  page                                        median    slowest   characters");
        for (var page = 0; page < Pages.Length; page++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Pages[page].What,-41} {Sample.Median(times[page]),8:F1}   {times[page].Max(),8:F1}   {sizes[page],10:N0}"));
        }

        var slowest = times.Max(t => Sample.Median(t));
        Console.WriteLine();
        return Ledger.Judge($"Milliseconds of the slowest page of the console, by its median, on {BenchmarkDatabase.Name}", slowest, most: Most, format: "F1");
    }

    private static string Day(int days) => TimeProvider.System.GetLocalNow().AddDays(days).ToString("yyyy-MM-dd'T'00:00", CultureInfo.InvariantCulture);

    /// <summary>One statement for each table, as no server would: it takes minutes.</summary>
    private static async Task FillAsync(BenchmarkHouse house)
    {
        await using var database = Database.Open(house.Place with { Patience = LongestFill }, TimeProvider.System);
        var now = TimeProvider.System.GetUtcNow();
        for (var back = 4; back <= 12; back += 4)
        {
            await AccessLogPartitions.KeepAheadAsync(database, now.AddMonths(-back));
        }

        await database.WriteAsync(db => db.ExecuteAsync("INSERT INTO roles (realm, number, name, name_key) VALUES (@Realm, 1, 'Médico', 'MÉDICO'), (@Realm, 2, 'Auditoría', 'AUDITORÍA')", new { BenchmarkHouse.Realm }));
        await database.WriteAsync(db => db.ExecuteAsync(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @Users)
            INSERT INTO users (realm, number, id, username, username_key, email, email_key, given_name, family_name, phone, role_key, active, password, password_cost, attributes, created_at)
            SELECT @Realm, i, 'id-' || i, 'usuario' || i, 'USUARIO' || i, 'correo' || i || '@example.com', 'CORREO' || i || '@EXAMPLE.COM', 'María José', 'Quispe Núñez', '987654321',
                   (SELECT key FROM roles WHERE realm = @Realm AND number = CASE WHEN i % 50000 = 3 THEN 2 ELSE 1 END), i % 50 <> 0,
                   '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', CASE WHEN i % 1000 = 5 THEN 'bcrypt 10' ELSE 'argon2id m=19456,t=2,p=1' END,
                   '{"departamento_id":5}', @at
            FROM n
            """,
            new { Users, BenchmarkHouse.Realm, at = now.ToUnixTimeMilliseconds() }));
        await database.WriteAsync(db => db.ExecuteAsync(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @Records)
            INSERT INTO access_log (at, application, realm, identifier, user_key, is_successful, outcome, address, platform, user_agent)
            SELECT @from + i * @step, @Realm, @Realm, 'usuario' || CASE WHEN i % 20 = 0 THEN @Busiest ELSE 1 + i % @Users END, CASE WHEN i % 20 = 0 THEN @Busiest ELSE 1 + i % @Users END,
                   i % 10 <> 1, CASE WHEN i % 100000 = 1 THEN @Locked WHEN i % 10 = 1 THEN @WrongPassword ELSE 0 END, '10.' || (i % 7) || '.' || (i % 251) || '.' || (i % 13), 'Windows',
                   'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
            FROM n
            """,
            new { Records, Users, Busiest, BenchmarkHouse.Realm, Locked = (int)Outcome.Locked, WrongPassword = (int)Outcome.WrongPassword, from = now.AddDays(-360).ToUnixTimeMilliseconds(), step = (long)TimeSpan.FromDays(360).TotalMilliseconds / Records }));
        if (BenchmarkDatabase.IsPostgres)
        {
            // As autovacuum does in its time.
            await database.ReadAsync(db => db.ExecuteAsync("VACUUM (ANALYZE)"));
        }
    }

    /// <summary>Seconds until the background has counted what it shows of the last month.</summary>
    private static async Task<double> CountedAsync(BenchmarkHouse house)
    {
        await using var database = Database.Open(house.Place, TimeProvider.System);
        var began = Stopwatch.GetTimestamp();
        while (await database.ReadAsync(db => db.ExecuteScalarAsync<string?>("SELECT value FROM facts WHERE name = @CountedTo", new { LoginCounter.CountedTo })) is not { } to || long.Parse(to, CultureInfo.InvariantCulture) < Records)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
