using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Learning;
using Zaguan.Reading;

namespace Zaguan.Commands;

/// <summary>A contract that was learned, in a folder: the file, its examples, and what could not be told.</summary>
internal sealed class LearnedFiles(Terminal terminal, string folder, string name)
{
    public const string Examples = "examples";
    public const string Unknown = "could-not-tell.txt";

    private string File => Path.Combine(folder, $"{name}.json");

    private string ExamplesFolder => Path.Combine(folder, Examples);

    /// <summary>Why nothing may be written here; null: it may.</summary>
    public string? Objection => System.IO.File.Exists(File) || Directory.Exists(ExamplesFolder)
        ? $"In {folder} there is a contract of that name, or the examples of one, already. Nothing is overwritten: name another folder, or take these away."
        : null;

    /// <param name="userFile">Null: nobody said who the user is.</param>
    public async Task<int> WriteAsync(LearnedContract learned, string? userFile, Notes notes)
    {
        Directory.CreateDirectory(ExamplesFolder);
        await System.IO.File.WriteAllTextAsync(File, LearnedContract.TextOf(learned.File));
        foreach (var (example, text) in new ExampleFiles(learned).All())
        {
            await System.IO.File.WriteAllTextAsync(Path.Combine(ExamplesFolder, example), text);
        }

        if (userFile is not null)
        {
            System.IO.File.Copy(userFile, Path.Combine(ExamplesFolder, "user.json"), overwrite: true);
        }

        foreach (var sentence in Standing(learned.Contract))
        {
            notes.Add(sentence);
        }

        await System.IO.File.WriteAllTextAsync(Path.Combine(folder, Unknown), notes.ToString());
        await terminal.Output.WriteLineAsync($"{File} is written. What it answers to the requests of {ExamplesFolder}:");
        var code = await new ContractTrials(terminal).TestAsync(File, ExamplesFolder);
        await terminal.Output.WriteLineAsync($"What could not be told (it stands in {Path.Combine(folder, Unknown)} too):");
        foreach (var sentence in notes.All)
        {
            await terminal.Output.WriteLineAsync(Printing.Printable($"- {sentence}"));
        }

        return code;
    }

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
