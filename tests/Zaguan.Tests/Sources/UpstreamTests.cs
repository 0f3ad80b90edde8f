using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Login;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Sources;

public sealed class UpstreamTests
{
    private const string Refused = "otra clave";

    public static TheoryData<string> Applications => DemoLogin.Names;

    /// <summary>A house whose application has nobody, and the old system behind it.</summary>
    private static Task<TestHouse> OpenAsync(string application, OldSystem old, params (string Key, string? Value)[] more) => TestHouse.OpenAsync(new()
    {
        IsDevelopment = false,
        Settings = FourApplications.Settings(
        [
            ($"Applications:{application}:Sources:0", "local"),
            ($"Applications:{application}:Sources:1", "upstream"),
            ($"Applications:{application}:Upstream:Url", old.Url(DemoLogin.Of(application).Path)),
            .. more.Select(m => (m.Key.Replace("…", $"Applications:{application}", StringComparison.Ordinal), m.Value)),
        ]),
    });

    private static async Task<(HttpStatusCode Status, string Body)> LogInAsync(TestHouse house, string application, string identifier, string password, string? address = null)
    {
        var login = DemoLogin.Of(application);
        using var answer = await house.PostAsync(login.Path, Encoding.UTF8.GetBytes(login.Body(identifier, password)), "application/json", address is null ? [] : [("X-Forwarded-For", address)]);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<IReadOnlyList<User>> UsersAsync(TestHouse house, string realm) => await house.Services.GetRequiredService<UserStore>().ListAsync(realm, null, 100);

    private static async Task<Outcome> LastOutcomeAsync(TestHouse house) => (await house.AccessLogAsync()).MaxBy(r => r.Id)!.Outcome;

    /// <summary>An answer without what is another in every one.</summary>
    private static string Steady(string body)
    {
        var json = JsonNode.Parse(body)!;
        foreach (var place in new[] { json, json["Data"], json["user"] }.OfType<JsonObject>())
        {
            foreach (var name in new[] { "token", "access_id", "extra" })
            {
                place.Remove(name);
            }
        }

        return json.ToJsonString();
    }

    [Fact]
    public async Task Whose_one_time_code_is_missing_is_not_brought_over_nor_changed_and_is_charged()
    {
        const string Application = "ambiotec";
        var users = OldUsers.Copy(Application);
        await using var old = OldUsers.Start(Application, users);
        await using var house = await OpenAsync(Application, old, ("…:OneTimeCodes", "required"), ("…:Upstream:Mode", "follow"));

        for (var guess = 0; guess < 5; guess++)
        {
            (await LogInAsync(house, Application, users[0].Login, users[0].Password)).ShouldBe((DemoLogin.Ambiotec.Wrong.Status, DemoLogin.Ambiotec.Wrong.Body));
            (await LastOutcomeAsync(house)).ShouldBe(Outcome.WrongCode);
        }

        (await UsersAsync(house, Application)).ShouldBeEmpty();
        await LogInAsync(house, Application, users[0].Login, users[0].Password);
        (await LastOutcomeAsync(house)).ShouldBe(Outcome.Locked);
    }

    [Theory]
    [MemberData(nameof(Applications))]
    public async Task A_first_right_login_brings_the_user_over_with_all_that_the_contract_binds(string application)
    {
        var users = OldUsers.Copy(application);
        await using var old = OldUsers.Start(application, users);
        await using var house = await OpenAsync(application, old);
        using var before = new HttpClient();
        using var direct = await before.PostAsync(new Uri(old.Url(DemoLogin.Of(application).Path)), new StringContent(DemoLogin.Of(application).Body(users[0].Login, users[0].Password), Encoding.UTF8, "application/json"));
        var asBefore = Steady(await direct.Content.ReadAsStringAsync());
        var asked = old.Requests.Count;

        var first = await LogInAsync(house, application, users[0].Login, users[0].Password);
        var second = await LogInAsync(house, application, users[0].Login.ToUpperInvariant(), users[0].Password);

        first.Status.ShouldBe(direct.StatusCode);
        JsonElement.DeepEquals(JsonElement.Parse(Steady(first.Body)), JsonElement.Parse(asBefore)).ShouldBeTrue($"{first.Body}, and before {asBefore}");
        Steady(second.Body).ShouldBe(Steady(first.Body));
        (old.Requests.Count - asked).ShouldBe(1, "the old system is never asked again");
        var user = (await UsersAsync(house, application)).ShouldHaveSingleItem();
        // The inventory tells no number; its clients know people by their id.
        user.Number.ShouldBe(application is "inventario" ? 1 : 41);
        user.Password.ShouldNotBeNull().ShouldStartWith("$argon2id$");
        house.Hashes.ShouldBe(2, "one for each attempt");
    }

    [Theory]
    [MemberData(nameof(Applications))]
    public async Task Nobody_is_made_of_a_login_that_the_old_system_refuses_and_the_client_hears_what_it_always_heard(string application)
    {
        var users = OldUsers.Copy(application);
        await using var old = OldUsers.Start(application, users);
        await using var house = await OpenAsync(application, old);
        using var client = new HttpClient();
        var login = DemoLogin.Of(application);
        foreach (var (identifier, password) in new[] { (users[0].Login, Refused), (users[1].Login, users[1].Password), ("nadie@example.com", Refused) })
        {
            using var direct = await client.PostAsync(new Uri(old.Url(login.Path)), new StringContent(login.Body(identifier, password), Encoding.UTF8, "application/json"));
            var (status, body) = await LogInAsync(house, application, identifier, password);

            status.ShouldBe(direct.StatusCode);
            JsonElement.DeepEquals(JsonElement.Parse(body), JsonElement.Parse(await direct.Content.ReadAsStringAsync())).ShouldBeTrue(body);
        }

        (await UsersAsync(house, application)).ShouldBeEmpty();
        house.Hashes.ShouldBe(3);
    }

    [Theory]
    [MemberData(nameof(Applications))]
    public async Task A_password_that_was_changed_over_there_is_followed(string application)
    {
        var users = OldUsers.Copy(application);
        await using var old = OldUsers.Start(application, users);
        await using var house = await OpenAsync(application, old, ("…:Upstream:Mode", "follow"));
        var login = DemoLogin.Of(application);
        var before = users[0].Password;
        login.IsGranted((await LogInAsync(house, application, users[0].Login, before)).Body).ShouldBeTrue();
        login.IsGranted((await LogInAsync(house, application, users[0].Login, before)).Body).ShouldBeTrue();
        old.Requests.Count.ShouldBe(1, "a right password needs nobody else");
        users[0].Password = "nueva 2026";

        login.IsGranted((await LogInAsync(house, application, users[0].Login, "nueva 2026")).Body).ShouldBeTrue();
        login.IsGranted((await LogInAsync(house, application, users[0].Login, before)).Body).ShouldBeFalse("the one of before is no longer right anywhere");

        (await UsersAsync(house, application)).Count.ShouldBe(1);
        old.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_was_opened_with_the_old_password_is_closed_when_the_new_one_comes()
    {
        var users = OldUsers.Copy("ambiotec");
        await using var old = OldUsers.Start("ambiotec", users);
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Mode", "follow"));
        await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password);
        users[0].Password = "nueva 2026";

        await LogInAsync(house, "ambiotec", users[0].Login, "nueva 2026");

        var open = await house.Services.GetRequiredService<Database>().ReadAsync(async db => (await db.QueryAsync<long?>("SELECT revoked_at FROM sessions ORDER BY opened_at")).ToList());
        open.Count(r => r is null).ShouldBe(1);
        open.Count(r => r is not null).ShouldBe(1);
    }

    public static TheoryData<string, bool> Failures => new()
    {
        { "hangs", true },
        { "resets", true },
        { "half", true },
        { "half without a length", true },
        { "10 MB", true },
        { "endless headers", true },
        { "html", true },
        { "redirect", true },
        { "another contract's success", true },
        { "its own failure", true },
        { "a number as text", true },
        { "not http", true },
        { "nobody listens", false },
        { "unknown host", false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task What_could_not_be_asked_or_understood_is_never_a_wrong_password(string failure, bool wasSent)
    {
        const string Granted = """{"token":"x","user":{"usuario_id":41,"usuario_login":"mquispe","usuario_correo":null,"usuario_nombre":null,"usuario_apellido":null,"departamento_id":7,"usuario_celular":null,"access_id":1,"profile":null}}""";
        var old = new OldSystem(request => failure switch
        {
            "hangs" => new([], Ending.Hang),
            "resets" => new([], Ending.Reset),
            "half" => new(OldReply.Json(200, Granted).Bytes[..^40]),
            "half without a length" => new(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\n\r\n{Granted[..^10]}")),
            "10 MB" => OldReply.Json(200, $"{Granted[..^1]},\"relleno\":\"{new string('a', 10_000_000)}\"}}"),
            "endless headers" => OldReply.Of(200, "application/json", Granted, $"X-Largo: {new string('a', 100_000)}\r\n"),
            "html" => OldReply.Of(200, "text/html", "<html><body>Mantenimiento</body></html>"),
            "redirect" => OldReply.Of(302, "application/json", Granted, "Location: /otra\r\n"),
            "another contract's success" => OldReply.Json(200, """{"status":"success","message":"Login exitoso","user":{"id":"7","username":"mquispe","email":null,"active":true,"role_id":2,"role_name":"manager"}}"""),
            "its own failure" => OldReply.Json(500, """{"error":"Error interno al iniciar sesión"}"""),
            "a number as text" => OldReply.Json(200, Granted.Replace("41", "\"41\"", StringComparison.Ordinal)),
            "not http" => new("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray()),
            _ => throw new InvalidOperationException(failure),
        });
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Deadline", "1s"), failure is "unknown host" ? ("…:Upstream:Url", "http://no-existe.invalid/api/login") : ("…:Realm", "ambiotec"));
        if (failure is "nobody listens")
        {
            await old.DisposeAsync();
        }

        var began = Stopwatch.GetTimestamp();
        var (status, body) = await LogInAsync(house, "ambiotec", "mquispe", "Ñandú 1987");

        (status, body).ShouldBe((HttpStatusCode.ServiceUnavailable, DemoLogin.Ambiotec.Unavailable.Body));
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(8), "the deadline is a second; the machine is shared");
        (await LastOutcomeAsync(house)).ShouldBe(wasSent ? Outcome.SourceUnclear : Outcome.SourceUnavailable);
        (await UsersAsync(house, "ambiotec")).ShouldBeEmpty();
        house.Log.All.ShouldContain(l => l.Contains("Error 122", StringComparison.Ordinal) || l.Contains("Warning 1224", StringComparison.Ordinal));
        house.Log.All.ShouldNotContain(l => l.Contains("1987", StringComparison.Ordinal));
        if (failure is not "nobody listens")
        {
            old.Requests.Count.ShouldBe(wasSent ? 1 : 0, "one charge buys one guess");
            await old.DisposeAsync();
        }
    }

    [Fact]
    public async Task Fifty_first_logins_of_one_person_at_once_make_one_user()
    {
        var users = OldUsers.Copy("inventario");
        await using var old = OldUsers.Start("inventario", users);
        await using var house = await OpenAsync("inventario", old);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => LogInAsync(house, "inventario", users[0].Login, users[0].Password)));

        answers.ShouldAllBe(a => DemoLogin.Inventario.IsGranted(a.Body), string.Join("\n", house.Log.All.Where(l => !l.StartsWith("Debug", StringComparison.Ordinal))));
        answers.Select(a => a.Body).Distinct().ShouldHaveSingleItem();
        (await UsersAsync(house, "inventario")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Two_hundred_guesses_at_once_reach_the_old_system_five_times()
    {
        var users = OldUsers.Copy("ambiotec");
        await using var old = OldUsers.Start("ambiotec", users);
        await using var house = await OpenAsync("ambiotec", old);

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => LogInAsync(house, "ambiotec", users[0].Login, $"intento {i}")));

        answers.ShouldAllBe(a => a.Status == HttpStatusCode.Unauthorized);
        old.Requests.Count.ShouldBeLessThanOrEqualTo(5);
    }

    [Fact]
    public async Task A_reply_that_nobody_understands_is_no_way_to_guess_without_end()
    {
        await using var old = new OldSystem(_ => OldReply.Of(500, "text/html", "<h1>Error</h1>"));
        await using var house = await OpenAsync("ambiotec", old, ("Budgets:Account:Failures", "20"));
        var few = new List<HttpStatusCode>();
        for (var i = 0; i < 30; i++)
        {
            few.Add((await LogInAsync(house, "ambiotec", "mquispe", $"intento {i}")).Status);
        }

        few.Take(20).ShouldAllBe(s => s == HttpStatusCode.ServiceUnavailable, "a system that fails locks nobody out after five");
        few.Skip(20).ShouldAllBe(s => s == HttpStatusCode.Unauthorized);
        old.Requests.Count.ShouldBe(20);
    }

    [Theory]
    [InlineData("adopt")]
    [InlineData("compare")]
    public async Task Nobody_is_let_in_by_another_spelling_that_only_the_old_database_takes_for_the_name(string mode)
    {
        var users = new[] { new OldUser("jose", "Ñandú 1987", 41) };
        // MySQL's usual collation: é is e.
        await using var old = new OldSystem(r => OldUsers.Answer("ambiotec", r with { Body = r.Body.Replace("josé", "jose", StringComparison.Ordinal).Replace("jos\\u00E9", "jose", StringComparison.Ordinal) }, users));
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Mode", mode));

        var (status, body) = await LogInAsync(house, "ambiotec", "josé", "Ñandú 1987");

        (status, body).ShouldBe((DemoLogin.Ambiotec.Wrong.Status, DemoLogin.Ambiotec.Wrong.Body));
        (await UsersAsync(house, "ambiotec")).ShouldBeEmpty();
        house.Log.All.ShouldContain(l => l.Contains("Warning 1226", StringComparison.Ordinal));
        house.Hashes.ShouldBe(1);
    }

    [Fact]
    public async Task An_old_system_that_is_gone_is_left_alone_for_a_while_and_asked_again_when_it_is_back()
    {
        var users = OldUsers.Copy("ambiotec");
        var clock = new ManualClock();
        var old = OldUsers.Start("ambiotec", users);
        await using var house = await TestHouse.OpenAsync(new()
        {
            IsDevelopment = false,
            Clock = clock,
            Settings = FourApplications.Settings(
                ("Applications:ambiotec:Sources:0", "local"),
                ("Applications:ambiotec:Sources:1", "upstream"),
                ("Applications:ambiotec:Upstream:Url", old.Url("/api/login"))),
        });
        var port = old.Port;
        await old.DisposeAsync();
        for (var i = 0; i < 5; i++)
        {
            (await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password)).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        house.Log.All.ShouldContain(l => l.Contains("left alone", StringComparison.Ordinal));
        await using var back = new OldSystem(r => OldUsers.Answer("ambiotec", r, users), port);
        (await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password)).Status.ShouldBe(HttpStatusCode.ServiceUnavailable, "it is still left alone");
        back.Requests.ShouldBeEmpty();

        clock.Advance(TimeSpan.FromSeconds(6));

        (await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whoever_has_come_over_logs_in_while_the_old_system_is_gone()
    {
        var users = OldUsers.Copy("ambiotec");
        var old = OldUsers.Start("ambiotec", users);
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Mode", "follow"));
        await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password);
        await old.DisposeAsync();

        (await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password)).Status.ShouldBe(HttpStatusCode.OK);
        (await LogInAsync(house, "ambiotec", users[0].Login, Refused)).Status.ShouldBe(HttpStatusCode.ServiceUnavailable, "it may be right over there");
    }

    [Fact]
    public async Task A_number_that_is_anothers_here_lets_nobody_in_and_is_said()
    {
        var users = OldUsers.Copy("ambiotec");
        await using var old = OldUsers.Start("ambiotec", users);
        await using var house = await OpenAsync("ambiotec", old);
        await house.AddUserAsync(new() { Realm = "ambiotec", Username = "otra", Number = 41 }, "una clave de aquí");

        (await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password)).Status.ShouldBe(HttpStatusCode.InternalServerError);

        (await UsersAsync(house, "ambiotec")).ShouldHaveSingleItem();
        house.Log.All.ShouldContain(l => l.Contains("Error 1231", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Somebody_who_was_imported_without_a_password_is_completed_and_gets_the_number_of_over_there()
    {
        var users = OldUsers.Copy("ambiotec");
        await using var old = OldUsers.Start("ambiotec", users);
        await using var house = await OpenAsync("ambiotec", old);
        await house.Services.GetRequiredService<UserStore>().TryAddAsync(new() { Realm = "ambiotec", Username = "MQuispe", Email = "aqui@example.com", Attributes = """{"departamento_id":3}""" });

        (await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password)).Status.ShouldBe(HttpStatusCode.OK);

        var user = (await UsersAsync(house, "ambiotec")).ShouldHaveSingleItem();
        (user.Number, user.Username, user.Email, user.GivenName).ShouldBe((41, "MQuispe", "aqui@example.com", "María"));
        JsonElement.Parse(user.Attributes!).GetProperty("departamento_id").GetInt32().ShouldBe(3);
        JsonElement.Parse(user.Attributes!).GetProperty("profile").GetProperty("tema").GetString().ShouldBe("oscuro");
    }

    [Fact]
    public async Task Somebody_who_is_disabled_here_stays_out_whatever_the_old_system_says()
    {
        var users = OldUsers.Copy("ambiotec");
        await using var old = OldUsers.Start("ambiotec", users);
        await using var house = await OpenAsync("ambiotec", old);
        await house.Services.GetRequiredService<UserStore>().TryAddAsync(new() { Realm = "ambiotec", Username = "mquispe", Active = false });

        (await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password)).Status.ShouldBe(HttpStatusCode.Unauthorized);

        (await LastOutcomeAsync(house)).ShouldBe(Outcome.Inactive);
    }

    [Fact]
    public async Task The_old_system_hears_the_request_that_its_own_client_would_send_and_where_it_came_from()
    {
        await using var old = OldUsers.Start("romsoft");
        await using var house = await OpenAsync("romsoft", old, ("Network:TrustedProxies:0", "127.0.0.1"));

        await LogInAsync(house, "romsoft", "mquispe", "con \"comillas\" y ñ", "203.0.113.9");

        var request = old.Requests.ShouldHaveSingleItem();
        request.Json.GetRawText().ShouldBe("""{"Username":"mquispe","Password":"con \"comillas\" y ñ"}""");
        request.Headers["Content-Type"].ShouldBe("application/json; charset=utf-8");
        request.Headers["X-Forwarded-For"].ShouldBe("203.0.113.9");
    }

    [Theory]
    [MemberData(nameof(Applications))]
    public async Task While_it_is_compared_the_client_gets_the_old_systems_replies_and_zaguans_are_the_same(string application)
    {
        var users = OldUsers.Copy(application);
        await using var old = OldUsers.Start(application, users);
        await using var house = await OpenAsync(application, old, ("…:Upstream:Mode", "compare"));
        using var client = new HttpClient();
        var login = DemoLogin.Of(application);
        foreach (var (identifier, password) in new[] { (users[0].Login, users[0].Password), (users[0].Login, Refused), (users[0].Login, users[0].Password), ("nadie@example.com", Refused) })
        {
            using var direct = await client.PostAsync(new Uri(old.Url(login.Path)), new StringContent(login.Body(identifier, password), Encoding.UTF8, "application/json"));
            using var through = await house.PostAsync(login.Path, login.Body(identifier, password));

            through.StatusCode.ShouldBe(direct.StatusCode);
            (await through.Content.ReadAsStringAsync()).ShouldBe(await direct.Content.ReadAsStringAsync(), "to the letter");
            through.Headers.GetValues("X-Powered-By").ShouldBe(["ASP.NET"]);
        }

        old.Requests.Count.ShouldBe(8, "every login goes over");
        // The inventory's reply has a key more than its document, which is what a team wants to hear of.
        house.Log.All.Where(l => l.Contains("Warning 1005", StringComparison.Ordinal)).Count(l => l.TrimEnd().EndsWith("missing key /extra", StringComparison.Ordinal)).ShouldBe(application is "inventario" ? 1 : 0, "once a minute");
        house.Log.All.Count(l => l.Contains("Warning 1005", StringComparison.Ordinal)).ShouldBe(application is "inventario" ? 1 : 0);
        (await UsersAsync(house, application)).ShouldHaveSingleItem().Password.ShouldNotBeNull("who logs in meanwhile has come over");
        (await house.Services.GetRequiredService<Database>().ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM sessions"))).ShouldBe(0, "the token that went out is not ours");
    }

    [Fact]
    public async Task While_it_is_compared_a_difference_is_logged_by_kind_and_place_and_without_what_was_said()
    {
        var users = OldUsers.Copy("ambiotec");
        await using var old = new OldSystem(r => OldUsers.Answer("ambiotec", r, users) is var reply ? new(Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(reply.Bytes).Replace("\"usuario_id\":41", "\"usuario_id\":42", StringComparison.Ordinal).Replace("\"usuario_nombre\"", "\"Usuario_nombre\"", StringComparison.Ordinal))) : reply);
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Mode", "compare"));
        await house.AddUserAsync(new() { Realm = "ambiotec", Username = users[0].Login, Number = 41, GivenName = "María" }, users[0].Password);

        var (status, body) = await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password);

        status.ShouldBe(HttpStatusCode.OK);
        body.ShouldContain("\"usuario_id\":42");
        var line = house.Log.All.Where(l => l.Contains("Warning 1005", StringComparison.Ordinal)).ShouldHaveSingleItem();
        line.ShouldContain("value /user/usuario_id");
        line.ShouldContain("key case /user/Usuario_nombre");
        line.ShouldNotContain("María");
    }

    [Fact]
    public async Task While_it_is_compared_the_budgets_stand_before_the_old_system_all_the_same()
    {
        var users = OldUsers.Copy("ambiotec");
        await using var old = OldUsers.Start("ambiotec", users);
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Mode", "compare"));
        // Here the password is right; over there it was changed. What the client learns is what counts.
        await house.AddUserAsync(new() { Realm = "ambiotec", Username = users[0].Login, Number = 41 }, "la de aquí");

        for (var i = 0; i < 9; i++)
        {
            (await LogInAsync(house, "ambiotec", users[0].Login, "la de aquí")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        }

        old.Requests.Count.ShouldBe(5);
    }

    [Fact]
    public async Task While_it_is_compared_the_request_goes_over_as_it_came()
    {
        await using var old = OldUsers.Start("ambiotec");
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Mode", "compare"));
        const string Body = """{ "extra": [1, 2],  "USUARIO_LOGIN": "mquispe", "usuario_password": "\u00d1and\u00fa" }""";

        using var answer = await house.PostAsync("/api/login", Encoding.UTF8.GetBytes(Body), "application/json", ("User-Agent", "Clinica/3.1 (Windows NT 10.0)"), ("x-client-info", "caja 2"), ("Authorization", "Bearer viejo"), ("X-Forwarded-For", "198.51.100.1"));

        var request = old.Requests.ShouldHaveSingleItem();
        request.Body.ShouldBe(Body);
        request.Headers["User-Agent"].ShouldBe("Clinica/3.1 (Windows NT 10.0)");
        request.Headers["x-client-info"].ShouldBe("caja 2");
        request.Headers["Authorization"].ShouldBe("Bearer viejo");
        request.Headers["Content-Type"].ShouldBe("application/json");
        request.Headers["X-Forwarded-For"].ShouldBe("127.0.0.1", "a stranger's word for where it comes from is not passed on");
    }

    [Fact]
    public async Task While_it_is_compared_what_cannot_be_read_or_asked_is_answered_by_zaguan()
    {
        var old = OldUsers.Start("ambiotec");
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Mode", "compare"));

        using var unread = await house.PostAsync("/api/login", "usuario_login=a&usuario_password=b", "application/x-www-form-urlencoded");
        unread.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        old.Requests.ShouldBeEmpty();
        house.Log.All.ShouldContain(l => l.Contains("Warning 1006", StringComparison.Ordinal));

        await old.DisposeAsync();
        await house.AddUserAsync(new() { Realm = "ambiotec", Username = "ana" }, "la de aquí");
        (await LogInAsync(house, "ambiotec", "ana", "la de aquí")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable, "as if Zaguan were not there");
    }

    [Fact]
    public async Task The_deadline_over_all_sources_holds_whatever_one_of_them_may_take()
    {
        await using var old = new OldSystem(_ => new([], Ending.Hang));
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Deadline", "15s"), ("…:SourcesDeadline", "1s"));

        var began = Stopwatch.GetTimestamp();
        (await LogInAsync(house, "ambiotec", "mquispe", "Ñandú 1987")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);

        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(12), "the old system alone could have taken fifteen; the machine is shared");
        (await LastOutcomeAsync(house)).ShouldBe(Outcome.SourceUnclear);
    }

    [Theory]
    [InlineData("its own", true)]
    [InlineData("another's", false)]
    [InlineData("the system's", false)]
    public async Task A_certificate_that_is_not_trusted_is_told_no_password(string trusted, bool isTrusted)
    {
        using var authority = new TestCertificates();
        using var another = new TestCertificates();
        using var certificate = authority.Issue(["127.0.0.1"]);
        var users = OldUsers.Copy("ambiotec");
        await using var old = new OldSystem(r => OldUsers.Answer("ambiotec", r, users)) { Certificate = certificate };
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, (trusted is "its own" ? authority : another).AuthorityPem);
            await using var house = trusted is "the system's" ? await OpenAsync("ambiotec", old) : await OpenAsync("ambiotec", old, ("…:Upstream:CertificateAuthorityFile", file));

            (await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password)).Status.ShouldBe(isTrusted ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable);

            old.Requests.Count.ShouldBe(isTrusted ? 1 : 0);
            (await LastOutcomeAsync(house)).ShouldBe(isTrusted ? Outcome.Granted : Outcome.SourceUnavailable);
            house.Log.All.Any(l => l.Contains(" 1221 ", StringComparison.Ordinal)).ShouldBe(!isTrusted);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("""{"usuario_login":"mquispe","usuario_password":"x","USUARIO_LOGIN":"otro"}""", "application/json")]
    [InlineData("""{"usuario_login":"mquispe","usuario_password":"x","Usuario_Password":"y"}""", "application/json")]
    [InlineData("""{"usuario_login":"mquispe","usuario_password":"x"}""", "application/json; charset=utf-7")]
    public async Task While_it_is_compared_what_the_old_system_could_read_otherwise_is_not_handed_on(string body, string contentType)
    {
        await using var old = OldUsers.Start("ambiotec");
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Mode", "compare"));

        using var answer = await house.PostAsync("/api/login", body, contentType);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        old.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("adopt")]
    [InlineData("compare")]
    public async Task Spellings_that_the_old_system_may_take_for_one_name_share_one_budget(string mode)
    {
        await using var old = OldUsers.Start("ambiotec", OldUsers.Copy("ambiotec"));
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Mode", mode));
        foreach (var spelling in new[] { "mquispe", "MQUISPE", "mqüispe", "ḿquispe", "ｍquispe", "m\u200bquispe", $"mquispe{new string(' ', 1_100)}", $"{new string(' ', 1_200)}mquispé", "mquíspe", "mquispë" })
        {
            await LogInAsync(house, "ambiotec", spelling, Refused);
        }

        old.Requests.Count.ShouldBe(5);
    }

    [Fact]
    public async Task What_cannot_be_a_name_is_asked_of_nobody()
    {
        await using var old = OldUsers.Start("ambiotec");
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Mode", "compare"));

        (await LogInAsync(house, "ambiotec", new string('m', 2_000), Refused)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await LogInAsync(house, "ambiotec", new string('\u0001', 200), Refused)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await LogInAsync(house, "ambiotec", "mquispe\0otra", Refused)).Status.ShouldBe(HttpStatusCode.Unauthorized);

        old.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_guess_that_went_over_is_spent_even_where_nobody_has_time_to_hash()
    {
        await using var old = OldUsers.Start("ambiotec", OldUsers.Copy("ambiotec"));
        await using var house = await OpenAsync("ambiotec", old, ("Hashing:LongestQueue", "1"), ("Budgets:Account:Failures", "20"));

        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => LogInAsync(house, "ambiotec", "mquispe", $"intento {i}")));

        old.Requests.Count.ShouldBeLessThanOrEqualTo(20);
    }

    [Fact]
    public async Task The_token_of_the_login_that_brings_a_new_password_is_good()
    {
        var clock = new ManualClock();
        var users = OldUsers.Copy("ambiotec");
        await using var old = new OldSystem(r =>
        {
            clock.Advance(TimeSpan.FromSeconds(3));
            return OldUsers.Answer("ambiotec", r, users);
        });
        await using var house = await TestHouse.OpenAsync(new()
        {
            IsDevelopment = false,
            Clock = clock,
            Settings = FourApplications.Settings(
                ("Applications:ambiotec:Sources:0", "local"),
                ("Applications:ambiotec:Sources:1", "upstream"),
                ("Applications:ambiotec:Upstream:Url", old.Url("/api/login")),
                ("Applications:ambiotec:Upstream:Mode", "follow")),
        });
        await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password);
        users[0].Password = "nueva 2026";

        var (_, body) = await LogInAsync(house, "ambiotec", users[0].Login, "nueva 2026");

        var payload = JsonElement.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(JsonElement.Parse(body).GetProperty("token").GetString()!.Split('.')[1]));
        var revokedBefore = await house.Services.GetRequiredService<Database>().ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT max(issued_before) FROM revocations"));
        revokedBefore.ShouldBeLessThanOrEqualTo(payload.GetProperty("iat").GetInt64());
        (await house.Services.GetRequiredService<Database>().ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM sessions WHERE revoked_at IS NULL"))).ShouldBe(1);
    }

    [Fact]
    public async Task A_password_that_somebody_set_here_is_not_undone_by_the_old_one()
    {
        var users = OldUsers.Copy("ambiotec");
        await using var old = OldUsers.Start("ambiotec", users);
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Mode", "follow"));
        await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password);
        var user = (await UsersAsync(house, "ambiotec")).ShouldHaveSingleItem();
        await house.Services.GetRequiredService<UserStore>().SetPasswordAsync(user, FourApplications.CheapHash("puesta por el administrador"), []);

        (await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password)).Status.ShouldBe(HttpStatusCode.Unauthorized, "a stolen password stays useless");
        (await LogInAsync(house, "ambiotec", users[0].Login, "puesta por el administrador")).Status.ShouldBe(HttpStatusCode.OK);
        old.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_password_that_is_set_while_the_old_system_is_asked_is_the_last_word()
    {
        var users = OldUsers.Copy("ambiotec");
        Func<Task> meanwhile = () => Task.CompletedTask;
        await using var old = new OldSystem(r =>
        {
            meanwhile().GetAwaiter().GetResult();
            return OldUsers.Answer("ambiotec", r, users);
        });
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Mode", "follow"));
        var store = house.Services.GetRequiredService<UserStore>();
        await store.TryAddAsync(new() { Realm = "ambiotec", Username = users[0].Login, Number = 41, Password = FourApplications.CheapHash("importada") });
        var user = (await UsersAsync(house, "ambiotec")).ShouldHaveSingleItem();
        meanwhile = () => store.SetPasswordAsync(user, FourApplications.CheapHash("puesta por el administrador"), []);

        (await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_longest_names_and_passwords_go_over_whole()
    {
        await using var old = OldUsers.Start("ambiotec");
        await using var house = await OpenAsync("ambiotec", old);
        var (name, password) = (new string('ñ', 256), string.Concat(Enumerable.Repeat("\u0001\"\\€", 500)));

        (await LogInAsync(house, "ambiotec", name, password)).Status.ShouldBe(HttpStatusCode.Unauthorized);

        var json = old.Requests.ShouldHaveSingleItem().Json;
        (json.GetProperty("usuario_login").GetString(), json.GetProperty("usuario_password").GetString()).ShouldBe((name, password));
    }

    [Fact]
    public async Task What_cannot_be_stored_of_somebody_keeps_nobody_out()
    {
        var users = OldUsers.Copy("ambiotec");
        await using var old = new OldSystem(r => OldUsers.Answer("ambiotec", r, users) is var reply ? OldReply.Json(200, Encoding.UTF8.GetString(reply.Bytes).Split("\r\n\r\n")[1]
            .Replace("987654321", "", StringComparison.Ordinal).Replace("m.quispe@example.com", "no tiene", StringComparison.Ordinal).Replace("\"Quispe\"", "\"Qui\\tspe\"", StringComparison.Ordinal)) : reply);
        await using var house = await OpenAsync("ambiotec", old);

        (await LogInAsync(house, "ambiotec", users[0].Login, users[0].Password)).Status.ShouldBe(HttpStatusCode.OK);

        var user = (await UsersAsync(house, "ambiotec")).ShouldHaveSingleItem();
        (user.Phone, user.Email, user.FamilyName, user.GivenName).ShouldBe((null, null, null, "María"));
    }

    [Fact]
    public async Task While_it_is_compared_headers_with_accents_go_over_and_come_back_and_those_of_one_connection_do_not()
    {
        var users = OldUsers.Copy("ambiotec");
        const string Headers = "X-Empresa: Clínica\r\nConnection: X-Hop, close\r\nX-Hop: uno\r\nAccess-Control-Allow-Origin: *\r\nCache-Control: public, max-age=600\r\nSet-Cookie: vieja=1\r\n";
        await using var old = new OldSystem(r => new(Encoding.Latin1.GetBytes(Encoding.UTF8.GetString(OldUsers.Answer("ambiotec", r, users).Bytes).Replace("X-Powered-By: ASP.NET\r\n", Headers, StringComparison.Ordinal).Replace("Content-Length", "X-Largo", StringComparison.Ordinal))));
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Mode", "compare"));
        using var client = house.NewClient();
        for (var i = 0; i < 5; i++)
        {
            // Four faults of ours would open the circuit breaker.
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/login") { Content = new StringContent(DemoLogin.Ambiotec.Body("jrojas", "1234"), Encoding.UTF8, "application/json") };
            request.Headers.TryAddWithoutValidation("X-Sede", "Ñuñoa");
            request.Headers.TryAddWithoutValidation("X-Forwarded-Host", "malo.example");
            request.Headers.TryAddWithoutValidation("X-Original-URL", "/admin");
            request.Headers.TryAddWithoutValidation("X-Salto", "no");
            request.Headers.TryAddWithoutValidation("Connection", "X-Salto");
            using var answer = await client.SendAsync(request);

            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            answer.Headers.Contains("X-Hop").ShouldBeFalse();
            answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
            answer.Headers.GetValues("Set-Cookie").ShouldBe(["vieja=1"]);
            answer.Headers.GetValues("X-Empresa").Single().ShouldContain("nica");
        }

        var seen = old.Requests.First();
        seen.Headers["X-Sede"].ShouldBe("Ñuñoa");
        (seen.Headers.ContainsKey("X-Forwarded-Host") || seen.Headers.ContainsKey("X-Original-URL") || seen.Headers.ContainsKey("X-Salto")).ShouldBeFalse();
    }

    [Fact]
    public async Task While_it_is_compared_a_reply_in_pieces_is_put_together()
    {
        await using var old = new OldSystem(_ => new("HTTP/1.1 401 No\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\na\r\n{\"error\":\"\r\n9\r\nno entra\"\r\n1\r\n}\r\n0\r\n\r\n"u8.ToArray()));
        await using var house = await OpenAsync("ambiotec", old, ("…:Upstream:Mode", "compare"));

        (await LogInAsync(house, "ambiotec", "mquispe", Refused)).ShouldBe((HttpStatusCode.Unauthorized, """{"error":"no entra"}"""));
    }

    [Fact]
    public async Task What_strangers_can_make_the_log_say_is_said_once_a_minute()
    {
        await using var old = new OldSystem(_ => OldReply.Of(500, "text/html", "<h1>Error</h1>"));
        await using var house = await OpenAsync("ambiotec", old);
        for (var i = 0; i < 20; i++)
        {
            await LogInAsync(house, "ambiotec", $"nadie{i}", Refused);
        }

        house.Log.All.Count(l => l.Contains("Error 1223", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Somebody_whom_clients_know_by_another_number_is_not_let_in_and_neither_is_a_role_with_another()
    {
        var users = new[] { new OldUser("mquispe", "Ñandú 1987", 41), new OldUser("otra", "Ñandú 1987", 43) };
        await using var old = OldUsers.Start("romsoft", users);
        await using var house = await OpenAsync("romsoft", old, ("…:Upstream:Mode", "follow"));
        var store = house.Services.GetRequiredService<UserStore>();
        await store.TryAddAsync(new() { Realm = "romsoft", Username = "mquispe", Number = 7, Password = FourApplications.CheapHash("importada") });

        (await LogInAsync(house, "romsoft", "mquispe", "Ñandú 1987")).Body.ShouldBe(DemoLogin.Romsoft.Failed.Body);
        house.Log.All.ShouldContain(l => l.Contains("Error 1232", StringComparison.Ordinal));

        await using var inventory = OldUsers.Start("inventario", users);
        await using var other = await OpenAsync("inventario", inventory);
        await other.Services.GetRequiredService<UserStore>().TryAddRoleAsync("inventario", "manager", 9);
        (await LogInAsync(other, "inventario", "mquispe", "Ñandú 1987")).Status.ShouldBe(HttpStatusCode.InternalServerError);
        other.Log.All.ShouldContain(l => l.Contains("Error 1233", StringComparison.Ordinal));
        (await UsersAsync(other, "inventario")).ShouldBeEmpty();
    }
}
