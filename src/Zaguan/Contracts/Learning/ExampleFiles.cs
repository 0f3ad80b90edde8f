using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Zaguan.Comparison;
using Zaguan.Contracts.Answers;
using Zaguan.Login;
using Zaguan.Reading;

namespace Zaguan.Contracts.Learning;

/// <summary>Requests and answers as files, the form that <see cref="TrialCase"/> reads. What nobody can foretell has a wildcard in its place; there is no password and no token in them.</summary>
internal sealed partial class ExampleFiles(LearnedContract learned)
{
    private const string Unforeseeable = "‹…›";

    /// <summary>Places whose value is another in each granted answer.</summary>
    private readonly HashSet<string> varying = Varying(learned);

    private readonly bool textVaries = Granted(learned).Select(e => e.Text).Distinct(StringComparer.Ordinal).Count() > 1;

    private readonly bool locationVaries = Granted(learned).Select(e => e.Location).Distinct(StringComparer.Ordinal).Count() > 1;

    /// <summary>What the contract says in its answers: that is no secret any more.</summary>
    private readonly HashSet<string> said = TextsIn(learned.File["answers"]).ToHashSet(StringComparer.Ordinal);

    public IEnumerable<(string Name, string Text)> All() => learned.Examples
        .Where(e => e.Outcome is not null && e.Exchange.Question.Kind != QuestionKind.Example)
        .Select(e => ($"{e.Exchange.Question.Name}.http", TextOf(e.Exchange, e.Outcome!.Value)));

    private string TextOf(Exchange exchange, Outcome outcome)
    {
        var question = exchange.Question;
        var text = new StringBuilder();
        text.Append("# ").Append(question.About).Append("\noutcome: ").Append(outcome).Append("\n\n")
            .Append(question.Method).Append(' ').Append(learned.Contract.Path).Append('\n');
        if (question.ContentType is not null)
        {
            text.Append("Content-Type: ").Append(question.ContentType).Append('\n');
        }

        foreach (var (name, value) in question.Headers)
        {
            text.Append(name).Append(": ").Append(value).Append('\n');
        }

        text.Append('\n').Append(Encoding.UTF8.GetString(question.Shown.Span)).Append("\n\n--- ")
            .Append(exchange.Reply.Status.ToString(CultureInfo.InvariantCulture)).Append('\n');
        if (exchange.Reply.Headers.ContentType.ToString() is { Length: > 0 } contentType)
        {
            text.Append("Content-Type: ").Append(contentType).Append('\n');
        }

        AddHeaders(text, exchange, outcome);
        return text.Append('\n').Append(Body(exchange, outcome)).Append('\n').ToString();
    }

    /// <summary>Where a browser is sent, what it is to keep, and what else the contract says.</summary>
    private void AddHeaders(StringBuilder text, Exchange exchange, Outcome outcome)
    {
        if (exchange.Location.Length > 0)
        {
            text.Append("Location: ").Append(Location(exchange, outcome)).Append('\n');
        }

        foreach (var (name, value) in exchange.Headers)
        {
            var templates = TemplatesOf(outcome, "headers").Select(h => Member(h, name)).OfType<JsonNode>().ToList();
            if (templates.Count > 0)
            {
                text.Append(name).Append(": ").Append(IsShown(templates, value, $"header:{name}", name, outcome) ? value : Unforeseeable).Append('\n');
            }
        }

        foreach (var cookie in exchange.Cookies)
        {
            var templates = TemplatesOf(outcome, "cookies").Select(c => Member(c, cookie.Name)?["value"]).OfType<JsonNode>().ToList();
            text.Append("Set-Cookie: ").Append(cookie.Name).Append('=').Append(cookie.Value.Length == 0 || IsShown(templates, cookie.Value, $"cookie:{cookie.Name}", cookie.Name, outcome) ? cookie.Value : Unforeseeable);
            foreach (var (name, value) in cookie.Attributes.Where(a => !a.Name.Equals("expires", StringComparison.OrdinalIgnoreCase) || cookie.MaxAge is null))
            {
                var written = name.Equals("expires", StringComparison.OrdinalIgnoreCase) ? Unforeseeable : value;
                text.Append("; ").Append(name).Append(written.Length > 0 ? "=" : "").Append(written);
            }

            text.Append('\n');
        }
    }

    private static JsonNode? Member(JsonNode? members, string name) => (members as JsonObject)?.FirstOrDefault(m => m.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>What a contract says, and nobody has for himself.</summary>
    private bool IsShown(List<JsonNode> templates, string value, string at, string name, Outcome outcome) =>
        templates.Count > 0 && !templates.Exists(IsVolatile) && !IsHidden(JsonSerializer.SerializeToElement(value), at, SecretNames.Has(name), outcome);

    private string Location(Exchange exchange, Outcome outcome)
    {
        var without = ReadToken.Without(exchange.Location).Replace(Candidates.Hidden, Unforeseeable, StringComparison.Ordinal);
        return outcome == Outcome.Granted && locationVaries ? AnswerDraft.Steady([.. Granted(learned).Select(e => e.Location)]) + Unforeseeable : without;
    }

    private string Body(Exchange exchange, Outcome outcome)
    {
        if (exchange.Json is not { } json)
        {
            var isHidden = TemplatesOf(outcome, "text").Any(IsVolatile) || ReadToken.IsIn(exchange.Text) || (outcome == Outcome.Granted && textVaries);
            return isHidden ? Unforeseeable : exchange.Text;
        }

        return Shown(json, [.. TemplatesOf(outcome, "body").OfType<JsonNode>()], "", isSecret: false, outcome)?.ToJsonString(LearnedContract.AsWritten) ?? "null";
    }

    /// <summary>The bodies that the outcome may be answered.</summary>
    private IEnumerable<JsonNode?> TemplatesOf(Outcome outcome, string member)
    {
        var name = AnswerNames.Of(outcome);
        var answers = learned.File["answers"]!.AsObject();
        while (!answers.ContainsKey(RecordReader.SpellingOf(name)))
        {
            name = AnswerNames.Fallback(name)!.Value;
        }

        var written = answers[RecordReader.SpellingOf(name)];
        return written is JsonArray list ? list.Select(a => a?[member]) : [written?[member]];
    }

    /// <param name="templates">What the contract may say in this place; null in it is a value that it does not know.</param>
    /// <param name="isSecret">Whether the value, or what it lies in, is called as secrets are.</param>
    private JsonNode? Shown(JsonElement value, List<JsonNode?> templates, string at, bool isSecret, Outcome outcome)
    {
        if (value.ValueKind != JsonValueKind.Null && templates.Exists(IsVolatile))
        {
            return Unforeseeable;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var member in value.EnumerateObject())
                {
                    var key = member.Name.StartsWith('$') ? $"${member.Name}" : member.Name;
                    var below = templates.OfType<JsonObject>().Where(t => t.ContainsKey(key)).Select(t => t[key]).ToList();
                    members[member.Name] = Shown(member.Value, below, SourceNode.Step(at, member.Name), isSecret || SecretNames.Has(member.Name), outcome);
                }

                return members;
            case JsonValueKind.Array:
                var elements = new JsonArray();
                foreach (var (i, element) in value.EnumerateArray().Index())
                {
                    var below = templates.OfType<JsonArray>().Where(t => t.Count == value.GetArrayLength()).Select(t => t[i]).ToList();
                    elements.Add(Shown(element, below, SourceNode.Step(at, i.ToString(CultureInfo.InvariantCulture)), isSecret, outcome));
                }

                return elements;
            case JsonValueKind.String or JsonValueKind.Number when templates.Contains(null) || IsHidden(value, at, isSecret, outcome):
                return Unforeseeable;
            default:
                return JsonNode.Parse(value.GetRawText());
        }
    }

    /// <summary>What may be good for somebody who reads the file: what is another in each granted answer, what is called as secrets are, and tokens wherever they stand.</summary>
    private bool IsHidden(JsonElement value, string at, bool isSecret, Outcome outcome)
    {
        var text = value.ToString();
        return text.Length > 0 && ((outcome == Outcome.Granted && varying.Contains(at)) || ReadToken.IsIn(text) || (isSecret && !said.Contains(text)));
    }

    private static bool IsVolatile(JsonNode? template) => template is JsonValue written && written.GetValueKind() == JsonValueKind.String && Volatile().IsMatch(written.GetValue<string>());

    private static IEnumerable<Exchange> Granted(LearnedContract learned) => learned.Examples.Select(e => e.Exchange).Where(e => e.Question.Kind == QuestionKind.RightLogin);

    private static HashSet<string> Varying(LearnedContract learned)
    {
        var answers = Granted(learned).Select(e => e.Values.DistinctBy(v => v.At, StringComparer.Ordinal).ToDictionary(v => v.At, v => v.Value, StringComparer.Ordinal)).ToList();
        return answers.SelectMany(a => a.Keys).Where(at => !answers.TrueForAll(a => a.TryGetValue(at, out var value) && JsonElement.DeepEquals(value, answers[0][at]))).ToHashSet(StringComparer.Ordinal);
    }

    private static IEnumerable<string> TextsIn(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(m => TextsIn(m.Value)),
        JsonArray elements => elements.SelectMany(e => TextsIn(e)),
        JsonValue value => [value.ToString()],
        _ => [],
    };

    [GeneratedRegex(@"\{(token|refreshToken|access\.id|session\.id|request\.origin|request\.address|now|token\.\w+|generated\.\w+|attempts\.left|retryAfter)[|}]|else:generated", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Volatile();
}
