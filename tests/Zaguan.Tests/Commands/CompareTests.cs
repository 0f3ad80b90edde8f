using System.Text.Json;
using Zaguan.Commands;
using Zaguan.Tests.Comparison;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Commands;

/// <summary>zaguan compare: old systems with code of their own on one side, the whole server on the other.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class CompareTests : IAsyncLifetime
{
    private readonly CommandFolder folder = new();
    private TestHouse house = null!;
    private OldSystem old = null!;

    public async ValueTask InitializeAsync()
    {
        house = await TestHouse.OpenAsync();
        old = await OldSystem.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await old.DisposeAsync();
        await house.DisposeAsync();
        await folder.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(DemoLogin.Names), MemberType = typeof(DemoLogin))]
    public async Task Old_system_that_keeps_to_the_contract_is_found_the_same(string application)
    {
        var login = DemoLogin.Of(application);
        var cases = WriteCases(
            new { name = "clave mala", identifier = login.Identifier, password = "otra" },
            new { name = "nadie", identifier = "nadie@example.com", password = "otra" },
            new { name = "sin clave", identifier = login.Identifier, password = "" },
            new { name = "número", body = login.Body(7, "otra") },
            new { name = "falta la clave", body = $$"""{"{{login.IdentifierField}}":"ana"}""" },
            new { name = "vacío", body = "" },
            new { name = "cortado", body = "{\"a\":" },
            new { name = "formulario", body = $"{login.IdentifierField}=ana", contentType = "application/x-www-form-urlencoded" },
            new { name = "sin tipo", body = login.RightBody, contentType = "" },
            new { name = "bien", identifier = login.Identifier, password = login.Password });

        var ran = await CompareAsync(application, cases);

        ran.Output.ShouldEndWith("10 cases: 10 the same, 0 differ.\n");
        ran.Lines[0].ShouldBe("clave mala: the same");
        ran.Code.ShouldBe(ExitCode.Done);
        ran.Error.ShouldBeEmpty();
        old.Requests.Count.ShouldBe(10);
    }

    public static TheoryData<string, string, string, string, string> Planted => new()
    {
        { "ambiotec", "otra", "status", "", "  status: old 403, Zaguan 401" },
        { "ambiotec", "", "header", "", "  header Content-Type: old text/json; charset=utf-8, Zaguan application/json; charset=utf-8" },
        { "ambiotec", "", "\"usuario_id\":1", "\"usuario_id\":1,\"usuario_foto\":\"a.png\"", "  missing key /user/usuario_foto: old text, Zaguan nothing" },
        { "ambiotec", "", "\"departamento_id\":5,", "", "  extra key /user/departamento_id: old nothing, Zaguan number" },
        { "ambiotec", "", "\"usuario_id\":1", "\"usuario_id\":\"1\"", "  type /user/usuario_id: old text \"1\", Zaguan number 1" },
        { "inventario", "", "Login exitoso", "Bienvenido", "  message /message: old \"Bienvenido\", Zaguan \"Login exitoso\"" },
        { "inventario", "", "Login exitoso", "Login\u202E exitoso", "  message /message: old \"Login\uFFFD exitoso\", Zaguan \"Login exitoso\"" },
        { "romsoft", "otra", "los datos son incorrectos", "la clave es incorrecta", "  message /Message: old \"El usuario no existe o la clave es incorrecta.\", Zaguan \"El usuario no existe o los datos son incorrectos.\"" },
        { "sistema-venta", "", "\"IdUsuario\"", "\"idUsuario\"", "  key case /value/idUsuario: old idUsuario, Zaguan IdUsuario" },
        { "sistema-venta", "", "\"IdUsuario\":1", "\"IdUsuario\":33", "  value /value/IdUsuario: old 33, Zaguan 1" },
    };

    [Theory]
    [MemberData(nameof(Planted))]
    public async Task Planted_difference_is_found_and_no_other(string application, string password, string written, string instead, string line)
    {
        var login = DemoLogin.Of(application);
        var cases = WriteCases(new { name = "caso", identifier = login.Identifier, password = password.Length > 0 ? password : login.Password });
        old.Spoil = reply => written switch
        {
            "status" => reply with { Status = 403 },
            "header" => reply with { ContentType = "text/json; charset=utf-8" },
            _ => reply with { Body = reply.Body.Replace(written, instead, StringComparison.Ordinal) },
        };

        var ran = await CompareAsync(application, cases);

        ran.Output.ShouldBe($"caso: 1 difference\n{line}\n1 case: 0 the same, 1 differs.\n");
        ran.Code.ShouldBe(ExitCode.Different);
    }

    [Fact]
    public async Task Programs_get_one_document()
    {
        old.Spoil = reply => reply.Status == 200 ? reply with { Body = reply.Body.Replace("Doe", "Díaz", StringComparison.Ordinal) } : reply;

        var ran = await CompareAsync("ambiotec", BothCases(DemoLogin.Ambiotec), "--json");

        ran.Code.ShouldBe(ExitCode.Different);
        ran.Json.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("result").GetString()).ShouldBe(["differ", "same"]);
        ran.Json.GetProperty("cases")[0].GetProperty("differences")[0].GetRawText().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings("")
            .ShouldBe("""{"kind":"value","at":"/user/usuario_apellido","old":"\"Díaz\"","zaguan":"\"Doe\""}""");
        (ran.Json.GetProperty("same").GetInt32(), ran.Json.GetProperty("differ").GetInt32(), ran.Json.GetProperty("notAsked").GetInt32()).ShouldBe((1, 1, 0));
    }

    [Fact]
    public async Task Redirect_is_not_followed_and_no_cookie_comes_back()
    {
        old.Spoil = reply => new(302, "") { Headers = [("Location", "/otra?token=eyJoYQ"), ("Set-Cookie", "sesion=secreta; Path=/")] };

        var ran = await CompareAsync("ambiotec", BothCases(DemoLogin.Ambiotec));

        ran.Code.ShouldBe(ExitCode.Different);
        ran.Lines.ShouldContain("status: old 302, Zaguan 200");
        ran.Lines.ShouldContain("header Location: old /otra, Zaguan nothing");
        ran.Lines.ShouldContain("header Set-Cookie: old sesion, Zaguan nothing");
        ran.Lines.ShouldContain("body: old no body, Zaguan JSON (object)");
        old.Requests.Count.ShouldBe(2);
        old.Requests.ShouldAllBe(r => r.Headers.Cookie.Count == 0);
    }

    [Theory]
    [InlineData("hangs", "it did not answer within 1 s")]
    [InlineData("refuses", "it cannot be connected to")]
    [InlineData("resets", "the connection to it broke off")]
    [InlineData("too large", "its answer is larger than 64 KiB")]
    [InlineData("half", "it closed the connection before its answer was complete")]
    [InlineData("hangs half way", "it did not answer within 1 s")]
    [InlineData("no HTTP", "what it answers is not HTTP")]
    public async Task Old_system_that_cannot_be_asked_is_a_sentence_and_Zaguan_is_not_asked_either(string what, string sentence)
    {
        await using var broken = new RawServer(what switch
        {
            "resets" => RawServer.Reset,
            "too large" => RawServer.Say($"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{new string('a', 70_000)}"),
            "half" => RawServer.Say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"token\":"),
            "hangs half way" => RawServer.SayAndHang("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
            "no HTTP" => RawServer.Say("abretesesamo\r\n\r\n"),
            _ => RawServer.Hang,
        });
        var url = what is "refuses" ? await RawServer.GoneAsync() : broken.Url;
        var cases = WriteCases(new { name = "caso", identifier = "ana", password = "abretesesamo" });

        var ran = await CompareWithAsync(url, "ambiotec", cases, "--deadline", "1s");

        ran.Lines[0].ShouldStartWith($"caso: The old system could not be asked: {sentence}");
        ran.Lines[1].ShouldBe("1 case: 0 the same, 0 differ, 1 could not be asked.");
        ran.Code.ShouldBe(ExitCode.NotDone);
        ran.Output.ShouldNotContain("abretesesamo");
        (await house.AccessLogAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Zaguan_that_cannot_be_asked_is_a_sentence_too()
    {
        var ran = await folder.RunAsync("compare", "--url", old.UrlOf("ambiotec"), "--contract", "ambiotec", "--cases", BothCases(DemoLogin.Ambiotec), "--zaguan", await RawServer.GoneAsync());

        ran.Lines[0].ShouldStartWith("bien: Zaguan could not be asked: it cannot be connected to");
        ran.Code.ShouldBe(ExitCode.NotDone);
    }

    [Fact]
    public async Task Passwords_and_tokens_never_stand_in_the_output()
    {
        const string token = "eyJhbGciOiJIUzI1NiJ9.e30.nueva";
        var login = DemoLogin.Ambiotec;
        old.Spoil = reply => new(409, $$$"""{"token":"{{{token}}}x","error":"No vale {{{login.Password}}}","usuario_password":"{{{login.Password}}}","user":{"usuario_login":"{{{login.Password}}}","session":"{{{token}}}"}}""")
        {
            Headers = [("X-Auth-Token", token), ("Set-Cookie", $"sesion={token}"), ("Location", $"/?token={token}"), ("WWW-Authenticate", $"Bearer {token}")],
        };
        var cases = WriteCases(
            new { name = "campos", identifier = login.Identifier, password = login.Password },
            new { name = "cuerpo", body = login.RightBody },
            new { name = "número", body = login.Body(7, login.Password) },
            new { name = "cortado", body = login.RightBody[..^1] });

        var people = await CompareAsync("ambiotec", cases);
        var programs = await CompareAsync("ambiotec", cases, "--json");

        foreach (var ran in new[] { people, programs })
        {
            ran.Code.ShouldBe(ExitCode.Different);
            var said = ran.Output + ran.Error;
            said.ShouldContain("X-Auth-Token");
            said.ShouldNotContain(login.Password);
            said.ShouldNotContain("eyJ");
        }
    }

    [Fact]
    public async Task Ctrl_C_ends_it_and_says_what_was_not_compared()
    {
        await using var hanging = new RawServer(RawServer.Hang);
        using var interrupted = new CancellationTokenSource();
        folder.Interrupted = interrupted.Token;

        var running = CompareWithAsync(hanging.Url, "ambiotec", BothCases(DemoLogin.Ambiotec));
        await hanging.Asked;
        await interrupted.CancelAsync();
        var ran = await running;

        ran.Code.ShouldBe(ExitCode.NotDone);
        ran.Error.ShouldContain("2 of 2 cases were not compared");
    }

    [Fact]
    public async Task Zaguans_address_is_the_configurations_when_none_is_named()
    {
        folder.Write("zaguan.json", $$"""{ "urls": "http://*:{{house.Address.Port}}", "Network": { "TrustedProxies": ["127.0.0.1"] }, "Applications": { "clinica": { "Contract": "ambiotec" } } }""");

        var configured = await folder.RunAsync("compare", "--url", old.UrlOf("ambiotec"), "--contract", "ambiotec", "--cases", BothCases(DemoLogin.Ambiotec));
        var named = await folder.RunAsync("compare", "--url", old.UrlOf("ambiotec"), "--contract", "ambiotec", "--cases", BothCases(DemoLogin.Ambiotec), "--zaguan", house.Address.ToString());

        configured.Output.ShouldEndWith("2 cases: 2 the same, 0 differ.\n");
        named.Output.ShouldBe(configured.Output);
    }

    [Fact]
    public async Task Application_that_has_a_host_is_asked_by_its_name()
    {
        await using var zaguan = await OldSystem.StartAsync();
        folder.Write("zaguan.json", $$"""{ "urls": "{{new Uri(zaguan.UrlOf("ambiotec")).GetLeftPart(UriPartial.Authority)}}", "Applications": { "ambiotec": { "Hosts": ["clinica.example"] } } }""");

        var ran = await folder.RunAsync("compare", "--url", old.UrlOf("ambiotec"), "--contract", "ambiotec", "--cases", BothCases(DemoLogin.Ambiotec));

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        zaguan.Requests.ShouldAllBe(r => string.Equals(r.Headers.Host.ToString(), "clinica.example", StringComparison.Ordinal));
        old.Requests.ShouldAllBe(r => r.Headers.Host.ToString().StartsWith("127.0.0.1:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "urls": "http://127.0.0.1:0", "Applications": { "ambiotec": {} } }""", "does not say at which address", ExitCode.NotDone)]
    [InlineData("""{ "Applications": { "romsoft": {} } }""", "No application of the configuration has the contract \"ambiotec\"", ExitCode.NotDone)]
    [InlineData("""{ "Applications": { "ambiotec": {}, "clinica": { "Contract": "ambiotec", "PathBase": "/clinica" } } }""", "clinica (/clinica/api/login)", ExitCode.NotDone)]
    [InlineData("""{ "DataFolder": [] }""", "/DataFolder", ExitCode.Problems)]
    public async Task Configuration_that_does_not_say_where_Zaguan_is_is_told_what_to_name(string configuration, string sentence, int code)
    {
        folder.Write("zaguan.json", configuration);

        var ran = await folder.RunAsync("compare", "--url", old.UrlOf("ambiotec"), "--contract", "ambiotec", "--cases", BothCases(DemoLogin.Ambiotec));

        ran.Error.ShouldContain(sentence);
        ran.Code.ShouldBe(code);
        ran.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Contract_and_cases_that_cannot_be_used_are_told_before_anybody_is_asked()
    {
        Directory.CreateDirectory(Path.Combine(folder.Folder, "contracts"));
        folder.Write("contracts/taller.json", "{}");
        var bad = folder.Write("malos.json", """[{ "nombre": "x" }, { "name": "y", "password": 7 }]""");

        var unknown = await CompareAsync("ambiotek", bad);
        var broken = await CompareAsync("taller", bad);
        var cases = await CompareAsync("ambiotec", bad);

        unknown.Error.ShouldContain("Did you mean \"ambiotec\"?");
        unknown.Code.ShouldBe(ExitCode.NotDone);
        broken.Error.ShouldContain("taller.json:1: \"request\" is missing");
        broken.Code.ShouldBe(ExitCode.Problems);
        cases.Error.ShouldContain($"{bad}:1 at /0/nombre");
        cases.Error.ShouldContain($"{bad}:1 at /1/password");
        cases.Code.ShouldBe(ExitCode.Problems);
        old.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--url /api/login --contract ambiotec --cases x", "with http or https")]
    [InlineData("--url ftp://viejo.example --contract ambiotec --cases x", "with http or https")]
    [InlineData("--url http://ana:abretesesamo@viejo.example/ --contract ambiotec --cases x", "Leave out what stands before the @")]
    [InlineData("--url http://viejo.example/ --contract ambiotec --cases x --deadline 6m", "from 1s to 5m")]
    [InlineData("--contract ambiotec --cases x", "--url")]
    [InlineData("--url http://viejo.example/ --contract ambiotec --cases x --zaguan localhost", "with http or https")]
    public async Task Option_that_cannot_be_read_is_a_usage_error(string options, string sentence)
    {
        var ran = await folder.RunAsync(["compare", .. options.Split(' ')]);

        ran.Code.ShouldBe(ExitCode.Usage);
        ran.Error.ShouldContain(sentence);
        ran.Error.ShouldNotContain("abretesesamo");
    }

    private string BothCases(DemoLogin login) => WriteCases(
        new { name = "bien", identifier = login.Identifier, password = login.Password },
        new { name = "mal", identifier = login.Identifier, password = "otra" });

    private string WriteCases(params object[] cases) => folder.Write("casos.json", JsonSerializer.Serialize(cases));

    private Task<Ran> CompareAsync(string contract, string cases, params string[] more) => CompareWithAsync(old.UrlOf(Known(contract).Application), contract, cases, more);

    private Task<Ran> CompareWithAsync(string url, string contract, string cases, params string[] more) =>
        folder.RunAsync(["compare", "--url", url, "--contract", contract, "--cases", cases, "--zaguan", new Uri(house.Address, Known(contract).Path).ToString(), .. more]);

    private static DemoLogin Known(string contract) => DemoLogin.All.FirstOrDefault(l => string.Equals(l.Application, contract, StringComparison.Ordinal)) ?? DemoLogin.Ambiotec;
}
