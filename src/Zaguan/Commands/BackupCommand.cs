using System.CommandLine;
using Zaguan.Operations;
using Zaguan.Storage;
using Zaguan.Storage.Copying;

namespace Zaguan.Commands;

/// <summary>zaguan backup: the whole database as one file, beside a server that runs on it.</summary>
internal sealed class BackupCommand
{
    public const string Name = "backup";

    private readonly Argument<string> file = new("FILE") { Description = "The file to make, readable for you alone. It appears when it is complete." };
    private readonly Option<bool> force = new("--force") { Description = "Replace a file that is there." };

    public static Command Create(Terminal terminal)
    {
        var it = new BackupCommand();
        var command = new Command(Name, "Make a backup of the whole database in one file, while the server runs.") { it.file, it.force };

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
        if (Objection(setup, named, parsed.GetValue(force)) is { } objection)
        {
            return await terminal.RefuseAsync(objection);
        }

        using var source = CopySource.Online(setup.Database);
        var code = await WholeFile.MakeAsync(terminal, named, "Name one.", unfinished => MakeAsync(terminal, source, unfinished, interrupted));
        if (code == ExitCode.Done)
        {
            await terminal.Output.WriteLineAsync($"{named} is a backup of {source.Name}.");
            await terminal.Output.WriteLineAsync(source.HasSigningKeys
                ? $"Its signing keys are of use only with the master key, which is not in it ({setup.MasterKeyFile}). Keep that, the configuration and the files with secrets in another backup, apart from this one."
                : "The configuration and the files with secrets are not in it. Keep them in another backup, apart from this one.");
        }

        return code;
    }

    private static string? Objection(Setup setup, string named, bool replaces)
    {
        if (!File.Exists(named))
        {
            return null;
        }

        return setup.Database.ConnectionString is null && FileIdentity.Of(named) == FileIdentity.Of(setup.Database.File) ? $"{named} is the database itself. Name another file."
            : replaces ? null
            : $"{named} is there already. Name another file, or replace it: --force";
    }

    private static async Task<int> MakeAsync(Terminal terminal, CopySource source, string unfinished, CancellationToken interrupted)
    {
        var began = terminal.Clock.GetTimestamp();
        CopyReport? report = null;
        await ProgressView.ShowAsync(terminal, isQuiet: false, progress => Task.Run(() => report = BackupFile.Make(source, unfinished, new(progress, interrupted), terminal.Clock), CancellationToken.None));
        CopySummary.Write(terminal, report!, terminal.Clock.GetElapsedTime(began));
        if (report!.IsSame)
        {
            return ExitCode.Done;
        }

        await terminal.Error.WriteLineAsync("What is in the file is not what was written to it, so it is not kept. Look at the disk and the memory of this machine.");
        return ExitCode.Different;
    }
}
