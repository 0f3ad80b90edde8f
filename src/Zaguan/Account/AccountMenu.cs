using Zaguan.Admin;

namespace Zaguan.Account;

/// <summary>The pages of My account that its menu names, in their order.</summary>
internal static class AccountMenu
{
    public static IEnumerable<(string Path, string Name)> Of(Visit visit)
    {
        yield return (visit.Home, visit.Say("Últimos accesos", "Recent logins"));
        yield return ($"{visit.Home}{AccountRoutes.Sessions}", visit.Say("Sesiones", "Sessions"));
        yield return ($"{visit.Home}{AccountRoutes.Password}", visit.Say("Contraseña", "Password"));
        if (visit.Account is { } account && OwnSecondFactor.IsShownTo(account.User, account.Application))
        {
            yield return ($"{visit.Home}{AccountRoutes.SecondFactor}", visit.Say("Segundo factor", "Second factor"));
        }
    }
}
