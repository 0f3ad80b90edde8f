using System.Text;
using Zaguan.Contracts;
using Zaguan.Reading;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Contracts;

/// <summary>What is wrong with a contract file is told all at once: the file, the line, the JSON pointer, a sentence, and what was probably meant.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class ContractProblemsTests
{
    /// <summary>A contract without fault; each test changes a line of it. Its lines are counted from 1.</summary>
    private const string Sound = """
        {
          "title": "Prueba",
          "request": { "path": "/api/login", "identifier": "usuario", "password": "clave" },
          "answers": {
            "granted": { "body": { "id": "{user.number}", "token": "{token}" } },
            "invalid": { "status": 400, "body": [ { "$each": "{invalid}", "item": "{item.field}" } ] },
            "refused": { "status": 401, "body": { "error": "no" } },
            "failed": { "status": 500, "body": null }
          },
          "token": {
            "secret": "{config.LLAVE}",
            "lifetime": "{config.VIDA|default:8h}",
            "claims": { "sub": "{user.id}" }
          }
        }
        """;

    public static TheoryData<string, string, string[]> Mistakes => new()
    {
        { "\"title\": \"Prueba\",", "\"title\": \"Prueba\"", ["p.json:3: This is not JSON: '\"' is invalid after a value. Expected either ',', '}', or ']'."] },
        { "\"title\": \"Prueba\",", "\"title\": \"Prueba\", \"title\": \"Otra\",", ["p.json:2 at /title: \"title\" stands here a second time; keep one of them."] },
        { "\"title\": \"Prueba\",", "\"title\": \"Prueba\", \"tokn\": {},", ["p.json:2 at /tokn: \"tokn\" is not known here. Did you mean \"token\"?"] },
        { "\"title\": \"Prueba\",", "\"title\": 7,", ["p.json:2 at /title: Here belongs a text, not 7."] },
        { "\"title\": \"Prueba\",", "\"title\": null,", ["p.json:2 at /title: Here belongs a text, not null."] },
        { "\"title\": \"Prueba\",", "\"title\": {},", ["p.json:2 at /title: Here belongs a text, not an object."] },
        { "\"title\": \"Prueba\",", "", ["p.json:1: \"title\" is missing."] },
        { "\"path\": \"/api/login\", ", "", ["p.json:3 at /request: \"path\" is missing."] },
        { "\"/api/login\"", "\"api/login\"", ["p.json:3 at /request/path: A path begins with a slash and is written as the client sends it, without a query: \"/api/login\", not \"api/login\"."] },
        { "\"/api/login\"", "\"/api/login?x=1\"", ["p.json:3 at /request/path: A path begins with a slash and is written as the client sends it, without a query: \"/api/login\", not \"/api/login?x=1\"."] },
        { "\"/api/login\"", "\"/api/../login\"", ["p.json:3 at /request/path: No request has the segments . and .. in its path: clients and servers resolve them."] },
        { "\"/api/login\"", "\"/Zaguan/login\"", ["p.json:3 at /request/path: Paths under /zaguan, /health and /.well-known are Zaguan's own."] },
        { "\"/api/login\"", "\"/.Well-Known/login\"", ["p.json:3 at /request/path: Paths under /zaguan, /health and /.well-known are Zaguan's own."] },
        { "\"/api/login\"", "\"/health\"", ["p.json:3 at /request/path: Paths under /zaguan, /health and /.well-known are Zaguan's own."] },
        { "\"identifier\": \"usuario\"", "\"identifier\": \"el usuario\"", ["p.json:3 at /request/identifier: A field is the name of a member of the body, or where members lie in members, the names with dots between them (\"params.user\"); or header:NAME, query:NAME, basic:user or basic:password. Not \"el usuario\"."] },
        { "\"identifier\": \"usuario\"", "\"identifier\": []", ["p.json:3 at /request/identifier: This list is empty; here belongs at least one."] },
        { "\"identifier\": \"usuario\"", "\"identifier\": { \"in\": [] }", ["p.json:3 at /request/identifier/in: This list is empty; here belongs at least one."] },
        { "\"identifier\": \"usuario\"", "\"identifier\": \"usuario\", \"from\": []", ["p.json:3 at /request/from: This list is empty; here belongs at least one."] },
        { "\"identifier\": \"usuario\"", "\"identifier\": \"usuario\", \"fields\": { \"sede\": [] }", ["p.json:3 at /request/fields/sede: This list is empty; here belongs at least one."] },
        { "{ \"status\": 401, \"body\": { \"error\": \"no\" } }", "[]", ["p.json:7 at /answers/refused: This list is empty; here belongs at least one."] },
        { "\"identifier\": \"usuario\"", "\"identifier\": \"Clave\"", ["p.json:3 at /request/password: The field \"Clave\" is already the identifier."] },
        { "\"identifier\": \"usuario\"", "\"identifier\": \"usuario\", \"directory\": \"USUARIO\"", ["p.json:3 at /request/directory: The field \"usuario\" is already the identifier."] },
        { "\"identifier\": \"usuario\"", "\"identifier\": \"usuario\", \"identifies\": \"emial\"", ["p.json:3 at /request/identifies: Here belongs one of \"username\", \"email\", \"either\", \"attribute\", not \"emial\". Did you mean \"email\"?"] },
        { "\"identifier\": \"usuario\"", "\"identifier\": \"usuario\", \"method\": \"PATCH\"", ["p.json:3 at /request/method: Here belongs one of \"POST\", \"GET\", \"PUT\", not \"PATCH\"."] },
        { "{user.number}", "{user.numbr}", ["p.json:5 at /answers/granted/body/id: {user.numbr} is not known. Did you mean \"user.number\"?"] },
        { "{user.number}", "{user.password}", ["p.json:5 at /answers/granted/body/id: {user.password} is not known."] },
        { "{user.number}", "{}", ["p.json:5 at /answers/granted/body/id: {} is not known."] },
        { "{user.number}", "{user.attributes.}", ["p.json:5 at /answers/granted/body/id: {user.attributes.} is not known. Did you mean \"user.attributes.NAME\"?"] },
        { "{user.number}", "{item.field}", ["p.json:5 at /answers/granted/body/id: {item.field} is known only in the item of a $each."] },
        { "{user.number}", "{config.LLAVE}", ["p.json:5 at /answers/granted/body/id: {config.LLAVE} is known only in the token's claims and the token's secret and lifetime."] },
        { "{user.number}", "{invalid}", ["p.json:5 at /answers/granted/body/id: {invalid} is a list; go through it with { \"$each\": \"{invalid}\", \"item\": … }."] },
        { "\"error\": \"no\"", "\"error\": \"{user.username}\"", ["p.json:7 at /answers/refused/body/error: {user.username} is known only in the granted answer, the answer inactive, the token's claims and the text of an opaque token."] },
        { "\"error\": \"no\"", "\"error\": \"{now|unx}\"", ["p.json:7 at /answers/refused/body/error: The filter \"unx\" is not known. Did you mean \"unix\"?"] },
        { "\"error\": \"no\"", "\"error\": \"{now|default}\"", ["p.json:7 at /answers/refused/body/error: The filter \"default\" lacks its argument: {…|default:…}."] },
        { "\"error\": \"no\"", "\"error\": \"{now|unix:3}\"", ["p.json:7 at /answers/refused/body/error: The filter \"unix\" takes no argument."] },
        { "\"error\": \"no\"", "\"error\": \"{now|unix|unix}\"", ["p.json:7 at /answers/refused/body/error: The filter \"unix\" is for an instant, {now} for one, and nothing else."] },
        { "{user.number}", "{user.number|unix}", ["p.json:5 at /answers/granted/body/id: The filter \"unix\" is for an instant, {now} for one, and nothing else."] },
        { "{user.number}", "{user.attributes.x|unix}", ["p.json:5 at /answers/granted/body/id: The filter \"unix\" is for an instant, {now} for one, and nothing else."] },
        { "\"error\": \"no\"", "\"error\": \"{now|format:ffffffff}\"", ["p.json:7 at /answers/refused/body/error: No date can be written as \"ffffffff\"; of the fractions of a second (f) there are at most 7 digits."] },
        { "\"error\": \"no\"", "\"error\": \"{now|text|text|text|text|text|text|text|text|text}\"", ["p.json:7 at /answers/refused/body/error: A placeholder has at most 8 filters, not 9."] },
        { "\"item\": \"{item.field}\"", "\"item\": [ { \"$each\": \"{invalid}\", \"item\": 1 } ]", ["p.json:6 at /answers/invalid/body/0/item/0/$each: The $each around this one goes through {invalid} already."] },
        {
            "\"{user.number}\"",
            "[ { \"$each\": \"{roles}\", \"item\": [ { \"$each\": \"{user.attributes.a}\", \"item\": [ { \"$each\": \"{user.attributes.b}\", \"item\": 1 } ] } ] } ]",
            ["p.json:5 at /answers/granted/body/id/0/item/0/item/0/$each: A $each stands in one other at most."]
        },
        { "\"error\": \"no\"", "\"error\": \"no {now\"", ["p.json:7 at /answers/refused/body/error: An opening brace is never closed. A brace that is meant as itself is doubled: \"{{\"."] },
        { "\"error\": \"no\"", "\"error\": \"no }\"", ["p.json:7 at /answers/refused/body/error: A closing brace has no opening one. A brace that is meant as itself is doubled: \"}}\"."] },
        { "\"error\": \"no\"", "\"$each\": \"{invalid}\", \"item\": 1", ["p.json:7 at /answers/refused/body: A $each stands as an element of a list, [ { \"$each\": …, \"item\": … } ]; or it has a \"key\", and stands for an object."] },
        { "{ \"error\": \"no\" }", "[ { \"$each\": \"{invalid}\", \"item\": 1 } ]", ["p.json:7 at /answers/refused/body/0/$each: {invalid} is known only in the answers malformed and invalid."] },
        { ", \"item\": \"{item.field}\"", "", ["p.json:6 at /answers/invalid/body/0: The $each lacks its \"item\": what each element looks like."] },
        { "\"item\": \"{item.field}\"", "\"item\": 1, \"itme\": 2", ["p.json:6 at /answers/invalid/body/0/itme: A $each has \"$each\", \"item\" (or \"items\") and perhaps \"key\", not \"itme\"."] },
        { "\"$each\": \"{invalid}\"", "\"$each\": \"{invald}\"", ["p.json:6 at /answers/invalid/body/0/$each: A $each goes through a list: \"{invalid}\", \"{roles}\", \"{user.attributes.NAME}\", not \"{invald}\". Did you mean \"{invalid}\"?"] },
        { "\"$each\": \"{invalid}\"", "\"$each\": \"invalid\"", ["p.json:6 at /answers/invalid/body/0/$each: A $each goes through a list: \"{invalid}\", \"{roles}\", \"{user.attributes.NAME}\", not \"invalid\". Did you mean \"{invalid}\"?"] },
        { "\"$each\": \"{invalid}\"", "\"$each\": []", ["p.json:6 at /answers/invalid/body/0/$each: A $each goes through a list: \"{invalid}\", \"{roles}\", \"{user.attributes.NAME}\", not a list."] },
        { "\"error\": \"no\"", "\"$eahc\": 1", ["p.json:7 at /answers/refused/body/$eahc: \"$eahc\" is not known; an object that begins with $ is $each or $match. A $ that is meant as itself is doubled: \"$$\". Did you mean \"$each\"?"] },
        { "\"error\": \"no\"", "\"error?\": \"no\"", ["p.json:7 at /answers/refused/body/error?: The key \"error?\" is left out when its value is null, so its value is one placeholder, or a $match."] },
        { "\"error\": \"no\"", "\"a\": 1, \"a?\": \"{now}\"", ["p.json:7 at /answers/refused/body/a?: \"a\" would be answered twice; keep one of them."] },
        { "\"title\": \"Prueba\",", "\"title\": \" \",", ["p.json:2 at /title: A title is the application's name, as people call it, and not empty."] },
        { "{config.VIDA|default:8h}", "{generated.uuid}", ["p.json:12 at /token/lifetime: {generated.uuid} is known only in every answer and the token's claims."] },
        { "{config.VIDA|default:8h}", "{request.identifier}", ["p.json:12 at /token/lifetime: {request.identifier} is known only in every answer but wrongMethod."] },
        { "{config.VIDA|default:8h}", "106751d", ["p.json:12 at /token/lifetime: A lifetime is a whole number above 0 and s, m, h or d (\"8h\"), at most 36500d, not \"106751d\"."] },
        { "\"lifetime\": \"{config.VIDA|default:8h}\"", "\"lifetime\": \"8h\", \"lifetimes\": []", ["p.json:12 at /token/lifetimes: This list is empty; here belongs at least one, or no \"lifetimes\" at all."] },
        { "\"lifetime\": \"{config.VIDA|default:8h}\"", "\"lifetime\": \"8h\", \"lifetimes\": [ { \"if\": {}, \"lifetime\": \"9h\" } ]", ["p.json:12 at /token/lifetimes/0/if: This condition names nothing, and always holds. Name what must be so: { \"request.remember\": true }."] },
        { "\"body\": { \"error\": \"no\" }", "\"body\": 1, \"cookies\": { \"c\": { \"value\": \"x\", \"maxAge\": \"106751d\" } }", ["p.json:7 at /answers/refused/cookies/c/maxAge: Here belongs a length of time such as \"30s\", \"15m\", \"8h\" or \"20d\", at most 36500d, not \"106751d\"."] },
        { "\"status\": 401", "\"status\": 99", ["p.json:7 at /answers/refused/status: A status is from 200 to 599 and neither 205 nor 304, not 99."] },
        { "\"status\": 401", "\"status\": 600", ["p.json:7 at /answers/refused/status: A status is from 200 to 599 and neither 205 nor 304, not 600."] },
        { "\"status\": 401", "\"status\": 304", ["p.json:7 at /answers/refused/status: A status is from 200 to 599 and neither 205 nor 304, not 304."] },
        { "\"status\": 401", "\"status\": 4e2", ["p.json:7 at /answers/refused/status: Here belongs a whole number, not 4e2."] },
        { "\"status\": 401", "\"status\": true", ["p.json:7 at /answers/refused/status: Here belongs a whole number, not true."] },
        { "\"refused\": { \"status\": 401, \"body\": { \"error\": \"no\" } },", "", ["p.json:4 at /answers: \"refused\" is missing."] },
        { "{config.LLAVE}", "4b436579-7850-45bc-be7a-0e8a7c7715c9", ["p.json:11 at /token/secret: A secret never stands in a contract: name the setting that holds it, \"{config.NAME}\", in capitals and without a default."] },
        { "{config.LLAVE}", "{config.LLAVE|default:x}", ["p.json:11 at /token/secret: A secret never stands in a contract: name the setting that holds it, \"{config.NAME}\", in capitals and without a default."] },
        { "\"secret\": \"{config.LLAVE}\",", "", ["p.json:10 at /token: \"secret\" is missing: HS256 signs with a shared one. Name the setting that holds it, \"{config.NAME}\"."] },
        { "\"secret\": \"{config.LLAVE}\"", "\"secret\": 7", ["p.json:11 at /token/secret: Here belongs a text, not 7."] },
        { "\"secret\":", "\"algorithm\": \"ES256\", \"secret\":", ["p.json:11 at /token/secret: ES256 signs with a key of Zaguan's own and has no secret; leave it out."] },
        { "{config.LLAVE}", "{config.LLAVE_FILE}", ["p.json:11 at /token/secret: A setting is called by capitals, digits and _ ({config.JWT_ISSUER_TOKEN}) and does not end in _FILE, not \"LLAVE_FILE\"."] },
        { "{user.id}", "{config.LLAVE}", ["p.json:13 at /token/claims/sub: {config.LLAVE} is the signing secret; nothing but the signature may use it."] },
        { "{config.VIDA|default:8h}", "{config.LLAVE}m", ["p.json:12 at /token/lifetime: {config.LLAVE} is the signing secret; nothing but the signature may use it."] },
        { "{user.id}", "{config.Kestrel:Certificates:Default:Password}", ["p.json:13 at /token/claims/sub: A setting is called by capitals, digits and _ ({config.JWT_ISSUER_TOKEN}) and does not end in _FILE, not \"Kestrel:Certificates:Default:Password\"."] },
        { "{user.id}", "{config.LLAVE_FILE}", ["p.json:13 at /token/claims/sub: A setting is called by capitals, digits and _ ({config.JWT_ISSUER_TOKEN}) and does not end in _FILE, not \"LLAVE_FILE\"."] },
        { "{config.VIDA|default:8h}", "eight hours", ["p.json:12 at /token/lifetime: A lifetime is a whole number above 0 and s, m, h or d (\"8h\"), not \"eight hours\"."] },
        { "{config.VIDA|default:8h}", "0h", ["p.json:12 at /token/lifetime: A lifetime is a whole number above 0 and s, m, h or d (\"8h\"), not \"0h\"."] },
        { "{config.VIDA|default:8h}", "{config.VIDA|default:8}x", ["p.json:12 at /token/lifetime: A lifetime is a whole number above 0 and s, m, h or d (\"8h\"), not \"8x\"."] },
        { "{config.VIDA|default:8h}", "{user.number}m", ["p.json:12 at /token/lifetime: {user.number} is known only in the granted answer, the answer inactive, the token's claims and the text of an opaque token."] },
        { "\"sub\":", "\"exp\":", ["p.json:13 at /token/claims/exp: The claim \"exp\" is put in by Zaguan; leave it out."] },
        { "\"sub\":", "\"jti?\":", ["p.json:13 at /token/claims/jti?: The claim \"jti\" is put in by Zaguan; leave it out."] },
        { "\"sub\": \"{user.id}\"", "\"aud\": [ \"a\", \"b\" ]", ["p.json:13 at /token/claims/aud: \"aud\" is one text of letters and settings (\"{config.JWT_ISSUER_TOKEN}\"), the same in every token: whoever validates asks for it."] },
        { "\"sub\":", "\"iss\":", ["p.json:13 at /token/claims/iss: \"iss\" is one text of letters and settings (\"{config.JWT_ISSUER_TOKEN}\"), the same in every token: whoever validates asks for it."] },
        { "{ \"sub\": \"{user.id}\" }", "[]", ["p.json:13 at /token/claims: Claims are an object, not a list."] },
        { "\"token\": \"{token}\"", "\"token\": \"{{token}}\"", ["p.json:10 at /token: This token is never answered: {token} stands nowhere in the granted answer."] },
        { "\"status\": 401", "\"status\": 204", ["p.json:7 at /answers/refused/status: A 204 has no body."] },
        { "\"claims\": { \"sub\": \"{user.id}\" }", "\"acceptsRaw\": true", ["p.json:10 at /token: \"claims\" is missing: what the token says, as an object."] },
        { "{token}", "{token|default:x|y}", ["p.json:5 at /answers/granted/body/token: The filter \"y\" is not known."] },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_told_with_its_place_and_what_to_do(string sound, string broken, string[] expected)
    {
        Sound.ShouldContain(sound);
        Check("p", Sound.Replace(sound, broken, StringComparison.Ordinal)).ShouldBe(expected);
    }

    [Fact]
    public void The_contract_that_these_mistakes_are_made_in_has_none() => Check("p", Sound).ShouldBeEmpty();

    [Theory]
    [InlineData("{random.uuid}", true)]
    [InlineData("sesion-{random.uuid}-{access.id}", true)]
    [InlineData("{random.hex31}", true)]
    [InlineData("{random.hex30}", false)]
    [InlineData("{random.letters20}", false)]
    public void A_token_that_nobody_signs_has_the_chance_of_a_UUID_at_least(string text, bool isEnough) =>
        Check("p", Sound
            .Replace("\"secret\": \"{config.LLAVE}\"", $"\"algorithm\": \"opaque\", \"text\": \"{text}\"", StringComparison.Ordinal)
            .Replace("\"claims\": { \"sub\": \"{user.id}\" }", "", StringComparison.Ordinal))
            .Count(p => p.Contains("below 122 it could be guessed", StringComparison.Ordinal)).ShouldBe(isEnough ? 0 : 1);

    [Theory]
    [InlineData("{random.letters40|number}")]
    [InlineData("{random.letters40|default:x}")]
    [InlineData("{random.hex32}{user.email|else:random.letters40}")]
    public void Chance_in_a_token_stands_there_as_it_was_made(string text) =>
        Check("p", Sound
            .Replace("\"secret\": \"{config.LLAVE}\"", $"\"algorithm\": \"opaque\", \"text\": \"{text}\"", StringComparison.Ordinal)
            .Replace("\"claims\": { \"sub\": \"{user.id}\" }", "", StringComparison.Ordinal))
            .ShouldBe(["p.json:11 at /token/text: Chance stands in a token as it was made, or less of it is there than is counted: {random.letters40}, without a filter and not behind \"else:\"."]);

    [Fact]
    public void A_token_that_is_answered_must_be_described()
    {
        var without = Sound[..Sound.IndexOf(",\n  \"token\"", StringComparison.Ordinal)] + "\n}";
        Check("p", without).ShouldBe(["p.json:5 at /answers/granted/body/token: {token} has nothing to stand for: the contract lacks its \"token\"."]);
    }

    [Theory]
    [InlineData("Mi Contrato")]
    [InlineData("CLINICA")]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("x\n")]
    public void A_contract_is_named_as_a_word(string name) =>
        Check(name, Sound).ShouldBe([$"{name}.json: A contract is called by small letters, digits and hyphens, not \"{name}\"; rename the file."]);

    [Fact]
    public void All_mistakes_of_one_file_are_told_at_once_names_and_types_beside_placeholders()
    {
        var broken = Sound
            .Replace("\"title\": \"Prueba\",", "\"title\": 7, \"tilte\": \"Prueba\",", StringComparison.Ordinal)
            .Replace("\"/api/login\"", "\"/zaguan/login\"", StringComparison.Ordinal)
            .Replace("{user.number}", "{user.numero}", StringComparison.Ordinal)
            .Replace("\"status\": 401, ", "\"status\": \"401\", ", StringComparison.Ordinal)
            .Replace("\"sub\"", "\"iat\"", StringComparison.Ordinal);

        Check("p", broken).ShouldBe(
            [
                "p.json:2 at /title: Here belongs a text, not 7.",
                "p.json:2 at /tilte: \"tilte\" is not known here. Did you mean \"title\"?",
                "p.json:7 at /answers/refused/status: Here belongs a whole number, not \"401\".",
                "p.json:3 at /request/path: Paths under /zaguan, /health and /.well-known are Zaguan's own.",
                "p.json:5 at /answers/granted/body/id: {user.numero} is not known. Did you mean \"user.number\"?",
                "p.json:13 at /token/claims/iat: The claim \"iat\" is put in by Zaguan; leave it out.",
            ],
            ignoreOrder: true);
    }

    [Theory]
    [InlineData("", "p.json:1: This is not JSON: The input does not contain any JSON tokens. Expected the input to start with a valid JSON token, when isFinalBlock is true.")]
    [InlineData("[]", "p.json:1: Here belongs an object, not a list.")]
    [InlineData("null", "p.json:1: Here belongs an object, not null.")]
    [InlineData("{} {}", "p.json:1: This is not JSON: '{' is invalid after a single JSON value. Expected end of data.")]
    public void A_file_that_is_no_object_is_told_as_that(string text, string expected) => Check("p", text).ShouldBe([expected]);

    [Fact]
    public void A_file_that_is_not_UTF_8_is_told_with_the_line()
    {
        var problems = new Problems();
        ContractCompiler.Compile("p", "p.json", Encoding.Latin1.GetBytes(Sound.Replace("\"error\": \"no\"", "\"error\": \"contraseña\"", StringComparison.Ordinal)), problems).ShouldBeNull();
        problems.ShouldHaveSingleItem().ToString().ShouldBe("p.json:7: A text in this line is not valid UTF-8 or holds half a surrogate pair; save the file as UTF-8.");
    }

    [Fact]
    public void Comments_and_trailing_commas_are_welcome() =>
        Check("p", Sound.Replace("\"title\": \"Prueba\",", "// la de la clínica\n\"title\": \"Prueba\", /* y otra */", StringComparison.Ordinal).Replace("\"body\": null }", "\"body\": null, }", StringComparison.Ordinal)).ShouldBeEmpty();

    private static string[] Check(string name, string text)
    {
        var problems = new Problems();
        var contract = ContractCompiler.Compile(name, $"{name}.json", Encoding.UTF8.GetBytes(text), problems);
        (contract is null).ShouldBe(problems.Count > 0);
        return [.. problems.Select(p => p.ToString())];
    }
}
