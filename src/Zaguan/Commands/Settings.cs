using System.CommandLine;
using System.CommandLine.Parsing;
using Zaguan.Operations;

namespace Zaguan.Commands;

/// <summary>The options that every command has, and the setup that they lead to.</summary>
internal static class Settings
{
    public static readonly Option<string?> File = new("--config") { Description = $"The configuration file; {SetupOptions.DefaultFile} in the working directory when absent.", HelpName = "FILE", Recursive = true, Validators = { NamesAFile } };

    /// <summary>For the server, which makes the secrets that Development lacks.</summary>
    public static Setup Read(ParseResult parsed, string? urls) => Setup.Read(new(parsed.GetValue(File), urls, IsDevelopment));

    /// <summary>For everything else: nothing is made by looking.</summary>
    public static Setup Look(ParseResult parsed) => Setup.Read(new(parsed.GetValue(File), Urls: null, IsDevelopment) { OnlyLooks = true });

    /// <summary>The same, good enough to find the database with. Null: it is not, and all that is wrong was said.</summary>
    public static async Task<Setup?> LookAsync(ParseResult parsed, Terminal terminal)
    {
        var setup = Look(parsed);
        if (!setup.SettingsAreBroken)
        {
            return setup;
        }

        await terminal.Error.WriteLineAsync("Nothing was done, because the configuration cannot be used:");
        foreach (var problem in setup.Problems)
        {
            await terminal.Error.WriteLineAsync(problem.ToString());
        }

        return null;
    }

    private static void NamesAFile(OptionResult result)
    {
        if (result.Tokens is [{ Value: "" }])
        {
            result.AddError("--config names a file.");
        }
    }

    private static bool IsDevelopment =>
        string.Equals(
            Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT"),
            Environments.Development,
            StringComparison.OrdinalIgnoreCase);
}
