using System.Globalization;
using System.Text.Json;

namespace Zaguan.Passwords.Formats;

/*
 * Keycloak keeps a password as two JSON texts, credentialData and secretData of its table "credential" and of its realm exports
 * (https://www.keycloak.org/docs/latest/server_admin/, org.keycloak.models.credential.PasswordCredentialModel). They hold what a PHC string does, so that is what they become.
 */
internal static class KeycloakCredential
{
    /// <summary>Keycloak's algorithms (Pbkdf2…PasswordHashProviderFactory) and the names of PHC strings.</summary>
    private static readonly Dictionary<string, string> Pbkdf2 = new(StringComparer.Ordinal)
    {
        ["pbkdf2"] = "pbkdf2-sha1",
        ["pbkdf2-sha256"] = "pbkdf2-sha256",
        ["pbkdf2-sha512"] = "pbkdf2-sha512",
    };

    public static ComposedText ToText(string credentialData, string secretData)
    {
        if (Parse(credentialData) is not { } credential || Parse(secretData) is not { } secret)
        {
            return ComposedText.Refused("The credentialData or the secretData of this Keycloak password is no JSON object.");
        }

        if (Text(credential, "algorithm") is not { } algorithm || Number(credential, "hashIterations") is not { } iterations
            || Text(secret, "salt") is not { } salt || Text(secret, "value") is not { } value
            || Encoded.Base64(salt) is not { } saltBytes || Encoded.Base64(value) is not { } digest)
        {
            return ComposedText.Refused("This Keycloak password lacks its algorithm or hashIterations (credentialData), or its salt or value (secretData).");
        }

        var tail = $"${Encoded.Base64Unpadded(saltBytes)}${Encoded.Base64Unpadded(digest)}";
        if (Pbkdf2.TryGetValue(algorithm, out var name))
        {
            return ComposedText.Of(string.Create(CultureInfo.InvariantCulture, $"${name}$i={iterations}{tail}"));
        }

        if (!string.Equals(algorithm, "argon2", StringComparison.Ordinal))
        {
            return ComposedText.Refused("The algorithm of this Keycloak password is none of pbkdf2, pbkdf2-sha256, pbkdf2-sha512 and argon2.");
        }

        return Parameter(credential, "type") is { } type && Parameter(credential, "memory") is { } memory && Parameter(credential, "parallelism") is { } lanes && Parameter(credential, "version") is "1.3"
            ? ComposedText.Of(string.Create(CultureInfo.InvariantCulture, $"$argon2{type}$v=19$m={memory},t={iterations},p={lanes}{tail}"))
            : ComposedText.Refused("This Keycloak password is of Argon2, and its additionalParameters lack type, memory, parallelism or version 1.3.");
    }

    private static JsonElement? Parse(string json)
    {
        if (json.Length > HashFormats.LongestText)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonElement? Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement json, string name) => Member(json, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static int? Number(JsonElement json, string name) => Member(json, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : null;

    /// <summary>additionalParameters keeps lists of texts, of one each.</summary>
    private static string? Parameter(JsonElement json, string name) =>
        Member(json, "additionalParameters") is { } parameters && Member(parameters, name) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 1 && list[0] is { ValueKind: JsonValueKind.String } only
            ? only.GetString()
            : null;
}
