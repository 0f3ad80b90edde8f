using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Contracts;

/// <summary>Contracts and requests of chance: nothing throws, and every refusal names the file and the place in it.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class FuzzTests
{
    private static readonly string[] Names =
    [
        "title", "request", "answers", "token", "policy", "method", "path", "from", "contentTypes", "identifier", "identifies", "attribute", "password", "directory", "fields", "constants", "strict", "empty", "in", "least", "most",
        "normalise", "format", "pattern", "required", "type", "granted", "refused", "failed", "unknownUser", "inactive", "locked", "malformed", "invalid", "wrongMethod", "if", "status", "body", "text", "contentType", "headers",
        "cookies", "redirect", "value", "maxAge", "sameSite", "$each", "key", "item", "items", "$match", "else", "true", "null", "algorithm", "secret", "lifetime", "lifetimes", "claims", "refresh", "optional", "acceptsRaw", "iss", "jti",
        "inactiveBeforePassword", "request.remember", "invalid.field", "X-Algo", "Set-Cookie", "a?", "$$", "ñ", "",
    ];

    private static readonly string[] Texts =
    [
        "/api/login", "/zaguan/x", "u", "p", "a.b", "header:X-A", "query:q", "basic:user", "f:u", "a$b", "object", "{user.attributes.x|join:, }", "{user.attributes.x.y}", "{invalid.fields}", "{refreshToken.expiresIn}", "{retryAt|iso}", "json", "form", "basic", "GET", "POST", "HS256", "RS256", "opaque", "8h", "0s", "{config.JWT_SECRET}", "{config.A|default:8h}", "{token}", "{refreshToken}",
        "{user.number}", "{user.fullName|upper}", "{user.attributes.x}", "{roles}", "{invalid}", "{item.field}", "{item}", "{now|zone:-05:00|iso}", "{now|format:dd/MM}", "{token.expiresIn|minutes}", "{generated.uuid}",
        "{random.letters40}", "{request.remember|else:generated.uuid}", "{user.number|pad:6}", "{{", "}}", "{", "}", "{}", "{|}", "{user.number|pad:x}", "^(a|b)$", "(", "(?=x)", "text/xml", "application/json", "Lax", "username", "either",
        "https://x.example/{user.number}", "\r\n", "\u0000", "é", "",
    ];

    /// <summary>What may stand in the granted answer of a contract with the field "remember".</summary>
    private static readonly string[] SoundTexts =
    [
        "ok", "é", "{{", "{user.number}", "{user.number|pad:6}", "{user.fullName|upper}", "{user.email|else:user.username}", "{user.attributes.x}", "{role.name}", "Hola, {user.givenName} {user.familyName}",
        "{now|zone:-05:00|iso}", "{now|format:dd/MM}", "{generated.uuid}", "{request.remember|else:generated.uuid}", "{request.identifier}", "{user.attributes.l|join:, }",
    ];

    private static readonly string[] SoundNames = ["a", "b", "ñ", "$$c"];

    private static readonly string[] Pieces =
        ["\"usuario\"", "\"Username\"", "\"password\"", ":", ",", "{", "}", "[", "]", "\"", "\\ud800", "\\u0000", "=", "&", "%", "%zz", "+", "[x]", "null", "1e999", "--x\r\n", "--x--", "Content-Disposition: form-data; name=\"username\"\r\n\r\n", "é", "\0", "username=a&password=b"];

    private static readonly string[] ContractTexts = [.. Repository.ContractNames.Select(Repository.ContractText), .. Repository.ExampleNames.Select(Repository.ExampleText)];

    private static readonly Contract[] Contracts =
    [
        .. Repository.ContractNames.Select(n => Compile(n, Repository.ContractText(n))),
        .. Repository.ExampleNames.Select(n => Compile(n, Repository.ExampleText(n))),
        Compile("todo", """
            {
              "title": "Todo", "request": { "path": "/t", "from": [ "json", "form", "multipart", "query", "basic" ], "identifier": { "in": [ "username", "header:X-User", "query:u" ], "normalise": "digits", "format": "rut" },
              "password": [ "password", "header:X-Password" ], "directory": "ad", "fields": { "n": { "in": "n", "type": "number" }, "f": { "in": "f", "type": "flag" }, "a": { "in": "a.b", "type": "any", "required": true } }, "constants": { "v?": 2 } },
              "answers": { "granted": { "body": { "a": "{request.a}", "n": "{request.n}" } }, "refused": { "status": 401, "contentType": "text/html", "text": "<p>{request.identifier}</p>" },
                "invalid": { "status": 400, "body": [ { "$each": "{invalid}", "item": [ "{item.field}", "{item.value}" ] } ] }, "failed": { "status": 302, "redirect": "/x?y={request.identifier}" } }
            }
            """),
    ];

    private static readonly User Somebody = TrialUser.Somebody.ToUser();

    private static Gen<string> Json(int depth)
    {
        var scalars = Gen.OneOf(
            Gen.Elements(Texts).Select(t => JsonSerializer.Serialize(t)),
            Gen.Elements("true", "false", "null", "0", "200", "401", "-1", "1.5", "999999999999"));
        if (depth == 0)
        {
            return scalars;
        }

        var inner = Json(depth - 1);
        var members = from name in Gen.Elements(Names)
                      from value in inner
                      select $"{JsonSerializer.Serialize(name)}:{value}";
        return Gen.Frequency(
            (2, scalars),
            (5, from count in Gen.Choose(0, 4) from list in Gen.ListOf(members, count) select $"{{{string.Join(',', list)}}}"),
            (1, from count in Gen.Choose(0, 3) from list in Gen.ListOf(inner, count) select $"[{string.Join(',', list)}]"));
    }

    /// <summary>A template without fault.</summary>
    private static Gen<string> SoundJson(int depth)
    {
        var scalars = Gen.OneOf(Gen.Elements(SoundTexts).Select(t => JsonSerializer.Serialize(t)), Gen.Elements("true", "null", "-1", "1.5"));
        if (depth == 0)
        {
            return scalars;
        }

        var inner = SoundJson(depth - 1);
        return Gen.Frequency(
            (2, scalars),
            (4, from count in Gen.Choose(0, SoundNames.Length) from list in Gen.ListOf(inner, count) select $"{{{string.Join(',', list.Zip(SoundNames).Select(m => $"\"{m.Second}\":{m.First}"))}}}"),
            (1, from count in Gen.Choose(0, 3) from list in Gen.ListOf(inner, count) select $"[{string.Join(',', list)}]"),
            (1, from item in scalars from last in inner select $$"""[{"$each":"{user.attributes.l}","item":{{item}}},{{last}}]"""),
            (1, from item in scalars from last in inner select $$$"""[{"$each":"{user.attributes.l}","items":{"$match":"{item}","a":[{{{item}}},{{{last}}}],"else":[{{{item}}}]}},{{{last}}}]"""),
            (1, from yes in inner from no in inner select $$"""{"$match":"{user.active}","true":{{yes}},"else":{{no}}}"""));
    }

    /// <summary>The skeleton of a contract, in which parts are of chance: so that chance comes as far as what lies deep.</summary>
    private static Gen<string> ContractText =>
        from request in Sometimes(Json(3), """{"path":"/e","identifier":"u","password":"p","fields":{"remember":{"in":"r","type":"flag"}}}""")
        from granted in Gen.Frequency((3, SoundJson(3)), (1, Json(3)))
        from refused in Sometimes(Json(3), """{"status":401}""", """[{"if":{"request.remember":true},"status":403,"body":"{request.identifier}"},{"status":401,"contentType":"text/html","text":"<p>{request.identifier}</p>"}]""")
        from invalid in Sometimes(Json(3), """{"status":400}""", """{"status":400,"body":[{"$each":"{invalid}","item":{"f":"{item.field}","v?":"{item.value}"}}]}""", """{"redirect":"/e?m={invalid.rule}"}""")
        from token in Gen.Frequency(
            (6, Gen.Elements("null", """{"secret":"{config.S}","lifetime":"8h","claims":{"sub":"{user.id}"}}""", """{"algorithm":"opaque","lifetime":"8h","text":"{access.id}|{random.letters40}"}""")),
            (1, Json(3)),
            (1, from claims in Json(3) from text in Json(1) select $$"""{"secret":"{config.S}","lifetime":"8h","claims":{{claims}},"text":{{text}}}"""))
        select $$$"""{"title":"Azar","request":{{{request}}},"answers":{"granted":{"body":{{{WithToken(token, granted)}}} },"refused":{{{refused}}},"invalid":{{{invalid}}},"failed":{"status":500} }{{{(token is "null" ? "" : $",\"token\":{token}")}}} }""";

    private static string WithToken(string token, string granted) => token is "null" ? granted : $"[\"{{token}}\",{granted}]";

    /// <summary>A contract of the repository, in which one value is another.</summary>
    private static Gen<string> MutatedText =>
        from text in Gen.Elements(ContractTexts)
        from at in Gen.Choose(0, 9_999)
        from put in Gen.OneOf(Json(1), SoundJson(1))
        select Mutate(text, at, put);

    private static Gen<string> Sometimes(Gen<string> chance, params string[] sound) => Gen.Frequency((4, Gen.Elements(sound)), (1, chance));

    private static string Mutate(string text, int at, string put)
    {
        var json = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var values = new List<(int From, int To)>();
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null)
            {
                values.Add(((int)reader.TokenStartIndex, (int)reader.BytesConsumed));
            }
        }

        var (from, to) = values[at % values.Count];
        return string.Concat(Encoding.UTF8.GetString(json, 0, from), put, Encoding.UTF8.GetString(json, to, json.Length - to));
    }

    [Fact]
    public void A_contract_of_chance_compiles_or_is_refused_with_its_place()
    {
        var rendered = 0;
        Prop.ForAll(Gen.Frequency((4, ContractText), (3, MutatedText), (1, Json(5))).ToArbitrary(), Holds).Check(Chance.Of(3_000));

        // Chance that never compiles would show nothing of what is rendered.
        rendered.ShouldBeGreaterThan(200);

        bool Holds(string json)
        {
            var holds = IsCompiledOrRefusedInPlace(json, out var isRendered);
            rendered += isRendered ? 1 : 0;
            return holds;
        }
    }

    [Fact]
    public void A_request_of_chance_is_read_or_refused_by_every_contract_and_answered()
    {
        var body = Gen.OneOf(
            from pieces in Gen.ListOf(Gen.Elements(Pieces)) select string.Concat(pieces.Take(12)),
            from pieces in Gen.ListOf(Gen.Elements(Pieces)) select $"{{\"username\":\"a\",\"password\":\"b\"{string.Concat(pieces.Take(6))}}}",
            from pieces in Gen.ListOf(Gen.Elements(Pieces)) select $"--x\r\n{string.Concat(pieces.Take(8))}\r\n--x--");
        var requests = from contract in Gen.Elements(Contracts)
                       from text in body
                       from type in Gen.Elements("application/json", "application/json; charset=\"", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "application/json-rpc", "", null)
                       from query in Gen.Elements("", "?", "?u=%", "?username=a&password=b&u=7", "?q")
                       from header in Gen.Elements(null, "Basic", "Basic ====", "Basic YTpi", "Basic YQ==", "Bearer x")
                       from isCutOff in Gen.Elements(true, false)
                       select (contract, text, type, query, header, isCutOff);
        Prop.ForAll(requests.ToArbitrary(), r => IsReadOrRefused(r.contract, r.text, r.type, r.query, r.header, r.isCutOff)).Check(Chance.Of(5_000));
    }

    private static bool IsCompiledOrRefusedInPlace(string json, out bool isRendered)
    {
        isRendered = false;
        var problems = new Problems();
        if (ContractCompiler.Compile("azar", "azar.json", Encoding.UTF8.GetBytes(json), problems) is { } contract)
        {
            foreach (var name in AnswerNames.All.Where(n => n != AnswerName.WrongMethod || contract.Answers.ContainsKey(n)))
            {
                var said = new Trial(contract, Somebody, DateTimeOffset.UnixEpoch).Answer(name);
                _ = new ReplyReader(contract.Answers).Read(said.Status, said.Body);
            }

            isRendered = true;
            return problems.Count == 0;
        }

        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var root = document.RootElement;
        return problems.Count > 0 && problems.All(p => p is { Origin: "azar.json", Line: > 0, Sentence.Length: > 0 } && Exists(root, p.Pointer));
    }

    /// <summary>RFC 6901 §4. Of a name that stands twice either is the place.</summary>
    private static bool Exists(JsonElement json, string pointer)
    {
        if (pointer.Length == 0)
        {
            return true;
        }

        var end = pointer.IndexOf('/', 1) is > 0 and var slash ? slash : pointer.Length;
        var step = pointer[1..end].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        var inner = json.ValueKind switch
        {
            JsonValueKind.Object => json.EnumerateObject().Where(m => m.NameEquals(step)).Select(m => m.Value),
            JsonValueKind.Array => json.EnumerateArray().Where((_, i) => string.Equals(i.ToString(System.Globalization.CultureInfo.InvariantCulture), step, StringComparison.Ordinal)),
            _ => [],
        };
        return pointer[0] == '/' && inner.Any(i => Exists(i, pointer[end..]));
    }

    private static bool IsReadOrRefused(Contract contract, string body, string? type, string query, string? authorization, bool isCutOff)
    {
        var headers = new HeaderDictionary { ["X-User"] = "12.345.678-5", ["Referer"] = "\u00e9\r\n" };
        if (authorization is not null)
        {
            headers["Authorization"] = authorization;
        }

        var decoded = contract.Decoder.Decode(new RequestInput { Body = Encoding.UTF8.GetBytes(body), ContentType = type, Headers = headers, Query = query, IsCutOff = isCutOff });
        using var password = decoded.Password;
        var said = new Trial(contract, Somebody, DateTimeOffset.UnixEpoch).Answer(decoded.Refusal is { } refusal ? AnswerNames.Of(refusal) : AnswerName.Granted, decoded);
        return said.Headers().All(h => h.Value.All(v => !v!.Any(char.IsControl)))
            && (decoded.Refusal is null ? decoded is { Identifier.Length: > 0, Invalid.Count: 0 } && password is { Length: > 0 } : password is null && decoded.Invalid.Count > 0);
    }

    private static Contract Compile(string name, string json) => ContractCompiler.Compile(name, name, Encoding.UTF8.GetBytes(json), []) ?? throw new InvalidOperationException(name);
}
