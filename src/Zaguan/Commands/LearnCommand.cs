using System.CommandLine;
using System.Text;
using Zaguan.Contracts;
using Zaguan.Contracts.Learning;
using Zaguan.Login;
using Zaguan.Reading;
using Zaguan.Sources;

namespace Zaguan.Commands;

/// <summary>zaguan contract learn: asks an endpoint that there is, and writes the contract that it speaks.</summary>
internal sealed class LearnCommand
{
    public const string Name = "learn";

    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly Argument<Uri> url = new("URL")
    {
        Description = "The login endpoint, whole: http://viejo.example/api/login.",
        CustomParser = result =>
        {
            var (value, objection) = Arguments.ReadUrl(result.Tokens[0].Value);
            if (objection is not null)
            {
                result.AddError(objection);
            }

            return value!;
        },
    };

    private readonly Option<string> identifier = new("--identifier") { Description = "Who logs in, as that user types it. The password is asked for.", HelpName = "TEXT", Required = true };
    private readonly Option<string> user = new("--user") { Description = "A JSON file with what is known of that user: it is looked for in the answers.", HelpName = "FILE", Required = true };
    private readonly Option<string?> fields = Arguments.Text("--fields", "The two fields of the request, of a POST in JSON.", "IDENTIFIER,PASSWORD");
    private readonly Option<string?> request = Arguments.Text("--request", "A file with the request as clients send it, {identifier} and {password} where these stand; where it has more than two fields, or is a form.", "FILE");
    private readonly Option<string?> name = Arguments.Text("--name", "What the contract is called; the endpoint's host when absent.", "NAME");
    private readonly Option<string> output = new("--output") { Description = "The folder to write into.", HelpName = "FOLDER", Required = true };
    private readonly Option<TimeSpan?> pause = Arguments.Read("--pause", "How long to wait before each request; 1s when absent.", "TIME", ReadPause);
    private readonly Option<TimeSpan?> deadline = Arguments.Read("--deadline", "How long one request may take; 10s when absent.", "TIME", Arguments.ReadDeadline);

    public static Command Create(Terminal terminal)
    {
        var it = new LearnCommand();
        var command = new Command(Name, "Ask a login endpoint with a right login and with wrong ones, and write the contract that it speaks.") { it.url, it.identifier, it.user, it.fields, it.request, it.name, it.output, it.pause, it.deadline };

        // On another thread, because System.CommandLine listens for Ctrl-C only once the action has handed back its task.
        command.SetAction((parsed, interrupted) => Task.Run(() => it.RunAsync(terminal, parsed, interrupted), CancellationToken.None));
        return command;
    }

    private async Task<int> RunAsync(Terminal terminal, ParseResult parsed, CancellationToken interrupted)
    {
        var endpoint = parsed.GetRequiredValue(url);
        var called = parsed.GetValue(name) ?? NameOf(endpoint);
        var files = new LearnedFiles(terminal, parsed.GetRequiredValue(output), called);
        if ((SmallName.Is(called) ? files.Objection : $"A contract is called by small letters, digits and hyphens, not \"{called}\": --name.") is { } objection)
        {
            return await terminal.RefuseAsync(objection);
        }

        var problems = new Problems();
        var known = TrialUser.Read(parsed.GetRequiredValue(user), problems);
        var sketch = ReadSketch(parsed, problems);
        if (sketch is null || problems.Count > 0)
        {
            return await terminal.TellAsync("Nothing was written", problems);
        }

        var (password, speaksAgainst) = await PasswordEntry.ReadExistingAsync(terminal);
        if (password is null)
        {
            return await terminal.RefuseAsync(speaksAgainst!);
        }

        using (password)
        {
            return await LearnAsync(terminal, parsed, new(called, endpoint, sketch, known), password, files, interrupted);
        }
    }

    private async Task<int> LearnAsync(Terminal terminal, ParseResult parsed, Lesson lesson, Secret password, LearnedFiles files, CancellationToken interrupted)
    {
        var who = parsed.GetRequiredValue(identifier);
        if (Says(Fact.OfUser(lesson.User).Select(f => f.InText).OfType<string>().Append(who), password))
        {
            return await terminal.RefuseAsync("The password is part of what is known of the user, so that nobody could tell the two apart in an answer. Learn with a user for whom it is not. Nothing was asked.");
        }

        var notes = new Notes();
        var problems = new Problems();
        var draft = new ContractDraft(lesson.Name, lesson.Sketch, lesson.Endpoint, who, lesson.User, notes);
        if (!draft.CanSayRequest(problems))
        {
            return await terminal.TellAsync("Nothing was asked, and nothing was written", problems);
        }

        var questions = new Questions(lesson.Sketch, who, Encoding.UTF8.GetString(password.Reveal()), lesson.User).All();
        using var client = new ReplyClient(parsed.GetValue(deadline) ?? Arguments.DefaultDeadline, terminal.Clock);
        var interview = new Interview(client, lesson.Endpoint, parsed.GetValue(pause) ?? DefaultPause, terminal.Clock) { Asking = q => terminal.Error.WriteLine($"Asking: {q.About}") };
        await terminal.Error.WriteLineAsync($"{questions.Count} requests to {lesson.Endpoint}, one wrong password for {who}; no redirection is followed.");
        IReadOnlyList<Exchange> exchanges;
        try
        {
            (exchanges, var failure) = await interview.AskAsync(questions, password, notes, interrupted);
            if (failure is not null)
            {
                return await terminal.RefuseAsync(failure);
            }
        }
        catch (OperationCanceledException)
        {
            return await terminal.RefuseAsync("Interrupted. Nothing was written.");
        }

        return draft.Draft(exchanges, problems) is { } learned ? await files.WriteAsync(learned, parsed.GetRequiredValue(user), lesson.User, notes) : await terminal.TellAsync("Nothing was written", problems);
    }

    private RequestSketch? ReadSketch(ParseResult parsed, Problems problems)
    {
        switch (parsed.GetValue(fields)?.Split(','), parsed.GetValue(request))
        {
            case ([{ Length: > 0 } who, { Length: > 0 } what], null):
                return RequestSketch.OfFields(who.Trim(), what.Trim());
            case (null, { } file):
                return ReadText(file, problems) is { } text ? RequestSketch.Read(file, text, problems) : null;
            default:
                problems.Add("--fields", "How a request looks: either --fields IDENTIFIER,PASSWORD (the names of the two fields, \"usuario,clave\"), or --request FILE.");
                return null;
        }
    }

    private static string? ReadText(string file, Problems problems)
    {
        try
        {
            if (new FileInfo(file).Length <= JsonSource.MostBytes)
            {
                return File.ReadAllText(file).ReplaceLineEndings("\n");
            }

            problems.Add(file, $"The file is larger than {JsonSource.MostBytes:N0} bytes; no request is.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(file, $"The file cannot be read: {e.Message}");
        }

        return null;
    }

    private static bool Says(IEnumerable<string> texts, Secret password) => texts.Any(t => Encoding.UTF8.GetBytes(t).AsSpan().IndexOf(password.Reveal()) >= 0);

    private static string NameOf(Uri endpoint) => string.Concat(endpoint.Host.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');

    private static (TimeSpan? Value, string? Objection) ReadPause(string written) => Duration.TryParse(written, out var time) && time <= LongestPause
        ? (time, null)
        : (null, $"--pause is a length of time from 0s to 5m (\"2s\"), not \"{written}\".");

    /// <summary>What is learned, of whom, and how it is asked.</summary>
    private sealed record Lesson(string Name, Uri Endpoint, RequestSketch Sketch, TrialUser User);
}
