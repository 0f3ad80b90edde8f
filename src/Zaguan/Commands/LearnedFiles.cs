using System.Text;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Learning;
using Zaguan.Reading;
using Zaguan.Storage;

namespace Zaguan.Commands;

/// <summary>A contract that was learned, in a folder: the file, its examples, and what could not be told.</summary>
internal sealed class LearnedFiles(Terminal terminal, string folder, string name)
{
    public const string Examples = "examples";
    public const string Unknown = "could-not-tell.txt";

    private string File => Path.Combine(folder, $"{name}.json");

    private string ExamplesFolder => Path.Combine(folder, Examples);

    private string UnknownFile => Path.Combine(folder, Unknown);

    /// <summary>Why nothing may be written here; null: it may.</summary>
    public string? Objection => OutputPlace.ObjectionToFolder(folder) ?? Taken;

    private string? Taken => System.IO.File.Exists(File) || Directory.Exists(ExamplesFolder) || System.IO.File.Exists(UnknownFile)
        ? $"In {folder} there is a contract of that name, the examples of one, or {Unknown} of another, already. Nothing is overwritten: name another folder, or take these away."
        : null;

    public async Task<int> WriteAsync(LearnedContract learned, string userFile, TrialUser user, Notes notes)
    {
        foreach (var sentence in Standing(learned.Contract))
        {
            notes.Add(sentence);
        }

        var examples = new ExampleFiles(learned).All().DistinctBy(e => e.Name, StringComparer.OrdinalIgnoreCase).ToList();
        foreach (var sentence in NotReproduced(learned.Contract, user, examples))
        {
            notes.Add(sentence);
        }

        var written = new List<(string File, string Text)> { (File, LearnedContract.TextOf(learned.File)) };
        written.AddRange(examples.Select(e => (Path.Combine(ExamplesFolder, e.Name), e.Text)));
        written.Add((Path.Combine(ExamplesFolder, "user.json"), await System.IO.File.ReadAllTextAsync(userFile)));
        written.Add((UnknownFile, notes.ToString()));
        if ((Objection ?? WhatSaysPassword(written, learned)) is { } objection)
        {
            return await terminal.RefuseAsync(objection);
        }

        PrivateFiles.CreateFolder(ExamplesFolder);
        foreach (var (file, text) in written)
        {
            await using var stream = PrivateFiles.Create(file);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
        }

        await terminal.Output.WriteLineAsync($"{File} is written. What it answers to the requests of {ExamplesFolder}:");
        var code = await new ContractTrials(terminal).TestAsync(File, ExamplesFolder);
        await terminal.Output.WriteLineAsync($"What could not be told (it stands in {Path.Combine(folder, Unknown)} too):");
        foreach (var sentence in notes.All)
        {
            await terminal.Output.WriteLineAsync(Printing.Printable($"- {sentence}"));
        }

        return code;
    }

    /// <summary>Answers that were observed and that the contract does not give.</summary>
    private IEnumerable<string> NotReproduced(Contract contract, TrialUser user, IEnumerable<(string Name, string Text)> examples)
    {
        var comparison = new TrialComparison(contract, new(contract, user.ToUser(), terminal.Clock.GetUtcNow()));
        foreach (var (example, text) in examples)
        {
            var problems = new Problems();
            var differences = TrialCase.Parse(example, Encoding.UTF8.GetBytes(text), problems) is { } read ? comparison.Differences(read) : problems.Select(p => p.ToString());
            if (differences.ToList() is { Count: > 0 } told)
            {
                yield return $"What was answered in {Path.Combine(Examples, example)} the file does not say: {string.Join(' ', told)}";
            }
        }
    }

    private static string? WhatSaysPassword(List<(string File, string Text)> written, LearnedContract learned) =>
        learned.Examples.Select(e => e.Exchange.Password).OfType<PasswordForms>().FirstOrDefault() is { } password && written.Find(w => password.AreIn(w.Text)).File is { } file
            ? $"{Path.GetFileName(file)} would say the password, as it is or in another form: it is a word of the request, of the user's file or of an answer too. Learn with a user who has another, long one that stands nowhere else. Nothing was written."
            : null;

    /// <summary>What no request from outside brings about, or no answer says.</summary>
    private static IEnumerable<string> Standing(Contract contract)
    {
        foreach (var name in new[] { AnswerName.Inactive, AnswerName.Locked, AnswerName.Throttled, AnswerName.Busy, AnswerName.Unavailable }.Where(n => !contract.Answers.ContainsKey(n)))
        {
            yield return $"{RecordReader.SpellingOf(name)}: no request that was made brings it about; it is answered as {RecordReader.SpellingOf(AnswerNames.Fallback(name)!.Value)} is.";
        }

        yield return "How long identifier and password may be, what characters they may have, and what else the request may hold was not asked.";
        if (contract.Token is { SecretSetting: { } setting })
        {
            yield return $"What signs the token nobody can tell from outside: the application's setting {setting} has to hold it.";
        }

        if (contract.Token is { AcceptsRaw: false })
        {
            yield return "Whether the old back-end takes its token without \"Bearer \" before it was not asked (\"acceptsRaw\").";
        }
    }
}
