using System.Data.Common;
using System.Text;
using Zaguan.Commands;
using Zaguan.Operations;
using Zaguan.Storage;
using Zaguan.Users;
using Zaguan.Users.Import;

namespace Zaguan.Admin.ImportPages;

/// <summary>
/// The one import that this server has at a time. It runs behind the pages, as zaguan import runs (<see cref="ImportRun"/>): in whole batches, so that however it ends
/// it can be begun again and adds nobody twice. Where it stands is on the disk before it goes on.
/// </summary>
internal sealed class ImportDesk(ImportStore store, UserStore users, AuditLog audit, Setup setup, TimeProvider clock, ILogger<ImportDesk> logger) : BackgroundService
{
    /// <summary>So long a file waits for whoever uploaded it.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private readonly ImportFolder folder = new(setup.Settings.DataFolder);
    private readonly SemaphoreSlim gate = new(1);
    private ImportRecord? record;
    private ImportJob? job;
    private int isTaking;

    /// <summary>Null: there is none.</summary>
    public ImportRecord? Now => Volatile.Read(ref record);

    /// <summary>How far what is under way has come; null: nothing is.</summary>
    public ImportProgress? Progress => Volatile.Read(ref job)?.Progress;

    public string RefusedFile => folder.Refused;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        record = folder.Read();
        if (record is null)
        {
            folder.Empty();
        }
        else if (record.IsUnderWay)
        {
            // A dry run leaves nothing behind.
            Become(record with { Phase = record.Phase == ImportPhase.Trying ? ImportPhase.Uploaded : ImportPhase.Interrupted });
        }

        await base.StartAsync(cancellationToken);
    }

    /// <summary>Takes a file that is uploaded, where there is none. What is wrong with it is thrown, and it is not kept.</summary>
    /// <returns>False: there is one.</returns>
    /// <exception cref="ImportSourceException">It cannot be imported from.</exception>
    public async Task<bool> TakeAsync(Visit visit, string name, string? encoding, Stream body)
    {
        // Not behind the gate: who sends slowly keeps nobody else waiting.
        if (Interlocked.Exchange(ref isTaking, 1) == 1)
        {
            return false;
        }

        try
        {
            if (Now is not null)
            {
                return false;
            }

            if (!await folder.SaveAsync(body, Most, visit.Http.RequestAborted))
            {
                throw new ImportSourceException(TooLarge(visit));
            }

            await using var source = await OpenAsync(encoding);
            Become(new(ImportPhase.Uploaded, name, visit.Admin.Name, encoding, 0) { Sample = await ImportSample.OfAsync(source) });
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.NotKept(e.Message);
            throw new ImportSourceException(visit.Say("El servidor no ha podido guardar el archivo; su registro dice por qué.", "The server could not keep the file; its log says why."), e);
        }
        finally
        {
            if (Now is null)
            {
                folder.Empty();
            }

            Volatile.Write(ref isTaking, 0);
        }
    }

    /// <summary>Bytes of a file.</summary>
    public long Most => setup.Settings.Import.LargestMiB * 1024L * 1024;

    public string TooLarge(Visit visit) => visit.Say(
        $"El archivo tiene más de {visit.Number(setup.Settings.Import.LargestMiB)} MiB. Impórtelo en el servidor con zaguan import, o suba «Import:LargestMiB» en la configuración.",
        $"The file has more than {visit.Number(setup.Settings.Import.LargestMiB)} MiB. Import it at the server with zaguan import, or raise \"Import:LargestMiB\" in the configuration.");

    /// <summary>Begins a dry run of this plan. False: something else is under way, or there is no file.</summary>
    public Task<bool> TryAsync(Visit visit, ImportPlan plan) => AloneAsync(async () =>
    {
        if (Now is not { IsUnderWay: false } file || file.Phase == ImportPhase.Done)
        {
            return false;
        }

        await BeginAsync(file with { Phase = ImportPhase.Trying, Plan = plan, Outcome = null, Problem = null }, visit, isDryRun: true);
        return true;
    });

    /// <summary>Begins the import that was tried, or goes on with it. False: there is none to begin.</summary>
    public Task<bool> StartAsync(Visit visit) => AloneAsync(async () =>
    {
        if (Now is not { Phase: ImportPhase.Tried or ImportPhase.Stopped or ImportPhase.Interrupted or ImportPhase.Failed, Plan: { } plan } file)
        {
            return false;
        }

        await audit.AppendAsync(visit.Audit(AuditActions.ImportStarted, Called(plan), after: new { file = file.FileName }));
        await BeginAsync(file with { Phase = ImportPhase.Importing, Problem = null }, visit, isDryRun: false);
        return true;
    });

    /// <summary>Back to what the columns are. False: it is under way, or over.</summary>
    public Task<bool> ChangePlanAsync() => AloneAsync(() =>
    {
        if (Now is not { IsUnderWay: false } file || file.Phase == ImportPhase.Done)
        {
            return Task.FromResult(false);
        }

        Become(file with { Phase = ImportPhase.Uploaded, Problem = null });
        return Task.FromResult(true);
    });

    /// <summary>Ends what is under way, and waits until it has: the batch that is being written is written.</summary>
    public Task StopRunAsync() => StopRunAsync(byAdministrator: true);

    /// <summary>Deletes the files; what is under way ends first.</summary>
    public async Task DiscardAsync()
    {
        await StopRunAsync();
        await AloneAsync(() =>
        {
            if (Now is { IsUnderWay: false })
            {
                Forget();
            }

            return Task.FromResult(true);
        });
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await StopRunAsync(byAdministrator: false);
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        job?.Dispose();
        gate.Dispose();
        base.Dispose();
    }

    /// <summary>Deletes files that nobody came back for.</summary>
    public Task SweepAsync() => AloneAsync(() =>
    {
        if (Now is { IsUnderWay: false } left && clock.GetUtcNow().ToUnixTimeMilliseconds() - left.ChangedAt >= KeptFor.TotalMilliseconds)
        {
            Forget();
        }

        return Task.FromResult(true);
    });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await SweepAsync();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                logger.NotSwept(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task StopRunAsync(bool byAdministrator)
    {
        var work = Task.CompletedTask;
        await AloneAsync(async () =>
        {
            if (job is { } running)
            {
                await running.StopAsync(byAdministrator);
                work = running.Work;
            }

            return true;
        });
        // Its end goes through the gate.
        await work;
    }

    /// <summary>As the audit log calls an import: by the realm that the users come into.</summary>
    private static string Called(ImportPlan plan) => plan.Realm ?? "*";

    private async Task BeginAsync(ImportRecord begun, Visit visit, bool isDryRun)
    {
        var realms = await users.ListRealmsAsync();
        var run = new ImportRun(begun.Plan!.Options(setup.Settings.Hashing.Cost, isDryRun), store, r => Desk.RealmObjection(r, realms), clock);
        Become(begun);
        // Of the visit while it lasts: the import outlives it.
        var (beginning, ended) = (new ImportJob(), visit.Audit(AuditActions.ImportEnded, Called(begun.Plan)));
        Volatile.Write(ref job, beginning);
        beginning.Run(() => RunAsync(beginning, run, begun, ended, isDryRun));
    }

    /// <summary>The whole of it, behind the pages. Whatever happens, the record says it.</summary>
    private async Task RunAsync(ImportJob running, ImportRun run, ImportRecord begun, AuditEntry ended, bool isDryRun)
    {
        var end = begun with { Phase = isDryRun ? ImportPhase.Uploaded : ImportPhase.Failed };
        try
        {
            await using var refusedFile = folder.CreateRefused();
            await using var text = new StreamWriter(refusedFile, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
            using var refused = new RefusedRowsFile(text);
            await using var source = await OpenAsync(begun.Encoding);
            var report = new ImportReport { Format = source.Format, OnRefused = refused.Write };
            running.Report = report;
            await run.RunAsync(source, report, progress => running.Progress = new(progress.Rows, report.Added, report.Refused, progress.Position), running.Stopped);
            end = end with { Phase = Phase(report.WasInterrupted, running.IsStoppedByAdministrator, isDryRun), Outcome = ImportOutcome.Of(report, isDryRun) };
        }
        catch (ImportSourceException e)
        {
            end = end with { Problem = WithoutPath(e.Message, begun.FileName) };
        }
        catch (Exception e)
        {
            // The last boundary: nobody waits for this task.
            logger.ImportFailed(e.Message);
            end = end with { Problem = e is DatabaseUnavailableException or DbException ? "The database did not answer. What was imported until then is there." : "It broke off; the server's log says why. What was imported until then is there." };
        }

        await AloneAsync(async () =>
        {
            if (!isDryRun)
            {
                await TellAsync(ended with { At = clock.GetUtcNow().ToUnixTimeMilliseconds(), After = AuditEntry.Json(Counts(end.Phase, running.Report)) });
            }

            Volatile.Write(ref job, null);
            running.Dispose();
            try
            {
                Become(end);
                if (end.Phase == ImportPhase.Done)
                {
                    folder.ForgetUsers();
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // After the next start it counts as interrupted, and begun again it finds everybody there.
                logger.NotKept(e.Message);
                Volatile.Write(ref record, end with { ChangedAt = clock.GetUtcNow().ToUnixTimeMilliseconds() });
            }

            return true;
        });
    }

    private static ImportPhase Phase(bool wasInterrupted, bool byAdministrator, bool isDryRun) => (wasInterrupted, isDryRun) switch
    {
        (true, true) => ImportPhase.Uploaded,
        (true, false) => byAdministrator ? ImportPhase.Stopped : ImportPhase.Interrupted,
        (false, true) => ImportPhase.Tried,
        (false, false) => ImportPhase.Done,
    };

    private static object Counts(ImportPhase phase, ImportReport? report) => new { how = phase.ToString().ToLowerInvariant(), rows = report?.Rows ?? 0, added = report?.Added ?? 0, alreadyThere = report?.AlreadyThere ?? 0, refused = report?.Refused ?? 0 };

    /// <summary>What was done is done: that it cannot be written down now is told in the server's log.</summary>
    private async Task TellAsync(AuditEntry ended)
    {
        try
        {
            await audit.AppendAsync(ended);
        }
        catch (Exception e) when (e is DatabaseUnavailableException or DbException)
        {
            logger.EndNotAudited(ended.After!, e.Message);
        }
    }

    private async Task<ImportSource> OpenAsync(string? encoding) =>
        await ImportFile.OpenAsync(folder.Users, new(Format: null, encoding is null ? null : ImportEncoding.Known[encoding](), Firebase: null));

    /// <summary>Sentences that name the file name it as its owner does.</summary>
    public string WithoutPath(string sentence, string name) => sentence.Replace(folder.Users, name, StringComparison.Ordinal);

    private void Become(ImportRecord next)
    {
        next = next with { ChangedAt = clock.GetUtcNow().ToUnixTimeMilliseconds() };
        folder.Write(next);
        Volatile.Write(ref record, next);
    }

    private void Forget()
    {
        folder.Empty();
        Volatile.Write(ref record, null);
    }

    private async Task<bool> AloneAsync(Func<Task<bool>> work)
    {
        await gate.WaitAsync();
        try
        {
            return await work();
        }
        finally
        {
            gate.Release();
        }
    }
}

/// <param name="Position">Of the file, from 0 to 1; null where that is not known.</param>
internal sealed record ImportProgress(long Rows, long Added, long Refused, double? Position);

/// <summary>A run that is under way.</summary>
internal sealed class ImportJob : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private ImportProgress progress = new(0, 0, 0, null);

    public ImportProgress Progress
    {
        get => Volatile.Read(ref progress);
        set => Volatile.Write(ref progress, value);
    }

    public ImportReport? Report { get; set; }

    public CancellationToken Stopped => stopping.Token;

    public bool IsStoppedByAdministrator { get; private set; }

    public Task Work { get; private set; } = Task.CompletedTask;

    public void Run(Func<Task> begin) => Work = Task.Run(begin);

    public Task StopAsync(bool byAdministrator)
    {
        IsStoppedByAdministrator |= byAdministrator;
        return stopping.CancelAsync();
    }

    public void Dispose() => stopping.Dispose();
}

internal static partial class ImportDeskLog
{
    [LoggerMessage(EventId = 1841, Level = LogLevel.Error, Message = "An import in the console broke off: {Problem}")]
    public static partial void ImportFailed(this ILogger logger, string problem);

    [LoggerMessage(EventId = 1842, Level = LogLevel.Error, Message = "The end of an import could not be written into the audit log ({Counts}): {Problem}")]
    public static partial void EndNotAudited(this ILogger logger, string counts, string problem);

    [LoggerMessage(EventId = 1843, Level = LogLevel.Error, Message = "A file to import could not be kept: {Problem}")]
    public static partial void NotKept(this ILogger logger, string problem);

    [LoggerMessage(EventId = 1844, Level = LogLevel.Warning, Message = "The files of an import could not be deleted: {Problem}")]
    public static partial void NotSwept(this ILogger logger, string problem);
}
