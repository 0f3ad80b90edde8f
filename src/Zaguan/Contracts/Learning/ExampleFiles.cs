using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Zaguan.Contracts.Answers;
using Zaguan.Login;
using Zaguan.Reading;

namespace Zaguan.Contracts.Learning;

/// <summary>Requests and answers as files, the form that <see cref="TrialCase"/> reads. What nobody can foretell stands in angle brackets; there is no password and no token in them.</summary>
internal sealed partial class ExampleFiles(LearnedContract learned)
{
    private const string Unforeseeable = "<…>";

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

        return text.Append('\n').Append(Body(exchange, outcome)).Append('\n').ToString();
    }

    private string Body(Exchange exchange, Outcome outcome)
    {
        if (exchange.Json is not { } json)
        {
            return TemplatesOf(outcome, "text").Any(t => t is JsonValue && Volatile().IsMatch(t.GetValue<string>())) ? Unforeseeable : exchange.Text;
        }

        var body = JsonNode.Parse(json.GetRawText());
        foreach (var template in TemplatesOf(outcome, "body"))
        {
            body = Masked(body, template);
        }

        return body?.ToJsonString(LearnedContract.AsWritten) ?? "null";
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

    private static JsonNode? Masked(JsonNode? value, JsonNode? template)
    {
        switch (value, template)
        {
            case (_, JsonValue written) when written.GetValueKind() == JsonValueKind.String && Volatile().IsMatch(written.GetValue<string>()):
                return value is null ? null : Unforeseeable;
            case (JsonObject members, JsonObject of):
                foreach (var (name, member) in of)
                {
                    var key = name.StartsWith("$$", StringComparison.Ordinal) ? name[1..] : name;
                    if (members.ContainsKey(key))
                    {
                        members[key] = Masked(members[key]?.DeepClone(), member);
                    }
                }

                return members;
            case (JsonArray elements, JsonArray of) when elements.Count == of.Count:
                for (var i = 0; i < elements.Count; i++)
                {
                    elements[i] = Masked(elements[i]?.DeepClone(), of[i]);
                }

                return elements;
            default:
                return value;
        }
    }

    [GeneratedRegex(@"\{(token|refreshToken|access\.id|session\.id|request\.origin|request\.address|now|token\.\w+|generated\.\w+|attempts\.left|retryAfter)[|}]|else:generated", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Volatile();
}
