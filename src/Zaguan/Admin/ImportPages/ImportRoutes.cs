using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;
using Zaguan.Login;
using Zaguan.Users;
using Zaguan.Users.Import;

namespace Zaguan.Admin.ImportPages;

/// <summary>Users of another system come in: a file, what its columns are, a dry run, and the import itself.</summary>
internal static class ImportRoutes
{
    public const string Home = "/zaguan/import";
    public const string File = "/zaguan/import/file";
    public const string Try = "/zaguan/import/try";
    public const string Start = "/zaguan/import/start";
    public const string Change = "/zaguan/import/change";
    public const string Stop = "/zaguan/import/stop";
    public const string Discard = "/zaguan/import/discard";
    public const string Refused = "/zaguan/import/refused";

    /// <summary>The field with <see cref="ImportRecord.Stamp"/>.</summary>
    public const string Stamp = "stamp";

    /// <summary>Letters of a file's name that are kept.</summary>
    private const int LongestName = 100;

    public static void MapImport(this WebApplication app)
    {
        var (desk, users, settings) = (app.Services.GetRequiredService<ImportDesk>(), app.Services.GetRequiredService<UserStore>(), app.Services.GetRequiredService<ImportSettings>());

        app.Page(Home, AdminRole.Administrator, InService(async visit => (visit.WantsPiece, desk.Now) switch
        {
            // Whoever watched it comes to how it ended.
            (true, not { IsUnderWay: true }) => ConsoleDoor.Go(visit, Home),
            (true, { } now) => Page.Of<ImportProgressPiece>(visit, await ViewAsync(now, null, [])),
            (false, var now) => await ShowAsync(visit, now, null, []),
        }));
        app.Act(File, AdminRole.Administrator, InService(TakeAsync), takesFile: true);
        app.Act(Try, AdminRole.Administrator, InService(TryAsync));
        app.Act(Start, AdminRole.Administrator, InService(async visit => Changed(visit, await desk.BeginAsync(visit, await StampAsync(visit)))), dangerous: true);
        app.Act(Change, AdminRole.Administrator, InService(async visit => Changed(visit, await desk.ChangePlanAsync(await StampAsync(visit)))));
        app.Act(Stop, AdminRole.Administrator, InService(async visit => Changed(visit, await desk.StopRunAsync(await StampAsync(visit)))));
        app.Act(Discard, AdminRole.Administrator, InService(async visit => Changed(visit, await desk.DiscardAsync(await StampAsync(visit)))));
        app.Page(Refused, AdminRole.Administrator, visit => Task.FromResult<IResult>(
            desk.Now is { IsUnderWay: false, Outcome.Refused: > 0 } && System.IO.File.Exists(desk.RefusedFile)
                ? Results.File(desk.RefusedFile, "text/csv; charset=utf-8", visit.Say("rechazados.csv", "refused.csv"))
                : ConsoleDoor.Go(visit, Home)));

        static Task<string> StampAsync(Visit visit) => EnteringRoutes.FieldAsync(visit, Stamp);

        Func<Visit, Task<IResult>> InService(Func<Visit, Task<IResult>> answer) => visit => desk.IsOut ? Task.FromResult<IResult>(OutOfService(visit)) : answer(visit);

        async Task<IResult> TakeAsync(Visit visit)
        {
            if (visit.Http.Features.Get<Upload>() is not { } upload)
            {
                return await ShowAsync(visit, desk.Now, null, [visit.Say("Elija un archivo.", "Choose a file.")], StatusCodes.Status400BadRequest);
            }

            var letters = await upload.FieldAsync("encoding", visit.Http.RequestAborted);
            if (letters.Length > 0 && !ImportEncoding.Known.ContainsKey(letters))
            {
                throw new BadHttpRequestException("There are no such letters.");
            }

            var (written, body) = await upload.FileAsync("file", visit.Http.RequestAborted);
            var name = Client.Clean(Path.GetFileName(written), LongestName) ?? "";
            if (name.Length == 0)
            {
                return await ShowAsync(visit, desk.Now, null, [visit.Say("Elija un archivo.", "Choose a file.")], StatusCodes.Status400BadRequest);
            }

            if (visit.Http.Request.ContentLength > desk.Most)
            {
                return await ShowAsync(visit, desk.Now, null, [desk.TooLarge(visit)], StatusCodes.Status413PayloadTooLarge);
            }

            try
            {
                return Changed(visit, await desk.TakeAsync(visit, name, letters.Length > 0 ? letters : null, body));
            }
            catch (ImportSourceException e)
            {
                return await ShowAsync(visit, desk.Now, null, [desk.WithoutPath(e.Message, name)], StatusCodes.Status400BadRequest);
            }
        }

        async Task<IResult> TryAsync(Visit visit)
        {
            // Before anything else: of another file the columns are others.
            var stamp = await StampAsync(visit);
            if (desk.Now is not { } now || !ImportDesk.IsOf(now, stamp))
            {
                return Changed(visit, isDone: false);
            }

            var (plan, objections) = await ImportForm.ReadAsync(visit, now.Sample, await users.ListRealmsAsync());
            return objections.Count > 0 ? await ShowAsync(visit, now with { Phase = ImportPhase.Uploaded }, plan, objections, StatusCodes.Status400BadRequest) : Changed(visit, await desk.TryAsync(visit, stamp, plan));
        }

        async Task<IResult> ShowAsync(Visit visit, ImportRecord? now, ImportPlan? plan, IReadOnlyList<string> objections, int status = StatusCodes.Status200OK) =>
            Page.Of<ImportPage>(visit, await ViewAsync(now, plan, objections), status);

        async Task<ImportView> ViewAsync(ImportRecord? now, ImportPlan? plan, IReadOnlyList<string> objections) =>
            new(now, plan ?? now?.Plan, desk.Progress, now is { IsUnderWay: false } ? await users.ListRealmsAsync() : [], settings.LargestMiB, objections, desk.HasUsers);
    }

    /// <summary>What is there now is on the page; what was not done says so.</summary>
    private static IResult Changed(Visit visit, bool isDone) => isDone ? ConsoleDoor.Go(visit, Home) : Page.Of<SayingPage>(
        visit,
        new Saying(
            visit.Say("Ahora no se puede", "Not now"),
            visit.Say("Hay otra importación, o la que había ha cambiado desde que usted la vio. No se ha hecho nada: mire cómo está ahora.", "There is another import, or the one that was there has changed since you saw it. Nothing was done: see how it is now."),
            Home,
            visit.Say("Ver la importación", "See the import")),
        StatusCodes.Status409Conflict);

    private static Page OutOfService(Visit visit) => Page.Of<SayingPage>(
        visit,
        new Saying(
            visit.Say("La importación no está disponible", "Users cannot be imported now"),
            visit.Say(
                "El servidor no puede usar lo que quedó de una importación en su carpeta de datos: ni seguirla ni borrarla. Su registro dice por qué (aviso 1845). Cuando esté arreglado vuelve sola, en diez minutos como mucho. Los usuarios entran como siempre, y zaguan import funciona.",
                "The server cannot use what is left of an import in its data folder: it can neither go on with it nor delete it. Its log says why (event 1845). Once that is put right it comes back by itself, within ten minutes. Users log in as ever, and zaguan import works."),
            Home,
            visit.Say("Volver a intentarlo", "Try again")),
        StatusCodes.Status503ServiceUnavailable);
}

/// <param name="Import">Null: there is none.</param>
/// <param name="Plan">As it was chosen last; null: nobody has chosen.</param>
/// <param name="HasUsers">What was uploaded is on the server.</param>
internal sealed record ImportView(ImportRecord? Import, ImportPlan? Plan, ImportProgress? Progress, IReadOnlyList<string> Realms, int LargestMiB, IReadOnlyList<string> Objections, bool HasUsers);
