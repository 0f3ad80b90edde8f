using System.CommandLine;

namespace Zaguan.Commands;

/// <summary>The command line: one executable, the server and its tools.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Zaguan, a login server that speaks each application's existing login contract.");
        root.Options.Add(Settings.File);
        root.Subcommands.Add(ServeCommand.Create());

        // Without a verb, serve.
        string[] effective = args is [] || (args[0].StartsWith('-') && args[0] is not ("-h" or "-?" or "--help" or "--version")) ? ["serve", .. args] : args;
        var parsed = root.Parse(effective);

        // The server ends its logins in flight by itself; nothing must cut it short.
        var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
        return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
    }
}
