using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Zaguan.Admin;
using Zaguan.Reading;
using Zaguan.Tokens.Keys;

namespace Zaguan.Commands;

/// <summary>zaguan keys …</summary>
internal static class KeysCommand
{
    public static Command Create(Terminal terminal) => new("keys", "The keys of Zaguan's own, with which applications sign whose algorithm is ES256.") { List(terminal), Rotate(terminal) };

    private static Command List(Terminal terminal)
    {
        var json = Arguments.Json();
        var command = new Command("list", "List the keys, the oldest first.") { json };
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, desk => ListAsync(desk, parsed.GetValue(json))));
        return command;
    }

    private static async Task<int> ListAsync(Desk desk, bool asJson)
    {
        var stored = await desk.Keys.ListAsync();
        if (asJson)
        {
            await desk.Terminal.WriteJsonAsync(new JsonArray([.. stored.Select(Json)]));
        }
        else if (stored.Count > 0)
        {
            desk.Terminal.WriteTable(["kid", "algorithm", "state", "made", "signs from", "until"], stored.Select(Row));
        }
        else
        {
            await desk.Terminal.Error.WriteLineAsync("No keys. The server makes the first when it starts, where an application signs with one (ES256).");
        }

        return ExitCode.Done;
    }

    private static Command Rotate(Terminal terminal)
    {
        var command = new Command("rotate", $"Make the next key. It signs after {InMinutes(SigningKeys.PublishedBefore)} minutes, when everybody has had the time to learn of it.");
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, RotateAsync, makesDatabase: true));
        return command;
    }

    private static async Task<int> RotateAsync(Desk desk)
    {
        if (!desk.Setup.Applications.SignsWithOwnKeys)
        {
            return await desk.Terminal.RefuseAsync("No application signs with a key of Zaguan's own: none has a contract whose token says \"algorithm\": \"ES256\".");
        }

        try
        {
            var made = await desk.Keys.RotateAsync(kid => desk.Audit(AuditActions.KeyMade, kid));
            var newest = (await desk.Keys.ListAsync())[^1];
            if (made)
            {
                await desk.Terminal.Output.WriteLineAsync($"The key {newest.Key.Kid} is made and signs from {Printing.Instant(newest.Key.SignsFrom)}.");
                return ExitCode.Done;
            }

            return await desk.Terminal.RefuseAsync(newest.State == KeyState.Next
                ? $"The key {newest.Key.Kid} is made already and signs from {Printing.Instant(newest.Key.SignsFrom)}."
                : $"There are {KeyStore.Most} keys already. Each goes when the last token that it signed has expired.");
        }
        catch (ProblemsException e)
        {
            await desk.Terminal.Error.WriteLineAsync(e.Message);
            return ExitCode.Problems;
        }
    }

    private static string[] Row(ListedKey key) =>
    [
        key.Key.Kid, SigningKey.Algorithm, RecordReader.SpellingOf(key.State), Printing.Instant(key.Key.CreatedAt), Printing.Instant(key.Key.SignsFrom),
        key.SignsUntil is { } until ? Printing.Instant(until) : "",
    ];

    private static JsonObject Json(ListedKey key) => new()
    {
        ["kid"] = key.Key.Kid,
        ["algorithm"] = SigningKey.Algorithm,
        ["state"] = RecordReader.SpellingOf(key.State),
        ["createdAt"] = Printing.Instant(key.Key.CreatedAt),
        ["signsFrom"] = Printing.Instant(key.Key.SignsFrom),
        ["signsUntil"] = key.SignsUntil is { } until ? Printing.Instant(until) : null,
    };

    private static string InMinutes(TimeSpan time) => time.TotalMinutes.ToString(CultureInfo.InvariantCulture);
}
