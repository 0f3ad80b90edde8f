using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Zaguan.Contracts;
using Zaguan.Reading;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Contracts;

/// <summary>The schema that editors use says what the reader does.</summary>
public sealed class ContractSchemaTests
{
    private static readonly string Schema = JsonSchema.Of(typeof(ContractFile), Spelling.Contract, "A contract of Zaguan");

    public static TheoryData<string, string, string> Mistakes => new()
    {
        // contract, JSON pointer, what is put there ("" takes it away)
        { "ambiotec", "/title", "" },
        { "ambiotec", "/title", "7" },
        { "ambiotec", "/title", "\" \"" },
        { "ambiotec", "/request", "[]" },
        { "ambiotec", "/request/path", "" },
        { "ambiotec", "/request/path", "\"api/login\"" },
        { "ambiotec", "/request/path", "\"/api/login?x=1\"" },
        { "ambiotec", "/request/path", "\"/api/login\\n\"" },
        { "ambiotec", "/request/pathh", "\"/api/login\"" },
        { "ambiotec", "/request/password", "\"\"" },
        { "ambiotec", "/request/password", "\"dos palabras\"" },
        { "ambiotec", "/answers/refused", "" },
        { "ambiotec", "/answers/refused/status", "\"401\"" },
        { "ambiotec", "/answers/refused/status", "199" },
        { "ambiotec", "/answers/refused/status", "600" },
        { "ambiotec", "/answers/refused/status", "40.5" },
        { "ambiotec", "/answers/forgotten", "{\"body\":{}}" },
        { "ambiotec", "/answers/refused/status", "304" },
        { "ambiotec", "/answers/refused/contentType", "\"json\"" },
        { "ambiotec", "/answers/refused/cookies", "{ \"SID\": { \"value\": \"x\", \"path\": \"sin-barra\" } }" },
        { "ambiotec", "/request/from", "\"xml\"" },
        { "ambiotec", "/request/from", "[ \"json\", 7 ]" },
        { "ambiotec", "/request/identifier", "{ \"in\": \"usuario\", \"most\": 0 }" },
        { "ambiotec", "/request/identifier", "{ \"normalise\": \"digits\" }" },
        { "ambiotec", "/request/identifier", "{ \"in\": \"usuario\", \"least\": 0 }" },
        { "ambiotec", "/request/identifier", "[ \"usuario\", \"header:X Y\" ]" },
        { "ambiotec", "/request/fields", "{ \"cliente\": \"basic:nadie y nada\" }" },
        { "ambiotec", "/request/empty", "\"null\"" },
        { "ambiotec", "/request/fields", "{ \"recordar\": { \"in\": \"recordar\", \"type\": \"boolean\" } }" },
        { "ambiotec", "/policy", "{ \"inactiveBeforePassword\": 1 }" },
        { "romsoft", "/request/directory", "true" },
        { "romsoft", "/request/method", "\"PATCH\"" },
        { "romsoft", "/request/method", "\"post\"" },
        { "romsoft", "/token/secret", "\"4b436579-7850-45bc-be7a-0e8a7c7715c9\"" },
        { "romsoft", "/token/secret", "\"{config.jwt_secret_key}\"" },
        { "romsoft", "/token/algorithm", "\"none\"" },
        { "romsoft", "/token/lifetime", "28800" },
        { "sistema-venta", "/request/identifies", "\"telephone\"" },
        { "sistema-venta", "/token", "null" },
        { "inventario", "/token/optional", "\"true\"" },
    };

    [Fact]
    public void The_shipped_schema_is_the_generated_one()
    {
        var file = Path.Combine(Repository.Contracts, "contract.schema.json");
        if (Environment.GetEnvironmentVariable("ZAGUAN_WRITE_SCHEMA") is "1")
        {
            File.WriteAllText(file, Schema);
        }

        File.ReadAllText(file).ShouldBe(Schema, "contracts/contract.schema.json is generated: run the tests once with ZAGUAN_WRITE_SCHEMA=1 and commit it.");
    }

    [Fact]
    public void Every_shipped_contract_names_the_schema_and_fits_it()
    {
        foreach (var name in Repository.ContractNames)
        {
            var contract = JsonNode.Parse(Repository.ContractText(name))!;
            contract["$schema"]!.GetValue<string>().ShouldBe("./contract.schema.json");
            Fits(contract).ShouldBeTrue(name);
        }
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_that_the_schema_sees_is_refused_by_the_reader_at_the_same_place(string contract, string at, string json)
    {
        var changed = JsonNode.Parse(Repository.ContractText(contract))!;
        Put(changed, at, json);

        Fits(changed).ShouldBeFalse("by the schema");

        var problems = new Problems();
        ContractCompiler.Compile(contract, "roto.json", JsonSerializer.SerializeToUtf8Bytes(changed), problems).ShouldBeNull();
        // What is wrong may lie within what was put there.
        var place = json.Length == 0 ? at[..at.LastIndexOf('/')] : at;
        problems.ShouldHaveSingleItem().Pointer.ShouldStartWith(place);
    }

    [Fact]
    public void It_tells_editors_what_absence_means_and_what_everything_is_for()
    {
        var schema = JsonNode.Parse(Schema)!;
        schema["properties"]!["request"]!["properties"]!["method"]!["default"]!.GetValue<string>().ShouldBe("POST");
        schema["properties"]!["request"]!["properties"]!["empty"]!["default"]!.GetValue<string>().ShouldBe("malformed");
        Properties(schema).Where(p => p.Value["description"] is null).Select(p => p.Key).ShouldBeEmpty();
    }

    private static IEnumerable<KeyValuePair<string, JsonNode>> Properties(JsonNode schema) =>
        (schema["properties"]?.AsObject() ?? []).SelectMany(p => Properties(p.Value!).Prepend(new(p.Key, p.Value!)))
            .Concat((schema["anyOf"]?.AsArray() ?? []).SelectMany(s => Properties(s!)))
            .Concat(new[] { schema["items"], schema["additionalProperties"] }.OfType<JsonObject>().SelectMany(Properties));

    private static void Put(JsonNode root, string at, string json)
    {
        var steps = at.Split('/')[1..];
        var parent = steps[..^1].Aggregate(root, (node, step) => node[step]!).AsObject();
        if (json.Length == 0)
        {
            parent.Remove(steps[^1]).ShouldBeTrue();
        }
        else
        {
            parent[steps[^1]] = JsonNode.Parse(json);
        }
    }

    private static bool Fits(JsonNode? value) => Fits(JsonNode.Parse(Schema)!.AsObject(), value);

    /// <summary>As much of JSON Schema 2020-12 as the generated one uses; a keyword that is not thought of here fails.</summary>
    private static bool Fits(JsonObject schema, JsonNode? value) => schema.All(keyword => keyword.Key switch
    {
        "$schema" or "title" or "description" or "default" => true,
        "type" => keyword.Value!.GetValue<string>() switch
        {
            "object" => value is JsonObject,
            "array" => value is JsonArray,
            "string" => value?.GetValueKind() is JsonValueKind.String,
            "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
            "integer" => value?.GetValueKind() is JsonValueKind.Number && value.GetValue<double>() % 1 == 0,
            var type => throw new NotSupportedException(type),
        },
        "anyOf" => keyword.Value!.AsArray().Any(s => Fits(s!.AsObject(), value)),
        "items" => value is not JsonArray || value.AsArray().All(i => Fits(keyword.Value!.AsObject(), i)),
        "enum" => keyword.Value!.AsArray().Any(e => JsonNode.DeepEquals(e, value)),
        "pattern" => value?.GetValueKind() is not JsonValueKind.String || Matches(value.GetValue<string>(), keyword.Value!.GetValue<string>()),
        "minimum" => value is not JsonValue || value.GetValueKind() != JsonValueKind.Number || value.GetValue<double>() >= keyword.Value!.GetValue<int>(),
        "maximum" => value is not JsonValue || value.GetValueKind() != JsonValueKind.Number || value.GetValue<double>() <= keyword.Value!.GetValue<int>(),
        "not" => !Fits(keyword.Value!.AsObject(), value),
        "properties" => value is not JsonObject || keyword.Value!.AsObject().All(p => !value.AsObject().TryGetPropertyValue(p.Key, out var member) || Fits(p.Value!.AsObject(), member)),
        "required" => value is not JsonObject || keyword.Value!.AsArray().All(name => value.AsObject().ContainsKey(name!.GetValue<string>())),
        "additionalProperties" => value is not JsonObject || value.AsObject().All(m => keyword.Value is JsonObject every ? Fits(every, m.Value) : schema["properties"]!.AsObject().ContainsKey(m.Key)),
        _ => throw new NotSupportedException(keyword.Key),
    });

    // In ECMAScript, $ is the end of the text and nothing else.
    private static bool Matches(string text, string pattern) =>
        Regex.Match(text, pattern, RegexOptions.NonBacktracking) is { Success: true } match && match.Length == text.Length;
}
