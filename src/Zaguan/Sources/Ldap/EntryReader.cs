using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Zaguan.Users;

namespace Zaguan.Sources.Ldap;

/// <summary>An entry of a directory → what is stored of a user.</summary>
internal static class EntryReader
{
    public const string AttributePrefix = "attributes.";

    private static readonly Encoding Strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What can be taken over, beside attributes of any name.</summary>
    public static readonly IReadOnlyList<string> Fields = ["number", "id", "email", "phone", "givenName", "familyName"];

    /// <param name="username">As it is stored, or will be.</param>
    /// <param name="role">Null: the user is in none of the groups.</param>
    public static Profile Read(LdapDirectory directory, SearchResultEntry entry, string username, string? role)
    {
        var said = directory.Attributes.ToDictionary(a => a.Key, a => Text(entry, a.Value), StringComparer.OrdinalIgnoreCase);
        return new(Source.Ldap, username)
        {
            Number = long.TryParse(said.GetValueOrDefault("number"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null,
            Id = Field("id"),
            Email = Field("email") is { } email && Names.IsEmail(email) ? email : null,
            Phone = Field("phone"),
            GivenName = Field("givenName"),
            FamilyName = Field("familyName"),
            RoleName = role,
            Attributes = Attributes(said),
            Refreshes = true,
            DecidesRole = directory.Roles.Count > 0,
        };

        string? Field(string name) => Profile.Storable(said.GetValueOrDefault(name));
    }

    /// <summary>The values of an attribute that are texts.</summary>
    public static IEnumerable<string> Texts(SearchResultEntry entry, string attribute)
    {
        if (entry.Attributes[attribute] is not { } values)
        {
            yield break;
        }

        foreach (byte[] bytes in values.GetValues(typeof(byte[])))
        {
            if (TextOf(attribute, bytes) is { } text)
            {
                yield return text;
            }
        }
    }

    private static string? Text(SearchResultEntry entry, string attribute) => Texts(entry, attribute).FirstOrDefault();

    private static string? TextOf(string attribute, byte[] bytes)
    {
        // Active Directory keeps it as 16 bytes ([MS-DTYP] §2.3.4.2), and everybody writes it as a UUID.
        if (string.Equals(attribute, "objectGUID", StringComparison.OrdinalIgnoreCase) && bytes.Length == 16)
        {
            return new Guid(bytes).ToString();
        }

        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>A JSON object. Null: there is nothing, or more than is kept of a user.</summary>
    private static string? Attributes(IReadOnlyDictionary<string, string?> said)
    {
        var attributes = said.Where(s => s.Key.StartsWith(AttributePrefix, StringComparison.OrdinalIgnoreCase)).ToDictionary(s => s.Key[AttributePrefix.Length..], s => s.Value, StringComparer.Ordinal);
        return attributes.Count == 0 ? null : Profile.StorableAttributes(JsonSerializer.Serialize(attributes));
    }
}
