using Zaguan.Admin.AdministratorPages;
using Zaguan.Admin.ApplicationPages;
using Zaguan.Admin.KeyPages;

namespace Zaguan.Admin;

/// <summary>The pages that the menu names, in their order.</summary>
internal static class ConsoleMenu
{
    public static IEnumerable<(string Path, string Name)> Of(Visit visit)
    {
        yield return (ConsoleRoutes.Home, visit.Say("Resumen", "Overview"));
        yield return (ApplicationRoutes.List, visit.Say("Aplicaciones", "Applications"));
        yield return (KeyPageRoutes.Home, visit.Say("Claves", "Keys"));
        yield return (AdministratorRoutes.List, visit.Say("Administradores", "Administrators"));
    }
}
