using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Argon2;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Passwords.Formats;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Login;

/// <summary>What must always hold, seen from outside.</summary>
public sealed class InvariantTests
{
    private static readonly DemoLogin Ambiotec = DemoLogin.Ambiotec;

    [Fact]
    public async Task Every_attempt_that_reaches_verification_costs_exactly_one_hash_whoever_it_is()
    {
        await using var house = await TestHouse.OpenAsync();
        await house.AddUserAsync(new() { Realm = "ambiotec", Username = "inactiva", Active = false }, "claveInactiva1");
        await house.Services.GetRequiredService<UserStore>().AddAsync(new() { Realm = "ambiotec", Username = "sinclave" });
        await house.Services.GetRequiredService<UserStore>().AddAsync(new() { Realm = "ambiotec", Username = "rota", Password = new("$pbkdf2-sha512$i=1000000000$AAAA$AAAA", "pbkdf2") });
        await house.Services.GetRequiredService<UserStore>().AddAsync(new() { Realm = "ambiotec", Username = "antigua", Password = FourApplications.CheapHash("claveAntigua1") });
        await house.Services.GetRequiredService<UserStore>().AddAsync(new() { Realm = "ambiotec", Username = "envuelta", Password = Wrapped("claveEnvuelta1") });
        foreach (var (identifier, password, outcome) in new[]
        {
            (Ambiotec.Identifier, Ambiotec.Password, Outcome.Granted),
            (Ambiotec.Identifier, "wrong", Outcome.WrongPassword),
            ("nobody", Ambiotec.Password, Outcome.UnknownUser),
            ("inactiva", "claveInactiva1", Outcome.Inactive),
            ("inactiva", "wrong", Outcome.WrongPassword),
            ("sinclave", "", Outcome.Invalid),
            ("sinclave", "any", Outcome.WrongPassword),
            ("rota", "any", Outcome.WrongPassword),
            ("antigua", "wrong", Outcome.WrongPassword),
            ("antigua", "claveAntigua1", Outcome.Granted),
            ("antigua", "claveAntigua1", Outcome.Granted),
            ("envuelta", "wrong", Outcome.WrongPassword),
        })
        {
            var before = house.Hashes;
            using var answer = await LogInAsync(house, identifier, password);
            (house.Hashes - before).ShouldBe(outcome == Outcome.Invalid ? 0 : 1, identifier);
            if (outcome != Outcome.Invalid)
            {
                (await house.AccessLogAsync())[^1].Outcome.ShouldBe(outcome, identifier);
            }
        }
    }

    [Fact]
    public async Task A_locked_account_refuses_even_the_right_password_without_a_hash_and_nobody_can_tell()
    {
        await using var house = await TestHouse.OpenAsync();
        await FailAsync(house, Ambiotec.Identifier, 5);
        var hashes = house.Hashes;

        using var wrong = await LogInAsync(house, Ambiotec.Identifier, "wrong");
        using var right = await LogInAsync(house, Ambiotec.Identifier, Ambiotec.Password);

        house.Hashes.ShouldBe(hashes);
        (right.StatusCode, await right.Content.ReadAsStringAsync()).ShouldBe((Ambiotec.Wrong.Status, Ambiotec.Wrong.Body));
        (wrong.StatusCode, await wrong.Content.ReadAsStringAsync()).ShouldBe((right.StatusCode, await right.Content.ReadAsStringAsync()));
        right.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(50, 60);
        right.Headers.Select(h => h.Key).ShouldBe(wrong.Headers.Select(h => h.Key));
        (await house.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.Locked);
    }

    [Fact]
    public async Task An_identifier_that_nobody_has_is_locked_like_one_that_somebody_has()
    {
        await using var house = await TestHouse.OpenAsync();
        await FailAsync(house, "nobody", 5);

        using var answer = await LogInAsync(house, " NOBODY ", "wrong");

        answer.Headers.RetryAfter.ShouldNotBeNull();
        (await house.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.Locked);
    }

    [Fact]
    public async Task Unknown_and_wrong_are_the_same_answer_to_the_byte()
    {
        await using var house = await TestHouse.OpenAsync();

        using var unknown = await LogInAsync(house, "nobody", "wrong");
        using var wrong = await LogInAsync(house, Ambiotec.Identifier, "wrong");

        (await unknown.Content.ReadAsByteArrayAsync()).ShouldBe(await wrong.Content.ReadAsByteArrayAsync());
        unknown.StatusCode.ShouldBe(wrong.StatusCode);
        unknown.Headers.Concat(unknown.Content.Headers).Select(h => h.Key).ShouldBe(wrong.Headers.Concat(wrong.Content.Headers).Select(h => h.Key));
    }

    [Fact]
    public async Task Name_and_address_of_one_account_share_one_budget()
    {
        await using var house = await TestHouse.OpenAsync(new()
        {
            Settings = new()
            {
                ["Applications:ambiotec:Realm"] = "ambiotec",
                ["Applications:sistema-venta:Realm"] = "ambiotec",
            },
        });
        await FailAsync(house, Ambiotec.Identifier, 3);
        for (var i = 0; i < 2; i++)
        {
            using var byEmail = await house.PostAsync(DemoLogin.SistemaVenta.Path, DemoLogin.SistemaVenta.Body("john@example.com", "wrong"));
        }

        using var answer = await LogInAsync(house, Ambiotec.Identifier, Ambiotec.Password);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await house.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.Locked);
    }

    [Fact]
    public async Task The_right_password_of_a_disabled_user_counts_like_a_wrong_one()
    {
        await using var house = await TestHouse.OpenAsync();
        await house.AddUserAsync(new() { Realm = "ambiotec", Username = "inactiva", Active = false }, "claveInactiva1");

        for (var i = 0; i < 6; i++)
        {
            using var answer = await LogInAsync(house, "inactiva", "claveInactiva1");
        }

        (await house.AccessLogAsync()).Select(r => r.Outcome).ShouldBe([.. Enumerable.Repeat(Outcome.Inactive, 5), Outcome.Locked]);
    }

    [Fact]
    public async Task A_client_that_hangs_up_has_guessed_all_the_same()
    {
        await using var house = await TestHouse.OpenAsync();
        var body = Ambiotec.WrongBody;
        var budgets = house.Services.GetRequiredService<BudgetStore>();
        var user = await house.Services.GetRequiredService<UserStore>().FindAsync("ambiotec", Zaguan.Contracts.Identifies.Username, Ambiotec.Identifier);
        // Slow enough that the client is gone before the guess is verified.
        await house.Services.GetRequiredService<UserStore>().SetPasswordAsync(user!, FourApplications.CheapHash("la de verdad", 500_000), []);
        var subject = new BudgetSubject(Accounts.Of(user!), "127.0.0.1", AddressIsShared: false);
        for (var i = 0; i < 5; i++)
        {
            using var socket = await RawHttp.ConnectAsync(house.Address);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {Ambiotec.Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
            await Eventually.BecomesTrueAsync(async () => (await budgets.ReadAsync(subject)).Any(r => r.InFlight > 0), "the guess is charged");
            // Reset, not closed: the server notices at once.
            socket.LingerState = new(true, 0);
            socket.Close();
            await Eventually.BecomesTrueAsync(async () => (await house.AccessLogAsync()).Count == i + 1, "the guess is recorded");
        }

        using var answer = await LogInAsync(house, Ambiotec.Identifier, Ambiotec.Password);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await house.AccessLogAsync()).Select(r => r.Outcome).ShouldBe([.. Enumerable.Repeat(Outcome.WrongPassword, 5), Outcome.Locked]);
    }

    [Fact]
    public async Task A_user_who_is_disabled_while_the_password_waits_to_be_verified_does_not_get_in()
    {
        await using var house = await TestHouse.OpenAsync();
        var users = house.Services.GetRequiredService<UserStore>();
        var user = (await users.FindAsync("ambiotec", Zaguan.Contracts.Identifies.Username, "johndoe"))!;
        var gate = house.Services.GetRequiredService<HashGate>();
        using var other = Secret.FromText("otra");
        // Enough in front of it that it is still waiting when the administrator is done.
        var slow = FourApplications.CheapHash("una más", 200_000).Text;
        var queue = Enumerable.Range(0, 3 * Environment.ProcessorCount).Select(_ => gate.VerifyAsync(Senders.Somebody, other, slow)).ToList();
        var waiting = LogInAsync(house, "johndoe", "securePass123");
        var subject = new BudgetSubject(Accounts.Of(user), "127.0.0.1", AddressIsShared: false);
        await Eventually.BecomesTrueAsync(async () => (await house.Services.GetRequiredService<BudgetStore>().ReadAsync(subject)).Any(r => r.InFlight > 0), "the login is charged");

        await users.SetActiveAsync(user, false, []);

        using var answer = await waiting;
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await house.AccessLogAsync())[^1].Outcome.ShouldBe(Outcome.Inactive);
        await Task.WhenAll(queue);
    }

    [Theory]
    [InlineData("a\\uFFFEb")]
    [InlineData("a\\u0345")]
    public async Task An_identifier_that_cannot_be_a_name_is_nobodys_under_a_budget_of_its_own(string escaped)
    {
        await using var house = await TestHouse.OpenAsync();
        var identifier = escaped.Contains("0345", StringComparison.Ordinal) ? "a" + string.Concat(Enumerable.Repeat("\\u0345\\u0334", 1_000)) : escaped;
        for (var i = 0; i < 6; i++)
        {
            using var answer = await house.PostAsync(Ambiotec.Path, $$"""{"usuario_login":"{{identifier}}","usuario_password":"x"}""");
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        (await house.AccessLogAsync()).Select(r => r.Outcome).ShouldBe([.. Enumerable.Repeat(Outcome.UnknownUser, 5), Outcome.Locked]);
        house.Hashes.ShouldBe(5);
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task No_password_token_or_secret_stands_in_any_log_line_or_in_the_database()
    {
        const string Planted = "planted-Secreto-9f3a";
        await using var house = await TestHouse.OpenAsync(new() { Settings = new() { ["JWT_SECRET"] = $"{Planted}-signing-secret-of-40-bytes" } });
        await house.AddUserAsync(new() { Realm = "ambiotec", Username = "ana" }, Planted);

        using var granted = await LogInAsync(house, "ana", Planted);
        using var wrong = await LogInAsync(house, "ana", $"{Planted}-wrong");
        using var unknown = await LogInAsync(house, "nobody", Planted);
        using var malformed = await house.PostAsync(Ambiotec.Path, Ambiotec.Body("ana", Planted)[..^1] + ",\"x\":");
        using var invalid = await house.PostAsync(Ambiotec.Path, Ambiotec.Body(null, Planted));

        var token = JsonDocument.Parse(await granted.Content.ReadAsStringAsync()).RootElement.GetProperty("token").GetString()!;
        house.Log.All.Count.ShouldBeGreaterThan(5);
        house.Log.All.ShouldAllBe(line => !line.Contains(Planted, StringComparison.OrdinalIgnoreCase) && !line.Contains(token.Split('.')[2], StringComparison.Ordinal));
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(house.DatabaseFile)!))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            (await reader.ReadToEndAsync()).ShouldNotContain(Planted, customMessage: file);
        }
    }

    [Fact]
    public async Task An_attempt_is_recorded_with_what_is_known_of_the_client()
    {
        await using var house = await TestHouse.OpenAsync();
        var body = Encoding.UTF8.GetBytes(Ambiotec.RightBody);
        using var answer = await house.PostAsync(Ambiotec.Path, body, "application/json",
            ("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)"), ("x-client-info", """{"version":"2.1"}"""));
        using var hinted = await house.PostAsync(Ambiotec.Path, body, "application/json",
            ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"), ("Sec-CH-UA-Platform", "\"Chrome OS\""), ("x-client-info", new string('ñ', 3_000)));

        var log = await house.AccessLogAsync();

        (log[0].Platform, log[0].ClientInfo, log[0].UserAgent).ShouldBe(("iOS", """{"version":"2.1"}""", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)"));
        (log[0].Application, log[0].Realm, log[0].Identifier, log[0].Username, log[0].Address, log[0].IsSuccessful).ShouldBe(("ambiotec", "ambiotec", Ambiotec.Identifier, Ambiotec.Identifier, "127.0.0.1", true));
        log[1].Platform.ShouldBe("Chrome OS");
        Encoding.UTF8.GetByteCount(log[1].ClientInfo!).ShouldBe(2_048);
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("user").GetProperty("access_id").GetInt64().ShouldBe(log[0].Id);
    }

    [Fact]
    public async Task Every_token_has_a_session_row()
    {
        await using var house = await TestHouse.OpenAsync();
        using var answer = await LogInAsync(house, Ambiotec.Identifier, Ambiotec.Password);
        var token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("token").GetString()!;
        var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])).RootElement;

        await using var db = await TestDatabase.ConnectAsync(house.Folder);
        var session = await Dapper.SqlMapper.QuerySingleAsync<(string Id, string Application, long AccessId, long ExpiresAt)>(
            db, "SELECT id, application, access_id, expires_at FROM sessions");

        session.Id.ShouldBe(claims.GetProperty("jti").GetString());
        session.Application.ShouldBe("ambiotec");
        session.AccessId.ShouldBe((await house.AccessLogAsync())[^1].Id);
        (session.ExpiresAt / 1000).ShouldBe(claims.GetProperty("exp").GetInt64());
    }

    [Fact]
    public async Task A_password_is_good_until_somebody_changes_it()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        clock.Advance(TimeSpan.FromDays(3_650));

        (await Ambiotec.LogsInAsync(house, Ambiotec.RightBody)).ShouldBeTrue();
    }

    private static Task<HttpResponseMessage> LogInAsync(TestHouse house, string identifier, string password) =>
        house.PostAsync(Ambiotec.Path, Ambiotec.Body(identifier, password));

    private static async Task FailAsync(TestHouse house, string identifier, int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var answer = await LogInAsync(house, identifier, "wrong");
        }
    }

    private static StoredPassword Wrapped(string password)
    {
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        return hasher.Wrap(HashFormats.Read(FourApplications.CheapHash(password).Text)!.Hash!);
    }
}
