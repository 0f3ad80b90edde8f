using System.CommandLine;
using Zaguan.Operations;
using Zaguan.Storage;
using Zaguan.Storage.Copying;

namespace Zaguan.Commands;

/// <summary>zaguan restore: a backup back into the configured database, all of it or nothing.</summary>
internal sealed class RestoreCommand
{
    public const string Name = "restore";

    private readonly Argument<string> file = new("FILE") { Description = "What \"zaguan backup\" made, or the file of a database of Zaguan's on which nothing runs." };
    private readonly Option<bool> replace = new("--replace") { Description = "Replace all that is in the database. Without, it must be empty." };
    private readonly Option<bool> yes = new("--yes") { Description = "Do not ask whether to replace. Needed where nobody can be asked." };

    public static Command Create(Terminal terminal)
    {
        var it = new RestoreCommand();
        var command = new Command(Name, "Restore a backup into the configured database, SQLite or PostgreSQL, wherever it was made.") { it.file, it.replace, it.yes };
        command.Validators.Add(r =>
        {
            if (r.GetValue(it.replace) && !r.GetValue(it.yes) && !terminal.InputIsTerminal)
            {
                r.AddError("Nobody can be asked whether to replace what is in the database, because standard input is no terminal: say --yes.");
            }
        });

        // On another thread, because System.CommandLine listens for Ctrl-C only once the action has handed back its task.
        command.SetAction((parsed, interrupted) => Task.Run(() => it.RunAsync(parsed, terminal, interrupted), CancellationToken.None));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken interrupted)
    {
        if (await Settings.LookAsync(parsed, terminal) is not { } setup)
        {
            return ExitCode.Problems;
        }

        var named = parsed.GetRequiredValue(file);
        if (setup.Database.ConnectionString is null && File.Exists(named) && FileIdentity.Of(named) == FileIdentity.Of(setup.Database.File))
        {
            return await terminal.RefuseAsync($"{named} is the database itself, not a backup of it.");
        }

        var replaces = parsed.GetValue(replace);
        if (replaces && !parsed.GetValue(yes) && !await IsSureAsync(terminal, setup, named))
        {
            return await terminal.RefuseAsync("Nothing was restored.");
        }

        try
        {
            return await RestoreAsync(terminal, setup, named, replaces, interrupted);
        }
        catch (OperationCanceledException)
        {
            return await terminal.RefuseAsync("Interrupted: nothing was restored.");
        }
        catch (TargetNotEmptyException e)
        {
            return await terminal.RefuseAsync($"{e.Message} Restore into an empty database, or replace all that is in this one: --replace");
        }
        catch (BackupFileException e)
        {
            await terminal.Error.WriteLineAsync(Printing.Printable(e.Message));
            return ExitCode.Problems;
        }
    }

    private static async Task<bool> IsSureAsync(Terminal terminal, Setup setup, string named)
    {
        await terminal.Error.WriteAsync($"All users, sessions and access records in {setup.Database} go, for good, and those of {named} take their place. Write yes: ");
        await terminal.Error.FlushAsync();
        return string.Equals((await terminal.Input.ReadLineAsync())?.Trim(), "yes", StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<int> RestoreAsync(Terminal terminal, Setup setup, string named, bool replaces, CancellationToken interrupted)
    {
        var began = terminal.Clock.GetTimestamp();
        CopyReport? report = null;
        DateTimeOffset? madeAt = null;
        await ProgressView.ShowAsync(terminal, isQuiet: false, progress => Task.Run(
            () =>
            {
                var pace = new Pace(progress, interrupted);
                using var backup = BackupFile.Open(named, pace, terminal.Clock);
                using var target = CopyTarget.Open(setup.Database, terminal.Clock, replaces);
                madeAt = backup.MadeAt;
                report = DatabaseCopy.Run(backup.Source, target, pace, terminal.Clock.GetUtcNow());
            },
            CancellationToken.None));
        CopySummary.Write(terminal, report!, terminal.Clock.GetElapsedTime(began));
        if (!report!.IsSame)
        {
            await terminal.Error.WriteLineAsync($"What came into {setup.Database} is not what is in {named}, so nothing was restored. A trigger or rule in the database that is not Zaguan's would do that; so would a broken disk.");
            return ExitCode.Different;
        }

        await terminal.Output.WriteLineAsync($"{setup.Database} holds what {named} holds{(madeAt is { } at ? $", as it was at {Printing.Instant(at.ToUnixTimeMilliseconds())}" : "")}.");
        await terminal.Output.WriteLineAsync("What was revoked after that is not known any more: tokens of then are good again. End them all: zaguan sessions revoke --all");
        await terminal.Output.WriteLineAsync("Whether the master key fits, and all the rest: zaguan doctor");
        return ExitCode.Done;
    }
}
