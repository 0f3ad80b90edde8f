using System.CommandLine;
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
            ProcessTerminationTimeout = parsed.CommandResult.Command.Name is AccessLogCommand.Name ? TidyingUp : null,
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
        var root = new RootCommand("Zaguan, a login server that speaks each application's existing login contract.");
        root.Options.Add(Settings.File);
        root.Subcommands.Add(ServeCommand.Create());
        root.Subcommands.Add(UsersCommand.Create(terminal));
        root.Subcommands.Add(RolesCommand.Create(terminal));
        root.Subcommands.Add(AccessLogCommand.Create(terminal));
        root.Subcommands.Add(ContractCommand.Create(terminal));
        root.Subcommands.Add(DoctorCommand.Create(terminal));

        // A user may be called "@ana"; that is no file of further arguments.
        var asWritten = new ParserConfiguration { ResponseFileTokenReplacer = null };
        var parsed = root.Parse(args, asWritten);

        // Without a command, serve.
        return parsed.CommandResult.Command == root && parsed.Action is ParseErrorAction ? root.Parse(["serve", .. args], asWritten) : parsed;
    }

    private static async Task<int> SayUsageAsync(ParseResult parsed, Terminal terminal)
    {
        var words = parsed.UnmatchedTokens;
        if (words.Any(w => w.StartsWith("--pass", StringComparison.OrdinalIgnoreCase)))
        {
            // Without repeating what was written: it may be the password.
            await terminal.Error.WriteLineAsync("A password is never an argument: the shell keeps those, and everybody on this machine can list them. It is asked for, or read from standard input.");
        }
        else
        {
            foreach (var message in parsed.Errors.Select(e => e.Message).Distinct(StringComparer.Ordinal))
            {
                await terminal.Error.WriteLineAsync(message + Suggestion(parsed, message));
            }
        }

        await terminal.Error.WriteLineAsync($"Help: {Path(parsed)} --help");
        return ExitCode.Usage;
    }

    /// <summary>For a word that is near a command or an option which could stand there.</summary>
    private static string Suggestion(ParseResult parsed, string message)
    {
        if (parsed.UnmatchedTokens.FirstOrDefault(w => message.Contains($"'{w}'", StringComparison.Ordinal)) is not { } word)
        {
            return "";
        }

        var command = parsed.CommandResult.Command;
        var root = parsed.RootCommandResult.Command;
        var known = command.Subcommands.Concat(command.Name is "serve" ? root.Subcommands : []).Select(c => c.Name).Concat(command.Options.Concat(root.Options).Select(o => o.Name));
        return Nearest.Suggestion(word, known);
    }

    private static string Path(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as CommandResult)
        {
            names.Push(result.Parent is null ? "zaguan" : result.Command.Name);
        }

        return string.Join(' ', names);
    }
}
