using System.Globalization;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Reading;

namespace Zaguan.Commands;

/// <summary>zaguan contract show, and test: a contract tried out without a database.</summary>
internal sealed class ContractTrials(Terminal terminal)
{
    /// <summary>What every outcome is answered.</summary>
    public async Task<int> ShowAsync(string file, string? userFile)
    {
        var problems = new Problems();
        if (Open(file, userFile, problems) is not { } opened)
        {
            return await TellAsync(problems);
        }

        foreach (var name in opened.Trial.Names)
        {
            var answer = opened.Trial.Answer(name);
            var (said, isOwn) = (RecordReader.SpellingOf(name), opened.Contract.Answers.ContainsKey(name));
            await terminal.Output.WriteLineAsync(isOwn ? said : $"{said}, as {RecordReader.SpellingOf(opened.Trial.StandIn(name))}");
            if (isOwn)
            {
                await WriteAsync(answer);
            }
        }

        return ExitCode.Done;
    }

    /// <summary>Every file of a folder: the request is read and its outcome answered, and what differs from the file is told.</summary>
    public async Task<int> TestAsync(string file, string folder)
    {
        if (!Directory.Exists(folder))
        {
            return await terminal.RefuseAsync($"There is no folder {folder}.");
        }

        var problems = new Problems();
        var userFile = Path.Combine(folder, "user.json");
        var opened = Open(file, File.Exists(userFile) ? userFile : null, problems);
        if (opened is not { } trial)
        {
            return await TellAsync(problems);
        }

        var files = Directory.EnumerateFiles(folder, "*.http").Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0)
        {
            return await terminal.RefuseAsync($"There is no request in {folder}: they are files that end in .http.");
        }

        var comparison = new TrialComparison(trial.Contract, trial.Trial);
        var isDifferent = false;
        foreach (var example in files)
        {
            var before = problems.Count;
            if (TrialCase.Read(example, problems) is not { } @case)
            {
                await TellAsync(problems.Skip(before));
                continue;
            }

            var differences = comparison.Differences(@case).ToList();
            isDifferent |= differences.Count > 0;
            await terminal.Output.WriteLineAsync(Printing.Printable($"{@case.Name}: {(differences.Count == 0 ? AsWritten(@case) : string.Join(' ', differences))}"));
        }

        return problems.Count > 0 ? ExitCode.Problems : isDifferent ? ExitCode.Different : ExitCode.Done;
    }

    private static string AsWritten(TrialCase @case) => TrialComparison.NotCompared(@case) is { Count: > 0 } left ? $"as written (not compared, because Zaguan decides it: {string.Join(", ", left)})" : "as written";

    private (Contract Contract, Trial Trial)? Open(string file, string? userFile, Problems problems)
    {
        if (!File.Exists(file))
        {
            problems.Add(file, Directory.Exists(file) ? "This is a folder; name a contract file in it." : "There is no such file.");
            return null;
        }

        var contract = ContractLibrary.CompileFile(file, problems);
        var user = userFile is null ? TrialUser.Somebody : TrialUser.Read(userFile, problems);
        return contract is null || problems.Count > 0 ? null : (contract, new(contract, user.ToUser(), terminal.Clock.GetUtcNow()));
    }

    private async Task<int> TellAsync(IEnumerable<Problem> problems)
    {
        foreach (var problem in problems)
        {
            await terminal.Output.WriteLineAsync(Printing.Printable(problem.ToString()));
        }

        return ExitCode.Problems;
    }

    private async Task WriteAsync(Rendered answer)
    {
        await terminal.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {answer.Status}"));
        foreach (var (name, values) in answer.Headers())
        {
            foreach (var value in values)
            {
                await terminal.Output.WriteLineAsync(Printing.Printable($"  {name}: {value}"));
            }
        }

        foreach (var line in Trial.Legible(answer.Body) is { Length: > 0 } written ? written.Split('\n') : [])
        {
            // A tab moves no cursor back.
            await terminal.Output.WriteLineAsync($"  {string.Join('\t', line.TrimEnd('\r').Split('\t').Select(Printing.Printable))}".TrimEnd(' '));
        }
    }
}
