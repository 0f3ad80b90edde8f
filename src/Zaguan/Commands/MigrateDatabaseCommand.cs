using System.CommandLine;
using Zaguan.Operations;
using Zaguan.Storage.Copying;

namespace Zaguan.Commands;

/// <summary>zaguan migrate-database: from a file of SQLite to the configured PostgreSQL.</summary>
internal sealed class MigrateDatabaseCommand
{
    public const string Name = "migrate-database";

    private readonly Option<string> from = new("--from") { Description = "The file of SQLite. Nobody can write in it meanwhile, and it stays as it is.", HelpName = "FILE", Required = true };

    public static Command Create(Terminal terminal)
    {
        var it = new MigrateDatabaseCommand();
        var command = new Command(Name, "Copy the database of SQLite into the configured PostgreSQL, which must be empty, and compare.") { it.from };

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

        if (setup.Database.ConnectionString is null)
        {
            return await terminal.RefuseAsync("The configuration names no PostgreSQL to migrate to. Add it: { \"Database\": { \"ConnectionString\": \"Host=db1;Database=zaguan;Username=zaguan\" } }");
        }

        var file = parsed.GetRequiredValue(from);
        try
        {
            return await MigrateAsync(terminal, setup, file, interrupted);
        }
        catch (OperationCanceledException)
        {
            return await terminal.RefuseAsync($"Interrupted: nothing is in {setup.Database}, and {file} is as it was.");
        }
        catch (TargetNotEmptyException e)
        {
            return await terminal.RefuseAsync($"{e.Message} Migrate to an empty database.");
        }
    }

    private static async Task<int> MigrateAsync(Terminal terminal, Setup setup, string file, CancellationToken interrupted)
    {
        var began = terminal.Clock.GetTimestamp();
        using var source = CopySource.Locked(file, terminal.Clock);
        await terminal.Error.WriteLineAsync($"Nobody can write in {file} until this is done: a server that still runs on it answers logins as it does without a database. Stop it.");
        CopyReport? report = null;
        await ProgressView.ShowAsync(terminal, isQuiet: false, progress => Task.Run(
            () =>
            {
                using var target = CopyTarget.Open(setup.Database, terminal.Clock, replaces: false);
                report = DatabaseCopy.Run(source, target, new(progress, interrupted), terminal.Clock.GetUtcNow());
            },
            CancellationToken.None));
        CopySummary.Write(terminal, report!, terminal.Clock.GetElapsedTime(began));
        if (!report!.IsSame)
        {
            await terminal.Error.WriteLineAsync($"What came into {setup.Database} is not what is in {file}, so nothing was kept there. A trigger or rule in the database that is not Zaguan's would do that; so would a broken disk.");
            return ExitCode.Different;
        }

        await terminal.Output.WriteLineAsync($"{setup.Database} holds what {file} holds. Start the server with this configuration; one that went on with {file} would record what nobody sees here.");
        return ExitCode.Done;
    }
}
