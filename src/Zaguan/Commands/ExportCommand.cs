using System.CommandLine;
using Zaguan.Reading;
using Zaguan.Users.Export;

namespace Zaguan.Commands;

/// <summary>zaguan export: users as a file that an import takes back.</summary>
internal sealed class ExportCommand
{
    public const string Name = "export";

    private readonly Option<string?> realm = Arguments.OfRealm();
    private readonly Option<ExportFormat?> format = Arguments.Read("--format", "csv (when absent) or jsonl (one JSON object per line, everything as it is stored).", "FORMAT", ReadFormat);
    private readonly Option<string?> output = Arguments.Text("--output", "Write to this file, readable for you alone, which appears when it is complete.", "FILE");
    private readonly Option<bool> withHashes = new("--with-hashes") { Description = "With the passwords' hashes. Goes with --output: who has them can guess at them." };

    public static Command Create(Terminal terminal)
    {
        var it = new ExportCommand();
        var command = new Command(Name, "Export users, without their passwords' hashes unless asked for.") { it.realm, it.format, it.output, it.withHashes };
        command.Validators.Add(r =>
        {
            if (r.GetValue(it.withHashes) && r.GetValue(it.output) is null)
            {
                r.AddError("--with-hashes goes with --output FILE, which is made readable for you alone.");
            }
        });

        // On another thread, because System.CommandLine listens for Ctrl-C only once the action has handed back its task.
        command.SetAction((parsed, interrupted) => Task.Run(() => Desk.WorkAsync(parsed, terminal, desk => it.RunAsync(desk, parsed, interrupted)), CancellationToken.None));
        return command;
    }

    private async Task<int> RunAsync(Desk desk, ParseResult parsed, CancellationToken interrupted)
    {
        if (parsed.GetValue(realm) is { } named && await desk.RealmObjectionAsync(named) is { } objection)
        {
            return await desk.Terminal.RefuseAsync(objection);
        }

        if (parsed.GetValue(output) is not { } file)
        {
            try
            {
                await PrintAsync(desk, parsed, desk.Terminal.Output, interrupted);
                return ExitCode.Done;
            }
            catch (OperationCanceledException)
            {
                return await desk.Terminal.RefuseAsync("Interrupted: not everything was printed.");
            }
        }

        var count = 0L;
        var code = await WholeFile.WriteAsync(desk.Terminal, file, async writer => count = await PrintAsync(desk, parsed, writer, interrupted));
        if (code == ExitCode.Done)
        {
            await desk.Terminal.Error.WriteLineAsync($"{count:N0} users are in {file}.");
        }

        return code;
    }

    private async Task<long> PrintAsync(Desk desk, ParseResult parsed, TextWriter to, CancellationToken interrupted)
    {
        var count = 0L;
        using var printer = new UserPrinter(parsed.GetValue(format) ?? ExportFormat.Csv, to, parsed.GetValue(withHashes));
        await foreach (var user in desk.Exports.ReadAsync(parsed.GetValue(realm), parsed.GetValue(withHashes), interrupted))
        {
            printer.Print(user);
            count++;
        }

        printer.Complete();
        return count;
    }

    private static (ExportFormat? Value, string? Objection) ReadFormat(string written)
    {
        var known = Enum.GetValues<ExportFormat>().ToDictionary(f => RecordReader.SpellingOf(f), StringComparer.Ordinal);
        return known.TryGetValue(written, out var format) ? (format, null) : (null, $"--format is {string.Join(", ", known.Keys)}, not \"{written}\".{Nearest.Suggestion(written, known.Keys)}");
    }
}
