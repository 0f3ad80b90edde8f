using System.Globalization;
using System.Text;

namespace Zaguan.Users.Import;

/// <summary>What a column is to a user.</summary>
internal enum ImportTarget
{
    Realm,
    Username,
    Number,
    Id,

    /// <summary>A number where it is written as one, else an id.</summary>
    NumberOrId,
    Email,
    Phone,
    GivenName,
    FamilyName,
    Role,
    RoleNumber,
    Active,

    /// <summary>The opposite of <see cref="Active"/>.</summary>
    Inactive,

    /// <summary>An instant; while it lies ahead, the user is not active.</summary>
    LockedUntil,
    Password,
    PasswordFormat,
    Salt,

    /// <summary>A JSON object.</summary>
    Attributes,

    /// <summary>Nothing, and never kept.</summary>
    Ignored,
}

/// <summary>What columns are called in other systems, and what each of those names means.</summary>
internal static class ColumnNames
{
    /// <summary>The first name of a row is the one that --map takes. Of two columns that mean the same, the one further left here counts.</summary>
    private static readonly (ImportTarget Target, string Names)[] Table =
    [
        (ImportTarget.Realm, "realm"),
        (ImportTarget.Username, "username usuario_login nombre_usuario usuario user login user_login cuenta account nick"),
        (ImportTarget.Number, "number numero num"),
        (ImportTarget.NumberOrId, "number_or_id id user_id usuario_id id_usuario codigo uuid guid"),
        (ImportTarget.Email, "email mail correo correo_electronico usuario_correo email_address user_email"),
        (ImportTarget.Phone, "phone phone_number telefono celular usuario_celular movil mobile tel"),
        (ImportTarget.GivenName, "given_name first_name nombres nombre usuario_nombre display_name name nombre_completo full_name"),
        (ImportTarget.FamilyName, "family_name last_name surname apellidos apellido usuario_apellido"),
        (ImportTarget.Role, "role rol role_name nombre_rol perfil cargo tipo_usuario"),
        (ImportTarget.RoleNumber, "role_number role_id rol_id id_rol"),
        (ImportTarget.Active, "active is_active activo es_activo enabled habilitado estado status vigente"),
        (ImportTarget.Inactive, "inactive inactivo disabled deshabilitado blocked bloqueado baja"),
        (ImportTarget.LockedUntil, "locked_until lockout_end bloqueado_hasta"),
        (ImportTarget.Password, "password password_hash hash hash_password clave contrasena contrasenia usuario_password usuario_clave usu_clave clave_usuario clave_acceso user_password user_pass encrypted_password passwd passw pass pwd"),
        (ImportTarget.PasswordFormat, "password_format"),
        (ImportTarget.Salt, "salt password_salt"),
        (ImportTarget.Attributes, "attributes"),
        (ImportTarget.Ignored, "ignored normalized_user_name normalized_email security_stamp concurrency_stamp email_confirmed phone_number_confirmed two_factor_enabled lockout_enabled access_failed_count password_cost"),
    ];

    /// <summary>In the name of a column that is never kept beside a user, nor told: what stands there may be a secret.</summary>
    private static readonly string[] Secretive = ["pass", "clave", "contrasen", "secret", "hash", "salt", "token", "stamp", "pwd", "pin", "nip", "cvv", "key", "llave", "md5", "sha1", "sha256", "semilla", "codigo", "tarjeta", "huella", "otp", "pregunta", "respuesta"];

    private static readonly Dictionary<string, (ImportTarget Target, int Rank)> Known = Table
        .SelectMany(row => row.Names.Split(' ').Select((name, rank) => (Name: Plain(name), Place: (row.Target, rank + 1))))
        .ToDictionary(n => n.Name, n => n.Place, StringComparer.Ordinal);

    /// <summary>What --map takes before the equals sign. An id and a number are told apart there; a salt has an option of its own.</summary>
    public static IReadOnlyDictionary<string, ImportTarget> Targets { get; } =
        Table.Where(r => r.Target is not (ImportTarget.NumberOrId or ImportTarget.Salt)).Select(r => (Name: r.Names.Split(' ')[0], r.Target)).Append(("id", ImportTarget.Id)).ToDictionary(StringComparer.Ordinal);

    public static string NameOf(ImportTarget target) => target is ImportTarget.NumberOrId ? "number or id" : Table.Where(r => r.Target == target).Select(r => r.Names.Split(' ')[0]).FirstOrDefault("id");

    /// <summary>Null: it means nothing. The lower the rank, the likelier.</summary>
    public static (ImportTarget Target, int Rank)? Meaning(string column) => Known.TryGetValue(Plain(column), out var place) ? place : null;

    public static bool IsSecretive(string column)
    {
        var plain = Plain(column);
        return Array.Exists(Secretive, s => plain.Contains(s, StringComparison.Ordinal));
    }

    /// <summary>Small letters and digits without accents: "Contraseña", "UserName" and "user_name" are "contrasena" and "username".</summary>
    private static string Plain(string name)
    {
        var plain = new StringBuilder(name.Length);
        foreach (var c in name.Normalize(NormalizationForm.FormD).Where(c => char.IsLetterOrDigit(c) && CharUnicodeInfo.GetUnicodeCategory(c) is not UnicodeCategory.NonSpacingMark))
        {
            plain.Append(char.ToLowerInvariant(c));
        }

        return plain.ToString();
    }
}
