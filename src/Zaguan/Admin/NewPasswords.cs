using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Passwords;

namespace Zaguan.Admin;

/// <summary>What the pages say of a password that somebody chooses.</summary>
internal static class NewPasswords
{
    /// <summary>Everything that speaks against it, as sentences; also that nobody can tell.</summary>
    public static IReadOnlyList<string> Objections(Visit visit, Setup setup, Secret password, params IEnumerable<string?> names)
    {
        try
        {
            return new PasswordPolicy(setup.Settings.Passwords).Objections(password, names);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [visit.Say(
                "No se puede leer el fichero de contraseñas filtradas, así que no se sabe si esta lo es. No se ha cambiado nada; zaguan doctor dice qué le pasa.",
                "The file of breached passwords cannot be read, so nobody knows whether this is one. Nothing was changed; zaguan doctor says what is the matter.")];
        }
    }
}
