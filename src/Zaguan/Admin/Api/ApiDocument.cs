using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Microsoft.AspNetCore.WebUtilities;

namespace Zaguan.Admin.Api;

/// <summary>The OpenAPI 3.1 document of the API, made of the routes as they were registered and of the types that they read and write: nothing of it is written twice.</summary>
internal static class ApiDocument
{
    private const string ProblemType = "application/problem+json";

    private static readonly Dictionary<string, string> PathParameters = new(StringComparer.Ordinal)
    {
        ["realm"] = "The realm.",
        ["number"] = "The user's number.",
        ["name"] = "The name.",
        ["key"] = "The administrator's number, as the list has it.",
        ["id"] = "The id, as the list has it.",
    };

    private static readonly JsonSchemaExporterOptions SchemaOptions = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Describe };

    public static JsonObject Of(IEnumerable<ApiRoute> all)
    {
        var routes = all.ToList();
        var paths = new JsonObject();
        foreach (var group in routes.GroupBy(r => r.Path, StringComparer.Ordinal))
        {
            paths[group.Key] = new JsonObject(group.Select(r => KeyValuePair.Create(r.Method.ToLowerInvariant(), (JsonNode?)Operation(r))));
        }

        var bodies = routes.Select(r => r.Body).OfType<Type>().ToHashSet();
        var types = bodies.Concat(routes.Select(r => r.Answer).OfType<Type>()).Append(typeof(ApiProblem)).Distinct().OrderBy(t => t.Name, StringComparer.Ordinal);
        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Zaguan Admin API",
                ["version"] = typeof(ApiDocument).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0",
                ["description"] = "What the console does, for programs. Send an API key with every request. Errors are problem details (RFC 9457). Instants are RFC 3339. Unknown fields and parameters are refused.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = ApiRoute.Home }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] = $"An API key ({ApiKey.Prefix}…). Its scopes: {string.Join("; ", ApiScopes.All.Select(s => $"{s.Name}: {s.English}"))}.",
                    },
                },
                ["schemas"] = new JsonObject(types.Select(t => KeyValuePair.Create(t.Name, (JsonNode?)Schema(t, isClosed: bodies.Contains(t))))),
            },
        };
    }

    private static JsonObject Operation(ApiRoute route)
    {
        var operation = new JsonObject
        {
            ["operationId"] = string.Concat(route.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(s => s.StartsWith('{') ? $"-by-{s[1..^1]}" : $"-{s}").Prepend(route.Method.ToLowerInvariant())),
            ["tags"] = new JsonArray(route.Path.Split('/')[1]),
            ["summary"] = route.Summary,
            ["description"] = $"Scope: {route.Scope}",
            ["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray(route.Scope) }),
        };
        var parameters = route.PathParameters.Select(p => Parameter(p, "path", PathParameters[p], []))
            .Concat(route.Query.Select(p => Parameter(p.Name, "query", p.Description, p.Values)))
            .ToArray<JsonNode?>();
        if (parameters.Length > 0)
        {
            operation["parameters"] = new JsonArray(parameters);
        }

        if (route.Body is { } body)
        {
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content("application/json", body, Example(body)) };
        }

        int[] everywhere = [StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status500InternalServerError, StatusCodes.Status503ServiceUnavailable];
        var responses = new JsonObject { [Text(route.Status)] = Response(route.Status, "application/json", route.Answer) };
        foreach (var status in route.Refusals.Concat(everywhere).Distinct().Order())
        {
            responses[Text(status)] = Response(status, ProblemType, typeof(ApiProblem));
        }

        operation["responses"] = responses;
        return operation;
    }

    private static JsonObject Parameter(string name, string place, string description, IReadOnlyList<string> values)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (values.Count > 0)
        {
            schema["enum"] = new JsonArray([.. values.Select(v => JsonValue.Create(v))]);
        }

        return new() { ["name"] = name, ["in"] = place, ["required"] = place is "path", ["description"] = description, ["schema"] = schema };
    }

    private static JsonObject Response(int status, string mediaType, Type? type)
    {
        var response = new JsonObject { ["description"] = ReasonPhrases.GetReasonPhrase(status) };
        if (type is not null)
        {
            response["content"] = Content(mediaType, type, null);
        }

        return response;
    }

    private static JsonObject Content(string mediaType, Type type, JsonNode? example)
    {
        var media = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{type.Name}" } };
        if (example is not null)
        {
            media["example"] = example;
        }

        return new() { [mediaType] = media };
    }

    /// <param name="isClosed">What is not in it is refused; an answer may have more one day.</param>
    private static JsonNode Schema(Type type, bool isClosed)
    {
        var schema = ApiJson.Options.GetJsonSchemaAsNode(type, SchemaOptions);
        if (!isClosed)
        {
            Open(schema);
        }

        return schema;
    }

    private static void Open(JsonNode? schema)
    {
        if (schema is JsonObject members)
        {
            if (members["additionalProperties"] is JsonValue)
            {
                members.Remove("additionalProperties");
            }

            foreach (var (_, member) in members)
            {
                Open(member);
            }
        }
    }

    /// <summary>Of the fields' own examples.</summary>
    private static JsonObject Example(Type type) => new(ApiJson.Options.GetTypeInfo(type).Properties
        .Where(p => ApiJson.FieldOf(p)?.Example is not null)
        .Select(p => KeyValuePair.Create(p.Name, JsonNode.Parse(ApiJson.FieldOf(p)!.Example!))));

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (context.PropertyInfo is not { } property || ApiJson.FieldOf(property) is not { } field)
        {
            return schema;
        }

        // "true" is the schema of whatever it may be.
        var described = schema as JsonObject ?? [];
        described.Insert(0, "description", field.Description);
        return described;
    }

    private static string Text(int status) => status.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
