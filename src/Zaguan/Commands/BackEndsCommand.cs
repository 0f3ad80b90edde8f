using System.CommandLine;
using System.Text.Json.Nodes;
using Zaguan.Admin;
using Zaguan.Reading;

namespace Zaguan.Commands;

/// <summary>zaguan backends …</summary>
internal static class BackEndsCommand
{
    public static Command Create(Terminal terminal) => new("backends", "The back-ends that may ask about tokens, and their keys.") { Add(terminal), List(terminal), Remove(terminal) };

    private static Command Add(Terminal terminal)
    {
        var name = Name();
        var application = new Option<string>("--application") { Description = "The application whose tokens it takes.", HelpName = "APP", Required = true };
        var command = new Command("add", "Add a back-end and show its key, once.") { name, application };
        command.SetAction((parsed, _) => Desk.WorkAsync(
            parsed, terminal, desk => AddAsync(desk, parsed.GetRequiredValue(name), parsed.GetRequiredValue(application)), makesDatabase: true));
        return command;
    }

    private static async Task<int> AddAsync(Desk desk, string name, string application)
    {
        if (!SmallName.Is(name))
        {
            return await desk.Terminal.RefuseAsync($"A back-end is called by small letters, digits and hyphens, not \"{Printing.Printable(name)}\".");
        }

        var known = desk.Setup.Settings.Applications.Keys.Order(StringComparer.Ordinal).ToList();
        if (!known.Contains(application, StringComparer.Ordinal))
        {
            return await desk.Terminal.RefuseAsync($"There is no application \"{Printing.Printable(application)}\" (known: {string.Join(", ", known)}).{Nearest.Suggestion(application, known)}");
        }

        if (await desk.BackEnds.AddAsync(name, application, desk.Audit(AuditActions.BackEndAdded, name, after: new { application })) is not { } key)
        {
            return await desk.Terminal.RefuseAsync($"There is a back-end \"{name}\" already. Another key for it: remove it, and add it again.");
        }

        // The key alone on standard output: it goes into a file without passing a screen.
        await desk.Terminal.Error.WriteLineAsync($"The back-end {name} may ask about the tokens of {application}. Its key, which is shown only now:");
        await desk.Terminal.Output.WriteLineAsync(key);
        return ExitCode.Done;
    }

    private static Command List(Terminal terminal)
    {
        var json = Arguments.Json();
        var command = new Command("list", "List back-ends by name.") { json };
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, desk => ListAsync(desk, parsed.GetValue(json))));
        return command;
    }

    private static async Task<int> ListAsync(Desk desk, bool asJson)
    {
        var backEnds = await desk.BackEnds.ListAsync();
        if (asJson)
        {
            await desk.Terminal.WriteJsonAsync(new JsonArray([.. backEnds.Select(b => new JsonObject { ["name"] = b.Name, ["application"] = b.Application, ["createdAt"] = Printing.Instant(b.CreatedAt) })]));
        }
        else if (backEnds.Count > 0)
        {
            desk.Terminal.WriteTable(["name", "application", "added"], backEnds.Select(b => new[] { b.Name, b.Application, Printing.Instant(b.CreatedAt) }));
        }
        else
        {
            await desk.Terminal.Error.WriteLineAsync("No back-ends.");
        }

        return ExitCode.Done;
    }

    private static Command Remove(Terminal terminal)
    {
        var name = Name();
        var command = new Command("remove", "Remove a back-end: its key is good no more.") { name };
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, async desk =>
        {
            var asked = parsed.GetRequiredValue(name);
            if (!await desk.BackEnds.RemoveAsync(asked, desk.Audit(AuditActions.BackEndRemoved, asked)))
            {
                return await terminal.RefuseAsync($"There is no back-end \"{Printing.Printable(asked)}\". Which there are: zaguan backends list");
            }

            await terminal.Output.WriteLineAsync($"The back-end {asked} is removed; its key is good no more.");
            return ExitCode.Done;
        }));
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "What the back-end is called: small letters, digits and hyphens." };
}
