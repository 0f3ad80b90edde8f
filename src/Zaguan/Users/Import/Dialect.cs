using System.Text.Json;

namespace Zaguan.Users.Import;

/// <summary>How some system writes a user in JSON.</summary>
/// <param name="Name">As --format and the report say it.</param>
/// <param name="Recognises">Whether this object is a user of that system.</param>
/// <param name="Fields">The user as columns that <see cref="ColumnNames"/> knows.</param>
internal sealed record Dialect(string Name, Func<JsonElement, bool> Recognises, Func<JsonElement, IReadOnlyList<ImportField>> Fields)
{
    public static readonly Dialect Plain = new("json", _ => true, user => [.. JsonUsers.Members(user)]);

    public static readonly Dialect Keycloak = new("keycloak", KeycloakUsers.Are, KeycloakUsers.Fields);

    public static readonly Dialect Auth0 = new("auth0", Auth0Users.Are, Auth0Users.Fields);

    public static readonly Dialect AspNetIdentity = new("aspnet-identity", u => u.TryGetProperty("NormalizedUserName", out _) && u.TryGetProperty("PasswordHash", out _), Plain.Fields);

    /// <summary>In the order in which they are asked.</summary>
    /// <param name="firebase">How its hashes are made; null where nobody said.</param>
    public static IReadOnlyList<Dialect> All(FirebaseHashing? firebase) => [Keycloak, new("firebase", FirebaseUsers.Are, u => FirebaseUsers.Fields(u, firebase)), Auth0, AspNetIdentity, Plain];
}
