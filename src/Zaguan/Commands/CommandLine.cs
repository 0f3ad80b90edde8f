using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Zaguan.Reading;
using Zaguan.Storage;

namespace Zaguan.Commands;

/// <summary>The command line: one executable, the server and its tools.</summary>
internal static class CommandLine
{
    /// <summary>How long a command that was interrupted may tidy up.</summary>
    private static readonly TimeSpan TidyingUp = TimeSpan.FromSeconds(5);

    private static readonly string[] TidyUp = [AccessLogCommand.Name, ImportCommand.Name, ExportCommand.Name, CompareCommand.Name, BackupCommand.Name, RestoreCommand.Name, MigrateDatabaseCommand.Name, LearnCommand.Name];

    public static Task<int> RunAsync(string[] args) => RunAsync(args, Terminal.OfProcess(), CancellationToken.None);

    /// <param name="interrupted">What Ctrl-C is to a process.</param>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken interrupted)
    {
        var parsed = Parse(args, terminal);
        if (parsed.Action is ParseErrorAction)
        {
            return await SayUsageAsync(parsed, terminal);
        }

        var configuration = new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            // The server ends its logins in flight by itself, and nothing must cut it short; the rest ends where it stands.
            ProcessTerminationTimeout = TidyUp.Contains(parsed.CommandResult.Command.Name, StringComparer.Ordinal) ? TidyingUp : null,
        };
        try
        {
            var code = await parsed.InvokeAsync(configuration, interrupted);
            await terminal.Output.FlushAsync(CancellationToken.None);
            return code;
        }
        catch (Exception e) when (e is DatabaseUnavailableException or IOException or UnauthorizedAccessException)
        {
            return await terminal.RefuseAsync(e.Message);
        }
    }

    private static ParseResult Parse(string[] args, Terminal terminal)
    {
        var root = new Command("zaguan", "Zaguan, a login server that speaks each application's existing login contract.") { new HelpOption(), new VersionOption(), Settings.File, ServeCommand.Create() };
        if (args is not ([] or [ServeCommand.Name, ..]))
        {
            // Where the server is asked for, they are not made: its start would be longer by hundreds of methods to compile.
            AddTools(root, terminal);
        }

        // A user may be called "@ana"; that is no file of further arguments.
        var asWritten = new ParserConfiguration { ResponseFileTokenReplacer = null };
        var parsed = root.Parse(args, asWritten);

        // Without a command, serve. A word that is none of them is a command that we do not have.
        var isServe = parsed.CommandResult.Command == root && parsed.Action is ParseErrorAction && parsed.UnmatchedTokens is [] or [['-', ..], ..];
        return isServe ? root.Parse([ServeCommand.Name, .. args], asWritten) : parsed;
    }

    private static void AddTools(Command root, Terminal terminal)
    {
        root.Add(UsersCommand.Create(terminal));
        root.Add(RolesCommand.Create(terminal));
        root.Add(SessionsCommand.Create(terminal));
        root.Add(AdminsCommand.Create(terminal));
        root.Add(ApiKeysCommand.Create(terminal));
        root.Add(BackEndsCommand.Create(terminal));
        root.Add(KeysCommand.Create(terminal));
        root.Add(AccessLogCommand.Create(terminal));
        root.Add(ImportCommand.Create(terminal));
        root.Add(ExportCommand.Create(terminal));
        root.Add(MigrationCommand.Create(terminal));
        root.Add(BackupCommand.Create(terminal));
        root.Add(RestoreCommand.Create(terminal));
        root.Add(MigrateDatabaseCommand.Create(terminal));
        root.Add(ContractCommand.Create(terminal));
        root.Add(CompareCommand.Create(terminal));
        root.Add(DoctorCommand.Create(terminal));
    }

    private static async Task<int> SayUsageAsync(ParseResult parsed, Terminal terminal)
    {
        foreach (var sentence in Sentences(parsed))
        {
            await terminal.Error.WriteLineAsync(sentence);
        }

        await terminal.Error.WriteLineAsync($"Help: {Called(parsed)} --help");
        return ExitCode.Usage;
    }

    private static IEnumerable<string> Sentences(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var word = parsed.UnmatchedTokens is [var first, ..] ? first : null;
        if (parsed.UnmatchedTokens.Any(w => w.StartsWith("--pass", StringComparison.OrdinalIgnoreCase)))
        {
            // Without repeating what was written: it may be the password.
            return ["A password is never an argument: the shell keeps those, and everybody on this machine can list them. It is asked for, or read from standard input."];
        }

        if (command.Subcommands.Count > 0)
        {
            var known = command.Subcommands.Select(c => c.Name).ToList();
            return [word is null
                ? $"{Called(parsed)} takes one of: {string.Join(", ", known)}."
                : $"{Called(parsed)} has no \"{word}\" (it has: {string.Join(", ", known)}).{Nearest.Suggestion(word, known)}"];
        }

        var options = command.Options.Select(o => o.Name).Append(Settings.File.Name);
        return parsed.Errors.Select(e => e.Message).Distinct(StringComparer.Ordinal)
            .Select(m => word is not null && m.Contains($"'{word}'", StringComparison.Ordinal) ? m + Nearest.Suggestion(word, options) : m);
    }

    private static string Called(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as CommandResult)
        {
            names.Push(result.Command.Name);
        }

        return string.Join(' ', names);
    }
}
