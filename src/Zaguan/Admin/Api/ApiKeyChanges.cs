using Zaguan.Admin.UserPages;
using Zaguan.Reading;

namespace Zaguan.Admin.Api;

/// <summary>
/// How API keys are made and revoked, whether in the console or by the API itself. A key gives no other one a scope that it lacks, and none that outlives it.
/// </summary>
internal sealed class ApiKeyChanges(ApiKeyStore keys)
{
    public async Task<(MadeApiKey? Made, IReadOnlyList<Objection> Objections)> AddAsync(Visit visit, string name, IReadOnlyList<string> scopes, DateTimeOffset? expiresAt)
    {
        var objections = Objections(visit, name, scopes, expiresAt).ToList();
        if (objections.Count > 0)
        {
            return (null, objections);
        }

        return await keys.AddAsync(name, scopes, expiresAt, visit.Key?.ToString() ?? visit.Admin.Name, key => visit.Audit(AuditActions.ApiKeyMade, key.ToString(), after: Audited(key))) is { } made
            ? (made, [])
            : (null, [new("name", visit.Say($"Ya hay {ApiKeyStore.Most} claves que valen. Anule las que no se usen.", $"There are {ApiKeyStore.Most} good keys already. Revoke those that are not used."), ObjectionKind.Taken)]);
    }

    /// <summary>False: it was revoked before.</summary>
    public Task<bool> RevokeAsync(Visit visit, ApiKey key) => keys.RevokeAsync(key, visit.Audit(AuditActions.ApiKeyRevoked, key.ToString(), before: Audited(key)));

    public static object Audited(ApiKey key) => new { scopes = key.ScopeNames, expiresAt = key.ExpiresAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : (DateTimeOffset?)null };

    private static IEnumerable<Objection> Objections(Visit visit, string name, IReadOnlyList<string> scopes, DateTimeOffset? expiresAt)
    {
        if (UserChanges.TextObjection(visit, visit.Say("El nombre", "The name"), name) is { } sentence)
        {
            yield return new("name", sentence);
        }

        if (scopes.Count == 0)
        {
            yield return new("scopes", visit.Say("Elija al menos un permiso.", "Choose at least one scope."));
        }

        foreach (var unknown in scopes.Where(s => !ApiScopes.Has(s)).Take(1))
        {
            yield return new("scopes", visit.Say($"No hay ningún permiso «{unknown}».", $"There is no scope “{unknown}”.{Nearest.Suggestion(unknown, ApiScopes.All.Select(s => s.Name))}"));
        }

        foreach (var lacking in visit.Key is { } own ? scopes.Where(s => ApiScopes.Has(s) && !own.Has(s)).Distinct(StringComparer.Ordinal) : [])
        {
            yield return new("scopes", visit.Say($"Esta clave no tiene {lacking}, así que no lo puede dar.", $"This key has no {lacking} itself, so it cannot give it."), ObjectionKind.Forbidden);
        }

        if (expiresAt <= visit.Now)
        {
            yield return new("expiresAt", visit.Say("Ya ha caducado; elija un momento que esté por venir.", "It has expired already; choose an instant to come."));
        }

        if (visit.Key?.ExpiresAt is { } end && (expiresAt is null || expiresAt > DateTimeOffset.FromUnixTimeMilliseconds(end)))
        {
            yield return new("expiresAt", visit.Say("Esta clave caduca antes, así que no puede hacer una que dure más.", "This key expires before that, so it can make none that lasts longer."), ObjectionKind.Forbidden);
        }
    }
}
