using Zaguan.Passwords;
using Zaguan.Users.Import;

namespace Zaguan.Admin.ImportPages;

/// <summary>What an import finds and does, as pages say it.</summary>
internal static class ImportWords
{
    /// <summary>What a column can be, in the order in which people look for it.</summary>
    public static readonly IReadOnlyList<ImportTarget> Targets =
    [
        ImportTarget.Ignored, ImportTarget.Username, ImportTarget.Email, ImportTarget.Password, ImportTarget.GivenName, ImportTarget.FamilyName, ImportTarget.Phone, ImportTarget.Role, ImportTarget.Active, ImportTarget.Inactive,
        ImportTarget.LockedUntil, ImportTarget.NumberOrId, ImportTarget.Number, ImportTarget.Id, ImportTarget.RoleNumber, ImportTarget.Realm, ImportTarget.PasswordFormat, ImportTarget.Salt, ImportTarget.Attributes,
    ];

    public static string Of(Visit visit, ImportTarget target) => target switch
    {
        ImportTarget.Realm => visit.Say("ámbito", "realm"),
        ImportTarget.Username => visit.Say("nombre de usuario", "user name"),
        ImportTarget.Number => visit.Say("número", "number"),
        ImportTarget.Id => "id",
        ImportTarget.NumberOrId => visit.Say("número o id", "number or id"),
        ImportTarget.Email => visit.Say("correo", "e-mail address"),
        ImportTarget.Phone => visit.Say("teléfono", "telephone number"),
        ImportTarget.GivenName => visit.Say("nombre", "given name"),
        ImportTarget.FamilyName => visit.Say("apellidos", "family name"),
        ImportTarget.Role => visit.Say("papel", "role"),
        ImportTarget.RoleNumber => visit.Say("número del papel", "role's number"),
        ImportTarget.Active => visit.Say("está activo (sí o no)", "is active (yes or no)"),
        ImportTarget.Inactive => visit.Say("está desactivado (sí o no)", "is disabled (yes or no)"),
        ImportTarget.LockedUntil => visit.Say("bloqueado hasta (fecha)", "locked until (date)"),
        ImportTarget.Password => visit.Say("contraseña", "password"),
        ImportTarget.PasswordFormat => visit.Say("forma de la contraseña", "form of the password"),
        ImportTarget.Salt => visit.Say("sal de la contraseña", "salt of the password"),
        ImportTarget.Attributes => visit.Say("atributos (JSON)", "attributes (JSON)"),
        ImportTarget.Ignored => visit.Say("no se importa", "left out"),
    };

    public static string Of(Visit visit, PasswordTreatment treatment) => treatment switch
    {
        PasswordTreatment.Kept => visit.Say("se quedan como están: son fuertes", "kept: they are strong"),
        PasswordTreatment.KeptWeak => visit.Say("se quedan como están, débiles", "kept although weak"),
        PasswordTreatment.Wrapped => visit.Say("se envuelven en Argon2id", "Argon2id is put over them"),
        PasswordTreatment.Hashed => visit.Say("se cifran con Argon2id", "hashed with Argon2id"),
    };

    public static string Of(Visit visit, ImportNotice notice) => notice switch
    {
        ImportNotice.GoesOverLines => visit.Say("unas comillas abarcan varias líneas, que así son una sola fila. Si no es un texto de varias líneas, faltan los usuarios de las demás.", "a quote holds line ends, so that several lines are one row. If that is no text of several lines, whoever stands in the other lines is missing."),
        ImportNotice.HasStrangeLetters => visit.Say("un nombre tiene letras como en «MuÃ±oz» o «Mu?oz». Descarte el archivo y súbalo con las letras correctas, o expórtelo otra vez.", "a name has letters as in \"MuÃ±oz\" or \"Mu?oz\". Discard the file and upload it with the right letters, or export it again."),
        ImportNotice.EndsInBlank => visit.Say("una contraseña acaba en un espacio, que es parte de ella. Si la columna se rellenó con espacios, nadie podrá entrar así.", "a password ends in a blank, which belongs to it. Where the column was filled up with blanks, nobody can log in so."),
    };
}
