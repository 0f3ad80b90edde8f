using System.Text.Json;
using System.Text.Json.Nodes;
using Zaguan.Users;

namespace Zaguan.Tests.Contracts.Learning;

/// <summary>Requests and users to compare two contracts with: those that were learned with, and others.</summary>
internal static class Bodies
{
    public static IEnumerable<string> Of(Old old)
    {
        var sketch = old.Request[old.Request.IndexOf('{', StringComparison.Ordinal)..].Replace("\"{directory}\"", "false", StringComparison.Ordinal);
        yield return Filled(sketch, Quoted(old.Identifier), Quoted(old.Password));
        yield return Filled(sketch, Quoted(old.Identifier.ToUpperInvariant()), Quoted("otra"));
        yield return Filled(sketch, Quoted("nadie@example.com"), Quoted("otra"));
        yield return Filled(sketch, Quoted("111.444.777-35"), Quoted("otra"));
        yield return Filled(sketch, Quoted(""), Quoted("otra"));
        yield return Filled(sketch, Quoted(old.Identifier), Quoted(""));
        yield return Filled(sketch, Quoted(""), Quoted(""));
        yield return Filled(sketch, "12345", Quoted("otra"));
        yield return Filled(sketch, Quoted(old.Identifier), "12345");
        yield return Filled(sketch, "null", "null");
        yield return Without(sketch, old, identifier: true, password: false);
        yield return Without(sketch, old, identifier: false, password: true);
        yield return Without(sketch, old, identifier: true, password: true);
        yield return Filled(sketch, Quoted(old.Identifier), Quoted("otra")).Replace("\"id\":1", "\"id\":\"siete\"", StringComparison.Ordinal);
        yield return Filled(sketch, Quoted(old.Identifier), Quoted("otra")).Replace("user.login", "user.logout", StringComparison.Ordinal);
        yield return Filled(sketch, Quoted(old.Identifier), Quoted("otra")).Replace(",\"id\":1", "", StringComparison.Ordinal);
        yield return Filled(sketch, Quoted(old.Identifier), Quoted("otra")).Replace("\"CompanyDB\":\"SBODEMO\",", "", StringComparison.Ordinal);
        yield return "{}";
        yield return "";
        yield return "{\"";
        yield return "[]";
        yield return "nada";
    }

    /// <summary>Whoever was learned with, somebody else, and somebody of whom little is known.</summary>
    public static IEnumerable<User> Users(Old old)
    {
        var attributes = JsonNode.Parse(old.User)!["attributes"]?.AsObject();
        yield return new()
        {
            Number = 1_001,
            Id = "0b1c2d3e-4f50-4a61-8b72-9c83ad94be05",
            Username = "marta",
            Email = "marta@example.com",
            Phone = "911",
            GivenName = "Marta",
            FamilyName = "Núñez \"Peña\"",
            RoleNumber = 9,
            RoleName = "Caja & Banco",
            Active = true,
            Attributes = attributes?.ToJsonString(),
        };
        yield return new()
        {
            Number = 1_002,
            Id = "1b1c2d3e-4f50-4a61-8b72-9c83ad94be06",
            Username = "pepe",
            Active = true,
            Attributes = attributes is null ? null : new JsonObject(attributes.Select(a => KeyValuePair.Create(a.Key, a.Value is JsonArray ? new JsonArray() : a.Value is JsonObject ? null : Another(a.Value)))).ToJsonString(),
        };
        yield return new() { Number = 1_003, Id = "2b1c2d3e-4f50-4a61-8b72-9c83ad94be07", Username = "eva", Email = "eva@example.com", Active = true };
    }

    private static JsonNode? Another(JsonNode? value) => value?.GetValueKind() == JsonValueKind.Number ? 1_234 : "otro";

    private static string Filled(string sketch, string identifier, string password) =>
        sketch.Replace("\"{identifier}\"", identifier, StringComparison.Ordinal).Replace("\"{password}\"", password, StringComparison.Ordinal);

    private static string Without(string sketch, Old old, bool identifier, bool password)
    {
        var body = JsonNode.Parse(Filled(sketch, Quoted(old.Identifier), Quoted("otra")))!.AsObject();
        var holder = body["params"] as JsonObject ?? body;
        var template = JsonNode.Parse(sketch)!.AsObject();
        foreach (var (name, value) in (template["params"] as JsonObject ?? template).ToList())
        {
            if ((identifier && value?.ToString() is "{identifier}") || (password && value?.ToString() is "{password}"))
            {
                holder.Remove(name);
            }
        }

        // Something is in it: an empty object is another question.
        if (body.Count == 0)
        {
            body["otra"] = 1;
        }

        return body.ToJsonString();
    }

    private static string Quoted(string text) => JsonValue.Create(text).ToJsonString();
}
