using System.Text;
using Microsoft.AspNetCore.Http;
using Zaguan.Contracts;
using Zaguan.Contracts.Requests;
using Zaguan.Login;
using Zaguan.Reading;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Contracts;

/// <summary>Where the fields of a request may stand, and what they must be.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class RequestFormTests
{
    private const string Json = "application/json";
    private const string Form = "application/x-www-form-urlencoded";

    /// <summary>The contract's request, content type, body, query, headers; what is read: identifier and password, or the rules that are broken.</summary>
    public static TheoryData<string, string, string, string, string, string> Requests => new()
    {
        { """ "identifier": "a.u", "password": "a.p" """, Json, """{"a":{"u":"ana","p":"x"}}""", "", "", "ana x" },
        { """ "identifier": "a.u", "password": "a.p" """, Json, """{"A":{"U":"ana","P":"x"}}""", "", "", "ana x" },
        { """ "identifier": "a.u", "password": "a.p" """, Json, """{"a":"ana"}""", "", "", "Invalid a.u:Missing a.p:Missing" },
        { """ "identifier": "a.u", "password": "a.p" """, Json, """{"a":[{"u":"ana"}]}""", "", "", "Invalid a.u:Missing a.p:Missing" },
        { """ "identifier": [ "email", "u" ], "password": "p" """, Json, """{"u":"ana","p":"x"}""", "", "", "ana x" },
        { """ "identifier": [ "email", "u" ], "password": "p" """, Json, """{"u":"ana","p":"x","email":"a@b"}""", "", "", "a@b x" },
        { """ "identifier": [ "email", "u" ], "password": "p" """, Json, """{"email":null,"u":"ana","p":"x"}""", "", "", "ana x" },
        { """ "identifier": "header:X-User", "password": "p" """, Json, """{"p":"x"}""", "", "X-User: ana", "ana x" },
        { """ "identifier": "query:u", "password": "header:X-Clave" """, Json, """{"otro":1}""", "?u=ana%20b", "X-Clave: x", "ana b x" },
        { """ "from": "form", "identifier": "u", "password": "p" """, Form, "u=ana+b%C3%B1&p=%26x%3d&z", "", "", "ana bñ &x=" },
        { """ "from": "form", "identifier": "user.u", "password": "user.p" """, Form, "user[u]=ana&user%5Bp%5D=x", "", "", "ana x" },
        { """ "from": "form", "identifier": "u", "password": "p" """, Form, "u=%FF&p=x", "", "", "Malformed u:Missing p:Missing" },
        { """ "from": "form", "identifier": "u", "password": "p" """, Form, "", "", "", "Malformed u:Missing p:Missing" },
        { """ "from": "form", "identifier": "u", "password": "p", "empty": "invalid" """, Form, "", "", "", "Invalid u:Missing p:Missing" },
        { """ "from": "form", "identifier": "u", "password": "p" """, Json, """{"u":"ana","p":"x"}""", "", "", "Malformed u:Missing p:Missing" },
        { """ "from": [ "json", "form" ], "identifier": "u", "password": "p" """, Form, "u=ana&p=x", "", "", "ana x" },
        { """ "from": "multipart", "identifier": "u", "password": "p" """, "multipart/form-data; boundary=XX", "--XX\r\nContent-Disposition: form-data; name=\"u\"\r\n\r\nana\r\n--XX\r\nContent-Disposition: form-data; name=\"p\"\r\n\r\na\r\nb\r\n--XX--\r\n", "", "", "ana a\r\nb" },
        { """ "from": "multipart", "identifier": "u", "password": "p" """, "multipart/form-data; boundary=XX", "--XX\r\nContent-Disposition: form-data; name=\"u\"\r\n\r\nana\r\n--XX\r\nContent-Disposition: form-data; name=\"p\"\r\n\r\na", "", "", "Malformed u:Missing p:Missing" },
        { """ "from": "multipart", "identifier": "u", "password": "p" """, "multipart/form-data; boundary=XX", "--XX\r\nContent-Disposition: form-data; name=\"p\"; filename=\"p\"\r\n\r\nx\r\n--XX\r\nContent-Disposition: form-data; name=\"u\"\r\n\r\n\r\n--XX--", "", "", "Invalid u:Empty p:Missing" },
        { """ "method": "GET", "from": "query", "identifier": "u", "password": "p" """, "", "", "?u=ana&p=x%26", "", "ana x&" },
        { """ "method": "GET", "from": "query", "identifier": "u", "password": "p" """, "", "", "", "", "Malformed u:Missing p:Missing" },
        { """ "method": "GET", "from": "basic", "identifier": "u", "password": "p" """, "", "", "", "Authorization: Basic YW5hOng6eQ==", "ana x:y" },
        { """ "method": "GET", "from": "basic", "identifier": "u", "password": "p" """, "", "", "", "Authorization: Basic YW5h", "Malformed u:Missing p:Missing" },
        { """ "method": "GET", "from": "basic", "identifier": "u", "password": "p" """, "", "", "", "Authorization: Bearer x", "Malformed u:Missing p:Missing" },
        { """ "contentTypes": "*/*", "identifier": "u", "password": "p" """, "", """{"u":"ana","p":"x"}""", "", "", "ana x" },
        { """ "contentTypes": "text/plain", "identifier": "u", "password": "p" """, Json, """{"u":"ana","p":"x"}""", "", "", "Malformed u:Missing p:Missing" },
        { """ "identifier": "u", "password": "p", "constants": { "m": "login" } """, Json, """{"u":"ana","p":"x","m":"login"}""", "", "", "ana x" },
        { """ "constants": { "m": "login" }, "identifier": "u", "password": "p" """, Json, """{"p":"x","m":"otro"}""", "", "", "Invalid m:Constant u:Missing" },
        { """ "identifier": "u", "password": "p", "constants": { "v": 2, "ok": true, "g?": "a" } """, Json, """{"u":"ana","p":"x","v":2,"ok":true}""", "", "", "ana x" },
        { """ "identifier": "u", "password": "p", "constants": { "v": 2 } """, Json, """{"u":"ana","p":"x","v":"3"}""", "", "", "Invalid v:Constant" },
        { """ "identifier": "u", "password": "p", "strict": true """, Json, """{"u":"ana","p":"x","otro":1}""", "", "", "Invalid otro:Unknown" },
        { """ "identifier": "a.u", "password": "a.p", "strict": true """, Json, """{"a":{"u":"ana","p":"x","otro":{"u":1}}}""", "", "", "Invalid a.otro:Unknown" },
        { """ "identifier": "u", "password": { "in": "p", "least": 6 } """, Json, """{"u":"ana","p":"ñandú"}""", "", "", "Invalid p:Short" },
        { """ "identifier": "u", "password": { "in": "p", "least": 6 } """, Json, """{"u":"ana","p":"ñandú6"}""", "", "", "ana ñandú6" },
        { """ "identifier": "u", "password": { "in": "p", "least": 6 } """, Json, """{"u":"ana","p":""}""", "", "", "Invalid p:Empty" },
        { """ "identifier": { "in": "u", "least": 4, "most": 5, "normalise": "lower" }, "password": "p" """, Json, """{"u":" Ana ","p":"x"}""", "", "", "Invalid u:Short" },
        { """ "identifier": "u", "password": "p", "fields": { "e": { "in": "empresa", "least": 2, "required": true } } """, Json, """{"u":"ana","p":"x","empresa":"a"}""", "", "", "Invalid empresa:Short" },
        { """ "identifier": "u", "password": "p", "fields": { "e": { "in": "empresa", "least": 2, "type": "any", "required": true } } """, Json, """{"u":"ana","p":"x","empresa":7}""", "", "", "Invalid empresa:Short" },
        { """ "identifier": "u", "password": "p", "empty": "object" """, Json, "{}", "", "", "Invalid u:Missing p:Missing" },
        { """ "identifier": "u", "password": "p", "empty": "object" """, Json, " ", "", "", "Malformed u:Missing p:Missing" },
        { """ "identifier": "u", "password": "p", "empty": "object" """, Json, "", "", "", "Malformed u:Missing p:Missing" },
        { """ "identifier": "u", "password": "p", "empty": "object" """, "", "{}", "", "", "Malformed u:Missing p:Missing" },
        { """ "from": [ "json", "form" ], "identifier": "u", "password": "p", "empty": "object" """, Form, "", "", "", "Malformed u:Missing p:Missing" },
        { """ "from": "form", "identifier": "form:usuario", "password": "ctl00$main$clave" """, Form, "form%3Ausuario=ana&ctl00$main$clave=x", "", "", "ana x" },
        { """ "identifier": "a:b.u", "password": "$p" """, Json, """{"a:b":{"u":"ana"},"$p":"x"}""", "", "", "ana x" },
        { """ "identifier": "query:f:u", "password": "header:X.Clave" """, Json, """{"otro":1}""", "?f:u=ana", "X.Clave: x", "ana x" },
        { """ "from": "form", "identifier": "u", "password": "p", "constants": { "basic:user": "app", "basic:password": "s:1" } """, Form, "u=ana&p=x", "", "Authorization: Basic YXBwOnM6MQ==", "ana x" },
        { """ "from": "form", "identifier": "u", "password": "p", "constants": { "basic:user": "app", "basic:password": "s:1" } """, Form, "u=ana&p=x", "", "Authorization: Basic YXBwOm90cmE=", "Invalid password:Constant" },
        { """ "from": "form", "identifier": "u", "password": "p", "fields": { "cliente": { "in": [ "client_id", "basic:user" ], "required": true } } """, Form, "u=ana&p=x&client_id=", "", "Authorization: Basic YXBw", "Invalid client_id:Empty" },
        { """ "from": "form", "identifier": "u", "password": "p", "fields": { "cliente": { "in": [ "basic:user", "client_id" ], "required": true } } """, Form, "u=ana&p=x", "", "Authorization: Basic YXBwOg==", "ana x" },
        { """ "identifier": "u", "password": { "in": "p", "most": 2 } """, Json, """{"u":"ana","p":"ñño"}""", "", "", "Invalid p:Long" },
        { """ "identifier": { "in": "u", "normalise": "digits", "format": "cpf" }, "password": "p" """, Json, """{"u":"529.982.247-25","p":"x"}""", "", "", "52998224725 x" },
        { """ "identifier": { "in": "u", "normalise": "digits", "format": "cpf" }, "password": "p" """, Json, """{"u":"529.982.247-26","p":"x"}""", "", "", "Invalid u:Format" },
        { """ "identifier": { "in": "u", "normalise": "digits" }, "password": "p" """, Json, """{"u":"abc","p":"x"}""", "", "", "Invalid u:Format" },
        { """ "identifier": { "in": "u", "normalise": "alphanumeric" }, "password": "p" """, Json, """{"u":"12.345.678-k","p":"x"}""", "", "", "12345678K x" },
        { """ "identifier": { "in": "u", "pattern": "^[a-z]+$" }, "password": "p" """, Json, """{"u":"ana\n","p":"x"}""", "", "", "Invalid u:Format" },
        { """ "from": [ "json", "query" ], "identifier": [ "u", "query:u" ], "password": "p" """, Json, """{"p":"x"}""", "?u=ana", "", "ana x" },
        { """ "identifier": "u", "password": "p", "fields": { "e": { "in": "empresa", "required": true } } """, Json, """{"u":"ana","p":"x"}""", "", "", "Invalid empresa:Missing" },
        { """ "identifier": "u", "password": "p", "fields": { "e": { "in": "header:Referer", "required": true } } """, Json, """{"u":"ana","p":"x"}""", "", "", "Invalid Referer:Missing" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_request_is_read_as_its_contract_says(string request, string contentType, string body, string query, string header, string expected)
    {
        var decoded = Decode(request, contentType, body, query, header);
        using var password = decoded.Password;
        (decoded.Refusal is { } refusal
            ? $"{refusal} {string.Join(' ', decoded.Invalid.Select(i => $"{i.Field}:{i.Rule}"))}"
            : $"{decoded.Identifier} {Encoding.UTF8.GetString(password!.Reveal())}").ShouldBe(expected);
    }

    public static TheoryData<string, string, string> Values => new()
    {
        { "\"f\"", "\"x\"", "\"x\"" },
        { "\"f\"", "5", "null" },
        { """{ "in": "f", "type": "number" }""", "5", "5" },
        { """{ "in": "f", "type": "number" }""", "\"5\"", "5" },
        { """{ "in": "f", "type": "number" }""", "5.5", "null" },
        { """{ "in": "f", "type": "flag" }""", "true", "true" },
        { """{ "in": "f", "type": "flag" }""", "\"on\"", "true" },
        { """{ "in": "f", "type": "flag" }""", "0", "false" },
        { """{ "in": "f", "type": "flag" }""", "\"quizás\"", "null" },
        { """{ "in": "f", "type": "any" }""", "1.50", "1.50" },
        { """{ "in": "f", "type": "any" }""", "\"siete\"", "\"siete\"" },
        { """{ "in": "f", "type": "any" }""", "null", "null" },
        { """{ "in": "f", "type": "any" }""", "{\"a\":1}", "null" },
        { """{ "in": "f", "most": 3 }""", "\"abcd\"", "null" },
        { """{ "in": "f", "least": 3 }""", "\"ab\"", "null" },
        { """{ "in": "f", "least": 3 }""", "\"abc\"", "\"abc\"" },
        { """{ "in": "f", "pattern": "^[a-z]+$" }""", "\"a1\"", "null" },
        { """{ "in": "f", "pattern": "^[a-z]+$" }""", "\"ab\"", "\"ab\"" },
        { """{ "in": "f", "pattern": "[0-9]{4}$" }""", "\"ab1234\"", "\"ab1234\"" },
        { """{ "in": "f", "pattern": "^([a-z]+$)" }""", "\"ab\\n\"", "null" },
        { """{ "in": "f", "pattern": "^[a-z]+" }""", "\"ab\\n\"", "\"ab\\n\"" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_field_is_said_back_with_its_type_or_is_null(string field, string sent, string said)
    {
        var contract = Compile($$""" "identifier": "u", "password": "p", "fields": { "f": {{field}} } """, """ "refused": { "body": "{request.f}" } """);
        var decoded = contract.Decoder.Decode(Encoding.UTF8.GetBytes($$"""{"u":"ana","p":"x","f":{{sent}}}"""));
        using var password = decoded.Password;

        var values = new Zaguan.Contracts.Answers.AnswerValues { Request = new(decoded.Identifier, decoded.Fields) };
        Encoding.UTF8.GetString(contract.Answers[Zaguan.Contracts.Answers.AnswerName.Refused].Render(values).Span).ShouldBe(said);
    }

    [Theory]
    [InlineData("""{"u":"ana","p":["secreto"]}""")]
    [InlineData("""{"u":"ana","p":{"x":"secreto"}}""")]
    [InlineData("""{"u":7,"p":"secreto","secreto":"secreto"}""")]
    [InlineData("""{"u":"ana","p":7}""")]
    public void Nothing_of_a_password_is_among_what_is_said_back(string body)
    {
        var decoded = Compile(""" "identifier": "u", "password": "p" """).Decoder.Decode(Encoding.UTF8.GetBytes(body));

        decoded.Refusal.ShouldBe(Outcome.Invalid);
        decoded.Invalid.ShouldAllBe(i => !i.Value.ToText().Contains("secreto", StringComparison.Ordinal));
    }

    public static TheoryData<FieldFormatName, string, bool> Formats => new()
    {
        { FieldFormatName.Cpf, "52998224725", true }, { FieldFormatName.Cpf, "11111111111", false }, { FieldFormatName.Cnpj, "11.222.333/0001-81", true }, { FieldFormatName.Cnpj, "11.222.333/0001-82", false },
        { FieldFormatName.Rut, "12.345.678-5", true }, { FieldFormatName.Rut, "12.345.678-4", false }, { FieldFormatName.Rut, "6-K", true }, { FieldFormatName.Nif, "12345678Z", true }, { FieldFormatName.Nif, "12345678A", false }, { FieldFormatName.Nif, "X1234567L", true },
        { FieldFormatName.Cuit, "20-12345678-6", true }, { FieldFormatName.Cuit, "20-12345678-5", false }, { FieldFormatName.Ruc, "20100070970", true }, { FieldFormatName.Ruc, "20100070971", false },
        { FieldFormatName.Email, "a@b", true }, { FieldFormatName.Email, "a b@c", false }, { FieldFormatName.Digits, "12", true }, { FieldFormatName.Digits, "1a", false },
        { FieldFormatName.Uuid, "550e8400-e29b-41d4-a716-446655440000", true }, { FieldFormatName.Uuid, "550e8400", false },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_format_is_what_it_is_called(FieldFormatName format, string text, bool fits) => FieldFormats.Fits((FieldFormat)format, text).ShouldBe(fits);

    [Theory]
    [InlineData(""" "identifier": "a", "password": "a.b" """, "\"a\" and \"a.b\" lie in each other")]
    [InlineData(""" "identifier": "header:Authorization", "password": "p" """, "holds credentials")]
    [InlineData(""" "identifier": "u", "password": "p", "fields": { "eco": "p" } """, "The field \"p\" is already the password.")]
    [InlineData(""" "method": "GET", "from": "query", "identifier": "u", "password": "p", "fields": { "x": "query:p" } """, "The field \"p\" is already the password.")]
    [InlineData(""" "identifier": "u", "password": "p", "fields": { "x": "header:Transfer-Encoding" } """, "The header Transfer-Encoding is the connection's")]
    [InlineData(""" "identifier": "u", "password": "p", "fields": { "x": "header:host" } """, "The header host is the connection's")]
    [InlineData(""" "identifier": "u", "password": "p", "fields": { "x": "header:X_Forwarded_For" } """, "says where a request comes from")]
    [InlineData(""" "identifier": "u", "password": "p", "fields": { "x": "header:X.Real.IP" } """, "says where a request comes from")]
    [InlineData(""" "identifier": "u", "password": "p", "fields": { "identifier": "x" } """, "not identifier, origin or address")]
    [InlineData(""" "identifier": { "in": "u", "pattern": "(?=x)" }, "password": "p" """, "no regular expression that can be used here")]
    [InlineData(""" "identifier": "u", "password": "p", "method": "GET" """, "A GET has no body")]
    [InlineData(""" "identifier": "u", "password": "p", "identifies": "attribute" """, "Which attribute the identifier is")]
    [InlineData(""" "identifier": "u", "password": "p", "constants": { "m": [] } """, "is a text, a number, true or false")]
    [InlineData(""" "identifier": "u", "password": { "in": "p", "least": 9, "most": 8 } """, "No text has at least 9 characters and at most 8.")]
    [InlineData(""" "identifier": "u", "password": "p", "fields": { "x": { "in": "x", "least": 300 } } """, "No text has at least 300 characters and at most 256.")]
    [InlineData(""" "identifier": "u", "password": "p", "fields": { "x": { "in": "x", "least": 2, "type": "number" } } """, "Only a text has a length")]
    [InlineData(""" "from": "form", "identifier": "u", "password": "p", "empty": "object" """, "Only a body in JSON is an empty object")]
    [InlineData(""" "identifier": "Header:u", "password": "p" """, "Not \"Header:u\".")]
    [InlineData(""" "identifier": "u", "password": "p", "constants": { "query:ñ": 1 } """, "Not \"query:ñ\".")]
    [InlineData(""" "identifier": "u", "password": "p", "fields": { "x": "header:X Y" } """, "not by ' ': \"header:X Y\".")]
    [InlineData(""" "identifier": "u", "password": "p", "fields": { "x": "basic:clave" } """, "basic:user or basic:password. Not \"basic:clave\".")]
    [InlineData(""" "identifier": "u", "password": "basic:password" """, "are a client's, beside those of who logs in")]
    [InlineData(""" "from": [ "form", "basic" ], "identifier": "u", "password": "p", "constants": { "basic:user": "app" } """, "a client's credentials cannot stand there too")]
    [InlineData(""" "identifier": "u", "password": "p", "constants": { "basic:user": "a:b" } """, "has no colon in it")]
    [InlineData(""" "identifier": "u", "password": "p", "constants": { "basic:user": "a" }, "fields": { "x": "basic:user" } """, "is already a constant")]
    public void What_cannot_be_read_so_is_told(string request, string sentence)
    {
        var problems = new Problems();
        ContractCompiler.Compile("p", "p.json", Text(request, ""), problems).ShouldBeNull();
        problems.ShouldHaveSingleItem().Sentence.ShouldContain(sentence);
    }

    [Fact]
    public void No_field_stands_in_a_header_that_is_not_handed_on()
    {
        var names = HandedOnHeaders.OfOneConnection.Concat(HandedOnHeaders.NotSaidThere.Select(n => n.EndsWith('-') ? $"{n}x" : n)).ToList();
        foreach (var name in names)
        {
            var problems = new Problems();
            ContractCompiler.Compile("p", "p.json", Text($$""" "identifier": "u", "password": "p", "fields": { "x": "header:{{name}}" } """, ""), problems).ShouldBeNull(name);
            problems.ShouldHaveSingleItem().Sentence.ShouldStartWith($"The header {name} is the connection's");
        }
    }

    [Fact]
    public void A_secret_of_the_client_is_said_nowhere()
    {
        const string request = """ "from": "form", "identifier": "u", "password": "p", "fields": { "llave": { "in": "basic:password", "most": 3, "required": true } } """;
        var decoded = Decode(request, Form, "u=ana&p=x", "", "Authorization: Basic YXBwOnNlY3JldG8=");

        var broken = decoded.Invalid.ShouldHaveSingleItem();
        (broken.Rule, broken.Value.Kind).ShouldBe((InvalidRule.Long, ValueKind.Null));
        foreach (var answers in new[] { """ "refused": { "body": "{request.llave}" } """, """ "refused": [ { "if": { "request.llave": "secreto" }, "body": 1 }, { "body": 2 } ] """, """ "refused": { "body": "{now|else:request.llave}" } """ })
        {
            var problems = new Problems();
            ContractCompiler.Compile("p", "p.json", Text(request, answers), problems).ShouldBeNull(answers);
            problems.ShouldHaveSingleItem().Sentence.ShouldContain("is a client's secret");
        }
    }

    [Theory]
    [InlineData("\"1\"", false)]
    [InlineData("1", false)]
    [InlineData("[ true, \"on\" ]", false)]
    [InlineData("[ true, null ]", true)]
    public void A_condition_goes_by_what_a_field_can_be(string value, bool isPossible)
    {
        var problems = new Problems();
        var text = Text(""" "identifier": "u", "password": "p", "fields": { "recordar": { "in": "r", "type": "flag" } } """, $$""" "refused": [ { "if": { "request.recordar": {{value}} }, "body": 1 }, { "body": 2 } ] """);

        (ContractCompiler.Compile("p", "p.json", text, problems) is not null).ShouldBe(isPossible);
        problems.ShouldAllBe(p => p.Sentence.StartsWith("{request.recordar} is true or false, and never", StringComparison.Ordinal));
    }

    [Fact]
    public void Credentials_of_the_client_are_read_beside_those_of_who_logs_in_and_written_in_reverse()
    {
        const string request = """ "from": "form", "identifier": "u", "password": "p", "constants": { "basic:user": "app", "basic:password": "ñ" }, "fields": { "n": "header:X.N" } """;
        var decoder = Compile(request).Decoder;

        var headers = decoder.Writer.Headers([.. decoder.Rules.Fields.Select(f => f.Role == FieldRole.Named ? Value.Of(7) : Value.Null)]).ToList();

        headers.ShouldBe([("X.N", "7"), ("Authorization", "Basic YXBwOsOx")]);
        using var password = Decode(request, Form, "u=ana&p=x", "", $"Authorization: {headers[1].Item2}").Password;
        Encoding.UTF8.GetString(password!.Reveal()).ShouldBe("x");
    }

    [Fact]
    public void A_name_with_a_dollar_sign_or_a_colon_is_read_alike_by_all() =>
        Decode(""" "from": "form", "identifier": "f:u", "password": "a$p" """, Form, "f:u=ana&a$p=x", "", "").IsAmbiguous.ShouldBeFalse();

    [Fact]
    public void The_name_of_a_header_is_its_name_dots_and_all()
    {
        var broken = Decode(""" "identifier": "header:X.Usuario", "password": "a.p" """, Json, "{\"a\":{}}", "", "").Invalid;

        broken.Select(i => $"{i.Field} {i.Name}").ShouldBe(["X.Usuario X.Usuario", "a.p p"]);
    }

    [Theory]
    [InlineData(""" "identifier": "a.u", "password": "a.p", "constants": { "m": "login", "v": 2 }, "fields": { "id": { "in": "id", "type": "any" } } """, """{"a":{"u":"ana","p":"x\"y"},"m":"login","v":2,"id":7}""")]
    [InlineData(""" "from": "form", "identifier": "a.u", "password": "a.p", "constants": { "m": "login" } """, "a%5Bu%5D=ana&a%5Bp%5D=x%22y&m=login")]
    [InlineData(""" "from": "form", "identifier": "f:u", "password": { "in": "a$p", "least": 3 } """, "f%3Au=ana&a%24p=x%22y")]
    public void In_reverse_a_request_is_written_as_its_clients_write_it(string request, string expected)
    {
        var decoder = Compile(request).Decoder;
        var fields = decoder.Rules.Fields.Select(f => f.Role == FieldRole.Named ? Value.Of(7) : Value.Null).ToList();
        var body = new System.Buffers.ArrayBufferWriter<byte>();

        decoder.Writer.Write(body, "ana", "x\"y"u8, directory: null, fields);

        Encoding.UTF8.GetString(body.WrittenSpan).ShouldBe(expected);
        body.WrittenCount.ShouldBeLessThan(decoder.Writer.LongestBody("ana", 3, fields));
        var decoded = decoder.Decode(new RequestInput { Body = body.WrittenSpan, ContentType = decoder.Writer.ContentType });
        using var password = decoded.Password;
        (decoded.Identifier, Encoding.UTF8.GetString(password!.Reveal())).ShouldBe(("ana", "x\"y"));
    }

    /// <summary>The enum of the product is internal.</summary>
    public enum FieldFormatName
    {
        Digits,
        Email,
        Uuid,
        Cpf,
        Cnpj,
        Rut,
        Nif,
        Cuit,
        Ruc,
    }

    private static DecodedRequest Decode(string request, string contentType, string body, string query, string header)
    {
        var headers = new HeaderDictionary();
        if (header.Split(": ", 2) is [var name, var value])
        {
            headers[name] = value;
        }

        return Compile(request).Decoder.Decode(new RequestInput { Body = Encoding.UTF8.GetBytes(body), ContentType = contentType, Headers = headers, Query = query });
    }

    private static Contract Compile(string request, string answers = """ "refused": { "body": 1 } """)
    {
        var problems = new Problems();
        var contract = ContractCompiler.Compile("p", "p.json", Text(request, answers), problems);
        problems.ShouldBeEmpty();
        return contract!;
    }

    private static byte[] Text(string request, string answers) => Encoding.UTF8.GetBytes($$"""
        { "title": "P", "request": { "path": "/x", {{request}} }, "answers": { "granted": { "body": 0 }, "failed": { "body": 2 }, {{(answers.Length == 0 ? "\"refused\": { \"body\": 1 }" : answers)}} } }
        """);
}
