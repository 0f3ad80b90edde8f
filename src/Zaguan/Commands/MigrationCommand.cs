using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Zaguan.Sources;

namespace Zaguan.Commands;

/// <summary>zaguan migration …</summary>
internal static class MigrationCommand
{
    private const int MostListed = 100_000;
    private const int ListedUnlessAsked = 100;

    public static Command Create(Terminal terminal) => new("migration", "How far the users have come over from the old system.") { Status(terminal) };

    private static Command Status(Terminal terminal)
    {
        var realm = Arguments.OfRealm();
        var limit = Arguments.WholeNumber("--limit", $"List at most so many who have not come yet; {ListedUnlessAsked} when absent.", 0, MostListed);
        var json = Arguments.Json();
        var command = new Command("status", "Who has come over, on which day, and who has not come yet.") { realm, limit, json };
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, desk => StatusAsync(desk, parsed.GetValue(realm), parsed.GetValue(limit) ?? ListedUnlessAsked, parsed.GetValue(json))));
        return command;
    }

    private static async Task<int> StatusAsync(Desk desk, string? realm, int most, bool asJson)
    {
        if ((realm is null ? null : await desk.RealmObjectionAsync(realm)) is { } objection)
        {
            return await desk.Terminal.RefuseAsync(objection);
        }

        var realms = realm is null ? [.. desk.Setup.Settings.Applications.Where(a => a.Value.Sources.Contains(Source.Upstream)).Select(a => a.Value.Realm ?? a.Key).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : new[] { realm };
        if (realms.Length == 0)
        {
            return await desk.Terminal.RefuseAsync("No application has an old system behind it (the source \"upstream\"). Those of one realm: --realm REALM");
        }

        var all = new List<MigrationProgress>();
        foreach (var name in realms)
        {
            all.Add(await desk.Migration.ReadAsync(name, most));
        }

        if (asJson)
        {
            await desk.Terminal.WriteJsonAsync(new JsonArray([.. all.Select(Json)]));
            return ExitCode.Done;
        }

        foreach (var progress in all)
        {
            await WriteAsync(desk.Terminal, progress);
        }

        return ExitCode.Done;
    }

    private static async Task WriteAsync(Terminal terminal, MigrationProgress progress)
    {
        await terminal.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{progress.Realm}: {progress.Adopted} came over, {progress.NotYet} have not come yet, {progress.OtherPassword} have a password that was set or imported here."));
        if (progress.LastAdopted is { } last)
        {
            await terminal.Output.WriteLineAsync($"The last one came over at {Printing.Instant(last)}; somebody who came over was last seen at {(progress.LastSeen is { } seen ? Printing.Instant(seen) : "no time that is still recorded")}.");
            terminal.WriteTable(["day (UTC)", "came over"], progress.Days.Select(d => new[] { d.Date.ToString("O", CultureInfo.InvariantCulture), d.Users.ToString(CultureInfo.InvariantCulture) }));
        }

        if (progress.Missing.Count > 0)
        {
            terminal.WriteTable(["not yet: number", "user", "last attempt"], progress.Missing.Select(m => new[] { m.Number.ToString(CultureInfo.InvariantCulture), m.Username, m.LastSeen is { } at ? Printing.Instant(at) : "" }));
        }

        if (progress.NotYet > progress.Missing.Count)
        {
            await terminal.Error.WriteLineAsync("There are more who have not come yet; ask for more (--limit).");
        }
    }

    private static JsonObject Json(MigrationProgress progress) => new()
    {
        ["realm"] = progress.Realm,
        ["adopted"] = progress.Adopted,
        ["notYet"] = progress.NotYet,
        ["otherPassword"] = progress.OtherPassword,
        ["lastAdoptedAt"] = progress.LastAdopted is { } last ? Printing.Instant(last) : null,
        ["lastSeenAt"] = progress.LastSeen is { } seen ? Printing.Instant(seen) : null,
        ["days"] = new JsonArray([.. progress.Days.Select(d => new JsonObject { ["day"] = d.Date.ToString("O", CultureInfo.InvariantCulture), ["adopted"] = d.Users })]),
        ["missing"] = new JsonArray([.. progress.Missing.Select(m => new JsonObject { ["number"] = m.Number, ["username"] = m.Username, ["lastSeenAt"] = m.LastSeen is { } at ? Printing.Instant(at) : null })]),
    };
}
