using System.Threading.Channels;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Reading;

namespace Zaguan.Users.Import;

/// <summary>
/// One import, from the first row to the last. Three stages work at once, each a batch ahead of the next: reading and judging,
/// hashing, writing. A batch is one transaction, so whenever the process dies, whole batches are there and the rest is not; run again,
/// it finds them, hashes nothing of theirs, and goes on.
/// </summary>
internal sealed class ImportRun(ImportOptions options, ImportStore store, Func<string, string?> realmObjection, TimeProvider clock)
{
    private static readonly BoundedChannelOptions OneAhead = new(1) { SingleReader = true, SingleWriter = true };

    /// <summary>Where letters beyond ASCII stand.</summary>
    private static readonly ImportTarget[] Named = [ImportTarget.Username, ImportTarget.GivenName, ImportTarget.FamilyName, ImportTarget.Role];

    private readonly RowMapping mapping = new(options);
    private readonly CandidateReader candidates = new(options, realmObjection, clock);
    private readonly ImportRoles roles = new(store, options.MakesRoles);

    public async Task RunAsync(ImportSource source, ImportReport report, Action<RowProgress> progress, CancellationToken interrupted)
    {
        var began = clock.GetTimestamp();
        var judged = Channel.CreateBounded<Batch>(OneAhead);
        var hashed = Channel.CreateBounded<Batch>(OneAhead);
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        try
        {
            await Task.WhenAll(
                StageAsync(() => ReadAndJudgeAsync(source, report, judged.Writer, stopped.Token), judged.Writer, stopped),
                StageAsync(() => HashAsync(judged.Reader, hashed.Writer, stopped.Token), hashed.Writer, stopped),
                StageAsync(() => WriteAsync(hashed.Reader, report, progress), null, stopped));
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            report.WasInterrupted = true;
        }

        if (report.Rows == 0 && !report.WasInterrupted)
        {
            throw new ImportSourceException($"There is nobody to import: what was read as {source.Format} has no rows.");
        }

        report.Columns = mapping.Columns;
        report.RolesMade = roles.Made;
        report.Took = clock.GetElapsedTime(began);
        report.Estimate = options.IsDryRun ? Estimate(report) : null;
    }

    /// <summary>What ends one stage ends the others; what it was is thrown once all have ended.</summary>
    private static Task StageAsync(Func<Task> work, ChannelWriter<Batch>? output, CancellationTokenSource stopped) => Task.Run(async () =>
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await stopped.CancelAsync();
            throw;
        }
        finally
        {
            output?.TryComplete();
        }
    });

    private async Task ReadAndJudgeAsync(ImportSource source, ImportReport report, ChannelWriter<Batch> output, CancellationToken stopped)
    {
        using var seen = new SeenRows();
        var rows = new List<ImportRow>(ImportBounds.Batch);
        var isFirst = true;
        await foreach (var row in source.Rows.WithCancellation(stopped))
        {
            rows.Add(row);
            if (rows.Count == ImportBounds.Batch)
            {
                await output.WriteAsync(await JudgeAsync(rows, isFirst, seen, source, report), stopped);
                (rows, isFirst) = (new(ImportBounds.Batch), false);
            }
        }

        await output.WriteAsync(await JudgeAsync(rows, isFirst, seen, source, report), stopped);
    }

    /// <summary>Who of a batch is new. The others are counted, or refused with their reasons.</summary>
    private async Task<Batch> JudgeAsync(List<ImportRow> rows, bool isFirst, SeenRows seen, ImportSource source, ImportReport report)
    {
        var read = Read(rows, isFirst, report);
        var known = await store.FindAsync([.. read.Select(r => r.Candidate)]);
        var batch = new Batch(rows.Count, source.Position());
        foreach (var (candidate, row) in read)
        {
            var objection = await roles.ObjectionAsync(candidate);
            var isThere = false;
            if (objection is null)
            {
                (isThere, objection) = known.Judge(candidate);
            }

            if ((objection ?? seen.TryAdd(candidate)) is { } refused)
            {
                report.Refuse(row.Refuse(refused));
            }
            else if (isThere)
            {
                batch.AlreadyThere++;
            }
            else
            {
                batch.New.Add((candidate, row));
            }
        }

        return batch;
    }

    private List<(Candidate Candidate, MappedRow Row)> Read(List<ImportRow> rows, bool isFirst, ImportReport report)
    {
        var mapped = rows.ConvertAll(r => (Row: r, Mapped: mapping.Map(r)));
        if (isFirst && rows.Exists(r => r.Objection is null) && mapping.Objection() is { } wrong)
        {
            throw new ImportSourceException(wrong);
        }

        var read = new List<(Candidate, MappedRow)>(rows.Count);
        foreach (var (row, columns) in mapped)
        {
            var (candidate, refusal) = row.Objection is { } unreadable ? (null, columns.Refuse(unreadable)) : candidates.Read(columns);
            if (candidate is null)
            {
                report.Refuse(refusal!);
            }
            else
            {
                Look(columns, candidate, report);
                read.Add((candidate, columns));
            }
        }

        return read;
    }

    /// <summary>What can be read and may all the same not be what was meant.</summary>
    private static void Look(MappedRow row, Candidate candidate, ImportReport report)
    {
        if (row.Lines > 1)
        {
            report.Notice(ImportNotice.GoesOverLines, row.Line);
        }

        if (Array.Exists(Named, t => row.Text(t) is { } name && Mojibake.IsIn(name)))
        {
            report.Notice(ImportNotice.HasStrangeLetters, row.Line);
        }

        if (candidate.Password is { EndsInBlank: true })
        {
            report.Notice(ImportNotice.EndsInBlank, row.Line);
        }
    }

    private async Task HashAsync(ChannelReader<Batch> input, ChannelWriter<Batch> output, CancellationToken stopped)
    {
        using var threads = options.IsDryRun ? null : new HashingThreads(options.Cost);
        await foreach (var batch in input.ReadAllAsync(stopped))
        {
            if (threads is not null)
            {
                await threads.StoreAsync([.. batch.New.Select(n => n.Candidate)], stopped);
            }

            await output.WriteAsync(batch, stopped);
        }
    }

    /// <summary>Nothing cancels it: what was hashed is written.</summary>
    private async Task WriteAsync(ChannelReader<Batch> input, ImportReport report, Action<RowProgress> progress)
    {
        await foreach (var batch in input.ReadAllAsync(CancellationToken.None))
        {
            var tooLate = options.IsDryRun || batch.New.Count == 0 ? [] : (await store.AddAsync([.. batch.New.Select(n => n.Candidate)])).ToHashSet();
            foreach (var (_, row) in batch.New.Where(n => tooLate.Contains(n.Candidate)))
            {
                report.Refuse(row.Refuse("Its user name, e-mail address, number or id was given to somebody else while this import ran. Run it again to see to whom."));
            }

            batch.New.Where(n => !tooLate.Contains(n.Candidate)).ToList().ForEach(n => report.CountPassword(n.Candidate.Password));
            report.Rows += batch.Rows;
            report.Added += batch.New.Count - tooLate.Count;
            report.AlreadyThere += batch.AlreadyThere;
            progress(new(report.Rows, batch.Position));
        }
    }

    /// <summary>What is found is found again as fast; on top of it come the hashes, of which one is measured, and the writing.</summary>
    private TimeSpan Estimate(ImportReport report)
    {
        var hashes = report.Treated(PasswordTreatment.Hashed) + report.Treated(PasswordTreatment.Wrapped);
        using var hasher = new PasswordHasher(options.Cost);
        using var password = Secret.FromText("measure");
        hasher.Create(password);
        var began = TimeProvider.System.GetTimestamp();
        hasher.Create(password);
        var hashing = TimeProvider.System.GetElapsedTime(began) * hashes / Environment.ProcessorCount;
        return report.Took + (hashes > 0 ? hashing : TimeSpan.Zero) + TimeSpan.FromMicroseconds(40 * report.Added);
    }

    /// <param name="Rows">How many there were, whatever became of them.</param>
    private sealed record Batch(int Rows, double? Position)
    {
        public List<(Candidate Candidate, MappedRow Row)> New { get; } = [];

        public long AlreadyThere { get; set; }
    }
}
