using System.Globalization;
using System.Text.Json.Nodes;
using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;

namespace Zaguan.Admin.Api;

/// <summary>In the console: the keys of the API, and its reference.</summary>
internal static class ApiPages
{
    public const string Keys = "/zaguan/api-keys";
    public const string Reference = "/zaguan/reference";

    /// <summary>What a key's life can be chosen from, in days.</summary>
    public static readonly IReadOnlyList<int> Lifetimes = [30, 90, 365];

    public static string Revoke(ApiKey key) => $"{Keys}/{key.Id}/revoke";

    public static void MapApiPages(this WebApplication app)
    {
        var (keys, changes) = (app.Services.GetRequiredService<ApiKeyStore>(), app.Services.GetRequiredService<ApiKeyChanges>());
        app.Page(Keys, AdminRole.Administrator, visit => ShowAsync(visit, new("", [], []), StatusCodes.Status200OK));
        app.Act(Keys, AdminRole.Administrator, AddAsync, dangerous: true);
        app.Act($"{Keys}/{{id}}/revoke", AdminRole.Administrator, RevokeAsync, dangerous: true);
        app.Page(Reference, AdminRole.Auditor, visit => Task.FromResult<IResult>(Page.Of<ReferencePage>(
            visit, new ApiReference(ApiDocument.Of(ApiRoutes.RoutesOf(visit.Http.RequestServices.GetRequiredService<EndpointDataSource>())), $"{visit.Http.Request.Scheme}://{visit.Http.Request.Host}"))));

        async Task<IResult> ShowAsync(Visit visit, ApiKeyForm form, int status) => Page.Of<ApiKeysPage>(visit, new ApiKeysNow(await keys.ListAsync(), form), status);

        async Task<IResult> AddAsync(Visit visit)
        {
            var (name, scopes) = ((await EnteringRoutes.FieldAsync(visit, "name")).Trim(), visit.Http.Request.HasFormContentType ? (await visit.Http.Request.ReadFormAsync())["scope"].OfType<string>().ToList() : []);
            DateTimeOffset? expiresAt = await EnteringRoutes.FieldAsync(visit, "days") switch
            {
                "never" => null,
                var days when int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Lifetimes.Contains(number) => visit.Now.AddDays(number),
                _ => throw new BadHttpRequestException("There is no such lifetime."),
            };
            var (made, objections) = await changes.AddAsync(visit, name, scopes, expiresAt);
            return made is not null
                ? Page.Of<MadeApiKeyPage>(visit, made)
                : await ShowAsync(visit, new(name, scopes, [.. objections.Select(o => o.Sentence)]), StatusCodes.Status400BadRequest);
        }

        // Who presses twice has done it once.
        async Task<IResult> RevokeAsync(Visit visit)
        {
            if (await keys.FindAsync(visit.Http.GetRouteValue("id") as string ?? "") is not { } key)
            {
                return Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit), StatusCodes.Status404NotFound);
            }

            await changes.RevokeAsync(visit, key);
            return ConsoleDoor.Go(visit, Keys);
        }
    }
}

internal sealed record ApiKeysNow(IReadOnlyList<ApiKey> All, ApiKeyForm Form);

/// <param name="Name">As it was typed, where it was not taken; so the scopes.</param>
/// <param name="Objections">Why; none: nothing was typed.</param>
internal sealed record ApiKeyForm(string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string> Objections);

/// <summary>What the reference shows: the document itself.</summary>
/// <param name="Server">As the browser calls it.</param>
internal sealed record ApiReference(JsonObject Document, string Server)
{
    public IEnumerable<ReferredOperation> Operations => Document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(o => new ReferredOperation(Document, path.Key, o.Key, o.Value!.AsObject())));

    /// <summary>By the first part of their paths.</summary>
    public IEnumerable<IGrouping<string, ReferredOperation>> Groups => Operations.GroupBy(o => o.Operation["tags"]![0]!.GetValue<string>(), StringComparer.Ordinal);
}

/// <summary>One operation of the document, as the page shows it.</summary>
internal sealed record ReferredOperation(JsonObject Document, string Path, string Verb, JsonObject Operation)
{
    public string Id => Operation["operationId"]!.GetValue<string>();

    public string Method => Verb.ToUpperInvariant();

    public string Summary => Operation["summary"]!.GetValue<string>();

    public string Scope => Operation["security"]![0]!["key"]![0]!.GetValue<string>();

    public IEnumerable<(string Name, string Place, string Description, string Values)> Parameters => (Operation["parameters"]?.AsArray() ?? []).Select(p => (
        p!["name"]!.GetValue<string>(),
        p["in"]!.GetValue<string>(),
        p["description"]!.GetValue<string>(),
        string.Join(", ", (p["schema"]!["enum"]?.AsArray() ?? []).Select(v => v!.GetValue<string>()))));

    public IReadOnlyList<ReferredField> BodyFields => FieldsOf(Resolve(Operation["requestBody"]?["content"]?["application/json"]?["schema"]));

    public IReadOnlyList<ReferredField> AnswerFields => FieldsOf(Resolve(Operation["responses"]!.AsObject().First().Value!["content"]?["application/json"]?["schema"]));

    public IEnumerable<(string Status, string Name)> Answers => Operation["responses"]!.AsObject().Select(r => (r.Key, r.Value!["description"]!.GetValue<string>()));

    public string Curl(string server)
    {
        var example = Operation["requestBody"]?["content"]?["application/json"]?["example"]?.ToJsonString(ApiJson.Options);
        return $"curl{(Verb is "get" ? "" : $" -X {Method}")} -H \"Authorization: Bearer $ZAGUAN_KEY\"{(example is null ? "" : $" \\\n  -H \"Content-Type: application/json\" -d '{example}'")} \\\n  '{server}{ApiRoute.Home}{Path}'";
    }

    private JsonNode? Resolve(JsonNode? schema) => schema?["$ref"]?.GetValue<string>() is { } reference ? Document["components"]!["schemas"]![reference[(reference.LastIndexOf('/') + 1)..]] : schema;

    private static IReadOnlyList<ReferredField> FieldsOf(JsonNode? schema) => schema?["properties"] is not JsonObject properties ? [] :
    [
        .. properties.Select(p => new ReferredField(
            p.Key,
            TypeOf(p.Value),
            (schema["required"]?.AsArray() ?? []).Any(r => string.Equals(r!.GetValue<string>(), p.Key, StringComparison.Ordinal)),
            (p.Value as JsonObject)?["description"]?.GetValue<string>() ?? "")),
    ];

    private static string TypeOf(JsonNode? schema) => schema switch
    {
        JsonObject o when o["enum"] is JsonArray values => string.Join(", ", values.Select(v => v?.ToJsonString() ?? "null")),
        JsonObject o when o["items"] is { } items => $"array: {(items["properties"] is JsonObject properties ? string.Join(", ", properties.Select(p => p.Key)) : TypeOf(items))}",
        JsonObject o when o["type"] is JsonArray types => string.Join(", ", types.Select(t => t!.GetValue<string>())),
        JsonObject o when o["type"] is { } type => $"{type.GetValue<string>()}{(o["format"] is { } format ? $" ({format.GetValue<string>()})" : "")}",
        _ => "JSON",
    };
}

internal sealed record ReferredField(string Name, string Type, bool IsRequired, string Description);
