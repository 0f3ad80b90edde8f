using System.CommandLine;
using Zaguan.Operations;

namespace Zaguan.Commands;

/// <summary>The options that every command has, and the setup that they lead to.</summary>
internal static class Settings
{
    public static readonly Option<string?> File = new("--config") { Description = $"The configuration file; {SetupOptions.DefaultFile} in the working directory when absent.", Recursive = true };

    public static Setup Read(ParseResult parsed, string? urls = null) => Setup.Read(new(parsed.GetValue(File), urls, IsDevelopment));

    private static bool IsDevelopment =>
        string.Equals(
            Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT"),
            Environments.Development,
            StringComparison.OrdinalIgnoreCase);
}
