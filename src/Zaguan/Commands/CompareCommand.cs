using System.CommandLine;
using Zaguan.Comparison;
using Zaguan.Contracts;
using Zaguan.Operations;
using Zaguan.Reading;
using Zaguan.Sources;

namespace Zaguan.Commands;

/// <summary>zaguan compare: the same requests to the old system and to Zaguan, and in what their replies differ.</summary>
internal sealed class CompareCommand
{
    public const string Name = "compare";

    private readonly Option<Uri?> url = Arguments.Read("--url", "The old system's login endpoint, whole: http://viejo.example/api/login.", "OLD", Arguments.ReadUrl);
    private readonly Option<string> contract = new("--contract") { Description = "The contract that both speak.", HelpName = "NAME", Required = true };
    private readonly Option<string> cases = new("--cases") { Description = "The requests, a list in JSON.", HelpName = "FILE", Required = true };
    private readonly Option<Uri?> zaguan = Arguments.Read("--zaguan", "Zaguan's address, or its login endpoint whole; where the configuration says that it listens when absent.", "URL", Arguments.ReadUrl);
    private readonly Option<TimeSpan?> deadline = Arguments.Read("--deadline", "How long one request may take; 10s when absent.", "TIME", Arguments.ReadDeadline);
    private readonly Option<bool> json = Arguments.Json();

    public static Command Create(Terminal terminal)
    {
        var it = new CompareCommand();
        it.url.Required = true;
        var command = new Command(Name, "Send the same logins to the old system and to Zaguan, and say in what the replies differ.") { it.url, it.contract, it.cases, it.zaguan, it.deadline, it.json };

        // On another thread, because System.CommandLine listens for Ctrl-C only once the action has handed back its task.
        command.SetAction((parsed, interrupted) => Task.Run(() => it.RunAsync(terminal, parsed, interrupted), CancellationToken.None));
        return command;
    }

    private async Task<int> RunAsync(Terminal terminal, ParseResult parsed, CancellationToken interrupted)
    {
        var setup = Settings.Look(parsed);
        if (setup.SettingsAreBroken)
        {
            return await terminal.TellAsync("Nothing was compared, because the configuration cannot be used", setup.Problems);
        }

        if (!setup.Contracts.TryGetValue(parsed.GetRequiredValue(contract), out var spoken))
        {
            return await TellOfUnknownContractAsync(terminal, setup, parsed.GetRequiredValue(contract));
        }

        var (own, objection) = OwnAddress(setup, spoken, parsed.GetValue(zaguan));
        if (own is null)
        {
            return await terminal.RefuseAsync(objection!);
        }

        var problems = new Problems();
        var logins = new CaseFile(spoken, problems).Read(parsed.GetRequiredValue(cases));
        if (problems.Count > 0)
        {
            return await terminal.TellAsync("Nothing was compared, because the cases cannot be used", problems);
        }

        using var client = new ReplyClient(parsed.GetValue(deadline) ?? Arguments.DefaultDeadline, terminal.Clock);
        var run = new CompareRun(client, spoken, new(parsed.GetValue(url)!), own);
        var report = new CompareReport(terminal, parsed.GetValue(json));
        return await report.PrintAsync(run.CompareAsync(logins, interrupted), logins.Count);
    }

    /// <summary>The address that was named, or the one of the configuration; with the path of the one application that speaks the contract.</summary>
    private static (LoginAddress? Address, string? Objection) OwnAddress(Setup setup, Contract spoken, Uri? named)
    {
        if (named is { AbsolutePath.Length: > 1 })
        {
            return (new(named), null);
        }

        var speakers = setup.Applications.Applications.Where(a => string.Equals(a.Contract.Name, spoken.Name, StringComparison.Ordinal)).ToList();
        if (speakers is not [var application])
        {
            return (null, speakers.Count == 0
                ? $"No application of the configuration has the contract \"{spoken.Name}\", so it is not known where Zaguan speaks it. Name the endpoint: --zaguan https://login.example{spoken.Path}"
                : $"{speakers.Count} applications have the contract \"{spoken.Name}\": {string.Join(", ", speakers.Select(a => $"{a.Name} ({a.Path})"))}. Name the endpoint of one: --zaguan https://login.example{speakers[0].Path}");
        }

        if (named is not null)
        {
            return (new(new(named, application.Path)), null);
        }

        return Listening.FromHere(setup.Configuration) is { } address
            ? (new(new(address, application.Path), application.Hosts.Count > 0 ? application.Hosts[0] : null), null)
            : (null, $"The configuration does not say at which address Zaguan can be reached from here. Name it: --zaguan https://login.example{application.Path}");
    }

    private static async Task<int> TellOfUnknownContractAsync(Terminal terminal, Setup setup, string name)
    {
        // A contract whose file is broken is none; what is wrong with it was found already.
        var broken = setup.Problems.Where(p => string.Equals(Path.GetFileName(p.Origin), $"{name}.json", StringComparison.Ordinal)).ToList();
        return broken.Count > 0
            ? await terminal.TellAsync("Nothing was compared, because the contract cannot be used", broken)
            : await terminal.RefuseAsync($"There is no contract \"{name}\" (known: {string.Join(", ", setup.Contracts.Keys.Order(StringComparer.Ordinal))}).{Nearest.Suggestion(name, setup.Contracts.Keys)}");
    }
}
