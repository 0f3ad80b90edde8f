using System.Data.Common;
using System.Security.Cryptography;
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
    private volatile bool isOut;

    /// <summary>Null: there is none.</summary>
    public ImportRecord? Now => Volatile.Read(ref record);

    /// <summary>How far what is under way has come; null: nothing is.</summary>
    public ImportProgress? Progress => Volatile.Read(ref job)?.Progress;

    public string RefusedFile => folder.Refused;

    /// <summary>The disk does not give what it should of an import: there can be none until it does.</summary>
    public bool IsOut => isOut;

    /// <summary>What was uploaded is on the disk.</summary>
    public bool HasUsers => folder.HasUsers;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        TakeUp();
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
            Become(new(ImportPhase.Uploaded, name, visit.Admin.Name, encoding, UploadedAt: Milliseconds()) { Stamp = "", Sample = await ImportSample.OfAsync(source) });
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.NotKept(e.Message);
            throw new ImportSourceException(visit.Say("El servidor no ha podido guardar el archivo; su registro dice por qué.", "The server could not keep the file; its log says why."), e);
        }
        finally
        {
            // What cannot be deleted now is deleted by the sweep.
            TryEmpty();
            Volatile.Write(ref isTaking, 0);
        }
    }

    /// <summary>Bytes of a file.</summary>
    public long Most => setup.Settings.Import.LargestMiB * 1024L * 1024;

    public string TooLarge(Visit visit) => visit.Say(
        $"El archivo tiene más de {visit.Number(setup.Settings.Import.LargestMiB)} MiB. Impórtelo en el servidor con zaguan import, o suba «Import:LargestMiB» en la configuración.",
        $"The file has more than {visit.Number(setup.Settings.Import.LargestMiB)} MiB. Import it at the server with zaguan import, or raise \"Import:LargestMiB\" in the configuration.");

    /// <summary>Begins a dry run of this plan. False: something else is under way, there is no file, or it is not as it was where the form was made.</summary>
    public Task<bool> TryAsync(Visit visit, string stamp, ImportPlan plan) => AloneAsync(async () =>
    {
        if (Now is not { IsUnderWay: false } file || file.Phase == ImportPhase.Done || !IsOf(file, stamp))
        {
            return false;
        }

        Begin(file with { Phase = ImportPhase.Trying, Plan = plan, Outcome = null, Problem = null }, await users.ListRealmsAsync(), Ended(visit, plan), isDryRun: true);
        return true;
    });

    /// <summary>Begins the import that was tried, or goes on with it. False: there is none to begin, or it is not the one that was shown.</summary>
    public Task<bool> BeginAsync(Visit visit, string stamp) => AloneAsync(async () =>
    {
        if (Now is not { Phase: ImportPhase.Tried or ImportPhase.Stopped or ImportPhase.Interrupted or ImportPhase.Failed, Plan: { } plan } file || !IsOf(file, stamp))
        {
            return false;
        }

        var realms = await users.ListRealmsAsync();
        await audit.AppendAsync(visit.Audit(AuditActions.ImportStarted, Called(plan), after: new { file = file.FileName }));
        try
        {
            Begin(file with { Phase = ImportPhase.Importing, Problem = null }, realms, Ended(visit, plan), isDryRun: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.NotKept(e.Message);
            await TellAsync(Ended(visit, plan), ImportPhase.Failed, null);
            throw;
        }

        return true;
    });

    /// <summary>Whether a form that says this was made for what is there.</summary>
    public static bool IsOf(ImportRecord file, string stamp) => string.Equals(file.Stamp, stamp, StringComparison.Ordinal);

    /// <summary>Back to what the columns are. False: it is under way, or over, or not the one that was shown.</summary>
    public Task<bool> ChangePlanAsync(string stamp) => AloneAsync(() =>
    {
        if (Now is not { IsUnderWay: false } file || file.Phase == ImportPhase.Done || !IsOf(file, stamp))
        {
            return Task.FromResult(false);
        }

        Become(file with { Phase = ImportPhase.Uploaded, Problem = null });
        return Task.FromResult(true);
    });

    /// <summary>Ends what is under way, and waits until it has: the batch that is being written is written. False: it is not the one that was shown.</summary>
    public Task<bool> StopRunAsync(string stamp) => StopRunAsync(byAdministrator: true, stamp);

    /// <summary>Deletes the files. False: they are being used, or are not those of the import that was shown.</summary>
    public Task<bool> DiscardAsync(string stamp) => AloneAsync(() =>
    {
        if (Now is not { } file)
        {
            // It is gone; what lies there may be a file that somebody is sending.
            return Task.FromResult(true);
        }

        if (file.IsUnderWay || !IsOf(file, stamp))
        {
            return Task.FromResult(false);
        }

        Forget();
        return Task.FromResult(true);
    });

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await StopRunAsync(byAdministrator: false, stamp: null);
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        job?.Dispose();
        gate.Dispose();
        base.Dispose();
    }

    /// <summary>Deletes files that nobody came back for, a day after they were uploaded, and what could not be deleted before. How an import ended can be read for a day.</summary>
    public Task SweepAsync() => AloneAsync(() =>
    {
        if (isOut)
        {
            TakeUp();
        }
        else if (Now is { IsUnderWay: false } left && Milliseconds() - (left.Phase == ImportPhase.Done ? left.ChangedAt : left.UploadedAt) >= KeptFor.TotalMilliseconds)
        {
            Forget();
        }
        else if (Now is { Phase: ImportPhase.Done })
        {
            folder.ForgetUsers();
        }
        else if (Now is null && Interlocked.CompareExchange(ref isTaking, 1, 0) == 0)
        {
            TryEmpty();
            Volatile.Write(ref isTaking, 0);
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

    /// <param name="stamp">Null: whatever is under way.</param>
    private async Task<bool> StopRunAsync(bool byAdministrator, string? stamp)
    {
        var work = Task.CompletedTask;
        var stops = await AloneAsync(async () =>
        {
            if (job is not { } running)
            {
                return true;
            }

            if (stamp is not null && !IsOf(Now!, stamp))
            {
                return false;
            }

            await running.StopAsync(byAdministrator);
            work = running.Work;
            return true;
        });
        // Its end goes through the gate.
        await work;
        return stops;
    }

    /// <summary>As the audit log calls an import: by the realm that the users come into.</summary>
    private static string Called(ImportPlan plan) => plan.Realm ?? "*";

    /// <summary>Of the visit while it lasts: the import outlives it.</summary>
    private static AuditEntry Ended(Visit visit, ImportPlan plan) => visit.Audit(AuditActions.ImportEnded, Called(plan));

    private void Begin(ImportRecord begun, IReadOnlyList<string> realms, AuditEntry ended, bool isDryRun)
    {
        var run = new ImportRun(begun.Plan!.Options(setup.Settings.Hashing.Cost, isDryRun), store, r => Desk.RealmObjection(r, realms), clock);
        Become(begun);
        var beginning = new ImportJob();
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
            var (why, left) = (e is DatabaseUnavailableException or DbException ? "The database did not answer." : "It broke off; the server's log says why.", isDryRun ? "Nothing was written." : "What was imported until then is there.");
            end = end with { Problem = $"{why} {left}" };
        }

        await AloneAsync(async () =>
        {
            if (!isDryRun)
            {
                await TellAsync(ended, end.Phase, running.Report);
            }

            Volatile.Write(ref job, null);
            running.Dispose();
            try
            {
                if (end.Phase == ImportPhase.Done)
                {
                    // It holds passwords: it goes before it is written that it has gone.
                    end = end.WithoutRows();
                    folder.ForgetUsers();
                }

                Become(end);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // After the next start it counts as interrupted, and begun again it finds everybody there.
                logger.NotKept(e.Message);
                Volatile.Write(ref record, Stamped(end));
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
    private async Task TellAsync(AuditEntry ended, ImportPhase phase, ImportReport? report)
    {
        ended = ended with { At = Milliseconds(), After = AuditEntry.Json(Counts(phase, report)) };
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

    /// <summary>What the server before left is gone on with, or deleted. Where the disk lets neither be done there is no import; that is no reason not to let people log in.</summary>
    private void TakeUp()
    {
        try
        {
            var left = folder.Read();
            if (left is null)
            {
                folder.Empty();
            }
            else if (left.IsUnderWay)
            {
                // A dry run leaves nothing behind.
                Become(left with { Phase = left.Phase == ImportPhase.Trying ? ImportPhase.Uploaded : ImportPhase.Interrupted });
            }
            else
            {
                Volatile.Write(ref record, left);
                if (left.Phase == ImportPhase.Done)
                {
                    folder.ForgetUsers();
                }
            }

            isOut = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!isOut)
            {
                logger.OutOfService(e.Message);
            }

            isOut = true;
        }
    }

    private void Become(ImportRecord next)
    {
        next = Stamped(next);
        folder.Write(next);
        Volatile.Write(ref record, next);
    }

    private ImportRecord Stamped(ImportRecord next) => next with { Stamp = RandomNumberGenerator.GetHexString(32, lowercase: true), ChangedAt = Milliseconds() };

    private long Milliseconds() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Where there is no import there are no files. By whoever is taking one, or keeps others from it.</summary>
    private void TryEmpty()
    {
        try
        {
            if (Now is null)
            {
                folder.Empty();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.NotSwept(e.Message);
        }
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

    [LoggerMessage(EventId = 1845, Level = LogLevel.Error, Message = "Users cannot be imported in the console: what is left of an import under DataFolder can be neither gone on with nor deleted. Give the server's user the folder \"import\" there, or delete it; it is tried again every ten minutes. {Problem}")]
    public static partial void OutOfService(this ILogger logger, string problem);
}
