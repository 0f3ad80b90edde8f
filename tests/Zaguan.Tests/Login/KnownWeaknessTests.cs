using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Account;
using Zaguan.Admin;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Login;

/// <summary>The classes of weakness that other login servers had a CVE for (docs/security.md), each as an attack on a server that runs. Those that have tests elsewhere are not repeated.</summary>
public sealed class KnownWeaknessTests
{
    private static readonly DemoLogin Ambiotec = DemoLogin.Ambiotec;

    /// <summary>Unprotected second path.</summary>
    [Fact]
    public async Task An_account_that_is_locked_is_locked_behind_every_application_of_its_realm()
    {
        await using var house = await TestHouse.OpenAsync(new()
        {
            Settings = new() { ["Applications:ambiotec:Realm"] = "ambiotec", ["Applications:sistema-venta:Realm"] = "ambiotec", ["Applications:inventario:Realm"] = "ambiotec" },
        });
        await GuessAsync(house, Ambiotec.Identifier, 5);

        foreach (var (login, identifier) in new[] { (Ambiotec, Ambiotec.Identifier), (DemoLogin.SistemaVenta, "john@example.com"), (DemoLogin.Inventario, Ambiotec.Identifier) })
        {
            (await login.LogsInAsync(house, login.Body(identifier, Ambiotec.Password))).ShouldBeFalse(login.Application);
            (await house.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.Locked, login.Application);
        }
    }

    /// <summary>Unprotected second path.</summary>
    [Fact]
    public async Task No_route_but_the_logins_the_console_s_entrance_and_My_account_verifies_a_password()
    {
        await using var house = await FourApplications.OpenAsync(FourApplications.Settings(("Applications:ambiotec:Account", "true")));
        var routes = house.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Select(e => "/" + string.Join('/', e.RoutePattern.RawText!.Trim('/').Split('/').Select(s => s is "{application}" ? "ambiotec" : s.StartsWith('{') ? "1" : s))).Distinct(StringComparer.Ordinal).ToList();
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Ambiotec.Identifier}:{Ambiotec.Password}"));
        string[] names = ["identifier", "username", "usuario", "usuario_login", "name", "email", "token", "link", "code", "client_id"];
        var verifies = new List<string>();
        foreach (var path in routes)
        {
            var before = house.Hashes;
            using var form = new FormUrlEncodedContent(names.Select(n => new KeyValuePair<string, string>(n, Ambiotec.Identifier)).Append(new("password", Ambiotec.Password)).Append(new("usuario_password", Ambiotec.Password)));
            foreach (var (method, content) in new (HttpMethod, HttpContent?)[] { (HttpMethod.Post, form), (HttpMethod.Post, new StringContent(Ambiotec.RightBody, Encoding.UTF8, "application/json")), (HttpMethod.Get, null) })
            {
                using var request = new HttpRequestMessage(method, path) { Content = content };
                request.Headers.Authorization = new("Basic", basic);
                using var answer = await house.Client.SendAsync(request);
            }

            if (house.Hashes != before)
            {
                verifies.Add(path);
            }
        }

        routes.Count.ShouldBeGreaterThan(30);
        verifies.ShouldBe([ConsoleRoutes.Enter, AccountRoutes.PathOf("ambiotec")], ignoreOrder: true);
    }

    /// <summary>Identifier variants.</summary>
    [Fact]
    public async Task Every_spelling_of_a_name_is_guessed_at_under_one_budget_and_none_is_another_s_name()
    {
        await using var house = await TestHouse.OpenAsync();
        await house.AddUserAsync(new() { Realm = "ambiotec", Username = "José.Núñez", Email = "jose@example.com" }, "la clave de José");
        string[] spellings = ["josé.núñez", "  JOSÉ.NÚÑEZ ", "Jose\u0301.Nu\u0301n\u0303ez", "JOSE\u0301.Núñez\u00A0", "\tjoSÉ.nÚñEZ"];
        foreach (var spelling in spellings)
        {
            await GuessAsync(house, spelling, 1);
        }

        (await Ambiotec.LogsInAsync(house, Ambiotec.Body("José.Núñez", "la clave de José"))).ShouldBeFalse();
        // Letters that only look alike, or lose something when their case is changed, are other names: nobody's, and unlocked.
        foreach (var other in new[] { "jose.nunez", "JOSE.NUNEZ", "josé.núñez\u200B", "ȷosé.núñez" })
        {
            await GuessAsync(house, other, 1);
        }

        (await house.AccessLogAsync()).Select(r => r.Outcome).ShouldBe([.. Enumerable.Repeat(Outcome.WrongPassword, 5), Outcome.Locked, .. Enumerable.Repeat(Outcome.UnknownUser, 4)]);
    }

    /// <summary>Counters lost on restart.</summary>
    [Fact]
    public async Task An_account_that_is_locked_stays_so_when_the_server_is_killed_and_started_again()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        await using (var server = await ServerProcess.StartAsync(new() { Folder = folder }))
        {
            for (var i = 0; i < 5; i++)
            {
                using var wrong = await server.PostAsync(Ambiotec.Path, Ambiotec.WrongBody);
            }

            server.Kill();
            await server.ExitAsync();
        }

        await using (var server = await ServerProcess.StartAsync(new() { Folder = folder }))
        {
            using var right = await server.PostAsync(Ambiotec.Path, Ambiotec.RightBody);

            right.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            right.Headers.RetryAfter.ShouldNotBeNull();
        }

        await TestDatabase.DeleteAsync(folder);
    }

    /// <summary>Counters lost on roll-back.</summary>
    [Fact]
    public async Task A_guess_whose_recording_is_rolled_back_stays_charged()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        await using var db = await TestDatabase.ConnectAsync(house.Folder);
        await db.ExecuteAsync("ALTER TABLE access_log RENAME TO away");
        for (var i = 0; i < 5; i++)
        {
            using var failed = await house.PostAsync(Ambiotec.Path, Ambiotec.WrongBody);
            (await failed.Content.ReadAsStringAsync()).ShouldBe(Ambiotec.Failed.Body);
        }

        await db.ExecuteAsync("ALTER TABLE away RENAME TO access_log");
        clock.Advance(TimeSpan.FromMilliseconds(BudgetStore.ChargeLifetime + 1));

        (await Ambiotec.LogsInAsync(house, Ambiotec.RightBody)).ShouldBeFalse();
        (await house.AccessLogAsync()).Select(r => r.Outcome).ShouldBe([Outcome.Locked]);
        house.Hashes.ShouldBe(5);
    }

    /// <summary>Truncation, as by bcrypt.</summary>
    [Fact]
    public async Task Of_a_long_password_every_byte_counts()
    {
        await using var house = await TestHouse.OpenAsync();
        var password = string.Concat(Enumerable.Range(0, 60).Select(i => $"{(char)('a' + i % 26)}ñ{i} "));
        await house.AddUserAsync(new() { Realm = "ambiotec", Username = "larga" }, password);
        Encoding.UTF8.GetByteCount(password).ShouldBeGreaterThan(256);

        foreach (var other in new[] { password[..^1], password + "x", password[..71], password[..72], password[..^2] + "x ", password + "\0" })
        {
            (await Ambiotec.LogsInAsync(house, Ambiotec.Body("larga", other))).ShouldBeFalse();
            // Each of them alone, without running into the budget.
            await house.Services.GetRequiredService<BudgetStore>().UnlockAsync(Accounts.Of((await house.Services.GetRequiredService<Zaguan.Users.UserStore>().FindAsync("ambiotec", Zaguan.Contracts.Identifies.Username, "larga"))!));
        }

        (await Ambiotec.LogsInAsync(house, Ambiotec.Body("larga", password))).ShouldBeTrue();
    }

    /// <summary>Algorithm confusion.</summary>
    [Fact]
    public async Task A_token_that_is_signed_with_the_published_key_or_not_at_all_opens_nothing()
    {
        await using var house = await OwnKeysHouse.OpenAsync();
        var good = await OwnKeysHouse.LogInAsync(house);
        (await VerifyAsync(house, good)).ShouldBe(HttpStatusCode.OK);
        var key = (await OwnKeysHouse.JwksAsync(house)).GetProperty("keys")[0];
        var (x, y) = (Base64Url.DecodeFromChars(key.GetProperty("x").GetString()), Base64Url.DecodeFromChars(key.GetProperty("y").GetString()));
        using var published = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = x, Y = y } });
        var pem = published.ExportSubjectPublicKeyInfoPem();
        byte[][] secrets = [[.. x, .. y], [4, .. x, .. y], published.ExportSubjectPublicKeyInfo(), Encoding.UTF8.GetBytes(pem), Encoding.UTF8.GetBytes(pem + "\n"), Encoding.UTF8.GetBytes(key.GetRawText()), Encoding.UTF8.GetBytes(key.GetProperty("x").GetString()!), []];
        var claims = good.Split('.')[1];
        foreach (var algorithm in new[] { "HS256", "HS384", "HS512", "none", "None", "ES256", "RS256" })
        {
            foreach (var kid in new[] { $",\"kid\":\"{OwnKeysHouse.KidOf(good)}\"", "" })
            {
                var header = TokenForge.Encode($"{{\"alg\":\"{algorithm}\",\"typ\":\"JWT\"{kid}}}");
                var signed = Encoding.ASCII.GetBytes($"{header}.{claims}");
                foreach (var signature in secrets.Select(s => HMACSHA256.HashData(s, signed)).Concat(secrets.Select(s => HMACSHA512.HashData(s, signed))).Append([]))
                {
                    (await VerifyAsync(house, $"{header}.{claims}.{TokenForge.Encode(signature)}")).ShouldBe(HttpStatusCode.Unauthorized, algorithm);
                }
            }
        }
    }

    /// <summary>Lockout as denial of service.</summary>
    [Fact]
    public async Task Whoever_locks_an_account_from_one_address_locks_nobody_out_at_another()
    {
        await using var house = await TestHouse.OpenAsync(new() { Settings = new() { ["Network:TrustedProxies:0"] = "127.0.0.1" } });
        for (var i = 0; i < 20; i++)
        {
            await FromAsync(house, "203.0.113.66", Ambiotec.WrongBody);
        }

        (await FromAsync(house, "198.51.100.7", Ambiotec.RightBody)).ShouldBe(HttpStatusCode.OK);
        (await FromAsync(house, "203.0.113.66", Ambiotec.RightBody)).ShouldBe(HttpStatusCode.Unauthorized);
        (await FromAsync(house, "198.51.100.7", Ambiotec.RightBody)).ShouldBe(HttpStatusCode.OK);
        (await house.AccessLogAsync()).Count(r => r.Outcome == Outcome.WrongPassword).ShouldBe(5);
    }

    private static async Task GuessAsync(TestHouse house, string identifier, int times)
    {
        for (var i = 0; i < times; i++)
        {
            (await Ambiotec.LogsInAsync(house, Ambiotec.Body(identifier, "otra"))).ShouldBeFalse();
        }
    }

    private static async Task<HttpStatusCode> VerifyAsync(TestHouse house, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/zaguan/verify?application={OwnKeysHouse.Name}");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var answer = await house.Client.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> FromAsync(TestHouse house, string address, string body)
    {
        using var answer = await house.PostAsync(Ambiotec.Path, Encoding.UTF8.GetBytes(body), headers: [("X-Forwarded-For", address)]);
        return answer.StatusCode;
    }
}
