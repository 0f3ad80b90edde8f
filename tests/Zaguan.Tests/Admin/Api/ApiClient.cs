using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Admin;
using Zaguan.Admin.Api;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Admin.Api;

/// <summary>
/// A program before the API of a <see cref="TestHouse"/>. Every answer that it gets is compared with the document: its status must be one that the document
/// names for the operation, and its body must fit the schema.
/// </summary>
internal sealed class ApiClient(TestHouse house, JsonElement document, string? key)
{
    /// <summary>Of what a refused request must leave as it was.</summary>
    private static readonly string[] Tables = ["users", "roles", "admins", "admin_recovery_codes", "back_ends", "signing_keys", "sessions", "revocations", "budgets", "audit_log", "api_keys"];

    private readonly HashSet<string> done = [];

    public string? Key => key;

    /// <summary>The operations that were done, and not refused.</summary>
    public IReadOnlySet<string> Done => done;

    public static async Task<ApiClient> WithAsync(TestHouse house, params IEnumerable<string> scopes) => new(house, await DocumentAsync(house), (await MakeAsync(house, scopes: scopes)).Text);

    public static Task<ApiClient> WithAllAsync(TestHouse house) => WithAsync(house, ApiScopes.All.Select(s => s.Name));

    public ApiClient As(string? other) => new(house, document, other);

    public static async Task<MadeApiKey> MakeAsync(TestHouse house, string name = "prueba", DateTimeOffset? expiresAt = null, params IEnumerable<string> scopes) => (await house.Services.GetRequiredService<ApiKeyStore>()
        .AddAsync(name, scopes, expiresAt, "ana", k => AuditEntry.OfCommandLine(DateTimeOffset.UnixEpoch, AuditActions.ApiKeyMade, k.ToString(), null, null))).ShouldNotBeNull();

    public static IReadOnlyList<ApiRoute> Routes(TestHouse house) => [.. ApiRoutes.RoutesOf(house.Services.GetRequiredService<EndpointDataSource>())];

    public static async Task<JsonElement> DocumentAsync(TestHouse house) => JsonElement.Parse(await house.Client.GetStringAsync(ApiRoutes.Document));

    public Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(string path, params string[] arguments) => SendAsync("GET", path, arguments);

    public Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, object? body = null, params string[] arguments) => SendAsync("POST", path, arguments, body);

    /// <summary>What must be done.</summary>
    public async Task<JsonElement> DoAsync(string method, string path, string[]? arguments = null, object? body = null)
    {
        var (status, answer) = await SendAsync(method, path, arguments ?? [], body);
        ((int)status).ShouldBeInRange(200, 299, $"{method} {path}: {answer}");
        return answer;
    }

    /// <param name="path">As the document has it, and behind a question mark the query.</param>
    /// <param name="arguments">For the parts in braces, in their order.</param>
    /// <param name="body">A text is sent as it is.</param>
    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(string method, string path, string[] arguments, object? body = null)
    {
        var (template, query) = path.Split('?', 2) is [var before, var after] ? (before, $"?{after}") : (path, "");
        using var request = Request(method, Filled(template, arguments) + query, key, body as string ?? (body is null ? null : JsonSerializer.Serialize(body, JsonSerializerOptions.Web)));
        using var response = await house.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var declared = document.GetProperty("paths").GetProperty(template).GetProperty(method.ToLowerInvariant()).GetProperty("responses");
        declared.TryGetProperty(((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture), out var answer).ShouldBeTrue($"{method} {template} answers {response.StatusCode}: {text}");
        if (response.IsSuccessStatusCode)
        {
            done.Add($"{method} {template}");
        }

        if (!answer.TryGetProperty("content", out var content))
        {
            text.ShouldBeEmpty();
            return (response.StatusCode, default);
        }

        var body2 = JsonElement.Parse(text);
        SchemaCheck.Differences(body2, content.GetProperty(response.Content.Headers.ContentType!.MediaType!).GetProperty("schema"), document).ShouldBeEmpty($"{method} {template}: {text}");
        return (response.StatusCode, body2);
    }

    public static HttpRequestMessage Request(string method, string path, string? key, string? body)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), ApiRoute.Home + path);
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return request;
    }

    public static string Filled(string template, IReadOnlyList<string> arguments)
    {
        var next = 0;
        return string.Join('/', template.Split('/').Select(s => s.StartsWith('{') ? Uri.EscapeDataString(arguments[next++]) : s));
    }

    /// <summary>All that a refused request must leave as it was.</summary>
    public static Task<string> EverythingAsync(TestHouse house) => house.Services.GetRequiredService<Database>().ReadAsync(async db =>
    {
        var all = new StringBuilder();
        foreach (var table in Tables)
        {
            var rows = (await db.QueryAsync($"SELECT * FROM {table}")).Select(r => string.Join('|', ((IDictionary<string, object?>)r).Where(c => c.Key is not "last_used_at").Select(c => $"{c.Key}={c.Value}")));
            all.Append(table).Append('\n').AppendJoin('\n', rows.Order(StringComparer.Ordinal)).Append('\n');
        }

        return all.ToString();
    });
}

/// <summary>As much of JSON Schema as the document uses. What a schema does not name is a difference too: the document says everything that is answered.</summary>
internal static class SchemaCheck
{
    public static IEnumerable<string> Differences(JsonElement value, JsonElement schema, JsonElement document, string at = "#")
    {
        if (schema.ValueKind == JsonValueKind.True)
        {
            return [];
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            return Differences(value, document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]), document, at);
        }

        if (schema.TryGetProperty("enum", out var choices))
        {
            return choices.EnumerateArray().Any(c => JsonElement.DeepEquals(c, value)) ? [] : [$"{at}: {value} is none of {choices}"];
        }

        if (!schema.TryGetProperty("type", out var type))
        {
            return [];
        }

        var types = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()).ToList() : [type.GetString()];
        return types.Any(t => IsOf(value, t!)) ? value.ValueKind switch
        {
            JsonValueKind.Object => OfObject(value, schema, document, at),
            JsonValueKind.Array => value.EnumerateArray().SelectMany((item, i) => Differences(item, schema.GetProperty("items"), document, $"{at}/{i}")),
            JsonValueKind.String when schema.TryGetProperty("format", out var format) && format.GetString() is "date-time" && !value.TryGetDateTimeOffset(out _) => [$"{at}: {value} is no instant"],
            _ => [],
        } : [$"{at}: {value} is no {type}"];
    }

    private static IEnumerable<string> OfObject(JsonElement value, JsonElement schema, JsonElement document, string at)
    {
        foreach (var required in schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(n => n.GetString()!) : [])
        {
            if (!value.TryGetProperty(required, out _))
            {
                yield return $"{at}/{required} is missing";
            }
        }

        foreach (var member in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(member.Name, out var known))
            {
                foreach (var difference in Differences(member.Value, known, document, $"{at}/{member.Name}"))
                {
                    yield return difference;
                }
            }
            else if (!schema.TryGetProperty("additionalProperties", out var others) || others.ValueKind == JsonValueKind.False)
            {
                yield return $"{at}/{member.Name} is not in the document";
            }
        }
    }

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => false,
    };
}
