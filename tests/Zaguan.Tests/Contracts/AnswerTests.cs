using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Reading;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Contracts;

/// <summary>Templates, values and fallbacks: what a contract's body becomes.</summary>
public sealed class AnswerTests
{
    private static readonly AnswerValues Ana = new()
    {
        User = new() { Number = 7, Id = "abc", Username = "ana", GivenName = "Ana", FamilyName = "\"Ñ\" <b>", Active = true, RoleName = "jefa", Attributes = """{"a":{"b":[1,2.50]},"n":9007199254740993,"t":"x","f":false,"z":null}""" },
        AccessId = 41,
        Now = new DateTimeOffset(2026, 3, 1, 8, 0, 0, 250, TimeSpan.Zero),
    };

    public static TheoryData<string, string> Bodies => new()
    {
        { "\"{user.number}\"", "7" },
        { "\"{user.active}\"", "true" },
        { "\"{user.email}\"", "null" },
        { "\"{role.number}\"", "null" },
        { "\"{access.id}\"", "41" },
        { "\"{now}\"", "\"2026-03-01T08:00:00.250Z\"" },
        { "\"{now|unix}\"", "1772352000" },
        { "\"{now|unix} s\"", "\"1772352000 s\"" },
        { "\"{user.number}{user.number}\"", "\"77\"" },
        { "\" {user.number}\"", "\" 7\"" },
        { "\"{user.givenName} {user.familyName}\"", "\"Ana \\\"Ñ\\\" <b>\"" },
        { "\"<{user.email}>\"", "\"<>\"" },
        { "\"{user.email|default:sin correo}\"", "\"sin correo\"" },
        { "\"{user.email|default:a:b}\"", "\"a:b\"" },
        { "\"{user.username|default:x}\"", "\"ana\"" },
        { "\"{user.attributes.a}\"", """{"b":[1,2.50]}""" },
        { "\"{user.attributes.n}\"", "9007199254740993" },
        { "\"{user.attributes.t}\"", "\"x\"" },
        { "\"{user.attributes.f}\"", "false" },
        { "\"{user.attributes.z}\"", "null" },
        { "\"{user.attributes.nada}\"", "null" },
        { "\"a {user.attributes.a} z\"", "\"a {\\\"b\\\":[1,2.50]} z\"" },
        { "\"{{user.number}}\"", "\"{user.number}\"" },
        { "\"{{{user.number}}}\"", "\"{7}\"" },
        { "{ \"a?\": \"{user.email}\", \"b?\": \"{user.number}\", \"c\": \"{user.email}\" }", """{"b":7,"c":null}""" },
        { "[ 1.50, -0, 1e3, \"á\", true, null, {}, [] ]", """[1.50,-0,1e3,"á",true,null,{},[]]""" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_template_becomes_the_answer_with_the_types_of_its_values(string template, string expected) =>
        Encoding.UTF8.GetString(Compile($$"""{ "granted": { "body": {{template}} }, "refused": { "body": 1 }, "failed": { "body": 2 } }""")[AnswerName.Granted].Render(Ana).Span).ShouldBe(expected);

    [Fact]
    public void An_answer_without_placeholders_is_the_same_bytes_every_time()
    {
        var refused = Compile("""{ "granted": { "body": 1 }, "refused": { "body": { "error": "no" } }, "failed": { "body": 2 } }""")[AnswerName.Refused];
        refused.Render(Ana).Equals(refused.Render(AnswerValues.Nothing)).ShouldBeTrue();
    }

    [Fact]
    public void CamelCase_reaches_every_name_and_no_value()
    {
        var granted = Compile("""{ "granted": { "body": { "UnNombre": { "Otro?": "{user.number}", "URL": [ { "Dentro": "ConMayúscula" } ] } } }, "refused": { "body": 1 }, "failed": { "body": 2 } }""")[AnswerName.Granted];
        Encoding.UTF8.GetString(granted.CamelCased().Render(Ana).Span).ShouldBe("""{"unNombre":{"otro":7,"url":[{"dentro":"ConMayúscula"}]}}""");
    }

    [Fact]
    public void Every_outcome_ends_in_an_answer_that_each_contract_must_have()
    {
        foreach (var start in AnswerNames.All)
        {
            var name = start;
            for (var steps = 0; AnswerNames.Fallback(name) is { } next; steps++)
            {
                steps.ShouldBeLessThan(AnswerNames.All.Count);
                name = next;
            }

            name.ShouldBeOneOf(AnswerName.Granted, AnswerName.Refused, AnswerName.Failed, AnswerName.WrongMethod);
            // Nothing but the right password leads to granted.
            (name == AnswerName.Granted).ShouldBe(start == AnswerName.Granted);
        }
    }

    [Theory]
    [InlineData("UnknownUser", "Refused")]
    [InlineData("WrongPassword", "Refused")]
    [InlineData("Inactive", "Refused")]
    [InlineData("Locked", "Refused")]
    [InlineData("Throttled", "Refused")]
    [InlineData("Malformed", "Invalid")]
    [InlineData("Invalid", "Refused")]
    [InlineData("Busy", "Unavailable")]
    [InlineData("Unavailable", "Failed")]
    public void An_answer_that_is_left_out_falls_back(string name, string to) =>
        AnswerNames.Fallback(Enum.Parse<AnswerName>(name)).ShouldBe(Enum.Parse<AnswerName>(to));

    [Fact]
    public async Task The_instant_is_known_in_every_answer_that_may_name_it()
    {
        var text = Repository.ContractText("ambiotec")
            .Replace("\"error\": \"Credenciales inválidas\"", "\"at\": \"{now}\"", StringComparison.Ordinal)
            .Replace("\"error\": \"Servicio no disponible\"", "\"at\": \"{now}\"", StringComparison.Ordinal)
            .Replace("\"error\": \"Datos inválidos\"", "\"at\": \"{now}\"", StringComparison.Ordinal);
        await using var house = await FourApplications.OpenAsync(options: new() { Clock = new ManualClock(), Contracts = new(StringComparer.Ordinal) { ["ambiotec.json"] = text } });
        var refused = DemoLogin.Ambiotec.WrongBody;

        (await AtAsync(refused)).ShouldBe("2026-03-01T08:00:00.000Z");
        (await AtAsync("")).ShouldBe("2026-03-01T08:00:00.000Z");
        await house.TakeDatabaseAwayAsync();
        (await AtAsync(refused)).ShouldBe("2026-03-01T08:00:00.000Z");
        await house.BringDatabaseBackAsync();

        async Task<string?> AtAsync(string body)
        {
            using var answer = await house.PostAsync(DemoLogin.Ambiotec.Path, body);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return json.RootElement.GetProperty("at").GetString();
        }
    }

    private static FrozenDictionary<AnswerName, Answer> Compile(string answers)
    {
        var problems = new Problems();
        var json = $$"""{ "title": "Prueba", "request": { "path": "/x", "identifier": "u", "password": "p" }, "answers": {{answers}} }""";
        var contract = ContractCompiler.Compile("prueba", "prueba.json", Encoding.UTF8.GetBytes(json), problems);
        problems.ShouldBeEmpty();
        return contract!.Answers;
    }
}
