using System.Globalization;

namespace Zaguan.Users.Import;

/// <summary>The roles of the realms, with those that this import makes.</summary>
internal sealed class ImportRoles(ImportStore store, bool makesRoles)
{
    private readonly Dictionary<string, List<Role>> byRealm = new(StringComparer.Ordinal);

    /// <summary>Those that were missing.</summary>
    public List<string> Made { get; } = [];

    /// <summary>Gives the candidate the role's name where the row has its number alone. What is wrong with the role, or null.</summary>
    public async Task<string?> ObjectionAsync(Candidate candidate)
    {
        var (realm, name, number) = (candidate.User.Realm, candidate.User.Role, candidate.RoleNumber);
        if (name is null && number is null)
        {
            return null;
        }

        if (!byRealm.TryGetValue(realm, out var roles))
        {
            byRealm.Add(realm, roles = [.. await store.RolesAsync(realm)]);
        }

        if (name is null)
        {
            var numbered = roles.Find(r => r.Number == number);
            candidate.User = candidate.User with { Role = numbered?.Name };
            return numbered is null ? string.Create(CultureInfo.InvariantCulture, $"The realm \"{realm}\" has no role number {number}, and the row does not say its name. Add it first: zaguan roles add NAME --realm {realm} --number {number}") : null;
        }

        if (roles.Exists(r => string.Equals(Names.Key(r.Name), Names.Key(name), StringComparison.Ordinal)))
        {
            return null;
        }

        if (!makesRoles)
        {
            return $"The realm \"{realm}\" has no role \"{name}\". Add it first: zaguan roles add \"{name}\" --realm {realm}";
        }

        if (number is not null && roles.Find(r => r.Number == number) is { } taken)
        {
            return string.Create(CultureInfo.InvariantCulture, $"The role number {number} is that of \"{taken.Name}\" in the realm \"{realm}\", not of \"{name}\".");
        }

        roles.Add(new() { Realm = realm, Name = name, Number = number ?? -1 });
        Made.Add(name);
        return null;
    }
}
