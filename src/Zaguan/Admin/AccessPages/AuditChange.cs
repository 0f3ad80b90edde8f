using System.Text.Json;

namespace Zaguan.Admin.AccessPages;

/// <summary>What an entry of the audit log says that is different, a member at a time.</summary>
/// <param name="Name">Empty: what is compared has no members.</param>
/// <param name="Before">Null: it was not there.</param>
/// <param name="After">Null: it is not there any more.</param>
internal sealed record AuditChange(string Name, string? Before, string? After)
{
    public static IReadOnlyList<AuditChange> Between(string? before, string? after)
    {
        var (old, now) = (Members(before), Members(after));
        return [.. old.Keys.Union(now.Keys, StringComparer.Ordinal)
            .Select(name => new AuditChange(name, old.GetValueOrDefault(name), now.GetValueOrDefault(name)))
            .Where(c => !string.Equals(c.Before, c.After, StringComparison.Ordinal))];
    }

    private static Dictionary<string, string> Members(string? json)
    {
        if (json is null)
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.EnumerateObject().GroupBy(m => m.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => Text(g.Last().Value), StringComparer.Ordinal)
                : new(StringComparer.Ordinal) { [""] = Text(document.RootElement) };
        }
        catch (JsonException)
        {
            return new(StringComparer.Ordinal) { [""] = json };
        }
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null or JsonValueKind.Undefined => "—",
        JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
    };
}
