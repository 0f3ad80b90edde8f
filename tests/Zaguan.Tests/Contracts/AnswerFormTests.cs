using System.Text;
using System.Text.Json;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Contracts;

/// <summary>What an answer can be besides JSON that is always the same; and that no value breaks out of its place.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class AnswerFormTests
{
    private const string Nasty = "<b>\"&'\r\nSet-Cookie: x=1; é//malo.example";

    private static readonly AnswerValues Values = new()
    {
        User = new() { Number = 7, Username = "ana", GivenName = Nasty, Active = true, RoleName = "jefa", RoleNumber = 2, Attributes = """{"l":[{"a":1,"b":"x"},{"a":2}],"t":["p","q"],"m":["<b>",7,null,true,{"x":1}],"vacía":[],"e":{"n":"uno","r":{"c":5},"r.c":6},"e.n":null,"d":[{"r":{"n":"x"},"r.n":"y"},{"r":{"n":"z"}},{"r":4}]}""" },
        Token = "tok",
        Now = new DateTimeOffset(2026, 3, 1, 8, 0, 0, 250, TimeSpan.Zero),
        ExpiresAt = new DateTimeOffset(2026, 3, 1, 9, 0, 0, 250, TimeSpan.Zero),
        RetryAfter = 90,
        RetryAt = new DateTimeOffset(2026, 3, 1, 8, 1, 30, 250, TimeSpan.Zero),
        Invalid = [new("u", InvalidRule.Missing), new("a.p", InvalidRule.Long)],
    };

    public static TheoryData<string, string> Bodies => new()
    {
        { "\"{user.number|text}\"", "\"7\"" },
        { "\"{user.number|pad:4}\"", "\"0007\"" },
        { "\"{user.username|upper}\"", "\"ANA\"" },
        { "\"{user.email|upper}\"", "null" },
        { "\"{user.email|else:user.username}\"", "\"ana\"" },
        { "\"{now|iso}\"", "\"2026-03-01T08:00:00Z\"" },
        { "\"{now|zone:-05:00|iso}\"", "\"2026-03-01T03:00:00-05:00\"" },
        { "\"{now|zone:-05:00}\"", "\"2026-03-01T03:00:00.250-05:00\"" },
        { "\"{now|zone:-05:00|format:dd/MM/yyyy HH:mm:ss}\"", "\"01/03/2026 03:00:00\"" },
        { "\"{now|format:yyyy-MM-dd'T'HH:mm}\"", "\"2026-03-01T08:00\"" },
        { "\"{now|rfc1123}\"", "\"Sun, 01 Mar 2026 08:00:00 GMT\"" },
        { "\"{now|unixms}\"", "1772352000250" },
        { "\"{token.expiresIn}\"", "3600" },
        { "\"{token.expiresIn|minutes}\"", "60" },
        { """{ "$match": "{user.active}", "true": "A", "false": "I" }""", "\"A\"" },
        { """{ "$match": "{role.number}", "1": "uno", "else": [ "{role.name}" ] }""", "[\"jefa\"]" },
        { """{ "$match": "{user.email}", "null": "sin", "else": "con" }""", "\"sin\"" },
        { """{ "$match": "{role.number}", "1": 1 }""", "null" },
        { """{ "a?": { "$match": "{role.number}", "1": 1 } }""", "{}" },
        { """{ "$$ref": 1 }""", """{"$ref":1}""" },
        { """[ 0, { "$each": "{user.attributes.l}", "item": { "x": "{item.a}", "y?": "{item.b}" } } ]""", """[0,{"x":1,"y":"x"},{"x":2}]""" },
        { """[ { "$each": "{user.attributes.t}", "item": "{item}!" } ]""", """["p!","q!"]""" },
        { """[ { "$each": "{user.attributes.nada}", "item": "{item}" } ]""", "[]" },
        { """[ { "$each": "{roles}", "item": "{item.name}" } ]""", """["jefa"]""" },
        { "\"{user.attributes.t|join:,}\"", "\"p,q\"" },
        { "\"{user.attributes.t|join:: }\"", "\"p: q\"" },
        { "\"{user.attributes.t|join:}\"", "\"pq\"" },
        { "\"{user.attributes.t|join:, |upper}.\"", "\"P, Q.\"" },
        { "\"{user.attributes.m|join:;}\"", """ "<b>;7;;true;{\"x\":1}" """ },
        { "\"{user.attributes.vacía|join:,}\"", "\"\"" },
        { "\"{user.attributes.nada|join:,|default:ninguno}\"", "\"ninguno\"" },
        { "\"{user.number|join:,}\"", "\"7\"" },
        { "\"{user.attributes.e|join:,}\"", """ "{\"n\":\"uno\",\"r\":{\"c\":5},\"r.c\":6}" """ },
        { "\"{user.attributes.e.n}\"", "null" },
        { "\"{user.attributes.e.r}\"", """{"c":5}""" },
        { "\"{user.attributes.e.r.c}\"", "6" },
        { "\"{user.attributes.e.n.x}\"", "null" },
        { "\"{user.attributes.l.a}\"", "null" },
        { """[ { "$each": "{user.attributes.d}", "item": "{item.r.n}" } ]""", """["y","z",null]""" },
        { """[ 0, { "$each": "{user.attributes.t}", "items": [ "{item}", { "x": 1 } ] }, 9 ]""", """[0,"p",{"x":1},"q",{"x":1},9]""" },
        { """[ { "$each": "{user.attributes.l}", "items": { "$match": "{item.a}", "1": [ "uno", "{item.b}" ], "else": [ "otro" ] } } ]""", """["uno","x","otro"]""" },
        { """[ { "$each": "{user.attributes.l}", "items": { "$match": "{item.a}", "2": { "$match": "{item.b}", "null": [ 1, 2 ] } } } ]""", "[1,2]" },
        { """{ "$each": "{user.attributes.t}", "key": "k-{item}", "item": true }""", """{"k-p":true,"k-q":true}""" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_template_becomes_what_the_guide_says(string template, string expected) =>
        Encoding.UTF8.GetString(Compile($$"""{ "body": {{template}} }""").Render(Values).Span).ShouldBe(expected.Trim(' '));

    public static TheoryData<string, string> Errors => new()
    {
        { """{ "$each": "{invalid}", "key": "{item.field}", "item": [ "{item.rule}" ] }""", """{"u":["missing"],"a.p":["long"]}""" },
        { """{ "$each": "{invalid}", "key": "{item.name}", "item": "{item.rule}" }""", """{"u":"missing","p":"long"}""" },
        { """[ { "$each": "{invalid}", "item": { "f": "{item.field}", "m": { "$match": "{item.rule}", "missing": "falta", "else": "no vale" } } } ]""", """[{"f":"u","m":"falta"},{"f":"a.p","m":"no vale"}]""" },
        { "\"{invalid.field} {invalid.rule} {invalid.more}\"", "\"u missing 1\"" },
        { "\"{invalid.fields}\"", """["u","a.p"]""" },
        { "\"Faltan {invalid.fields|join:, }.\"", "\"Faltan u, a.p.\"" },
        { """{ "message": [ { "$each": "{invalid}", "items": { "$match": "{item.rule}", "missing": [ "{item.field} should not be empty", "{item.field} must be a string" ], "else": [ "{item.field}: {item.rule}" ] } } ] }""", """{"message":["u should not be empty","u must be a string","a.p: long"]}""" },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Errors_of_fields_take_the_usual_shapes(string template, string expected) =>
        Encoding.UTF8.GetString(Compile($$"""{ "body": {{template}} }""", "invalid").Render(Values).Span).ShouldBe(expected);

    [Fact]
    public void When_to_come_back_is_a_number_of_seconds_and_an_instant() =>
        Encoding.UTF8.GetString(Compile("""{ "body": [ "{retryAfter}", "{retryAt}", "{retryAt|unix}", "{retryAt|zone:-05:00|format:HH:mm}" ] }""", "locked").Render(Values).Span)
            .ShouldBe("""[90,"2026-03-01T08:01:30.250Z",1772352090,"03:01"]""");

    [Theory]
    [InlineData("text/plain", "{user.attributes.m|join:;}", "<b>;7;;true;{\"x\":1}")]
    [InlineData("text/html", "{user.attributes.m|join:<br>}", "&lt;b&gt;&lt;br&gt;7&lt;br&gt;&lt;br&gt;true&lt;br&gt;{&quot;x&quot;:1}")]
    [InlineData("text/plain", "{user.givenName}", "<b>\"&'\ufffd\ufffdSet-Cookie: x=1; é//malo.example")]
    [InlineData("text/html; charset=utf-8", "<p>{user.givenName}</p>", "<p>&lt;b&gt;&quot;&amp;&#39;&#13;&#10;Set-Cookie: x=1; é//malo.example</p>")]
    [InlineData("application/soap+xml", "<a b=\"{user.givenName}\"/>", "<a b=\"&lt;b&gt;&quot;&amp;&#39;&#13;&#10;Set-Cookie: x=1; é//malo.example\"/>")]
    public void What_stands_in_a_text_is_escaped_as_its_type_demands(string contentType, string text, string expected) =>
        Encoding.UTF8.GetString(Compile($$"""{ "contentType": "{{contentType}}", "text": {{JsonSerializer.Serialize(text)}} }""").Render(Values).Span).ShouldBe(expected);

    [Fact]
    public void JSON_that_calls_itself_HTML_has_no_markup_in_it()
    {
        var body = Encoding.UTF8.GetString(Compile("""{ "contentType": "text/html", "body": { "n": "{user.givenName}", "é": "ñ", "m": "{user.attributes.m}" } }""").Render(Values).Span);
        body.ShouldNotContain("<");
        body.ShouldNotContain("&");
        body.ShouldContain("\"é\":\"ñ\"");
        JsonElement.Parse(body).GetProperty("m")[0].GetString().ShouldBe("<b>");
    }

    [Fact]
    public void No_value_breaks_out_of_a_header_a_cookie_or_an_address()
    {
        var answer = Compile("""
            { "redirect": "/inicio?n={user.givenName}", "headers": { "X-N": "a {user.givenName}", "X-Nada": "{user.email}" },
              "cookies": { "c": "{user.givenName}", "nada": "{user.email}", "s": { "value": "{token}", "path": "/", "maxAge": "8h", "httpOnly": false, "sameSite": "Strict" } } }
            """);

        var headers = answer.RenderHeaders(Values).ToList();

        answer.Status.ShouldBe(302);
        headers.ShouldAllBe(h => h.Value.All(c => c >= ' ' && c <= '~'));
        headers.Select(h => h.Name).ShouldBe(["Location", "X-N", "Set-Cookie", "Set-Cookie"]);
        headers[0].Value.ShouldStartWith("/inicio?n=%3Cb%3E%22%26%27%0D%0A");
        headers[0].Value.ShouldNotContain("//");
        headers[2].Value.ShouldBe("c=<b>%22&'%0D%0ASet-Cookie:%20x=1%3B%20%C3%A9//malo.example; Secure; HttpOnly; SameSite=Lax");
        headers[3].Value.ShouldBe("s=tok; Path=/; Max-Age=28800; Secure; SameSite=Strict");
    }

    [Fact]
    public void An_address_takes_a_percent_sign_for_itself_and_no_value_that_is_too_long_for_a_header()
    {
        var answer = Compile("""{ "redirect": "/inicio?n={user.givenName}" }""");

        Location("50%0d").ShouldBe("/inicio?n=50%250d");
        Location(new string('a', 8_192)).ShouldBe("/inicio?n=");

        string Location(string name) => answer.RenderHeaders(Values with { User = Values.User! with { GivenName = name } }).Single().Value;
    }

    [Fact]
    public void Of_several_answers_the_first_whose_condition_holds_is_given()
    {
        var answer = Compile("""[ { "if": { "role.number": [ 1, 3 ] }, "body": 1 }, { "if": { "role.name": "jefa", "user.email": null }, "body": 2 }, { "body": 3 } ]""");

        Number(Values).ShouldBe("2");
        Number(Values with { User = Values.User! with { RoleNumber = 3 } }).ShouldBe("1");
        Number(Values with { User = Values.User! with { Email = "a@b" } }).ShouldBe("3");

        string Number(AnswerValues values) => Encoding.UTF8.GetString(answer.Choose(values).Render(values).Span);
    }

    [Fact]
    public void What_is_made_of_chance_is_the_same_wherever_it_stands_in_one_answer()
    {
        var answer = Compile("""{ "headers": { "X-Id": "{generated.uuid}" }, "body": [ "{generated.uuid}", "{generated.hex32}", "{generated.traceparent}" ] }""");
        var values = Values with { Generated = new() };

        using var body = JsonDocument.Parse(answer.Render(values));
        body.RootElement[0].GetString().ShouldBe(answer.RenderHeaders(values).Single().Value);
        body.RootElement[1].GetString()!.Length.ShouldBe(32);
        Encoding.UTF8.GetString(answer.Render(Values with { Generated = new() }).Span).ShouldNotBe(body.RootElement.GetRawText());
    }

    [Fact]
    public void What_an_answer_says_of_chance_is_nothing_of_the_token()
    {
        var values = Values with { Generated = new() };

        Vocabulary.Find("generated.hex32")!.Read(values).ToText().ShouldNotBe(Vocabulary.Find("random.hex32")!.Read(values).ToText());
    }

    [Theory]
    [InlineData("""{ "redirect": "{user.username}" }""", "begins with a path of this host")]
    [InlineData("""{ "redirect": "//{user.username}" }""", "begins with a path of this host")]
    [InlineData("""{ "redirect": "https://{user.username}/" }""", "begins with a path of this host")]
    [InlineData("""{ "redirect": "javascript:alert(1)" }""", "begins with a path of this host")]
    [InlineData("""{ "redirect": "/x", "status": 200 }""", "A redirection has one of the statuses")]
    [InlineData("""{ "headers": { "Set-Cookie": "a=b" }, "body": 1 }""", "Cookies have a member of their own")]
    [InlineData("""{ "headers": { "Access-Control-Allow-Origin": "*" }, "body": 1 }""", "Zaguan decides it for every answer")]
    [InlineData("""{ "headers": { "X-A b": "1" }, "body": 1 }""", "A header is called by")]
    [InlineData("""{ "headers": { "X-A": "é" }, "body": 1 }""", "printable ASCII")]
    [InlineData("""{ "cookies": { "__Host-zaguan-x": "1" }, "body": 1 }""", "none of Zaguan's own names")]
    [InlineData("""{ "cookies": { "a": { "value": "1", "secure": false, "sameSite": "None" } }, "body": 1 }""", "browsers drop it otherwise")]
    [InlineData("""{ "text": "x", "contentType": "application/javascript" }""", "nobody knows how to write")]
    [InlineData("""{ "text": "x", "body": 1 }""", "a \"body\" or a \"text\"")]
    [InlineData("""[ { "body": 1 }, { "body": 2 } ]""", "are never given")]
    [InlineData("""[ { "if": { "role.name": "x" }, "body": 1 } ]""", "given when no other is")]
    [InlineData("""{ "body": { "$match": "x", "a": 1 } }""", "goes by one placeholder")]
    [InlineData("""{ "body": { "$match": "{user.active}{role.number}", "true2": 1 } }""", "goes by one placeholder")]
    [InlineData("""{ "body": { "$match": "rol {role.number}", "rol 2": 1 } }""", "goes by one placeholder")]
    [InlineData("""[ { "if": {}, "body": 1 }, { "body": 2 } ]""", "names nothing, and always holds")]
    [InlineData("""[ { "if": { "user.active": [ true, "1" ] }, "body": 1 }, { "body": 2 } ]""", "{user.active} is true or false, and never \"1\"")]
    [InlineData("""[ { "if": { "role.name": 2 }, "body": 1 }, { "body": 2 } ]""", "{role.name} is a text, and never 2")]
    [InlineData("""[ { "if": { "role.number": 1.5 }, "body": 1 }, { "body": 2 } ]""", "{role.number} is a whole number, and never 1.5")]
    [InlineData("""[ { "if": { "now": "2026" }, "body": 1 }, { "body": 2 } ]""", "{now} is an instant, which no condition goes by")]
    [InlineData("""{ "headers": { "X-A@b": "1" }, "body": 1 }""", "not by '@': \"X-A@b\"")]
    [InlineData("""{ "body": "{now|format:ddQ}" }""", "A date is written with")]
    [InlineData("""{ "body": "{generated.nada}" }""", "is called uuid, traceparent")]
    [InlineData("""{ "body": "{now|join}" }""", "lacks its argument")]
    [InlineData("""{ "body": "{user.attributes.t|join:12345678901234567}" }""", "has at most 16 characters")]
    [InlineData("""{ "body": "{refreshToken.expiresIn}" }""", "{refreshToken.expiresIn} has nothing to stand for")]
    [InlineData("""{ "body": [ { "$each": "{roles}", "items": "x" } ] }""", "\"items\" is a list, or a $match whose cases are lists, not a text")]
    [InlineData("""{ "body": [ { "$each": "{roles}", "items": { "$match": "{item.name}", "a": 1 } } ] }""", "cases are lists, not a number")]
    [InlineData("""{ "body": [ { "$each": "{roles}", "items": [ 1 ], "item": 2 } ] }""", "neither an \"item\" nor a \"key\"")]
    [InlineData("""{ "body": { "$each": "{roles}", "items": [ 1 ], "key": "k" } }""", "neither an \"item\" nor a \"key\"")]
    [InlineData("""{ "body": [ { "$each": "{roles}", "items": [ { "$each": "{user.attributes.t}", "item": 1 } ] } ] }""", "no $each stands among them")]
    [InlineData("""{ "body": "{request.nada}" }""", "no such field under \"fields\"")]
    public void What_would_hurt_or_means_nothing_is_told(string answer, string sentence)
    {
        var problems = new Problems();
        ContractCompiler.Compile("p", "p.json", Text(answer, "granted"), problems).ShouldBeNull();
        problems.ShouldHaveSingleItem().Sentence.ShouldContain(sentence);
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("wrongPassword")]
    [InlineData("locked")]
    [InlineData("invalid")]
    public void Neither_a_condition_nor_a_template_tells_a_stranger_of_a_user(string name)
    {
        foreach (var answer in new[] { """{ "body": "{user.email}" }""", """[ { "if": { "user.attributes.x": 1 }, "body": 1 }, { "body": 2 } ]""", """{ "headers": { "X": "{role.name}" }, "body": 1 }""", """{ "body": [ { "$each": "{roles}", "item": 1 } ] }""" })
        {
            var problems = new Problems();
            ContractCompiler.Compile("p", "p.json", Text(answer, name), problems).ShouldBeNull(answer);
            problems.ShouldHaveSingleItem().Sentence.ShouldContain("known only in");
        }
    }

    [Fact]
    public void Whoever_is_called_disabled_before_the_password_is_looked_at_is_told_nothing_else()
    {
        var problems = new Problems();
        var text = Encoding.UTF8.GetString(Text("""{ "body": "{user.email}" }""", "inactive"));
        ContractCompiler.Compile("p", "p.json", Encoding.UTF8.GetBytes(text), problems).ShouldNotBeNull();
        ContractCompiler.Compile("p", "p.json", Encoding.UTF8.GetBytes(text[..text.LastIndexOf('}')] + ", \"policy\": { \"inactiveBeforePassword\": true } }"), problems).ShouldBeNull();
        problems.ShouldHaveSingleItem().ToString().ShouldBe("p.json:1 at /answers/inactive/body: {user.email} is not known here: by the policy \"inactiveBeforePassword\" anybody is answered this, whatever the password is. Leave it out, or the policy.");
    }

    private static Answer Compile(string answer, string name = "granted")
    {
        var problems = new Problems();
        var contract = ContractCompiler.Compile("p", "p.json", Text(answer, name), problems);
        problems.ShouldBeEmpty();
        return contract!.Answers[Enum.Parse<AnswerName>(name, ignoreCase: true)];
    }

    private static byte[] Text(string answer, string name)
    {
        var answers = new Dictionary<string, string>(StringComparer.Ordinal) { ["granted"] = """{ "body": "{token}" }""", ["refused"] = """{ "body": 1 }""", ["failed"] = """{ "body": 2 }""" };
        answers[name] = answer;
        var token = answers["granted"].Contains("{token", StringComparison.Ordinal)
            && answers["granted"].Contains("{token}", StringComparison.Ordinal) ? """, "token": { "secret": "{config.X}", "lifetime": "1h", "claims": {} }""" : "";
        return Encoding.UTF8.GetBytes($$"""{ "title": "P", "request": { "path": "/x", "identifier": "u", "password": "p" }, "answers": { {{string.Join(", ", answers.Select(a => $"\"{a.Key}\": {a.Value}"))}} }{{token}} }""");
    }
}
