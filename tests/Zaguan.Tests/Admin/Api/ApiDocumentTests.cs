using System.Text.Json;
using Zaguan.Admin;
using Zaguan.Admin.Api;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Admin.Api;

/// <summary>The OpenAPI document, and the page that is made of it.</summary>
public sealed class ApiDocumentTests
{
    private static readonly string[] Everywhere = ["401", "403", "503"];

    [Fact]
    public async Task Every_route_stands_in_the_document_with_its_scope_its_body_and_its_answers()
    {
        await using var house = await TestHouse.OpenAsync();
        var document = await ApiClient.DocumentAsync(house);
        document.GetProperty("openapi").GetString().ShouldBe("3.1.0");
        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(o => (Name: $"{o.Name.ToUpperInvariant()} {p.Name}", Operation: o.Value))).ToDictionary(o => o.Name, o => o.Operation, StringComparer.Ordinal);
        var routes = ApiClient.Routes(house);
        operations.Keys.ShouldBe(routes.Select(r => $"{r.Method} {r.Path}"), ignoreOrder: true);
        operations.Values.Select(o => o.GetProperty("operationId").GetString()).ShouldBeUnique();
        var schemas = document.GetProperty("components").GetProperty("schemas");
        foreach (var route in routes)
        {
            var operation = operations[$"{route.Method} {route.Path}"];
            operation.GetProperty("security")[0].GetProperty("key").EnumerateArray().Select(s => s.GetString()).ShouldBe([route.Scope]);
            operation.TryGetProperty("requestBody", out var body).ShouldBe(route.Body is not null, route.Path);
            operation.TryGetProperty("parameters", out var parameters);
            (parameters.ValueKind == JsonValueKind.Array ? parameters.EnumerateArray().Select(p => p.GetProperty("name").GetString()) : []).ShouldBe(route.PathParameters.Concat(route.Query.Select(q => q.Name)));
            if (route.Body is not null)
            {
                var media = body.GetProperty("content").GetProperty("application/json");
                var schema = schemas.GetProperty(route.Body.Name);
                schema.GetProperty("additionalProperties").GetBoolean().ShouldBeFalse();
                schema.GetProperty("properties").EnumerateObject().ShouldAllBe(p => p.Value.GetProperty("description").GetString()!.Length > 0);
                // The example is a body that is taken.
                SchemaCheck.Differences(media.GetProperty("example"), media.GetProperty("schema"), document).ShouldBeEmpty();
                media.GetProperty("example").Deserialize(route.Body, ApiJson.Options).ShouldNotBeNull();
            }

            var answers = operation.GetProperty("responses").EnumerateObject().Select(r => r.Name).ToList();
            answers[0].ShouldBe(route.Answer is null ? "204" : "200");
            Everywhere.Except(answers, StringComparer.Ordinal).ShouldBeEmpty();
        }

        foreach (var reference in References(document))
        {
            schemas.TryGetProperty(reference[(reference.LastIndexOf('/') + 1)..], out _).ShouldBeTrue(reference);
        }
    }

    [Fact]
    public async Task The_reference_shows_the_same_document_to_whoever_has_entered()
    {
        await using var house = await TestHouse.OpenAsync();
        using var auditor = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor);

        var page = await auditor.ReadAsync(ApiPages.Reference);

        foreach (var route in ApiClient.Routes(house))
        {
            page.ShouldContain(route.Summary);
            page.ShouldContain($"{ApiRoute.Home}{route.Path}'");
        }

        page.ShouldContain("-H \"Content-Type: application/json\" -d '{\"realm\":\"romsoft\",\"username\":\"eva\"");
        page.ShouldContain("curl -H \"Authorization: Bearer $ZAGUAN_KEY\"");
        page.ShouldContain(ApiRoutes.Document);
        page.ShouldNotContain("<script>");
        page.ShouldNotContain(" style=");
    }

    private static IEnumerable<string> References(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(m => m.NameEquals("$ref") ? [m.Value.GetString()!] : References(m.Value)),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
