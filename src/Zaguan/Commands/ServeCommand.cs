using System.CommandLine;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Zaguan.Admin.Entering;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Reading;
using Zaguan.Storage;

namespace Zaguan.Commands;

internal static class ServeCommand
{
    public const string Name = "serve";

    public static Command Create()
    {
        var urls = new Option<string?>("--urls") { Description = $"Where to listen, separated by semicolons; {Listening.DefaultUrl} when absent." };
        var command = new Command(Name, "Run the server (what happens without a command).") { urls };
        command.SetAction((parsed, interrupted) =>
        {
            // What the first hash runs through is compiled on another processor while this one reads the configuration.
            _ = Task.Run(Rehearse, CancellationToken.None);
            return ServeAsync(Settings.Read(parsed, parsed.GetValue(urls)));
        });
        return command;
    }

    /// <summary>A guess at nobody, at the least that Argon2id can cost.</summary>
    private static void Rehearse()
    {
        using var password = Secret.FromText("");
        using var hasher = new PasswordHasher(new(8, 1, 1));
        hasher.Verify(password, stored: null);
    }

    private static async Task<int> ServeAsync(Setup setup)
    {
        try
        {
            await using var app = await Server.BuildAsync(setup, TimeProvider.System);
            await Listening.StartAsync(app);
            foreach (var notice in setup.Notices)
            {
                app.Logger.Notice(notice);
            }

            if (setup.IsDevelopment)
            {
                await ShowDemoAsync(app, setup);
                await ShowConsoleAsync(app);
            }

            _ = LeaveStartBehindAsync();
            await app.WaitForShutdownAsync();
            return ExitCode.Done;
        }
        catch (ProblemsException e)
        {
            await Console.Error.WriteLineAsync($"Zaguan does not start; {e.Problems.Count} {(e.Problems.Count == 1 ? "thing is" : "things are")} wrong:");
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCode.Problems;
        }
        catch (Exception e) when (e is DatabaseUnavailableException or IOException)
        {
            await Console.Error.WriteLineAsync($"Zaguan does not start: {e.Message}");
            return ExitCode.NotDone;
        }
    }

    /// <summary>What was read at the start is garbage by now, and would stay for days on a server that is not busy.</summary>
    private static async Task LeaveStartBehindAsync()
    {
        await Task.Delay(TimeSpan.FromSeconds(3));
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
    }

    private static async Task ShowDemoAsync(WebApplication app, Setup setup)
    {
        if (!await app.Services.GetRequiredService<Database>().ReadAsync(db => Task.FromResult(Demo.IsIn(db))))
        {
            return;
        }

        var address = AddressOf(app);
        await Console.Out.WriteLineAsync("\nDevelopment: the demo users of the applications' documents are in the database. Log one in:\n");
        foreach (var command in Demo.Commands(setup.Applications, address))
        {
            await Console.Out.WriteLineAsync($"  {command}\n");
        }
    }

    private static async Task ShowConsoleAsync(WebApplication app)
    {
        if (await app.Services.GetRequiredService<BeginEndpoint>().NewLinkAsync() is { } link)
        {
            await Console.Out.WriteLineAsync($"The console has no administrator yet. Become the first (good once, for an hour):\n\n  {AddressOf(app)}{link}\n");
        }
    }

    private static string AddressOf(WebApplication app) => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
}

internal static partial class ServeLog
{
    [LoggerMessage(EventId = 1301, Level = LogLevel.Warning, Message = "{Notice}")]
    public static partial void Notice(this ILogger logger, string notice);
}
