using Zaguan.Contracts;
using Zaguan.Operations;
using Zaguan.Reading;

namespace Zaguan.Applications;

/// <summary>The table that serves now. A change of a contract file makes a new one and swaps it whole; what is broken is reported, and the last good contract goes on serving.</summary>
internal sealed class RunningApplications(Setup setup, ILogger<RunningApplications> logger)
{
    private readonly Dictionary<string, Contract> contracts = new(setup.Contracts, StringComparer.Ordinal);
    private volatile ApplicationTable table = setup.Applications;
    private string lastSeen = Fingerprint(setup.ContractsFolder);

    public ApplicationTable Table => table;

    /// <summary>Looks at the contracts folder. Called by one timer, never by two at once.</summary>
    public void Refresh()
    {
        var seen = Fingerprint(setup.ContractsFolder);
        if (string.Equals(seen, lastSeen, StringComparison.Ordinal))
        {
            return;
        }

        lastSeen = seen;
        var problems = new Problems();
        var loaded = ContractLibrary.Load(setup.ContractsFolder, problems);
        foreach (var gone in contracts.Keys.Except(loaded.Keys, StringComparer.Ordinal).Where(name => table.Applications.Any(a => string.Equals(a.Contract.Name, name, StringComparison.Ordinal))))
        {
            problems.Add(setup.ContractsFolder, $"The contract \"{gone}\" is gone or broken; the last good one goes on serving.");
        }

        foreach (var (name, contract) in loaded.Where(c => IsNotShadowedByABrokenFile(c.Value, problems)))
        {
            contracts[name] = contract;
        }

        Swap(problems);
    }

    // A broken file in the folder leaves the shipped contract of that name in what was loaded; that is not the last good one.
    private bool IsNotShadowedByABrokenFile(Contract contract, Problems problems) =>
        !problems.Any(p => string.Equals(p.Origin, Path.Combine(setup.ContractsFolder, contract.Name + ".json"), StringComparison.Ordinal));

    private void Swap(Problems problems)
    {
        var compiling = new Problems();
        var compiled = new ApplicationCompiler(setup.Configuration, setup.IsDevelopment, Path.Combine(setup.Settings.DataFolder, "secrets"), compiling)
            .Compile(setup.Settings.Applications, contracts);
        if (compiling.Count == 0)
        {
            table = compiled;
        }

        problems.AddRange(compiling);
        foreach (var problem in problems)
        {
            logger.ContractProblem(problem.ToString());
        }

        if (compiling.Count == 0)
        {
            logger.ContractsTakenUp(compiled.Applications.Count);
        }
    }

    private static string Fingerprint(string folder)
    {
        try
        {
            return string.Join('\n', ContractLibrary.Files(folder).Select(f => new FileInfo(f)).Select(f => $"{f.Name} {f.Length} {f.LastWriteTimeUtc.Ticks}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file went while we looked; the next look tells.
            return e.Message;
        }
    }
}

/// <summary>Looks at the contracts folder every two seconds. Notifications of file systems do not reach through networks and container volumes.</summary>
internal sealed class ContractWatch(RunningApplications applications, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            applications.Refresh();
        }
    }
}

internal static partial class ApplicationsLog
{
    [LoggerMessage(EventId = 1101, Level = LogLevel.Error, Message = "{Problem}")]
    public static partial void ContractProblem(this ILogger logger, string problem);

    [LoggerMessage(EventId = 1102, Level = LogLevel.Information, Message = "Contracts changed and were taken up; {Count} applications run")]
    public static partial void ContractsTakenUp(this ILogger logger, int count);
}
