using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Login;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Contracts;

/// <summary>What is common to the four contracts, sentence by sentence, for each of them.</summary>
public sealed class RequestTests
{
    [Fact]
    public async Task Field_names_are_matched_ignoring_case()
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var login in DemoLogin.All)
        {
            (await login.LogsInAsync(house, WithNames(login, n => n.ToUpperInvariant()))).ShouldBeTrue(login.Application);
            (await login.LogsInAsync(house, WithNames(login, n => n.ToLowerInvariant()))).ShouldBeTrue(login.Application);
        }

        static string WithNames(DemoLogin login, Func<string, string> spell) =>
            $$"""{"{{spell(login.IdentifierField)}}":"{{login.Identifier}}","{{spell(login.PasswordField)}}":"{{login.Password}}"}""";
    }

    [Fact]
    public async Task An_unknown_field_is_ignored_whatever_it_holds()
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var login in DemoLogin.All)
        {
            var body = """{"recordar":[{"a":{"usuario":"otro"}},null,1e5],"":true,""" + login.RightBody[1..];
            (await login.LogsInAsync(house, body)).ShouldBeTrue(login.Application);
        }
    }

    [Fact]
    public async Task A_field_that_comes_twice_counts_as_it_comes_last()
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var login in DemoLogin.All)
        {
            var twice = $$"""{"{{login.PasswordField}}":"otra",""" + login.RightBody[1..];
            (await login.LogsInAsync(house, twice)).ShouldBeTrue(login.Application);
        }
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_part_of_the_JSON()
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var login in DemoLogin.All)
        {
            using var answer = await house.PostAsync(login.Path, [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(login.RightBody)]);
            login.IsGranted(await answer.Content.ReadAsStringAsync()).ShouldBeTrue(login.Application);
        }
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json;charset=UTF-8;version=1")]
    [InlineData("Application/JSON")]
    [InlineData("application/json; profile=\"urn:x\"")]
    public async Task Content_type_may_have_any_parameters(string contentType)
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var login in DemoLogin.All)
        {
            using var answer = await house.PostAsync(login.Path, login.RightBody, contentType);
            login.IsGranted(await answer.Content.ReadAsStringAsync()).ShouldBeTrue(login.Application);
        }
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonp")]
    [InlineData("application/vnd.api+json")]
    [InlineData(null)]
    public async Task Another_content_type_is_a_malformed_body(string? contentType)
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var login in DemoLogin.All)
        {
            using var answer = await house.PostAsync(login.Path, Encoding.UTF8.GetBytes(login.RightBody), contentType);
            using var malformed = await house.PostAsync(login.Path, "no es JSON");
            (await answer.Content.ReadAsStringAsync()).ShouldBe(await malformed.Content.ReadAsStringAsync(), login.Application);
            answer.StatusCode.ShouldBe(malformed.StatusCode);
        }

        (await house.AccessLogAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_that_is_not_UTF_8_is_malformed_even_where_the_fault_lies_in_a_field_that_nobody_reads()
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var login in DemoLogin.All)
        {
            var latin1 = Encoding.Latin1.GetBytes("{\"ciudad\":\"Cádiz\"," + login.RightBody[1..]);
            using var answer = await house.PostAsync(login.Path, latin1);
            login.IsGranted(await answer.Content.ReadAsStringAsync()).ShouldBeFalse(login.Application);
        }

        (await house.AccessLogAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("BREW")]
    public async Task Another_method_is_answered_405_with_Allow(string method)
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var login in DemoLogin.All)
        {
            using var request = new HttpRequestMessage(new(method), login.Path);
            using var answer = await house.Client.SendAsync(request);
            answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
            answer.Content.Headers.Allow.ShouldBe(["POST"]);
            (await answer.Content.ReadAsStringAsync()).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_body_of_16_KiB_is_read_and_one_byte_more_is_answered_413_whether_its_length_is_told_or_not()
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var login in DemoLogin.All)
        {
            foreach (var chunked in new[] { false, true })
            {
                (await SendAsync(login, 16 * 1024, chunked)).ShouldBe(HttpStatusCode.OK, $"{login.Application}, chunked: {chunked}");
                (await SendAsync(login, (16 * 1024) + 1, chunked)).ShouldBe(HttpStatusCode.RequestEntityTooLarge, $"{login.Application}, chunked: {chunked}");
                (await SendAsync(login, 60_000, chunked)).ShouldBe(HttpStatusCode.RequestEntityTooLarge, $"{login.Application}, chunked: {chunked}");
            }
        }

        (await house.AccessLogAsync()).Count.ShouldBe(2 * DemoLogin.All.Count);

        async Task<HttpStatusCode> SendAsync(DemoLogin login, int length, bool chunked)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, login.Path) { Content = new StringContent(login.RightBody.PadRight(length), Encoding.UTF8, "application/json") };
            request.Headers.TransferEncodingChunked = chunked;
            using var answer = await house.Client.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_body_of_a_told_length_that_is_too_long_is_refused_before_it_is_sent()
    {
        await using var house = await FourApplications.OpenAsync();
        await using var stream = new NetworkStream(await RawHttp.ConnectAsync(house.Address), ownsSocket: true);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {DemoLogin.Ambiotec.Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"));
        var buffer = new byte[64];
        var read = await stream.ReadAtLeastAsync(buffer, 12, cancellationToken: TestContext.Current.CancellationToken);
        Encoding.ASCII.GetString(buffer, 0, read).ShouldStartWith("HTTP/1.1 413");
    }

    [Fact]
    public async Task A_query_string_is_ignored_and_so_are_the_case_of_the_path_and_a_slash_behind_it()
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var login in DemoLogin.All)
        {
            foreach (var path in new[] { $"{login.Path}?{login.PasswordField}=otra&x=1", login.Path.ToUpperInvariant(), login.Path + "/" })
            {
                using var answer = await house.PostAsync(path, login.RightBody);
                login.IsGranted(await answer.Content.ReadAsStringAsync()).ShouldBeTrue(path);
            }
        }
    }

    [Fact]
    public async Task Answers_are_JSON_in_UTF_8_that_nobody_stores()
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var login in DemoLogin.All)
        {
            foreach (var body in new[] { login.RightBody, login.WrongBody, "", "{}" })
            {
                using var answer = await house.PostAsync(login.Path, body);
                answer.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
                answer.Headers.CacheControl!.ToString().ShouldBe("no-store");
                answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            }
        }
    }

    [Fact]
    public async Task Letters_with_accents_are_answered_as_themselves_and_not_as_escapes()
    {
        await using var house = await FourApplications.OpenAsync();
        using var answer = await house.PostAsync(DemoLogin.Ambiotec.Path, DemoLogin.Ambiotec.WrongBody);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(Encoding.UTF8.GetBytes(DemoLogin.Ambiotec.Wrong.Body));
    }

    [Theory]
    [InlineData("José Núñez", "José Núñez")]
    [InlineData("José Núñez", "JOSÉ NÚÑEZ")]
    [InlineData("José Núñez", "  jose\u0301 nu\u0301n\u0303ez\t")]
    [InlineData("Jose\u0301 Nu\u0301n\u0303ez", "josé núñez")]
    [InlineData("straße", "STRASSE", false)]
    [InlineData("José Núñez", "Jose Nunez", false)]
    [InlineData("José Núñez", "José  Núñez", false)]
    public async Task An_identifier_is_trimmed_composed_and_compared_ignoring_case(string stored, string sent, bool isTheSame = true)
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var login in DemoLogin.All)
        {
            await house.Services.GetRequiredService<UserStore>().AddAsync(new() { Realm = login.Application, Username = stored, Email = stored, Password = FourApplications.CheapHash("clave") });
            (await login.LogsInAsync(house, login.Body(sent, "clave"))).ShouldBe(isTheSame, login.Application);
        }
    }

    [Fact]
    public async Task An_identifier_means_a_user_of_its_own_realm_only()
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var login in DemoLogin.All)
        {
            foreach (var stranger in DemoLogin.All.Where(a => a != login))
            {
                (await login.LogsInAsync(house, login.Body(stranger.Identifier, stranger.Password))).ShouldBeFalse($"{stranger.Application} at {login.Application}");
            }
        }

        (await house.AccessLogAsync()).ShouldAllBe(r => r.Outcome == Outcome.UnknownUser);
    }

    [Theory]
    [InlineData("  clave con espacios  ", "clave con espacios")]
    [InlineData("Clave", "clave")]
    [InlineData("clave\0nula", "clave")]
    [InlineData("\U0001F511", "\U0001F512")]
    public async Task A_password_is_taken_exactly_as_typed(string right, string almost)
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var login in DemoLogin.All)
        {
            var name = login.Identifier.Replace("j", "k", StringComparison.Ordinal) + "x";
            await house.Services.GetRequiredService<UserStore>().AddAsync(new() { Realm = login.Application, Username = name, Email = name, Password = FourApplications.CheapHash(right) });
            (await login.LogsInAsync(house, login.Body(name, right))).ShouldBeTrue(login.Application);
            (await login.LogsInAsync(house, login.Body(name, almost))).ShouldBeFalse(login.Application);
        }
    }

    [Fact]
    public async Task An_Authorization_header_on_the_login_is_ignored_whatever_it_holds()
    {
        await using var house = await FourApplications.OpenAsync();
        foreach (var authorization in new[] { "Bearer roto", "Basic YWRtaW46b3RyYQ==", "", "eyJhbGciOiJub25lIn0.e30." })
        {
            using var answer = await house.PostAsync(DemoLogin.Romsoft.Path, Encoding.UTF8.GetBytes(DemoLogin.Romsoft.RightBody), "application/json", ("Authorization", authorization));
            DemoLogin.Romsoft.IsGranted(await answer.Content.ReadAsStringAsync()).ShouldBeTrue(authorization);
        }
    }

    [Fact]
    public async Task A_directory_that_is_not_listed_is_refused_unhashed_recorded_and_logged_as_a_notice()
    {
        await using var house = await FourApplications.OpenAsync();
        using var answer = await house.PostAsync(DemoLogin.Romsoft.Path, DemoLogin.Romsoft.RightBody[..^1] + ",\"ValidacionAD\":true}");

        (await answer.Content.ReadAsStringAsync()).ShouldBe(DemoLogin.Romsoft.Wrong.Body);
        var record = (await house.AccessLogAsync()).ShouldHaveSingleItem();
        (record.Outcome, record.IsSuccessful, record.Identifier).ShouldBe((Outcome.SourceNotAllowed, false, DemoLogin.Romsoft.Identifier));
        house.Log.All.ShouldContain(l => l.StartsWith("Warning 1002 romsoft: a client asked that a directory checks the password", StringComparison.Ordinal));
        house.Hashes.ShouldBe(0);
    }

    [Fact]
    public async Task The_right_password_of_a_disabled_user_is_refused_and_counts()
    {
        await using var house = await FourApplications.OpenAsync();
        var users = house.Services.GetRequiredService<UserStore>();
        foreach (var login in DemoLogin.All)
        {
            var user = (await users.FindByNameOrEmailAsync(login.Application, login.Identifier))!;
            await users.SetActiveAsync(user, active: false, []);
            (await login.LogsInAsync(house, login.RightBody)).ShouldBeFalse(login.Application);
        }

        (await house.AccessLogAsync()).Select(r => (r.Outcome, r.IsSuccessful)).Distinct().ShouldBe([(Outcome.Inactive, false)]);
    }

    [Fact]
    public async Task Every_attempt_is_in_the_access_log_with_what_the_request_tells_of_its_client()
    {
        await using var house = await FourApplications.OpenAsync();
        (string, string)[] client = [("User-Agent", "Ambiotec/3.1 (Windows NT 10.0)"), ("Sec-CH-UA-Platform", "\"Windows\""), ("x-client-info", """{"sucursal":"Lima"}""")];
        using var granted = await house.PostAsync(DemoLogin.Ambiotec.Path, Encoding.UTF8.GetBytes(DemoLogin.Ambiotec.RightBody), "application/json", client);
        using var refused = await house.PostAsync(DemoLogin.Ambiotec.Path, Encoding.UTF8.GetBytes(DemoLogin.Ambiotec.Body("Nadie", "x")), "application/json", client);

        var log = await house.AccessLogAsync();
        log.Select(r => (r.Identifier, r.IsSuccessful, r.Outcome, r.UserKey is null)).ShouldBe([(DemoLogin.Ambiotec.Identifier, true, Outcome.Granted, false), ("Nadie", false, Outcome.UnknownUser, true)]);
        log.ShouldAllBe(r => r.Address == "127.0.0.1" && r.Platform == "Windows" && r.UserAgent == client[0].Item2 && r.ClientInfo == client[2].Item2 && r.Application == "ambiotec");
        (await granted.Content.ReadAsStringAsync()).ShouldContain($"\"access_id\":{log[0].Id},");
    }

    [Fact]
    public async Task What_a_user_does_not_have_is_null_and_a_stored_profile_is_answered_as_it_is()
    {
        await using var house = await FourApplications.OpenAsync();
        var users = house.Services.GetRequiredService<UserStore>();
        await users.AddAsync(new() { Realm = "ambiotec", Username = "ana", Number = 77, Attributes = """{"profile":{"tema":"oscuro","áreas":[1,2.50]},"departamento_id":9007199254740993}""", Password = FourApplications.CheapHash("clave") });
        await users.AddAsync(new() { Realm = "ambiotec", Username = "eva", Number = 78, Attributes = "[5]", Password = FourApplications.CheapHash("clave") });

        using var ana = await house.PostAsync(DemoLogin.Ambiotec.Path, DemoLogin.Ambiotec.Body("ana", "clave"));
        (await ana.Content.ReadAsStringAsync()).ShouldEndWith(
            ""","user":{"usuario_id":77,"usuario_login":"ana","usuario_correo":null,"usuario_nombre":null,"usuario_apellido":null,"departamento_id":9007199254740993,"usuario_celular":null,"access_id":1,"profile":{"tema":"oscuro","áreas":[1,2.50]}}}""");

        // Attributes that are no object hold no attribute.
        using var eva = await house.PostAsync(DemoLogin.Ambiotec.Path, DemoLogin.Ambiotec.Body("eva", "clave"));
        (await eva.Content.ReadAsStringAsync()).ShouldEndWith("""null,"departamento_id":null,"usuario_celular":null,"access_id":2,"profile":null}}""");
    }
}
