using System.Text.Json;
using System.Text.Json.Nodes;
using Zaguan.Passwords.Formats;

namespace Zaguan.Users.Import;

/// <summary>
/// Users of a Keycloak realm export (kc.sh export; UserRepresentation and CredentialRepresentation of
/// https://www.keycloak.org/docs-api/latest/rest-api/index.html).
/// </summary>
internal static class KeycloakUsers
{
    /// <summary>Roles that everybody has and that say nothing.</summary>
    private static readonly string[] RolesOfAll = ["offline_access", "uma_authorization"];

    public static bool Are(JsonElement user) =>
        user.TryGetProperty("username", out _) && (user.TryGetProperty("credentials", out _) || user.TryGetProperty("createdTimestamp", out _) || user.TryGetProperty("requiredActions", out _));

    public static IReadOnlyList<ImportField> Fields(JsonElement user)
    {
        var roles = List(user, "realmRoles").Select(r => r.GetString() ?? "").Where(r => !RolesOfAll.Contains(r, StringComparer.Ordinal) && !r.StartsWith("default-roles-", StringComparison.Ordinal)).ToList();
        var fields = new List<ImportField>
        {
            new("username", user.Text("username")),
            new("id", user.Text("id")),
            new("email", user.Text("email")),
            new("given_name", user.Text("firstName")),
            new("family_name", user.Text("lastName")),
            new("active", user.TryGetProperty("enabled", out var enabled) ? enabled.GetRawText() : "true"),
            new("role", roles.Count > 0 ? roles[0] : null),
            Password(user),
        };
        if (roles.Count > 1)
        {
            fields.Add(new("attributes.roles", JsonSerializer.Serialize(roles), IsJson: true));
        }

        if (user.TryGetProperty("attributes", out var attributes) && attributes.ValueKind == JsonValueKind.Object)
        {
            fields.AddRange(attributes.EnumerateObject().Select(a => JsonUsers.Field($"attributes.{a.Name}", a.Value.ValueKind == JsonValueKind.Array && a.Value.GetArrayLength() == 1 ? a.Value[0] : a.Value)));
        }

        return fields;
    }

    private static ImportField Password(JsonElement user)
    {
        var password = List(user, "credentials").FirstOrDefault(c => c.Text("type") is "password");
        if (password.ValueKind == JsonValueKind.Undefined)
        {
            return new("password", null);
        }

        // Since version 8 two texts that are JSON themselves; before, members of the credential.
        var told = password.Text("credentialData") ?? new JsonObject { ["algorithm"] = password.Text("algorithm"), ["hashIterations"] = Number(password, "hashIterations") }.ToJsonString();
        var secret = password.Text("secretData") ?? new JsonObject { ["salt"] = password.Text("salt"), ["value"] = password.Text("hashedSaltedValue") }.ToJsonString();
        var (text, objection) = KeycloakCredential.ToText(told, secret);
        return new("password", text, Objection: objection);
    }

    private static long? Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static List<JsonElement> List(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];
}
