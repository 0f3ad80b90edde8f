using System.CommandLine;
using System.Text;
using Zaguan.Contracts;
using Zaguan.Contracts.Learning;
using Zaguan.Login;
using Zaguan.Reading;
using Zaguan.Sources;

namespace Zaguan.Commands;

/// <summary>zaguan contract new: requests and answers of the old system's documentation → a contract to begin with.</summary>
internal sealed class NewContractCommand
{
    /// <summary>Documentation has examples of many hosts; this one is nobody's (RFC 2606 §2).</summary>
    private static readonly Uri Nowhere = new("http://zaguan.invalid");

    private readonly Option<string[]> from = new("--from") { Description = "Files of requests and answers (.http), or folders of them.", HelpName = "EXAMPLE", Required = true, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> user = Arguments.Text("--user", "A JSON file that says who logs in in them.", "FILE");
    private readonly Option<string?> fields = Arguments.Text("--fields", "The fields of identifier and password, where their names do not tell.", "IDENTIFIER,PASSWORD");
    private readonly Option<string> output = new("--output") { Description = "The contract to write, NAME.json.", HelpName = "FILE", Required = true };

    public static Command Create(Terminal terminal)
    {
        var it = new NewContractCommand();
        var command = new Command("new", "Write a contract to begin with, from requests and answers.") { it.from, it.user, it.fields, it.output };
        command.SetAction((parsed, _) => it.RunAsync(terminal, parsed));
        return command;
    }

    private async Task<int> RunAsync(Terminal terminal, ParseResult parsed)
    {
        var file = parsed.GetRequiredValue(output);
        if (OutputPlace.ObjectionToFile(file) is { } objection)
        {
            return await terminal.RefuseAsync(objection);
        }

        var problems = new Problems();
        var known = parsed.GetValue(user) is { } userFile ? TrialUser.Read(userFile, problems) : new();
        var examples = ReadExamples(parsed.GetRequiredValue(from), problems);
        var granted = examples.Find(e => e.Case.Outcome == Outcome.Granted);
        if (granted.Case is null && problems.Count == 0)
        {
            problems.Add(parsed.GetRequiredValue(from)[0], "There is no example of a granted login (\"outcome: Granted\"), with which everything begins.");
        }

        var (who, what) = parsed.GetValue(fields)?.Split(',') is [var left, var right] ? (left.Trim(), right.Trim()) : (null, (string?)null);
        var sketch = problems.Count > 0 ? null : RequestSketch.OfExample(granted.File, granted.Case!.Request, who, what, known, problems);
        if (sketch is null)
        {
            return await terminal.TellAsync("Nothing was written", problems);
        }

        var notes = new Notes();
        var name = Path.GetFileNameWithoutExtension(file);
        var said = sketch.Said(granted.Case!.Request).TryGetValue(sketch.Identifier.Place, out var typed) ? typed.ToString() : "";
        var exchanges = examples.Where(e => string.Equals(e.Case.Request.Method, sketch.Method, StringComparison.OrdinalIgnoreCase)).Select(e => ExchangeOf(e.Case, sketch, terminal.Clock)).ToList();
        if (!Uri.TryCreate(Nowhere, granted.Case.Request.Target.Split('?')[0], out var endpoint))
        {
            problems.Add(granted.File, $"No endpoint has the path \"{granted.Case.Request.Target}\".");
            return await terminal.TellAsync("Nothing was written", problems);
        }

        var learned = new ContractDraft(name, sketch, endpoint, said, known, notes).Draft(exchanges, problems);
        if (learned is null)
        {
            return await terminal.TellAsync("Nothing was written", problems);
        }

        var comparison = new TrialComparison(learned.Contract, new(learned.Contract, known.ToUser(), terminal.Clock.GetUtcNow()));
        foreach (var (example, @case) in examples)
        {
            if (comparison.Differences(@case).ToList() is { Count: > 0 } differences)
            {
                notes.Add($"What {example} says the file does not: {string.Join(' ', differences)}");
            }
        }

        await File.WriteAllTextAsync(file, LearnedContract.TextOf(learned.File));
        await terminal.Output.WriteLineAsync($"{file} is written. Look at it, and ask what it answers: zaguan contract test {file} --examples FOLDER");
        foreach (var sentence in notes.All)
        {
            await terminal.Output.WriteLineAsync(Printing.Printable($"- {sentence}"));
        }

        return ExitCode.Done;
    }

    private static List<(string File, TrialCase Case)> ReadExamples(IEnumerable<string> named, Problems problems)
    {
        var examples = new List<(string, TrialCase)>();
        foreach (var name in named)
        {
            if (!File.Exists(name) && !Directory.Exists(name))
            {
                problems.Add(name, "There is no such file or folder.");
                continue;
            }

            string[] files = Directory.Exists(name) ? [.. Directory.EnumerateFiles(name, "*.http").Order(StringComparer.Ordinal)] : [name];
            foreach (var file in files)
            {
                if (TrialCase.Read(file, problems) is { } read)
                {
                    examples.Add((file, read));
                }
            }
        }

        return examples;
    }

    private static Exchange ExchangeOf(TrialCase example, RequestSketch sketch, TimeProvider clock)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, value) in example.AnswerHeaders)
        {
            headers.Append(name, value);
        }

        var request = example.Request;
        var question = new Question(KindOf(example), example.Name, example.Name)
        {
            Method = request.Method,
            Body = request.Body,
            Shown = request.Body,
            ContentType = request.Headers.FirstOrDefault(h => h.Name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value ?? sketch.ContentType,
            Headers = request.Headers,
            Outcome = example.Outcome ?? Outcome.Invalid,
            IsOutcomeStated = example.Outcome is not null,
            Said = sketch.Said(request),
        };
        return new(question, new Reply(example.Status, headers, Encoding.UTF8.GetBytes(example.AnswerBody)), clock.GetUtcNow()) { IsWritten = true };
    }

    private static QuestionKind KindOf(TrialCase example) => (example.Outcome, example.Request.Text.Trim()) switch
    {
        (Outcome.Granted, _) => QuestionKind.RightLogin,
        (Outcome.WrongPassword, _) => QuestionKind.WrongPassword,
        (Outcome.UnknownUser, _) => QuestionKind.UnknownUser,
        (_, "") => QuestionKind.NoBody,
        (_, "{}") => QuestionKind.EmptyBody,
        (Outcome.Malformed, ['{', ..]) when Exchange.Parse(example.Request.Body) is null => QuestionKind.Malformed,
        _ => QuestionKind.Example,
    };
}
