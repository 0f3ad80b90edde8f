using System.CommandLine;
using System.Text.Json.Nodes;
using Zaguan.Admin;
using Zaguan.Admin.Api;
using Zaguan.Reading;
using Zaguan.Users;

namespace Zaguan.Commands;

/// <summary>zaguan api-keys …</summary>
internal static class ApiKeysCommand
{
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(90);

    private static readonly IReadOnlyList<string> ScopeNames = [.. ApiScopes.All.Select(s => s.Name)];

    public static Command Create(Terminal terminal) => new("api-keys", "The keys with which programs use the Admin API.") { Add(terminal), List(terminal), Revoke(terminal) };

    private static Command Add(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "What the key is for." };
        var scopes = new Option<string[]>("--scope") { Description = $"What the key may do, once or more: {string.Join(", ", ScopeNames)}.", HelpName = "SCOPE", Required = true };
        var lifetime = Arguments.Read<Lifetime>(
            "--expires-in", "How long the key is good (\"90d\"), or never: then it does not expire. Absent: 90d.", "TIME",
            written => written is "never" ? (new(null), null)
                : Duration.TryParse(written, out var time) && time > TimeSpan.Zero ? (new(time), null)
                : (null, $"--expires-in is a length of time (\"90d\"{Duration.BoundFor(written)}) or never, not \"{written}\"."));
        var command = new Command("add", "Make an API key and show it, once.") { name, scopes, lifetime };
        command.SetAction((parsed, _) => Desk.WorkAsync(
            parsed, terminal, desk => AddAsync(desk, parsed.GetRequiredValue(name).Trim(), parsed.GetRequiredValue(scopes), parsed.GetValue(lifetime) ?? new(DefaultLifetime)), makesDatabase: true));
        return command;
    }

    private static async Task<int> AddAsync(Desk desk, string name, IReadOnlyList<string> scopes, Lifetime lifetime)
    {
        if (Names.Objection("A name", name) is { } objection)
        {
            return await desk.Terminal.RefuseAsync(objection);
        }

        if (scopes.FirstOrDefault(s => !ApiScopes.Has(s)) is { } unknown)
        {
            return await desk.Terminal.RefuseAsync($"There is no scope \"{Printing.Printable(unknown)}\" (known: {string.Join(", ", ScopeNames)}).{Nearest.Suggestion(unknown, ScopeNames)}");
        }

        var now = desk.Terminal.Clock.GetUtcNow();
        if (await desk.ApiKeys.AddAsync(name, scopes, now + lifetime.Time, "", key => desk.Audit(AuditActions.ApiKeyMade, key.ToString(), after: ApiKeyChanges.Audited(key))) is not { } made)
        {
            return await desk.Terminal.RefuseAsync($"There are {ApiKeyStore.Most} good keys already. Revoke those that are not used: zaguan api-keys list");
        }

        // The key alone on standard output: it goes into a file without passing a screen.
        await desk.Terminal.Error.WriteLineAsync($"The key {Printing.Printable(made.Key.Name)} ({made.Key.PublicId}) is good {(made.Key.ExpiresAt is { } end ? $"until {Printing.Instant(end)}" : "until it is revoked")}. It is shown only now:");
        await desk.Terminal.Output.WriteLineAsync(made.Text);
        return ExitCode.Done;
    }

    private static Command List(Terminal terminal)
    {
        var json = Arguments.Json();
        var command = new Command("list", "List API keys, the newest first, those that are good no more too.") { json };
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, desk => ListAsync(desk, parsed.GetValue(json))));
        return command;
    }

    private static async Task<int> ListAsync(Desk desk, bool asJson)
    {
        var (keys, now) = (await desk.ApiKeys.ListAsync(), desk.Terminal.Clock.GetUtcNow());
        if (asJson)
        {
            await desk.Terminal.WriteJsonAsync(new JsonArray([.. keys.Select(k => Json(k, now))]));
        }
        else if (keys.Count > 0)
        {
            desk.Terminal.WriteTable(
                ["id", "name", "state", "scopes", "made by", "made", "expires", "last used"],
                keys.Select(k => new[] { k.PublicId, k.Name, RecordReader.SpellingOf(k.StateAt(now)), string.Join(", ", k.ScopeNames), k.CreatedBy, Printing.Instant(k.CreatedAt), Instant(k.ExpiresAt) ?? "never", Instant(k.LastUsedAt) ?? "never" }));
        }
        else
        {
            await desk.Terminal.Error.WriteLineAsync("No API keys.");
        }

        return ExitCode.Done;
    }

    private static Command Revoke(Terminal terminal)
    {
        var id = new Argument<string>("ID") { Description = $"The beginning of the key, as the list has it: {ApiKey.Prefix}…" };
        var command = new Command("revoke", "Revoke an API key: it is good no more at once.") { id };
        command.SetAction((parsed, _) => Desk.WorkAsync(parsed, terminal, async desk =>
        {
            var asked = parsed.GetRequiredValue(id);
            if (await desk.ApiKeys.FindAsync(asked) is not { } key)
            {
                return await terminal.RefuseAsync($"There is no API key \"{Printing.Printable(asked)}\". Which there are: zaguan api-keys list");
            }

            if (!await desk.ApiKeys.RevokeAsync(key, desk.Audit(AuditActions.ApiKeyRevoked, key.ToString(), before: ApiKeyChanges.Audited(key))))
            {
                return await terminal.RefuseAsync($"The key {key.PublicId} was revoked before.");
            }

            await terminal.Output.WriteLineAsync($"The key {Printing.Printable(key.Name)} ({key.PublicId}) is revoked; it is good no more.");
            return ExitCode.Done;
        }));
        return command;
    }

    private static JsonObject Json(ApiKey key, DateTimeOffset now) => new()
    {
        ["id"] = key.PublicId,
        ["name"] = key.Name,
        ["state"] = RecordReader.SpellingOf(key.StateAt(now)),
        ["scopes"] = new JsonArray([.. key.ScopeNames.Select(s => JsonValue.Create(s))]),
        ["createdBy"] = key.CreatedBy,
        ["createdAt"] = Printing.Instant(key.CreatedAt),
        ["expiresAt"] = Instant(key.ExpiresAt),
        ["lastUsedAt"] = Instant(key.LastUsedAt),
        ["revokedAt"] = Instant(key.RevokedAt),
    };

    private static string? Instant(long? milliseconds) => milliseconds is { } some ? Printing.Instant(some) : null;

    /// <param name="Time">Null: without an end.</param>
    private sealed record Lifetime(TimeSpan? Time);
}
