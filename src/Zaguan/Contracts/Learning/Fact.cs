using System.Globalization;
using System.Text.Json;

namespace Zaguan.Contracts.Learning;

/// <summary>Something that an answer may speak of, under the name that templates have for it.</summary>
/// <param name="Words">Pieces of the keys under which systems answer it: which of two equal values is meant, the key tells.</param>
internal sealed record Fact(string Name, JsonElement Value, params IReadOnlyList<string> Words)
{
    /// <summary>A key that is called exactly as an attribute.</summary>
    private const int SameName = 100;

    public string? Text => Value.ValueKind == JsonValueKind.String ? Value.GetString() : null;

    public long? Number => Value.ValueKind == JsonValueKind.Number && Value.TryGetInt64(out var number) ? number : null;

    public static Fact Of(string name, string value, params IReadOnlyList<string> words) => new(name, JsonSerializer.SerializeToElement(value), words);

    public static Fact Of(string name, long value, params IReadOnlyList<string> words) => new(name, JsonSerializer.SerializeToElement(value), words);

    /// <summary>What is known of a user, as far as the file says it.</summary>
    public static IReadOnlyList<Fact> OfUser(TrialUser user)
    {
        var facts = new List<Fact>();
        Add("user.id", user.Id, "id", "uuid", "guid");
        Add("user.username", user.Username, "usuario", "user", "login", "account", "cuenta", "name");
        Add("user.email", user.Email, "mail", "correo", "uid");
        Add("user.fullName", user.GivenName is null || user.FamilyName is null ? null : $"{user.GivenName} {user.FamilyName}", "nombrecompleto", "fullname", "completo", "nombre", "nome", "name");
        Add("user.givenName", user.GivenName, "givenname", "nombre", "first", "nome", "name");
        Add("user.familyName", user.FamilyName, "apellido", "familyname", "last", "surname", "sobrenome");
        Add("user.phone", user.Phone, "phone", "tel", "cel", "movil", "móvil");
        Add("role.name", user.RoleName, "role", "rol", "perfil", "profile", "cargo");
        AddNumber("user.number", user.Number, "id", "numero", "number", "codigo", "código");
        AddNumber("role.number", user.RoleNumber, "role", "rol", "perfil", "profile");
        facts.AddRange(user.Attributes.Select(a => new Fact(Vocabulary.AttributePrefix + a.Key, JsonElement.Parse(a.Value.ToJson()), a.Key)));
        return facts;

        void Add(string name, string? value, params IReadOnlyList<string> words)
        {
            if (!string.IsNullOrEmpty(value))
            {
                facts.Add(Of(name, value, words));
            }
        }

        void AddNumber(string name, int? value, params IReadOnlyList<string> words)
        {
            if (value is { } number)
            {
                facts.Add(Of(name, number, words));
            }
        }
    }

    /// <summary>How much a key says that this is what it holds; 0: nothing.</summary>
    public int HintIn(string key) => Words.Max(word =>
        string.Equals(word, key, StringComparison.OrdinalIgnoreCase) && Name.StartsWith(Vocabulary.AttributePrefix, StringComparison.Ordinal) ? SameName
        : key.Contains(word, StringComparison.OrdinalIgnoreCase) ? word.Length
        : (int?)0) ?? 0;

    /// <summary>As it stands within a text.</summary>
    public string? InText => Text ?? Number?.ToString(CultureInfo.InvariantCulture);
}
