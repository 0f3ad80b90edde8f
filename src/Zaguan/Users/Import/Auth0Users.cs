using System.Text.Json;

namespace Zaguan.Users.Import;

/// <summary>
/// Users as Auth0 hands them over with their hashes (JSON Lines of _id, email, passwordHash), and as its user export and bulk import write them
/// (https://auth0.com/docs/manage-users/user-migration/bulk-user-import-database-schema-and-examples).
/// </summary>
internal static class Auth0Users
{
    private static readonly string[] Known = ["_id", "user_id", "username", "email", "given_name", "family_name", "name", "phone_number", "blocked", "passwordHash", "password_hash", "custom_password_hash", "user_metadata", "app_metadata"];

    public static bool Are(JsonElement user) =>
        (user.TryGetProperty("_id", out _) || user.TryGetProperty("user_id", out _) || user.TryGetProperty("email_verified", out _))
        && (user.TryGetProperty("passwordHash", out _) || user.TryGetProperty("password_hash", out _) || user.TryGetProperty("custom_password_hash", out _) || user.TryGetProperty("email_verified", out _));

    public static IReadOnlyList<ImportField> Fields(JsonElement user) =>
    [
        new("id", user.Text("user_id") ?? (user.TryGetProperty("_id", out var id) ? $"auth0|{id.Text("$oid") ?? id.GetString()}" : null)),
        new("username", user.Text("username") ?? user.Text("email")),
        new("email", user.Text("email")),
        new("given_name", user.Text("given_name") ?? user.Text("name")),
        new("family_name", user.Text("family_name")),
        new("phone", user.Text("phone_number")),
        new("inactive", user.TryGetProperty("blocked", out var blocked) ? blocked.GetRawText() : "false"),
        new("password", user.Text("passwordHash") ?? user.Text("password_hash") ?? Custom(user)),
        .. Metadata(user, "user_metadata"),
        .. Metadata(user, "app_metadata"),
        .. JsonUsers.Members(user).Where(m => !Known.Contains(m.Name, StringComparer.Ordinal)).Select(m => m with { Name = $"attributes.{m.Name}" }),
    ];

    private static string? Custom(JsonElement user) =>
        user.TryGetProperty("custom_password_hash", out var custom) && custom.TryGetProperty("hash", out var hash) ? hash.Text("value") : null;

    private static IEnumerable<ImportField> Metadata(JsonElement user, string name) =>
        user.TryGetProperty(name, out var metadata) && metadata.ValueKind == JsonValueKind.Object
            ? metadata.EnumerateObject().Select(m => JsonUsers.Field($"attributes.{m.Name}", m.Value))
            : [];
}
