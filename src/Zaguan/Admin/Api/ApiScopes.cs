using System.Collections.Frozen;

namespace Zaguan.Admin.Api;

/// <summary>What a key may do.</summary>
/// <param name="Least">Who may do that in the console.</param>
internal sealed record ApiScope(string Name, AdminRole Least, string Spanish, string English);

/// <summary>All that a key can be given. Each route asks for one of them.</summary>
internal static class ApiScopes
{
    public const string OverviewRead = "overview:read";
    public const string UsersRead = "users:read";
    public const string UsersUnlock = "users:unlock";
    public const string UsersWrite = "users:write";
    public const string UsersPassword = "users:password";
    public const string LogRead = "log:read";
    public const string AuditRead = "audit:read";
    public const string ApplicationsRead = "applications:read";
    public const string KeysRead = "keys:read";
    public const string KeysWrite = "keys:write";
    public const string BackEndsRead = "backends:read";
    public const string BackEndsWrite = "backends:write";
    public const string AdministratorsRead = "administrators:read";
    public const string AdministratorsWrite = "administrators:write";
    public const string ApiKeysRead = "api-keys:read";
    public const string ApiKeysWrite = "api-keys:write";

    public static readonly IReadOnlyList<ApiScope> All =
    [
        new(OverviewRead, AdminRole.Auditor, "ver el resumen", "see the overview"),
        new(UsersRead, AdminRole.Auditor, "ver usuarios, sus sesiones y sus intentos", "see users, their sessions and their attempts"),
        new(UsersUnlock, AdminRole.Operator, "desbloquear, desactivar y activar usuarios, y cerrar sus sesiones", "unlock, disable and enable users, and end their sessions"),
        new(UsersWrite, AdminRole.Administrator, "crear, cambiar y borrar usuarios", "create, change and delete users"),
        new(UsersPassword, AdminRole.Administrator, "poner contraseñas a los usuarios", "set users' passwords"),
        new(LogRead, AdminRole.Auditor, "ver el registro de accesos", "see the access log"),
        new(AuditRead, AdminRole.Auditor, "ver los cambios", "see the audit log"),
        new(ApplicationsRead, AdminRole.Auditor, "ver las aplicaciones, sus contratos y sus reglas", "see applications, their contracts and their rules"),
        new(KeysRead, AdminRole.Auditor, "ver las claves de firma", "see the signing keys"),
        new(KeysWrite, AdminRole.Administrator, "hacer la siguiente clave de firma", "make the next signing key"),
        new(BackEndsRead, AdminRole.Auditor, "ver los servidores con clave", "see the back-ends"),
        new(BackEndsWrite, AdminRole.Administrator, "añadir y quitar servidores con clave", "add and remove back-ends"),
        new(AdministratorsRead, AdminRole.Auditor, "ver los administradores", "see the administrators"),
        new(AdministratorsWrite, AdminRole.Administrator, "añadir, cambiar y borrar administradores", "add, change and delete administrators"),
        new(ApiKeysRead, AdminRole.Administrator, "ver las claves de la API", "see the API keys"),
        new(ApiKeysWrite, AdminRole.Administrator, "crear y anular claves de la API", "make and revoke API keys"),
    ];

    private static readonly FrozenSet<string> Names = All.Select(s => s.Name).ToFrozenSet(StringComparer.Ordinal);

    public static bool Has(string name) => Names.Contains(name);

    /// <summary>What somebody of that role may do in the console.</summary>
    public static IEnumerable<string> OfRole(AdminRole role) => All.Where(s => s.Least <= role).Select(s => s.Name);
}
