using Zaguan.Admin.AdministratorPages;
using Zaguan.Admin.Api;
using Zaguan.Admin.ApplicationPages;
using Zaguan.Admin.KeyPages;
using Zaguan.Admin.UserPages;

namespace Zaguan.Admin;

/// <summary>The pages that the menu names, in their order.</summary>
internal static class ConsoleMenu
{
    public static IEnumerable<(string Path, string Name)> Of(Visit visit)
    {
        yield return (ConsoleRoutes.Home, visit.Say("Resumen", "Overview"));
        yield return (UserRoutes.Users, visit.Say("Usuarios", "Users"));
        yield return (AccessPages.AccessRoutes.AccessLog, visit.Say("Accesos", "Access log"));
        yield return (AccessPages.AccessRoutes.Audit, visit.Say("Cambios", "Audit log"));
        yield return (ApplicationRoutes.List, visit.Say("Aplicaciones", "Applications"));
        yield return (KeyPageRoutes.Home, visit.Say("Claves", "Keys"));
        yield return (AdministratorRoutes.List, visit.Say("Administradores", "Administrators"));
        if (visit.May(AdminRole.Administrator))
        {
            yield return (ApiPages.Keys, visit.Say("Claves de la API", "API keys"));
        }
    }
}
