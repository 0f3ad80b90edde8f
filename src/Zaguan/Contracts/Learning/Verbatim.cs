using System.Text.Json;
using System.Text.Json.Nodes;
using Zaguan.Reading;

namespace Zaguan.Contracts.Learning;

/// <summary>What was answered to one user and the contract says to everybody: nobody knows whether it is that user's own, unless other answers have it too.</summary>
internal sealed class Verbatim(Notes notes)
{
    /// <summary>In characters, of a value that is told.</summary>
    private const int Longest = 60;

    private const string Redirect = "redirect";

    /// <summary>Of whoever signs, and for whom: the same in all tokens (RFC 7519 §4.1).</summary>
    private static readonly string[] OfIssuer = ["iss", "aud"];

    /// <summary>By the keys under which systems answer them.</summary>
    private static readonly IReadOnlyList<Fact> Members = Fact.OfUser(TrialUser.Somebody with { Phone = "0" });

    /// <param name="others">All exchanges that were not granted.</param>
    public void Tell(JsonObject granted, JsonObject? token, IReadOnlyList<Exchange> others)
    {
        var elsewhere = others.SelectMany(e => e.Values.Select(v => Said(v.At, v.Value.ToString())).Append(Said("text", e.Text)).Append(Said(Redirect, e.Location))).ToHashSet(StringComparer.Ordinal);
        var found = Literals(granted["body"], "", "").Select(l => (Place: l.At.Length == 0 ? "the root" : l.At, l.At, l.Key, l.Value))
            .Concat(Alone("The text of the answer", "text", granted["text"]))
            .Concat(Alone("The redirection", Redirect, granted["redirect"]))
            .Concat(Of(granted["headers"]).SelectMany(h => Alone($"The header {h.Key}", $"header:{h.Key}", h.Value, h.Key)))
            .Concat(Of(granted["cookies"]).SelectMany(c => Alone($"The cookie {c.Key}", $"cookie:{c.Key}", c.Value!["value"], c.Key)))
            .Concat(Claims("token", token?["claims"])).Concat(Claims("refresh token", token?["refresh"]?["claims"]));
        foreach (var (place, at, key, value) in found)
        {
            if (!elsewhere.Contains(Said(at, TextOf(value))) && TextOf(value) is not Candidates.Hidden)
            {
                notes.Add($"{place} is {Shown(value)} as it was answered to this user, and the file says that to everybody: no other answer has it. {WhatToDo(at, key, value)}");
            }
        }
    }

    private static IEnumerable<(string Place, string At, string Key, JsonValue Value)> Claims(string token, JsonNode? claims) =>
        Literals(claims, "", "").Where(l => !OfIssuer.Contains(l.Key, StringComparer.Ordinal)).Select(l => ($"The claim {l.At} of the {token}", $"{token}:{l.At}", l.Key, l.Value));

    private static IEnumerable<(string Place, string At, string Key, JsonValue Value)> Alone(string place, string at, JsonNode? node, string key = "") =>
        Literals(node, at, key).Select(l => (place, l.At, l.Key, l.Value));

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Of(JsonNode? members) => members as JsonObject ?? [];

    /// <summary>Texts and numbers of a template that are no placeholders.</summary>
    private static IEnumerable<(string At, string Key, JsonValue Value)> Literals(JsonNode? template, string at, string key) => template switch
    {
        JsonObject each when each.ContainsKey("$each") => [],
        JsonObject members => members.SelectMany(m => NameOf(m.Key) is var name ? Literals(m.Value, SourceNode.Step(at, name), name) : []),
        JsonArray elements => elements.SelectMany((e, i) => Literals(e, SourceNode.Step(at, i.ToString(System.Globalization.CultureInfo.InvariantCulture)), key)),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number || (value.GetValueKind() == JsonValueKind.String && IsLiteral(value.GetValue<string>())) => [(at, key, value)],
        _ => [],
    };

    private static bool IsLiteral(string text) => !text.Replace("{{", "", StringComparison.Ordinal).Contains('{', StringComparison.Ordinal);

    private static string NameOf(string key) => key.StartsWith('$') ? key[1..] : key;

    private static string TextOf(JsonValue value) => value.GetValueKind() == JsonValueKind.String
        ? value.GetValue<string>().Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal)
        : value.ToJsonString();

    private static string Said(string at, string text) => $"{at}={text}";

    private static string Shown(JsonValue value)
    {
        var text = TextOf(value) is { Length: > Longest } longer ? longer[..Longest] + "…" : TextOf(value);
        return value.GetValueKind() == JsonValueKind.String ? Candidates.Quoted(text) : text;
    }

    /// <summary>What is known of the user is looked for everywhere but in addresses.</summary>
    private static string WhatToDo(string at, string key, JsonValue value) => at is Redirect
        ? "If a part of it is this user's own, write a placeholder in its place."
        : $"If it is this user's own, name it in the user's file (user.json: {MemberFor(key, value)}) and make the contract anew.";

    /// <summary>What the user's file calls it, as far as its key tells.</summary>
    private static string MemberFor(string key, JsonValue value)
    {
        // Whoever has two words in a name has two names.
        var fitting = Members.Where(f => f.Value.ValueKind == value.GetValueKind() && key.Length > 0 && f.HintIn(key) > 0).OrderByDescending(f => f.HintIn(key))
            .ThenByDescending(f => f.Name is "user.fullName" && TextOf(value).Contains(' ', StringComparison.Ordinal)).FirstOrDefault();
        return fitting?.Name switch
        {
            "user.fullName" => "\"givenName\" and \"familyName\"",
            "role.name" => "\"roleName\"",
            "role.number" => "\"roleNumber\"",
            { } name => $"\"{name.Split('.')[^1]}\"",
            null when key.Length == 0 => "whatever of it is, under \"attributes\"",
            null => $"\"attributes\": {{ {Candidates.Quoted(key)}: {Shown(value)} }}",
        };
    }
}
