using Zaguan.Admin.AdministratorPages;
using Zaguan.Admin.Pages;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Passwords;

namespace Zaguan.Admin.Entering;

/// <summary>The first administrator, by a link that the server prints at its start in Development while there is none. The link is good once, for an hour, and only while there is nobody.</summary>
internal sealed class BeginEndpoint(AdminStore admins, HashGate gate, ServerSideCallers callers, Setup setup, TimeProvider clock)
{
    private static readonly TimeSpan LinkLasts = TimeSpan.FromHours(1);

    /// <summary>Path and query of a new link, in the place of the one before; null: there is an administrator.</summary>
    public async Task<string?> NewLinkAsync()
    {
        if (await admins.AnyAsync())
        {
            return null;
        }

        var token = AdminSessions.NewToken();
        await admins.KeepLinkAsync(AdminSessions.Hash(token), clock.GetUtcNow() + LinkLasts);
        return $"{ConsoleRoutes.Begin}?link={token}";
    }

    public async Task<IResult> ShowAsync(Visit visit)
    {
        var link = visit.Http.Request.Query["link"].ToString();
        return await admins.KnowsLinkAsync(AdminSessions.Hash(link))
            ? Page.Of<BeginPage>(visit, new BeginForm(link, "", []))
            : Page.Of<SayingPage>(visit, OfUsedLink(visit), StatusCodes.Status410Gone);
    }

    public async Task<IResult> AnswerAsync(Visit visit)
    {
        var (link, name) = (await EnteringRoutes.FieldAsync(visit, "link"), (await EnteringRoutes.FieldAsync(visit, "name")).Trim());
        var hash = AdminSessions.Hash(link);
        // Whoever has no link makes nobody hash.
        if (!await admins.KnowsLinkAsync(hash))
        {
            return Page.Of<SayingPage>(visit, OfUsedLink(visit), StatusCodes.Status410Gone);
        }

        using var password = Secret.FromText(await EnteringRoutes.FieldAsync(visit, "password"));
        var objections = (AdministratorChanges.NameObjection(visit, name) is { } noName ? [noName] : Array.Empty<string>()).Concat(NewPasswords.Objections(visit, setup, password, name)).ToList();
        if (objections.Count > 0)
        {
            return Page.Of<BeginPage>(visit, new BeginForm(link, name, objections), StatusCodes.Status400BadRequest);
        }

        var sender = callers.SenderOf(Client.Of(visit.Http).Address);
        if (await gate.HashAsync(sender, password) is not { } stored)
        {
            return Page.Of<BeginPage>(visit, new BeginForm(link, name, [visit.Say("Zaguán está ocupado; vuelva a intentarlo.", "Zaguan is busy; try again.")]), StatusCodes.Status503ServiceUnavailable);
        }

        return await admins.AddFirstAsync(hash, name, stored, visit.Audit(AuditActions.AdminAdded, name, after: new { role = AdminRole.Administrator.ToString() }) with { Who = name })
            ? ConsoleDoor.Go(visit, ConsoleRoutes.Enter)
            : Page.Of<SayingPage>(visit, OfUsedLink(visit), StatusCodes.Status410Gone);
    }

    private static Saying OfUsedLink(Visit visit) => new(
        visit.Say("Este enlace ya no vale", "This link is good no more"),
        visit.Say("Vale una sola vez, durante una hora, y solo mientras no hay ningún administrador. Otro: arranque el servidor de nuevo, o use zaguan admins add.", "It is good once, for an hour, and only while there is no administrator. Another one: start the server again, or use zaguan admins add."),
        ConsoleRoutes.Enter,
        visit.Say("Entrar", "Enter"));
}
