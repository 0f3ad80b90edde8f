using Zaguan.Applications;
using Zaguan.BackEnds;
using Zaguan.Reading;
using Zaguan.Tokens.Keys;

namespace Zaguan.Admin.KeyPages;

/// <summary>What is done to signing keys and back-ends, whether in the console or by the API.</summary>
internal sealed class KeyChanges(SigningKeys keys, BackEndStore backEnds, RunningApplications applications)
{
    /// <summary>Makes the next signing key. Returns why it was not made; null: it was.</summary>
    public async Task<string?> RotateAsync(Visit visit)
    {
        if (!applications.Table.SignsWithOwnKeys)
        {
            return visit.Say("Ninguna aplicación firma con una clave propia de Zaguán; no hay nada que cambiar.", "No application signs with a key of Zaguan's own; there is nothing to change.");
        }

        try
        {
            return await keys.RotateAsync(kid => visit.Audit(AuditActions.KeyMade, kid))
                ? null
                : visit.Say("La siguiente clave ya está hecha y espera su hora, o hay demasiadas. No se ha cambiado nada.", "The next key is made already and waits for its time, or there are too many. Nothing was changed.");
        }
        catch (ProblemsException e)
        {
            return e.Message;
        }
    }

    /// <returns>The key of the back-end, which is shown once, or what speaks against it.</returns>
    public async Task<(string? Key, Objection? Objection)> AddBackEndAsync(Visit visit, string name, string application)
    {
        if (!SmallName.Is(name))
        {
            return (null, new("name", visit.Say("El nombre lleva letras minúsculas, cifras y guiones.", "The name has small letters, digits and hyphens.")));
        }

        if (applications.Table.Find(application) is null)
        {
            return (null, new("application", visit.Say("Esa aplicación no existe; elija una de la lista.", "There is no such application; choose one of the list.")));
        }

        return await backEnds.AddAsync(name, application, visit.Audit(AuditActions.BackEndAdded, name, after: new { application })) is { } key
            ? (key, null)
            : (null, new("name", visit.Say($"Ya hay uno que se llama {name}. Para darle otra clave, quítelo y añádalo de nuevo.", $"There is one called {name} already. For another key, remove it and add it again."), ObjectionKind.Taken));
    }

    /// <summary>False: there is none of that name.</summary>
    public async Task<bool> RemoveBackEndAsync(Visit visit, string name) => SmallName.Is(name) && await backEnds.RemoveAsync(name, visit.Audit(AuditActions.BackEndRemoved, name));
}
