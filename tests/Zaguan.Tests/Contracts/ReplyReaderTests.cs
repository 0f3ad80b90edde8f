using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Contracts;

[Trait("Database", TestDatabase.FileOnly)]
public sealed class ReplyReaderTests
{
    private static readonly string[] Names = ["user.active", "user.attributes.x", "user.attributes.x.y", "user.email", "user.familyName", "user.givenName", "user.number"];

    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string Refused = """ "refused": { "status": 401, "body": { "error": "no" } } """;

    private const string Failed = """ "failed": { "status": 500, "body": { "error": "fallo" } } """;

    /// <summary>A contract whose granted answer has this body.</summary>
    private static ReplyReader Of(string granted, string more = "") => new(Compile($$"""
        {
          "title": "Prueba",
          "request": { "path": "/entrar", "identifier": "u", "password": "p" },
          "answers": { "granted": { "body": {{granted}} }, {{Refused}}, {{Failed}}{{more}} }
        }
        """).Answers);

    private static Contract Compile(string json)
    {
        var problems = new Problems();
        var contract = ContractCompiler.Compile("prueba", "prueba.json", Encoding.UTF8.GetBytes(json), problems);
        problems.ShouldBeEmpty();
        return contract!;
    }

    private static Recognition? Read(ReplyReader reader, string body, int status = 200) => reader.Read(status, Encoding.UTF8.GetBytes(body));

    /// <summary>Template, reply, and what is bound; null: the reply is not this answer.</summary>
    public static TheoryData<string, string, string?> Replies => new()
    {
        { """{ "a": 1 }""", """{"a":1}""", "" },
        { """{ "l": [ { "$each": "{user.attributes.l}", "item": { "$match": "{item.t}", "1": { "e": "{user.email}", "k": 1 }, "else": { "e": "{user.givenName}" } } } ] }""", """{"l":[{"e":"ana","k":2}]}""", "user.givenName=\"ana\"" },
        { """{ "l": [ { "$each": "{user.attributes.l}", "item": "{item}" } ] }""", """{"l":["a",null]}""", "" },
        { """{ "l": [ 0, { "$each": "{user.attributes.x}", "items": [ "{item}", 1 ] }, 9 ] }""", """{"l":[0,"a",1,"b",1,9]}""", "user.attributes.x=[\"a\",\"b\"]" },
        { """{ "l": [ 0, { "$each": "{user.attributes.x}", "items": [ "{item}", 1 ] }, 9 ] }""", """{"l":[0,"a",1,"b",9]}""", null },
        { """{ "l": [ { "$each": "{user.attributes.x}", "items": { "$match": "{item.t}", "1": [ "uno", "{item.n}" ], "2": [], "else": [ "otro" ] } } ] }""", """{"l":["uno","a","otro"]}""", "user.attributes.x=[{\"t\":1,\"n\":\"a\"},{}]" },
        { """{ "l": [ { "$each": "{user.attributes.x}", "items": [ "{item}", 1 ] } ] }""", """{"l":[]}""", "user.attributes.x=[]" },
        { """{ "l": [ { "$each": "{user.attributes.x}", "items": [] } ] }""", """{"l":[1]}""", null },
        { """{ "n": "{user.attributes.x|join:,}", "e": "{user.email}" }""", """{"n":"p,q","e":"a@b"}""", "user.email=\"a@b\"" },
        { """{ "n": "{user.attributes.x|join:,}" }""", """{"n":["p"]}""", null },
        { """{ "n": "{user.attributes.x.y}" }""", """{"n":5}""", "user.attributes.x.y=5" },
        { """{ "a": 1 }""", """{"a":1.0}""", "" },
        { """{ "a": 1 }""", """{"a":2}""", null },
        { """{ "a": 1 }""", """{"a":"1"}""", null },
        { """{ "a": "é" }""", """{"a":"\u00e9"}""", "" },
        { """{ "a": "é" }""", """{"a":"É"}""", null },
        { """{ "a": null }""", """{"a":null,"b":3}""", "" },
        { """{ "a": null }""", """{}""", null },
        { """{ "a": true }""", """{"A":true}""", null },
        { """{ "a": {} }""", """{"a":[]}""", null },
        { """{ "a": [1, 2] }""", """{"a":[1,2]}""", "" },
        { """{ "a": [1, 2] }""", """{"a":[1,2,3]}""", null },
        { """{ "n": "{user.number}" }""", """{"n":7}""", "user.number=7" },
        { """{ "n": "{user.number}" }""", """{"n":"7"}""", null },
        { """{ "n": "{user.number}" }""", """{"n":7.5}""", null },
        { """{ "n": "{user.number}" }""", """{"n":null}""", null },
        { """{ "n": "{user.number}" }""", """{}""", null },
        { """{ "n": "{user.email}" }""", """{"n":null}""", "" },
        { """{ "n": "{user.email}" }""", """{"n":5}""", null },
        { """{ "n?": "{user.email}" }""", """{}""", "" },
        { """{ "n?": "{user.email}" }""", """{"n":"a@b"}""", "user.email=\"a@b\"" },
        { """{ "n": "{user.active}" }""", """{"n":true}""", "user.active=true" },
        { """{ "n": "{user.active}" }""", """{"n":false}""", null },
        { """{ "n": "{user.attributes.x}" }""", """{"n":{"y":[1]}}""", "user.attributes.x={\"y\":[1]}" },
        { """{ "n": "{user.attributes.x|default:nada}" }""", """{"n":"algo"}""", "user.attributes.x=\"algo\"" },
        { """{ "a": "{user.number}", "b": "{user.number}" }""", """{"a":7,"b":7}""", "user.number=7" },
        { """{ "a": "{user.number}", "b": "{user.number}" }""", """{"a":7,"b":8}""", null },
        { """{ "n": "{access.id}" }""", """{"n":900}""", "" },
        { """{ "n": "{now}" }""", """{"n":"2026-11-21T10:00:00Z"}""", "" },
        { """{ "n": "{now|unix}" }""", """{"n":1700000000}""", "" },
        { """{ "n": "{now|unix}" }""", """{"n":"ayer"}""", null },
        { """{ "n": "{user.givenName} {user.familyName}" }""", """{"n":"Ana Peña Ruiz"}""", "user.familyName=\"Peña Ruiz\" user.givenName=\"Ana\"" },
        { """{ "n": "{user.givenName} {user.familyName}" }""", """{"n":"Ana"}""", null },
        { """{ "n": "Hola, {user.givenName}!" }""", """{"n":"Hola, Ana!"}""", "user.givenName=\"Ana\"" },
        { """{ "n": "Hola, {user.givenName}!" }""", """{"n":"Hola, Ana"}""", null },
        { """{ "n": "Hola, {user.givenName}!" }""", """{"n":"Adiós, Ana!"}""", null },
        { """{ "n": "Nº {user.number}" }""", """{"n":"Nº 12"}""", "user.number=12" },
        { """{ "n": "Nº {user.number}" }""", """{"n":"Nº doce"}""", null },
        { """{ "n": "{user.givenName}{user.familyName}" }""", """{"n":"AnaPeña"}""", "" },
        { """{ "n": "{user.email}-{user.email}" }""", """{"n":"a-b"}""", null },
    };

    [Theory]
    [MemberData(nameof(Replies))]
    public void A_reply_is_an_answer_where_literals_agree_and_placeholders_could_have_stood_for_what_is_there(string granted, string reply, string? bound)
    {
        var read = Read(Of(granted), reply);

        read?.Answer.ShouldBe(AnswerName.Granted);
        (read is null ? null : string.Join(' ', Bound(read.Bindings))).ShouldBe(bound);
    }

    private static IEnumerable<string> Bound(Bindings bindings) =>
        Names
            .Select(name => (name, value: bindings.Find(name)))
            .Where(b => b.value is not null)
            .Select(b => $"{b.name}={JsonSerializer.Serialize(b.value, AsWritten)}");

    [Fact]
    public void A_token_is_a_text_and_not_nothing()
    {
        var reader = new ReplyReader(Compile($$"""
            {
              "title": "Prueba",
              "request": { "path": "/entrar", "identifier": "u", "password": "p" },
              "answers": { "granted": { "body": { "token": "{token}" } }, {{Refused}}, {{Failed}} },
              "token": { "secret": "{config.JWT_SECRET}", "lifetime": "8h", "claims": {} }
            }
            """).Answers);

        Read(reader, """{"token":"ey.j.x"}""").ShouldNotBeNull();
        Read(reader, """{"token":""}""").ShouldBeNull();
        Read(reader, """{"token":null}""").ShouldBeNull();
        Read(reader, """{"token":5}""").ShouldBeNull();
    }

    [Fact]
    public void Refusals_say_why_where_the_contract_does()
    {
        var reader = Of("""{ "ok": true }""", """, "unknownUser": { "status": 401, "body": { "error": "no existe" } }, "locked": { "status": 423, "body": { "error": "no" } }""");

        Read(reader, """{"error":"no"}""", 401)!.Answer.ShouldBe(AnswerName.Refused);
        Read(reader, """{"error":"no existe"}""", 401)!.Answer.ShouldBe(AnswerName.UnknownUser);
        Read(reader, """{"error":"no"}""", 423)!.Answer.ShouldBe(AnswerName.Locked);
        Read(reader, """{"error":"fallo"}""", 500)!.Answer.ShouldBe(AnswerName.Failed);
    }

    [Theory]
    [InlineData("""{"ok":true}""", 201)]
    [InlineData("""{"error":"no"}""", 200)]
    [InlineData("""{"ok":true} x""", 200)]
    [InlineData("", 200)]
    [InlineData("null", 200)]
    [InlineData("<html></html>", 200)]
    [InlineData("{\"ok\":true,\"x\":\"\\ud800\"}", 200)]
    public void What_is_none_of_the_answers_is_not_taken_for_one(string body, int status) => Read(Of("""{ "ok": true }"""), body, status).ShouldBeNull();

    [Fact]
    public void A_reply_that_grants_and_refuses_at_once_does_neither()
    {
        var reader = Of("""{ "error": "{user.email}" }""", """, "wrongPassword": { "body": { "error": "no" } }""");

        Read(reader, """{"error":"ana@example.com"}""")!.Answer.ShouldBe(AnswerName.Granted);
        Read(reader, """{"error":"no"}""").ShouldBeNull();
    }

    [Fact]
    public void Bytes_that_are_no_text_are_no_reply() => Of("""{ "ok": true }""").Read(200, (byte[])[.. "{\"ok\":true,\"x\":\""u8, 0xff, .. "\"}"u8]).ShouldBeNull();

    [Fact]
    public void A_mark_of_the_byte_order_is_no_part_of_a_reply() => Of("""{ "ok": true }""").Read(200, (byte[])[0xef, 0xbb, 0xbf, .. "{\"ok\":true}"u8]).ShouldNotBeNull();

    [Fact]
    public void What_is_logged_of_a_reply_is_its_shape_and_none_of_its_values()
    {
        ReplyReader.ShapeOf("""{"token":"secreto","user":{"n":1,"ana@example.com":null,"l":["x"]}}"""u8.ToArray()).ShouldBe("{token: text, user: {n: number, ?: null, l: a list}}");
        ReplyReader.ShapeOf("<html>secreto</html>"u8.ToArray()).ShouldBe("a body that is not JSON");
        ReplyReader.ShapeOf(ReadOnlyMemory<byte>.Empty).ShouldBe("no body");
    }

    [Fact]
    public void Every_answer_of_the_shipped_contracts_is_recognised_as_what_it_is()
    {
        foreach (var file in Directory.GetFiles(House.Repository.Contracts, "*.json").Where(f => !f.EndsWith("schema.json", StringComparison.Ordinal)))
        {
            var contract = ContractCompiler.Compile(Path.GetFileNameWithoutExtension(file), file, File.ReadAllBytes(file), [])!;
            var reader = new ReplyReader(contract.Answers);
            var values = new AnswerValues
            {
                User = new() { Number = 7, Id = "siete", Username = "ana", Active = true, GivenName = "Ana", FamilyName = "Peña", RoleName = "Caja", RoleNumber = 2 },
                Token = "ey.j.x",
                AccessId = 3,
                Invalid = [new("p", InvalidRule.Missing)],
            };
            foreach (var (name, answer) in contract.Answers)
            {
                reader.Read(answer.Status, answer.Render(values))?.Answer.ShouldBe(name, $"{file}: {name}");
            }

            reader.Confusion.ShouldBeNull(file);
        }
    }
}
