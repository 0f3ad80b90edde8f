using System.Net;
using System.Text;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Login;

/// <summary>What cannot be a login gets exactly what the application's contract declares for it, and stops nobody behind it.</summary>
public sealed class BadInputTests
{
    [Theory]
    [MemberData(nameof(DemoLogin.Names), MemberType = typeof(DemoLogin))]
    public async Task A_body_that_cannot_be_read_is_answered_as_malformed(string application)
    {
        var login = DemoLogin.Of(application);
        await using var house = await TestHouse.OpenAsync();
        foreach (var (name, body) in Unreadable(login))
        {
            await ExpectAsync(house, login, name, body, login.Malformed);
        }

        await AfterwardsAProperLoginSucceeds(house, login);
    }

    [Theory]
    [MemberData(nameof(DemoLogin.Names), MemberType = typeof(DemoLogin))]
    public async Task A_proper_body_cut_off_at_any_byte_is_answered_as_malformed(string application)
    {
        var login = DemoLogin.Of(application);
        await using var house = await TestHouse.OpenAsync();
        var body = Encoding.UTF8.GetBytes(login.RightBody);
        for (var length = 0; length < body.Length; length++)
        {
            await ExpectAsync(house, login, $"{length} bytes", body[..length], login.Malformed);
        }

        await AfterwardsAProperLoginSucceeds(house, login);
    }

    [Theory]
    [MemberData(nameof(DemoLogin.Names), MemberType = typeof(DemoLogin))]
    public async Task A_content_type_that_is_not_JSON_is_answered_as_malformed(string application)
    {
        var login = DemoLogin.Of(application);
        await using var house = await TestHouse.OpenAsync();
        var body = Encoding.UTF8.GetBytes(login.RightBody);
        foreach (var type in new[] { null, "text/plain", "text/json", "application/xml", "application/jsonp", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense", "application/json/json", "*/*" })
        {
            await ExpectAsync(house, login, type ?? "none", body, login.Malformed, type);
        }

        foreach (var type in new[] { "application/json", "APPLICATION/JSON", "application/json; charset=utf-8", "application/json;charset=\"UTF-8\"; odata=verbose" })
        {
            using var answer = await SendAsync(house, login, body, type);
            (await answer.Content.ReadAsStringAsync()).ShouldContain(login.GrantedMark, customMessage: type);
        }
    }

    [Theory]
    [MemberData(nameof(DemoLogin.Names), MemberType = typeof(DemoLogin))]
    public async Task A_field_that_is_missing_empty_or_no_text_is_answered_as_invalid(string application)
    {
        var login = DemoLogin.Of(application);
        await using var house = await TestHouse.OpenAsync();
        object?[] wrong = [null, "", 1, 1.5e300, true, false, Array.Empty<string>(), new[] { "admin" }, new { }, new { text = "admin" }];
        foreach (var value in wrong)
        {
            await ExpectAsync(house, login, $"identifier {value}", login.Body(value, login.Password), login.InvalidIdentifier);
            await ExpectAsync(house, login, $"password {value}", login.Body(login.Identifier, value), login.InvalidPassword);
        }

        await ExpectAsync(house, login, "no identifier", $$"""{"{{login.PasswordField}}":"x"}""", login.InvalidIdentifier);
        await ExpectAsync(house, login, "no password", $$"""{"{{login.IdentifierField}}":"x"}""", login.InvalidPassword);
        house.Hashes.ShouldBe(0);
        await AfterwardsAProperLoginSucceeds(house, login);
    }

    [Theory]
    [MemberData(nameof(DemoLogin.Names), MemberType = typeof(DemoLogin))]
    public async Task A_field_that_comes_twice_counts_as_it_comes_last(string application)
    {
        var login = DemoLogin.Of(application);
        await using var house = await TestHouse.OpenAsync();

        var wrongLast = $$"""{"{{login.IdentifierField}}":"{{login.Identifier}}","{{login.PasswordField}}":"{{login.Password}}","{{login.PasswordField}}":"wrong"}""";
        await ExpectAsync(house, login, "wrong last", wrongLast, login.Wrong);
        var emptyLast = $$"""{"{{login.IdentifierField}}":"{{login.Identifier}}","{{login.PasswordField}}":"{{login.Password}}","{{login.PasswordField.ToUpperInvariant()}}":null}""";
        await ExpectAsync(house, login, "null last", emptyLast, login.InvalidPassword);
        var rightLast = $$"""{"{{login.IdentifierField}}":1,"{{login.PasswordField}}":"wrong","{{login.IdentifierField}}":"{{login.Identifier}}","{{login.PasswordField}}":"{{login.Password}}"}""";
        using var answer = await house.PostAsync(login.Path, rightLast);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(login.GrantedMark);
    }

    [Theory]
    [MemberData(nameof(DemoLogin.Names), MemberType = typeof(DemoLogin))]
    public async Task Strange_texts_are_tried_as_they_are_and_logged_without_control_characters(string application)
    {
        var login = DemoLogin.Of(application);
        await using var house = await TestHouse.OpenAsync();
        await ExpectAsync(house, login, "10 KB identifier", login.Body(new string('x', 10_000), "x"), login.Unknown);
        await ExpectAsync(house, login, "NUL behind the identifier", login.Body($"{login.Identifier}\0", login.Password), login.Unknown);
        await ExpectAsync(house, login, "terminal codes", login.Body("\u001b[2J\r\n\u0007admin\u0085", login.Password), login.Unknown);
        await ExpectAsync(house, login, "quotes", login.Body("' OR 1=1 --", "\"}{"), login.Unknown);
        await ExpectAsync(house, login, "NUL behind the password", login.Body(login.Identifier, $"{login.Password}\0"), login.Wrong);
        await ExpectAsync(house, login, "8 KB password", login.Body(login.Identifier, new string('x', 8_000)), login.Wrong);

        var log = await house.AccessLogAsync();
        log.Count.ShouldBe(6);
        log.ShouldAllBe(r => r.Identifier.Length <= 256 && !r.Identifier.Any(char.IsControl));
        await AfterwardsAProperLoginSucceeds(house, login);
    }

    [Fact]
    public async Task An_object_nested_to_depth_32_is_read_and_one_level_more_is_malformed()
    {
        var login = DemoLogin.Inventario;
        await using var house = await TestHouse.OpenAsync();
        await ExpectAsync(house, login, "33", Nested(login, 33), login.Malformed);
        using var answer = await house.PostAsync(login.Path, Nested(login, 32));
        (await answer.Content.ReadAsStringAsync()).ShouldContain(login.GrantedMark);
    }

    [Theory]
    [InlineData(16 * 1024, HttpStatusCode.OK)]
    [InlineData((16 * 1024) + 1, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(60_000, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(1_000_000, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_body_above_16_KiB_is_too_large_whether_its_length_is_declared_or_not(int length, HttpStatusCode expected)
    {
        var login = DemoLogin.Ambiotec;
        await using var house = await TestHouse.OpenAsync();
        var body = login.RightBody.PadRight(length);
        var declared = await RawHttp.ExchangeAsync(house.Address, $"POST {login.Path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
        declared.ShouldStartWith($"HTTP/1.1 {(int)expected} ");
        var chunked = await RawHttp.ExchangeAsync(house.Address, $"POST {login.Path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n");
        chunked.ShouldStartWith($"HTTP/1.1 {(int)expected} ");
        await AfterwardsAProperLoginSucceeds(house, login);
    }

    [Fact]
    public async Task A_password_of_1_MB_is_too_large_for_an_ordinary_client_too()
    {
        var login = DemoLogin.Ambiotec;
        await using var house = await TestHouse.OpenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, login.Path) { Content = new StringContent(login.Body("johndoe", new string('x', 1_000_000)), Encoding.UTF8, "application/json") };
        request.Headers.ExpectContinue = true;
        using var answer = await house.Client.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        house.Hashes.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(DemoLogin.Names), MemberType = typeof(DemoLogin))]
    public async Task Another_method_is_told_which_one_is_allowed(string application)
    {
        var login = DemoLogin.Of(application);
        await using var house = await TestHouse.OpenAsync();
        foreach (var method in new[] { "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND" })
        {
            using var request = new HttpRequestMessage(new(method), login.Path);
            request.Headers.TryAddWithoutValidation("X-HTTP-Method-Override", "POST");
            using var answer = await house.Client.SendAsync(request);
            answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed, method);
            answer.Content.Headers.Allow.ShouldBe(["POST"]);
        }
    }

    [Fact]
    public async Task What_is_no_HTTP_is_turned_away_without_a_word_about_the_inside()
    {
        var login = DemoLogin.Ambiotec;
        await using var house = await TestHouse.OpenAsync();
        var post = $"POST {login.Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
        var requests = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["garbage"] = "\0\u0001\u0002\u0003garbage\r\n\r\n",
            ["a line of 20 KB"] = $"POST /{new string('a', 20_000)} HTTP/1.1\r\nHost: x\r\n\r\n",
            ["1,000 headers"] = $"{post}{string.Concat(Enumerable.Range(0, 1_000).Select(i => $"X-{i}: x\r\n"))}\r\n",
            ["a header of 100 KB"] = $"{post}X: {new string('x', 100_000)}\r\n\r\n",
            ["two lengths"] = $"{post}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{{}}",
            ["a negative length"] = $"{post}Content-Length: -1\r\n\r\n",
            ["no host"] = $"POST {login.Path} HTTP/1.1\r\n\r\n",
            ["a header without a colon"] = $"{post}nonsense\r\n\r\n",
            ["NUL in the path"] = $"POST {login.Path}%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            ["HTTP 9"] = $"POST {login.Path} HTTP/9.9\r\nHost: x\r\n\r\n",
            ["a length beyond counting"] = $"{post}Content-Length: 99999999999999999999999999\r\n\r\n",
        };
        foreach (var (name, request) in requests)
        {
            var answer = await RawHttp.ExchangeAsync(house.Address, request);
            (answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 505", StringComparison.Ordinal)).ShouldBeTrue($"{name}: {answer}");
            answer.ShouldNotContain("   at ", customMessage: name);
        }

        house.Log.All.ShouldNotContain(l => l.StartsWith("Critical", StringComparison.Ordinal));
        await AfterwardsAProperLoginSucceeds(house, login);
    }

    [Theory]
    [MemberData(nameof(DemoLogin.Names), MemberType = typeof(DemoLogin))]
    public async Task A_badly_chunked_body_is_answered_as_malformed_and_one_that_ends_half_way_not_at_all(string application)
    {
        var login = DemoLogin.Of(application);
        await using var house = await TestHouse.OpenAsync();
        var post = $"POST {login.Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";

        var half = await RawHttp.ExchangeAsync(house.Address, $"{post}Content-Length: 500\r\n\r\n{login.RightBody}", thenFinish: true);
        var chunked = await RawHttp.ExchangeAsync(house.Address, $"{post}Transfer-Encoding: chunked\r\n\r\nnonsense\r\n{login.RightBody}");

        half.ShouldBeEmpty();
        chunked.ShouldStartWith($"HTTP/1.1 {(int)login.Malformed.Status} ");
        chunked.ShouldEndWith(login.Malformed.Body);
        (await house.AccessLogAsync()).ShouldBeEmpty();
        await AfterwardsAProperLoginSucceeds(house, login);
    }

    [Fact]
    public async Task A_client_that_goes_away_in_the_middle_of_its_request_leaves_nothing_behind()
    {
        var login = DemoLogin.Ambiotec;
        await using var house = await TestHouse.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            using var socket = await RawHttp.ConnectAsync(house.Address);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {login.Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{{\"usuario_lo"));
            // Closed with a reset, as by a client that crashed.
            socket.LingerState = new(enable: true, seconds: 0);
        }

        await AfterwardsAProperLoginSucceeds(house, login);
        (await house.AccessLogAsync()).ShouldHaveSingleItem().Outcome.ShouldBe(Outcome.Granted);
        house.Log.All.Where(l => l.StartsWith("Error", StringComparison.Ordinal) || l.StartsWith("Critical", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static IEnumerable<(string Name, byte[] Body)> Unreadable(DemoLogin login)
    {
        var right = login.RightBody;
        var texts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["absent"] = "",
            ["blank"] = " \r\n\t ",
            ["null"] = "null",
            ["true"] = "true",
            ["number"] = "42",
            ["text"] = "\"admin\"",
            ["list"] = "[]",
            ["list of objects"] = $"[{right}]",
            ["empty object"] = "{}",
            ["open object"] = "{",
            ["trailing garbage"] = $"{right}x",
            ["two objects"] = right + right,
            ["trailing comma"] = $"{right[..^1]},}}",
            ["comment"] = $"{right[..^1]}/* x */}}",
            ["single quotes"] = right.Replace('"', '\''),
            ["names without quotes"] = "{usuario_login:1}",
            ["NaN"] = $"{right[..^1]},\"x\":NaN}}",
            ["leading zero"] = $"{right[..^1]},\"x\":007}}",
            ["form"] = $"{login.IdentifierField}={login.Identifier}",
            ["XML"] = "<login/>",
            ["raw NUL in a text"] = right.Replace(login.Password, $"{login.Password}\0", StringComparison.Ordinal),
            ["raw line break in a text"] = right.Replace(login.Password, $"{login.Password}\n", StringComparison.Ordinal),
            ["half a surrogate pair in the password"] = right.Replace(login.Password, "\\ud83d", StringComparison.Ordinal),
            ["half a surrogate pair in the identifier"] = right.Replace(login.Identifier, "\\udc00", StringComparison.Ordinal),
            ["half a surrogate pair in a name"] = $"{right[..^1]},\"\\ud83d\":1}}",
            ["unknown escape"] = right.Replace(login.Password, "\\x41", StringComparison.Ordinal),
            ["depth 33"] = Nested(login, 33),
            ["depth 5,000"] = Nested(login, 5_000),
            ["depth 10,000, never closed"] = new string('[', 10_000),
        };
        foreach (var (name, text) in texts)
        {
            yield return (name, Encoding.UTF8.GetBytes(text));
        }

        yield return ("UTF-16", Encoding.Unicode.GetBytes(right));
        yield return ("UTF-16 with BOM", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(right)]);
        yield return ("big-endian UTF-16", [.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(right)]);
        yield return ("UTF-32", Encoding.UTF32.GetBytes(right));
        yield return ("Latin-1", Encoding.Latin1.GetBytes(login.Body("x", "x").Replace("\"x\"}", "\"contraseña\"}", StringComparison.Ordinal)));
        yield return ("not UTF-8, in a field that nobody asked for", [.. Encoding.UTF8.GetBytes($"{right[..^1]},\"x\":\""), 0xff, 0xfe, .. "\"}"u8]);
        yield return ("overlong UTF-8", [.. Encoding.UTF8.GetBytes($"{right[..^1]},\"x\":\""), 0xc0, 0x80, .. "\"}"u8]);
        yield return ("compressed", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
        yield return ("two BOMs", [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(right)]);
    }

    private static string Nested(DemoLogin login, int depth) =>
        $"{login.RightBody[..^1]},\"x\":{new string('[', depth - 1)}{new string(']', depth - 1)}}}";

    private static Task ExpectAsync(TestHouse house, DemoLogin login, string name, string body, Declared expected) =>
        ExpectAsync(house, login, name, Encoding.UTF8.GetBytes(body), expected);

    private static async Task ExpectAsync(TestHouse house, DemoLogin login, string name, byte[] body, Declared expected, string? contentType = "application/json")
    {
        using var answer = await SendAsync(house, login, body, contentType);
        (await answer.Content.ReadAsStringAsync()).ShouldBe(expected.Body, name);
        answer.StatusCode.ShouldBe(expected.Status, name);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8", name);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue(name);
        answer.Headers.RetryAfter.ShouldBeNull(name);
    }

    private static async Task<HttpResponseMessage> SendAsync(TestHouse house, DemoLogin login, byte[] body, string? contentType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, login.Path) { Content = new ByteArrayContent(body) };
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return await house.Client.SendAsync(request);
    }

    private static async Task AfterwardsAProperLoginSucceeds(TestHouse house, DemoLogin login)
    {
        using var answer = await house.PostAsync(login.Path, login.RightBody);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(login.GrantedMark);
    }
}
