using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;

namespace Zaguan.Contracts.Learning;

/// <summary>Values that answers have in one place → the template that writes all of them, each of what its answer could speak of.</summary>
internal sealed class TemplateDraft(Notes notes)
{
    /// <summary>A $match in a $match, and no further.</summary>
    private const int MostMatches = 2;

    /// <summary>False: no template writes all of them.</summary>
    /// <param name="at">The place, as a JSON pointer or as header:NAME.</param>
    /// <param name="key">What the value is called there.</param>
    public bool TryDraft(IReadOnlyList<Sample> samples, string at, string key, out JsonNode? template) => TryDraft(samples, at, key, MostMatches, out template);

    private bool TryDraft(IReadOnlyList<Sample> samples, string at, string key, int matches, out JsonNode? template)
    {
        if (TryEcho(samples, at, out template) || TryAttribute(samples, out template))
        {
            return true;
        }

        if (samples.Any(s => IsUnknown(s, at)))
        {
            return TryUnknown(samples, at, key, matches, out template);
        }

        var kind = samples[0].Value.ValueKind;
        if (samples.All(s => s.Value.ValueKind == kind))
        {
            var isDrafted = kind switch
            {
                JsonValueKind.Object => TryObject(samples, at, matches, out template),
                JsonValueKind.Array => TryList(samples, at, key, matches, out template),
                _ => TryScalar(samples, at, key, out template),
            };
            if (isDrafted)
            {
                return true;
            }
        }

        return matches > 0 && TryMatch(samples, at, key, matches, out template);
    }

    private static bool IsUnknown(Sample sample, string at) => sample.Facts.IsWritten && sample.Value.ValueKind == JsonValueKind.String && sample.Value.GetString() is { } text
        && (at is "" or ['/', ..] ? Wildcards.AreInValue(text) : Wildcards.AreInHeader(text));

    /// <summary>What an example has a wildcard for: by the wildcard's own name, by what other examples say there, or by the key; else nothing that is known.</summary>
    private bool TryUnknown(IReadOnlyList<Sample> samples, string at, string key, int matches, out JsonNode? template)
    {
        template = null;
        var first = samples.First(s => IsUnknown(s, at));
        var text = first.Value.GetString()!;
        if (Stand.ByItself(text, first.Facts) is { } name)
        {
            template = $"{{{name}}}";
            return true;
        }

        if (Stand.ByKey(key, first.Facts) is { } called)
        {
            notes.Add($"{Place(at)} is {text} in the examples: the file takes it for {{{called}}}.");
            template = $"{{{called}}}";
            return true;
        }

        if (samples.Where(s => !IsUnknown(s, at)).ToList() is { Count: > 0 } told)
        {
            return TryDraft(told, at, key, matches, out template);
        }

        // Whatever a cookie is made of, browsers get one.
        template = at.StartsWith("cookie:", StringComparison.Ordinal) ? "{generated.hex32}" : null;
        notes.Add($"{Place(at)} is {text} in the examples, and nothing that is known: the file says {template?.ToJsonString() ?? "null, or leaves it out"}. Write what belongs there.");
        return true;
    }

    /// <summary>What the request said, or what stands there when it said nothing.</summary>
    private static bool TryEcho(IReadOnlyList<Sample> samples, string at, out JsonNode? template)
    {
        template = null;
        if (samples[0].Facts.Echoes.FirstOrDefault(e => string.Equals(e.At, at, StringComparison.Ordinal)) is not { } echo)
        {
            return false;
        }

        var isSaid = false;
        foreach (var (value, facts) in samples)
        {
            if (facts.Said.TryGetValue(echo.Field, out var said))
            {
                if (!string.Equals(said.ToString(), value.ToString(), StringComparison.Ordinal))
                {
                    return false;
                }

                isSaid = true;
            }
            else if (value.ValueKind != JsonValueKind.Null && !echo.Template.Contains("|else:", StringComparison.Ordinal))
            {
                return false;
            }
        }

        template = echo.Template;
        return isSaid || echo.Template.Contains("|else:", StringComparison.Ordinal);
    }

    /// <summary>An object or a list that is stored beside the user.</summary>
    private static bool TryAttribute(IReadOnlyList<Sample> samples, out JsonNode? template)
    {
        template = null;
        var kind = samples[0].Value.ValueKind;
        if (kind is not (JsonValueKind.Object or JsonValueKind.Array)
            || samples[0].Facts.Known.FirstOrDefault(f => f.Value.ValueKind == kind && samples.All(s => JsonElement.DeepEquals(s.Value, f.Value))) is not { } fact)
        {
            return false;
        }

        // Whoever has no such list is answered an empty one, as far as anybody knows.
        template = kind == JsonValueKind.Object ? $"{{{fact.Name}}}" : new JsonArray(new JsonObject { ["$each"] = $"{{{fact.Name}}}", ["item"] = "{item}" });
        return true;
    }

    private bool TryScalar(IReadOnlyList<Sample> samples, string at, string key, out JsonNode? template)
    {
        template = null;
        if (samples[0] is { Value.ValueKind: JsonValueKind.Null, Facts.HasUser: true })
        {
            notes.Add($"{Place(at)} is null for this user: the file says null for all, unless it is known whose it is.");
        }

        var differ = samples.Select(s => s.Value.GetRawText()).Distinct(StringComparer.Ordinal).Count() > 1;
        var variety = samples.Count == 1 ? Variety.Once : differ ? Variety.Differs : Variety.Same;
        var common = Of(samples[0]);
        foreach (var sample in samples.Skip(1))
        {
            var others = Of(sample);
            common = common.Where(c => others.ContainsKey(c.Key)).ToDictionary(c => c.Key, c => Math.Min(c.Value, others[c.Key]), StringComparer.Ordinal);
        }

        if (common.Count == 0)
        {
            // Of what is about fields somebody may tell them apart by these; here nobody can.
            var isLost = at is ['/', ..] && samples[0].Facts is { Invalid.Count: 0, MayBeMade: true };
            if (isLost)
            {
                notes.Add($"{Place(at)} is another in every answer, and nothing that is known: the file says null.");
            }

            return isLost;
        }

        var best = common.OrderByDescending(c => c.Value).ToList();
        if (best.Count > 1 && best[0].Value == best[1].Value)
        {
            notes.Add($"{Place(at)} could be {best[0].Key} or {best[1].Key}, which are the same of this user: the file says the first. Ask with a user of whom all values are different.");
        }

        template = JsonNode.Parse(best[0].Key);
        if (samples[0] is { Facts: { HasUser: true, MayBeMade: true }, Value: var value } && Candidates.IsSecret(value, key) && string.Equals(best[0].Key, Candidates.LiteralOf(value), StringComparison.Ordinal))
        {
            notes.Add($"{Place(at)} is called as secrets are, and nothing that is known: the file says {Candidates.Hidden}, and not this user's. Look at what it is.");
            template = Candidates.Hidden;
        }

        return true;

        Dictionary<string, int> Of(Sample sample)
        {
            var found = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var (json, score) in Candidates.Of(sample.Value, sample.Facts, key, variety))
            {
                found[json] = Math.Max(score, found.GetValueOrDefault(json));
            }

            return found;
        }
    }

    private bool TryObject(IReadOnlyList<Sample> samples, string at, int matches, out JsonNode? template)
    {
        template = null;
        if (TryEachMember(samples, at, matches, out template))
        {
            return true;
        }

        var names = samples[0].Value.EnumerateObject().Select(m => m.Name).ToList();
        if (samples.Any(s => !s.Value.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal).SequenceEqual(names.Order(StringComparer.Ordinal), StringComparer.Ordinal)))
        {
            return false;
        }

        var built = new JsonObject();
        foreach (var name in names)
        {
            if (samples[0].Facts.IsWritten && Wildcards.AreInValue(name))
            {
                notes.Add($"{Place(SourceNode.Step(at, name))} is called by a wildcard in the examples: the file leaves it out.");
                continue;
            }

            if (!TryDraft([.. samples.Select(s => s with { Value = s.Value.GetProperty(name) })], SourceNode.Step(at, name), name, matches, out var value))
            {
                return false;
            }

            built[KeyOf(name, at)] = value;
        }

        template = built;
        return true;
    }

    /// <summary>One member for each field that breaks a rule.</summary>
    private bool TryEachMember(IReadOnlyList<Sample> samples, string at, int matches, out JsonNode? template)
    {
        template = null;
        if (samples.Any(s => s.Facts is not { Item: null, Invalid.Count: > 0 }))
        {
            return false;
        }

        foreach (var (name, label) in new (string, Func<InvalidField, string>)[] { ("{item.field}", f => f.Field), ("{item.name}", f => f.Name) })
        {
            if (samples.All(s => s.Value.EnumerateObject().Select(m => m.Name).SequenceEqual(s.Facts.Invalid.Select(label), StringComparer.Ordinal))
                && TryDraft([.. samples.SelectMany(s => s.Facts.Invalid.Select(f => new Sample(s.Value.GetProperty(label(f)), s.Facts.AboutItem(f))))], at, "", matches, out var item))
            {
                template = new JsonObject { ["$each"] = "{invalid}", ["key"] = name, ["item"] = item };
                return true;
            }
        }

        return false;
    }

    private bool TryList(IReadOnlyList<Sample> samples, string at, string key, int matches, out JsonNode? template)
    {
        template = null;
        var lists = samples.Select(s => s.Value.EnumerateArray().ToList()).ToList();
        if (samples.Zip(lists).All(s => s.First.Facts is { Item: null, Invalid.Count: > 0 } facts && facts.Invalid.Count == s.Second.Count)
            && TryDraft([.. samples.Zip(lists).SelectMany(s => s.First.Facts.Invalid.Zip(s.Second, (f, value) => new Sample(value, s.First.Facts.AboutItem(f))))], at, key, matches, out var item)
            && (lists.Exists(l => l.Count != lists[0].Count) || item?.ToJsonString().Contains("item.", StringComparison.Ordinal) == true))
        {
            template = new JsonArray(new JsonObject { ["$each"] = "{invalid}", ["item"] = item });
            return true;
        }

        if (lists.Exists(l => l.Count != lists[0].Count))
        {
            return false;
        }

        var built = new JsonArray();
        for (var i = 0; i < lists[0].Count; i++)
        {
            if (!TryDraft([.. samples.Zip(lists, (s, l) => s with { Value = l[i] })], SourceNode.Step(at, i.ToString(CultureInfo.InvariantCulture)), key, matches, out var element))
            {
                return false;
            }

            built.Add(element);
        }

        template = built;
        return true;
    }

    /// <summary>By the rule that is broken, by how many fields there are, or by the field.</summary>
    private bool TryMatch(IReadOnlyList<Sample> samples, string at, string key, int matches, out JsonNode? template)
    {
        template = null;
        if (samples.Any(s => s.Facts.Invalid.Count == 0))
        {
            return false;
        }

        // Of several ways the one that says least.
        var drafts = new List<JsonObject>();
        foreach (var (name, of) in InvalidVariables.Of(isItem: samples[0].Facts.Item is not null))
        {
            var groups = samples.GroupBy(s => of(s.Facts), StringComparer.Ordinal).ToList();
            var cases = new List<(string Case, JsonNode? Template)>();
            foreach (var group in groups.Count > 1 ? groups : [])
            {
                if (!TryDraft([.. group], at, key, matches - 1, out var value))
                {
                    break;
                }

                cases.Add((group.Key, value));
            }

            if (groups.Count > 1 && cases.Count == groups.Count)
            {
                drafts.Add(Match(name, cases));
            }
        }

        template = drafts.MinBy(d => d.ToJsonString().Length);
        return template is not null;
    }

    private static JsonObject Match(string name, List<(string Case, JsonNode? Template)> cases)
    {
        // What most cases say is what the others would say too, as far as anybody knows.
        var otherwise = cases.GroupBy(c => c.Template?.ToJsonString() ?? "null", StringComparer.Ordinal).OrderBy(g => g.Count()).Last();
        var match = new JsonObject { ["$match"] = $"{{{name}}}" };
        foreach (var (@case, value) in cases.Where(c => !string.Equals(c.Template?.ToJsonString() ?? "null", otherwise.Key, StringComparison.Ordinal)))
        {
            match[@case] = value?.DeepClone();
        }

        match["else"] = otherwise.First().Template?.DeepClone();
        return match;
    }

    private string KeyOf(string name, string at)
    {
        if (name.EndsWith('?'))
        {
            notes.Add($"{Place(SourceNode.Step(at, name))} ends in a question mark, which a contract cannot say of a key.");
        }

        return name.StartsWith('$') ? $"${name}" : name;
    }

    private static string Place(string at) => at.Split(':', 2) switch
    {
        ["header", var name] => $"The header {name}",
        ["cookie", var name] => $"The cookie {name}",
        [""] => "The answer",
        _ => at,
    };
}
