using Zaguan.Contracts;
using Zaguan.Operations;
using Zaguan.Reading;
using Zaguan.Storage;

namespace Zaguan.Applications;

/// <summary>The table that serves now. A change of a contract file makes a new one and swaps it whole; what is broken is reported, and the last good contract goes on serving.</summary>
internal sealed class RunningApplications(Setup setup, ILogger<RunningApplications> logger)
{
    private volatile ApplicationTable table = setup.Applications;
    private volatile Problems found = new();

    // What the table was made of, and what the folder looked like then.
    private IReadOnlyDictionary<string, Contract> contracts = setup.Contracts;
    private string lastSeen = setup.ContractsFingerprint;

    public ApplicationTable Table => table;

    /// <summary>What was wrong when the folder was read last; none: all of it serves.</summary>
    public IReadOnlyCollection<Problem> Problems => found;

    /// <summary>Looks at the contracts folder. Called by one timer, never by two at once. True: what serves is another table now.</summary>
    public bool Refresh()
    {
        var seen = ContractLibrary.Fingerprint(setup.ContractsFolder);
        if (string.Equals(seen, lastSeen, StringComparison.Ordinal))
        {
            return false;
        }

        lastSeen = seen;
        var problems = new Problems();
        var loaded = ContractLibrary.Load(setup.ContractsFolder, problems);
        foreach (var gone in table.Applications.Select(a => a.Contract.Name).Distinct(StringComparer.Ordinal).Where(name => !loaded.ContainsKey(name)))
        {
            problems.Add(setup.ContractsFolder, $"The contract \"{gone}\" is gone or broken; the last good one goes on serving.");
        }

        var isTakenUp = TakeUp(loaded, problems);
        found = problems;
        foreach (var problem in problems)
        {
            logger.ContractProblem(problem.ToString());
        }

        return isTakenUp;
    }

    // With what is signed, and how, is not for a file to say that came while the server ran.
    private static bool ChangesItsSecret(Contract running, Contract changed) =>
        running.Token is not null && changed.Token is not null
        && (running.Token.Algorithm != changed.Token.Algorithm || !string.Equals(running.Token.SecretSetting, changed.Token.SecretSetting, StringComparison.Ordinal));

    private bool TakeUp(IReadOnlyDictionary<string, Contract> loaded, Problems problems)
    {
        // The last good ones, and over them what the folder says now.
        var candidates = new Dictionary<string, Contract>(contracts, StringComparer.Ordinal);
        foreach (var (name, contract) in loaded)
        {
            candidates[name] = contract;
        }

        var before = problems.Count;
        foreach (var contract in table.Applications.Select(a => a.Contract).Where(c => ChangesItsSecret(c, candidates[c.Name])).Distinct())
        {
            problems.Add(setup.ContractsFolder, $"The contract \"{contract.Name}\" signs with something else now: another algorithm, or another setting for its secret. That takes a restart.");
        }

        var compiled = setup.CompileApplications(candidates, problems);
        if (compiled.SignsWithOwnKeys && !setup.Applications.SignsWithOwnKeys)
        {
            problems.Add(setup.ContractsFolder, "No application signed with a key of Zaguan's own, and now one would. That takes a restart, which makes the key.");
        }

        if (problems.Count > before)
        {
            problems.Add(setup.ContractsFolder, "These contracts do not fit the applications as they are configured; the applications go on with the contracts that they had.");
            return false;
        }

        foreach (var notice in compiled.Notices.Except(table.Notices, StringComparer.Ordinal))
        {
            logger.ContractNotice(notice);
        }

        (contracts, table) = (candidates, compiled);
        logger.ContractsTakenUp(compiled.Applications.Count);
        return true;
    }
}

/// <summary>
/// Looks at the contracts folder every two seconds, and when another node has found something there. Notifications of file systems do not reach
/// through networks and container volumes.
/// </summary>
internal sealed class ContractWatch(RunningApplications applications, Database database, TimeProvider clock, ILogger<ContractWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim asked = new(0);

    /// <summary>Looks soon.</summary>
    public void Look() => asked.Release();

    public override void Dispose()
    {
        asked.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var (tick, call) = (timer.WaitForNextTickAsync(stoppingToken).AsTask(), asked.WaitAsync(stoppingToken));
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAny(tick, call);
            tick = tick.IsCompletedSuccessfully ? timer.WaitForNextTickAsync(stoppingToken).AsTask() : tick;
            call = call.IsCompletedSuccessfully ? asked.WaitAsync(stoppingToken) : call;
            try
            {
                if (applications.Refresh())
                {
                    await database.AnnounceAsync(NodeNews.Contracts);
                }
            }
            catch (DatabaseUnavailableException)
            {
                // The others look by themselves.
            }
            catch (Exception e)
            {
                // A fault in here would end the watch, and with it the host; the table that serves is untouched by it.
                logger.ContractsNotLookedAt(e);
            }
        }
    }
}

internal static partial class ApplicationsLog
{
    [LoggerMessage(EventId = 1101, Level = LogLevel.Error, Message = "{Problem}")]
    public static partial void ContractProblem(this ILogger logger, string problem);

    [LoggerMessage(EventId = 1102, Level = LogLevel.Information, Message = "The contracts were read again; {Count} applications run")]
    public static partial void ContractsTakenUp(this ILogger logger, int count);

    [LoggerMessage(EventId = 1104, Level = LogLevel.Warning, Message = "{Notice}")]
    public static partial void ContractNotice(this ILogger logger, string notice);

    [LoggerMessage(EventId = 1103, Level = LogLevel.Error, Message = "The folder of contracts could not be looked at")]
    public static partial void ContractsNotLookedAt(this ILogger logger, Exception fault);
}
