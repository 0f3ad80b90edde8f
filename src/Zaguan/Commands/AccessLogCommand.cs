using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Zaguan.AccessLog;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Reading;

namespace Zaguan.Commands;

/// <summary>zaguan access-log: print, filter, follow and export the access log.</summary>
internal sealed class AccessLogCommand
{
    public const string Name = "access-log";

    private const int ShownUnlessAsked = 100;

    /// <summary>Records read at once: the memory that an export of any length needs.</summary>
    private const int Batch = 1_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly Option<string?> application = Arguments.Text("--application", "Only logins of this application.", "NAME");
    private readonly Option<string?> user = Arguments.Text("--user", "Only this identifier, or the user of this name or e-mail address.", "NAME");
    private readonly Option<Outcome?> outcome = Arguments.Read("--outcome", $"Only this outcome: {string.Join(", ", Outcomes.Keys)}.", "OUTCOME", ReadOutcome);
    private readonly Option<string?> address = Arguments.Read("--address", "Only from this address.", "ADDRESS", ReadAddress);
    private readonly Option<DateTimeOffset?> since;
    private readonly Option<DateTimeOffset?> until;
    private readonly Option<int?> limit = Arguments.WholeNumber("--limit", $"Only the newest N. When absent: {ShownUnlessAsked} in a table, all of them in csv and jsonl.", 0, int.MaxValue);
    private readonly Option<bool> follow = new("--follow") { Description = "Go on with new records as they come, until Ctrl-C." };
    private readonly Option<AccessLogFormat?> format = Arguments.Read("--format", "table (when absent), csv (for spreadsheets) or jsonl (one JSON object per line, everything as it was recorded).", "FORMAT", ReadFormat);
    private readonly Option<string?> output = Arguments.Text("--output", "Write to this file, which appears when it is complete. With --format csv or jsonl.", "FILE");

    private AccessLogCommand(TimeProvider clock)
    {
        since = Arguments.Read("--since", "Only from this instant on: 2026-03-01T08:00:00Z, 2026-03-01 (UTC), or so long ago: 15m, 2h, 7d.", "WHEN", w => ReadInstant(w, clock));
        until = Arguments.Read("--until", "Only before this instant.", "WHEN", w => ReadInstant(w, clock));
    }

    private static IReadOnlyDictionary<string, Outcome> Outcomes { get; } = Enum.GetValues<Outcome>().ToDictionary(o => RecordReader.SpellingOf(o), StringComparer.OrdinalIgnoreCase);

    public static Command Create(Terminal terminal)
    {
        var it = new AccessLogCommand(terminal.Clock);
        var command = new Command(Name, "Print the access log: every attempt to log in, granted or refused.")
        {
            it.application, it.user, it.outcome, it.address, it.since, it.until, it.limit, it.follow, it.format, it.output,
        };
        command.Validators.Add(it.CheckTogether);

        // On another thread, because System.CommandLine listens for Ctrl-C only once the action has handed back its task.
        command.SetAction((parsed, interrupted) => Task.Run(() => Desk.WorkAsync(parsed, terminal, desk => it.RunAsync(desk, parsed, interrupted)), CancellationToken.None));
        return command;
    }

    private void CheckTogether(CommandResult result)
    {
        if (result.GetValue(follow) && (result.GetValue(output) is not null || result.GetValue(until) is not null))
        {
            result.AddError("--follow never ends, so it goes with neither --output nor --until.");
        }

        if (result.GetValue(output) is not null && (result.GetValue(format) ?? AccessLogFormat.Table) == AccessLogFormat.Table)
        {
            result.AddError("--output goes with --format csv or --format jsonl.");
        }
    }

    private async Task<int> RunAsync(Desk desk, ParseResult parsed, CancellationToken interrupted)
    {
        if (parsed.GetValue(application) is { } name && await ApplicationObjectionAsync(desk, name) is { } objection)
        {
            return await desk.Terminal.RefuseAsync(objection);
        }

        var printed = parsed.GetValue(format) ?? AccessLogFormat.Table;
        var filter = new AccessLogFilter
        {
            Application = parsed.GetValue(application),
            User = parsed.GetValue(user),
            Outcome = parsed.GetValue(outcome),
            Address = parsed.GetValue(address),
            Since = parsed.GetValue(since)?.ToUnixTimeMilliseconds(),
            Until = parsed.GetValue(until)?.ToUnixTimeMilliseconds(),
        };
        var newest = parsed.GetValue(limit) ?? (printed == AccessLogFormat.Table ? ShownUnlessAsked : null);
        if (parsed.GetValue(output) is { } file)
        {
            return await WholeFile.WriteAsync(desk.Terminal, file, async writer =>
            {
                using var whole = new AccessLogPrinter(printed, writer, desk.Terminal);
                await PrintAsync(desk.AccessLog, whole, filter, newest, following: null, interrupted);
            });
        }

        using var printer = new AccessLogPrinter(printed, desk.Terminal.Output, desk.Terminal);
        try
        {
            var following = parsed.GetValue(follow) ? await AccessLogFollower.StartAsync(desk.AccessLog, filter) : null;
            await PrintAsync(desk.AccessLog, printer, filter, newest, following, interrupted);
            if (following is not null)
            {
                await FollowAsync(desk, printer, following, interrupted);
            }

            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            return parsed.GetValue(follow) ? ExitCode.Done : await desk.Terminal.RefuseAsync("Interrupted: not everything was printed.");
        }
    }

    /// <summary>What there is.</summary>
    /// <param name="following">Takes note of what is printed, so that it is not printed again; null: nobody follows.</param>
    private static async Task PrintAsync(AccessLogStore log, AccessLogPrinter printer, AccessLogFilter filter, int? newest, AccessLogFollower? following, CancellationToken interrupted)
    {
        // Records that come meanwhile are new ones.
        var last = following?.StartedAt ?? (await log.FrontierAsync()).Newest;
        filter = filter with { Before = last + 1, OldestFirst = true, Most = Batch };
        var first = newest is { } most ? await log.OldestOfNewestAsync(filter with { Most = most }) ?? last + 1 : 1;
        filter = filter with { After = first - 1 };
        // In batches by id, so that a log of any length is printed in the same memory.
        IReadOnlyList<AccessRecord> records;
        do
        {
            interrupted.ThrowIfCancellationRequested();
            records = await log.QueryAsync(filter);
            foreach (var record in records)
            {
                following?.Note(record.Id);
                printer.Print(record);
            }

            filter = records.Count == 0 ? filter : filter with { After = records[^1].Id };
        }
        while (records.Count == Batch);
        printer.Complete();
    }

    private static async Task FollowAsync(Desk desk, AccessLogPrinter printer, AccessLogFollower following, CancellationToken interrupted)
    {
        printer.Follow();
        while (!interrupted.IsCancellationRequested)
        {
            await desk.Terminal.Output.FlushAsync(CancellationToken.None);
            await Task.Delay(Interval, desk.Terminal.Clock, interrupted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await following.NextAsync(printer.Print);
        }
    }

    private static async Task<string?> ApplicationObjectionAsync(Desk desk, string name)
    {
        var configured = desk.Setup.Settings.Applications.Keys.Order(StringComparer.Ordinal).ToList();
        return configured.Contains(name, StringComparer.Ordinal) || await desk.AccessLog.KnowsApplicationAsync(name)
            ? null
            : $"There is no application \"{name}\", neither in the configuration (which has: {string.Join(", ", configured)}) nor in the log.{Nearest.Suggestion(name, configured)}";
    }

    private static (Outcome? Value, string? Objection) ReadOutcome(string written) => Outcomes.TryGetValue(written, out var outcome)
        ? (outcome, null)
        : (null, $"There is no outcome \"{written}\" (there are: {string.Join(", ", Outcomes.Keys)}).{Nearest.Suggestion(written, Outcomes.Keys)}");

    /// <summary>As the log writes it.</summary>
    private static (string? Value, string? Objection) ReadAddress(string written) => IPAddress.TryParse(written, out var address)
        ? (Addresses.Plain(address).ToString(), null)
        : (null, $"--address takes an address such as 192.168.1.20 or 2001:db8::1, not \"{written}\".");

    private static (AccessLogFormat? Value, string? Objection) ReadFormat(string written)
    {
        var known = Enum.GetValues<AccessLogFormat>().ToDictionary(f => RecordReader.SpellingOf(f), StringComparer.Ordinal);
        return known.TryGetValue(written, out var format) ? (format, null) : (null, $"--format is {string.Join(", ", known.Keys)}, not \"{written}\".{Nearest.Suggestion(written, known.Keys)}");
    }

    private static (DateTimeOffset? Value, string? Objection) ReadInstant(string written, TimeProvider clock)
    {
        string[] formats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        if (Duration.TryParse(written, out var ago))
        {
            return (clock.GetUtcNow() - ago, null);
        }

        return DateTimeOffset.TryParseExact(written, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? (instant, null)
            : (null, $"\"{written}\" is no instant: write 2026-03-01T08:00:00Z, 2026-03-01 (UTC), or how long ago: 15m, 2h, 7d.");
    }
}
