using System.Text;
using Microsoft.AspNetCore.Http;
using Zaguan.Comparison;
using Zaguan.Contracts;
using Zaguan.Login;
using Zaguan.Reading;
using Zaguan.Sources;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Comparison;

public sealed class ReplyComparerTests
{
    private const string Token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl";

    private const string Ambiotec = """{"token":"a","user":{"usuario_id":7,"usuario_login":"ana","usuario_celular":null,"departamento_id":5,"access_id":1,"profile":{"area":"Pediatría","salas":[1,2]}}}""";
    private const string Venta = """{"status":true,"value":{"IdUsuario":7,"NombreCompleto":"Ana Peña","Correo":"ana@clinica.example","RolDescripcion":"Caja"},"msg":null}""";
    private const string Romsoft = """{"Success":true,"Warning":false,"Message":null,"Data":{"id_usuario":7,"clave":"***","estado":"A","token":"a"}}""";
    private const string Refused = """{"Success":true,"Warning":true,"Message":"El usuario no existe o los datos son incorrectos.","Data":null}""";

    [Theory]
    [InlineData("ambiotec", Ambiotec, Ambiotec)]
    [InlineData("ambiotec", Ambiotec, """{ "user": { "profile": { "salas": [ 1, 2 ], "area": "Pediatr\u00eda" }, "access_id": 9, "usuario_id": 7, "departamento_id": 5, "usuario_login": "ana", "usuario_celular": null }, "token": "b" }""")]
    [InlineData("romsoft", Romsoft, """{"Success":true,"Warning":false,"Message":null,"Data":{"id_usuario":7,"clave":"***","estado":"A","token":"otro"}}""")]
    [InlineData("romsoft", "", "")]
    [InlineData("romsoft", "<h1>404</h1>", "<h1>404</h1>")]
    [InlineData("romsoft", "\uFEFF" + Refused, Refused)]
    public void Replies_that_a_client_cannot_tell_apart_are_the_same(string contract, string old, string zaguan) =>
        Compare(contract, old, zaguan).ShouldBeEmpty();

    [Theory]
    [InlineData("ambiotec", "\"usuario_id\":7", "\"usuario_id\":\"7\"", "type /user/usuario_id: old number 7, Zaguan text \"7\"")]
    [InlineData("ambiotec", "\"usuario_id\":7", "\"usuario_id\":8", "value /user/usuario_id: old 7, Zaguan 8")]
    [InlineData("ambiotec", "\"usuario_id\":7", "\"usuario_id\":7.0", "value /user/usuario_id: old 7, Zaguan 7.0")]
    [InlineData("ambiotec", "\"usuario_celular\":null", "\"usuario_celular\":\"\"", "value /user/usuario_celular: old null, Zaguan \"\"")]
    [InlineData("ambiotec", "\"usuario_login\":\"ana\",", "", "missing key /user/usuario_login: old text, Zaguan nothing")]
    [InlineData("ambiotec", "\"usuario_login\":\"ana\",", "\"usuario_login\":\"ana\",\"foto\":{},", "extra key /user/foto: old nothing, Zaguan object")]
    [InlineData("ambiotec", "\"usuario_login\"", "\"Usuario_Login\"", "key case /user/usuario_login: old usuario_login, Zaguan Usuario_Login")]
    [InlineData("ambiotec", "\"token\":\"a\"", "\"token\":7", "type /token: old text (not shown), Zaguan number (not shown)")]
    [InlineData("ambiotec", "\"token\":\"a\"", "\"token\":null", "value /token: old text (not shown), Zaguan null")]
    [InlineData("ambiotec", "\"token\":\"a\"", "\"Token\":\"b\"", "key case /token: old token, Zaguan Token")]
    [InlineData("ambiotec", "\"access_id\":1", "\"access_id\":\"1\"", "type /user/access_id: old number (not shown), Zaguan text (not shown)")]
    [InlineData("ambiotec", "[1,2]", "[1]", "length /user/profile/salas: old 2 elements, Zaguan 1 element")]
    [InlineData("ambiotec", "[1,2]", "[1,3]", "value /user/profile/salas/1: old 2, Zaguan 3")]
    [InlineData("ambiotec", "Pediatría", "Urgencias", "value /user/profile/area: old \"Pediatría\", Zaguan \"Urgencias\"")]
    [InlineData("romsoft", "\"Warning\":false", "\"Warning\":true", "message /Warning: old false, Zaguan true")]
    [InlineData("romsoft", "\"estado\":\"A\"", "\"estado\":\"I\"", "message /Data/estado: old \"A\", Zaguan \"I\"")]
    [InlineData("romsoft", "\"Message\":null", "\"Message\":\"Bienvenida\"", "message /Message: old null, Zaguan \"Bienvenida\"")]
    [InlineData("romsoft", "\"clave\":\"***\"", "\"clave\":\"abierta\"", "message /Data/clave: old text (not shown), Zaguan text (not shown)")]
    [InlineData("sistema-venta", "Ana Peña", "Ana Pena", "value /value/NombreCompleto: old \"Ana Peña\", Zaguan \"Ana Pena\"")]
    [InlineData("sistema-venta", "\"msg\":null", "\"msg\":\"a\\nbc\"", "message /msg: old null, Zaguan \"a\\nbc\"")]
    public void Body_that_differs_in_one_thing_has_that_difference_and_no_other(string contract, string written, string instead, string difference)
    {
        var old = contract switch { "ambiotec" => Ambiotec, "romsoft" => Romsoft, _ => Venta };
        old.ShouldContain(written);

        Compare(contract, old, old.Replace(written, instead, StringComparison.Ordinal)).ShouldBe([difference]);
    }

    [Fact]
    public void Every_key_in_camelCase_is_a_key_in_another_case_and_its_value_is_compared_all_the_same()
    {
        var found = Compare("sistema-venta", Venta, """{"status":true,"value":{"idUsuario":"7","nombreCompleto":"Ana Peña","correo":"ana@clinica.example","rolDescripcion":"Caja"},"msg":null}""");

        found.ShouldBe([
            "key case /value/IdUsuario: old IdUsuario, Zaguan idUsuario",
            "type /value/IdUsuario: old number 7, Zaguan text \"7\"",
            "key case /value/NombreCompleto: old NombreCompleto, Zaguan nombreCompleto",
            "key case /value/Correo: old Correo, Zaguan correo",
            "key case /value/RolDescripcion: old RolDescripcion, Zaguan rolDescripcion",
        ]);
    }

    [Theory]
    [InlineData("", Refused, "body: old no body, Zaguan JSON (object)")]
    [InlineData("<html>Error</html>", Refused, "body: old no JSON (text of 18 bytes), Zaguan JSON (object)")]
    [InlineData("""{"Message":"\ud800"}""", Refused, "body: old no JSON (text of 20 bytes), Zaguan JSON (object)")]
    [InlineData("null", Refused, "value: old null, Zaguan object")]
    [InlineData("[]", Refused, "type: old list, Zaguan object")]
    [InlineData("{\"Message\":1", "{\"Message\":2", "body: old no JSON (text of 12 bytes), Zaguan no JSON (text of 12 bytes)")]
    public void Body_that_is_no_object_is_told_by_its_kind(string old, string zaguan, string difference) =>
        Compare("romsoft", old, zaguan).ShouldBe([difference]);

    [Fact]
    public void Body_in_another_encoding_is_not_read() =>
        ReplyComparer.Compare(Contract("romsoft"), new(200, new HeaderDictionary(), Encoding.Latin1.GetBytes("{\"Message\":\"inténtelo\"}")), Reply(Refused), [])
            .Single().Old.ShouldBe("no JSON (not in UTF-8 of 23 bytes)");

    [Theory]
    [InlineData("Content-Type", "application/json; charset=utf-8", "application/json;charset=\"UTF-8\"", "")]
    [InlineData("Content-Type", "application/json", "application/json; charset=utf-8", "header Content-Type: old application/json, Zaguan application/json; charset=utf-8")]
    [InlineData("Content-Type", "text/json; charset=utf-8", null, "header Content-Type: old text/json; charset=utf-8, Zaguan nothing")]
    [InlineData("WWW-Authenticate", "Digest nonce=\"1\"", "digest nonce=\"2\"", "")]
    [InlineData("WWW-Authenticate", "Bearer", null, "header WWW-Authenticate: old Bearer, Zaguan nothing")]
    [InlineData("Location", "http://viejo.example/entrada?token=1", "/entrada", "")]
    [InlineData("Location", "/entrada#1", "/salida", "header Location: old /entrada, Zaguan /salida")]
    [InlineData("Set-Cookie", "ASP.NET_SessionId=1; HttpOnly", "ASP.NET_SessionId=2; Path=/", "")]
    [InlineData("Set-Cookie", "ASP.NET_SessionId=1; HttpOnly", null, "header Set-Cookie: old ASP.NET_SessionId, Zaguan nothing")]
    [InlineData("Allow", "POST, OPTIONS", "options,post", "")]
    [InlineData("Allow", "POST, OPTIONS", "POST", "header Allow: old OPTIONS, POST, Zaguan POST")]
    [InlineData("Retry-After", "5", "60", "")]
    [InlineData("Retry-After", null, "60", "header Retry-After: old nothing, Zaguan present")]
    [InlineData("Content-Encoding", "gzip", null, "header Content-Encoding: old gzip, Zaguan nothing")]
    [InlineData("X-Auth-Token", Token, null, "header X-Auth-Token: old present, Zaguan nothing")]
    [InlineData("X-Auth-Token", "1", "2", "")]
    [InlineData("Server", "Microsoft-IIS/7.5", null, "")]
    [InlineData("Date", "Sun, 01 Mar 2026 08:00:00 GMT", null, "")]
    [InlineData("Content-Length", "10", "12", "")]
    [InlineData("Cache-Control", null, "no-store", "")]
    [InlineData("X-Powered-By", "Express", null, "")]
    [InlineData("ETag", "W/\"1\"", null, "")]
    [InlineData("Access-Control-Allow-Credentials", "true", null, "")]
    public void Headers_are_compared_where_a_client_acts_upon_them(string name, string? old, string? zaguan, string difference)
    {
        var (before, after) = (Reply(Refused), Reply(Refused));
        (before.Headers[name], after.Headers[name]) = (old, zaguan);

        string.Join('\n', ReplyComparer.Compare(Contract("romsoft"), before, after, [])).ShouldBe(difference);
    }

    [Fact]
    public void Status_is_compared_and_the_bodies_all_the_same()
    {
        var found = ReplyComparer.Compare(Contract("ambiotec"), Reply("""{"error":"Credenciales incorrectas"}""", 400), Reply("""{"error":"Credenciales inválidas"}""", 401), []);

        found.Select(d => d.ToString()).ShouldBe(["status: old 400, Zaguan 401", "message /error: old \"Credenciales incorrectas\", Zaguan \"Credenciales inválidas\""]);
    }

    [Fact]
    public void Token_in_the_place_of_another_answers_message_hides_no_difference_of_messages_and_is_never_shown()
    {
        const string contract = """
            {
              "title": "Taller",
              "request": { "path": "/ingreso", "identifier": "usuario", "password": "clave" },
              "answers": {
                "granted": { "body": { "ok": true, "datos": "{token}" } },
                "refused": { "body": { "ok": false, "datos": "Usuario o clave incorrectos" } },
                "failed": { "status": 500, "body": { "ok": false, "datos": "Error" } }
              },
              "token": { "secret": "{config.JWT_SECRET}", "lifetime": "8h", "claims": { "sub": "{user.username}" } }
            }
            """;
        var problems = new Problems();
        var taller = ContractCompiler.Compile("taller", "taller.json", Encoding.UTF8.GetBytes(contract), problems);
        problems.ShouldBeEmpty();

        string Difference(string old, string zaguan) => string.Join('\n', ReplyComparer.Compare(taller!, Reply(old), Reply(zaguan), []));

        Difference("""{"ok":true,"datos":"una"}""", """{"ok":true,"datos":"otra"}""").ShouldBeEmpty();
        Difference("""{"ok":false,"datos":"No"}""", """{"ok":false,"datos":"Usuario o clave incorrectos"}""").ShouldBe("message /datos: old text (not shown), Zaguan text (not shown)");
        Difference("""{"ok":true,"datos":"una"}""", """{"ok":false,"datos":"Usuario o clave incorrectos"}""").ShouldNotContain("una\"");
    }

    [Theory]
    [InlineData("""{"error":"La clave 'abretesesamo' no vale"}""", """{"error":"Credenciales inválidas"}""")]
    [InlineData("""{"error":"abretesesamo"}""", """{"error":null}""")]
    [InlineData("""{"error":7,"password":"abretesesamo"}""", """{"error":"Credenciales inválidas"}""")]
    [InlineData("""{"error":"x","lista":["abretesesamo"]}""", """{"error":"Credenciales inválidas","lista":[1]}""")]
    [InlineData("""{"error":"Sesión eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl"}""", """{"error":"Credenciales inválidas"}""")]
    [InlineData("""{"error":"x","refreshToken":"secreto-de-sesión"}""", """{"error":"Credenciales inválidas","refreshToken":7}""")]
    [InlineData("""{"error":"x","abretesesamo":1}""", """{"error":"x"}""")]
    [InlineData("""{"error":"x","sesiones":{"eyJhbGciOiJIUzI1NiJ9":{"a":1}}}""", """{"error":"x","sesiones":{"eyJhbGciOiJIUzI1NiJ9":{"a":"1"}}}""")]
    [InlineData("abretesesamo secreto-de-sesión eyJhbGci", """{"error":"Credenciales inválidas"}""")]
    public void Passwords_and_tokens_stand_in_no_difference(string old, string zaguan)
    {
        using var password = Secret.FromText("abretesesamo");

        var found = string.Join('\n', ReplyComparer.Compare(Contract("ambiotec"), Reply(old, 401), Reply(zaguan, 401), [password]));

        found.ShouldNotBeEmpty();
        found.ShouldNotContain("abretesesamo");
        found.ShouldNotContain("secreto-de-sesión");
        found.ShouldNotContain("eyJ");
    }

    [Fact]
    public void Long_texts_and_many_differences_are_cut()
    {
        var (length, keys) = (5_000, 1_000);
        Compare("ambiotec", $$"""{"error":"{{new string('a', length)}}"}""", """{"error":"b"}""").Single().Length.ShouldBeLessThan(300);
        Compare("ambiotec", $$"""{"{{new string('a', length)}}":{"b":1} }""", $$"""{"{{new string('a', length)}}":{"b":"1"} }""").Single().Length.ShouldBeLessThan(500);
        Compare("ambiotec", $"{{{string.Join(',', Enumerable.Range(0, keys).Select(i => $"\"k{i}\":1"))}}}", "{}").Count.ShouldBe(ReplyComparer.MostDifferences);
    }

    [Fact]
    public void Every_golden_answer_is_the_same_as_itself()
    {
        foreach (var name in Repository.ContractNames)
        {
            foreach (var answer in Zaguan.Tests.Contracts.GoldenCase.Of(name))
            {
                Compare(name, answer.AnswerBody, answer.AnswerBody).ShouldBeEmpty($"{name} {answer.Name}");
            }
        }
    }

    private static List<string> Compare(string contract, string old, string zaguan) =>
        [.. ReplyComparer.Compare(Contract(contract), Reply(old), Reply(zaguan), []).Select(d => d.ToString())];

    private static Reply Reply(string body, int status = 200) => new(status, new HeaderDictionary(), Encoding.UTF8.GetBytes(body));

    private static Contract Contract(string name) =>
        ContractCompiler.Compile(name, $"{name}.json", File.ReadAllBytes(Path.Combine(Repository.Contracts, $"{name}.json")), new())!;
}
