using Zaguan.Admin.Entering;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Users;

namespace Zaguan.Admin;

/// <summary>What the pages say of a password that somebody chooses.</summary>
internal static class NewPasswords
{
    /// <summary>Of a form in which a user wrote it twice.</summary>
    public static async Task<IReadOnlyList<string>> ObjectionsToFormAsync(Visit visit, Setup setup, Secret password, User user)
    {
        using var again = Secret.FromText(await EnteringRoutes.FieldAsync(visit, "again"));
        return again.Reveal().SequenceEqual(password.Reveal())
            ? Objections(visit, setup, password, user.Username, user.Email, user.GivenName, user.FamilyName)
            : [visit.Say("Las dos veces no ha escrito lo mismo.", "You did not write the same both times.")];
    }

    public static string Busy(Visit visit) => visit.Say("Zaguán está ocupado y no se ha cambiado nada; vuelva a intentarlo.", "Zaguan is busy and nothing was changed; try again.");

    /// <summary>Everything that speaks against it, as sentences; also that nobody can tell.</summary>
    public static IReadOnlyList<string> Objections(Visit visit, Setup setup, Secret password, params IEnumerable<string?> names)
    {
        try
        {
            return [.. new PasswordPolicy(setup.Settings.Passwords).Weigh(password, names).Select(o => visit.Say(o.Spanish, o.English))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [visit.Say(
                "No se puede leer el fichero de contraseñas filtradas, así que no se sabe si esta lo es. No se ha cambiado nada; zaguan doctor dice qué le pasa.",
                "The file of breached passwords cannot be read, so nobody knows whether this is one. Nothing was changed; zaguan doctor says what is the matter.")];
        }
    }
}
