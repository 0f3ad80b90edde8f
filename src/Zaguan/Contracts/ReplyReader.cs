using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Zaguan.Contracts.Answers;

namespace Zaguan.Contracts;

/// <summary>Which of a contract's answers a reply is.</summary>
/// <param name="Bindings">What the granted answer says of the user.</param>
internal sealed record Recognition(AnswerName Answer, Bindings Bindings);

/// <summary>A contract run in reverse: what the old endpoint replied → which of the contract's answers that is.</summary>
internal sealed class ReplyReader(FrozenDictionary<AnswerName, Answer> answers)
{
    private const int LongestShape = 1_000;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <summary>Those that mean "no", the ones that say why before the one that does not.</summary>
    private static readonly AnswerName[] Refusals =
        [AnswerName.UnknownUser, AnswerName.Inactive, AnswerName.Locked, AnswerName.Throttled, AnswerName.WrongPassword, AnswerName.Refused];

    private static readonly AnswerName[] Failures = [AnswerName.Failed, AnswerName.Busy, AnswerName.Unavailable];

    /// <summary>A refusal and a failure that are the same bytes: from such an old system nobody learns whether a password is wrong. Null: there are none.</summary>
    public (AnswerName Refusal, AnswerName Failure)? Confusion => (
        from refusal in Refusals.Where(answers.ContainsKey)
        from failure in Failures.Where(answers.ContainsKey)
        where answers[refusal].All.Any(r => answers[failure].All.Any(r.IsAlike))
        select ((AnswerName, AnswerName)?)(refusal, failure)).FirstOrDefault();

    /// <summary>Whether a granted reply says this of the user.</summary>
    public bool Tells(string name) => answers[AnswerName.Granted].All.All(a => a.Body?.Values.Any(p => string.Equals(p.Name, name, StringComparison.Ordinal)) == true);

    /// <summary>Null: the reply is none of the contract's answers, or more than one that contradict each other.</summary>
    /// <param name="location">Where the reply sends its client; null: nowhere.</param>
    public Recognition? Read(int status, ReadOnlyMemory<byte> body, string? location = null)
    {
        var reply = new Reply(status, Parse(body), body, location);
        var granted = Match(AnswerName.Granted, reply);
        var refusal = Refusals.Select(name => Match(name, reply)).FirstOrDefault(r => r is not null);
        var failure = Failures.Select(name => Match(name, reply)).FirstOrDefault(r => r is not null);
        return (granted, refusal, failure) switch
        {
            ({ } only, null, null) => only,
            (null, { } only, null) => only,
            (null, null, { } only) => only,
            (null, null, null) => Match(AnswerName.Invalid, reply) ?? Match(AnswerName.Malformed, reply),
            _ => null,
        };
    }

    /// <summary>The shape of a reply, for a log: names and kinds, and no value, for any of them may be secret.</summary>
    public static string ShapeOf(ReadOnlyMemory<byte> body)
    {
        var shape = body.IsEmpty ? "no body" : Parse(body) is { } json ? ShapeOf(json, levels: 3) : "a body that is not JSON";
        return shape.Length <= LongestShape ? shape : $"{shape[..LongestShape]}…";
    }

    private static string ShapeOf(JsonElement json, int levels) => json.ValueKind switch
    {
        JsonValueKind.Object when levels == 0 => "{…}",
        JsonValueKind.Object => $"{{{string.Join(", ", json.EnumerateObject().Take(20).Select(m => $"{Clean(m.Name)}: {ShapeOf(m.Value, levels - 1)}"))}}}",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Null or JsonValueKind.Undefined => "null",
    };

    // A name may be data too, of a system that answers with dictionaries.
    private static string Clean(string name) => name.Length <= 40 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? name : "?";

    private Recognition? Match(AnswerName name, Reply reply)
    {
        foreach (var answer in answers.TryGetValue(name, out var known) ? known.All : [])
        {
            var bindings = new Bindings();
            if (answer.Unify(reply.Status, reply.Json, reply.Body.Span, reply.Location, bindings))
            {
                return new(name, bindings);
            }
        }

        return null;
    }

    private static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            body = body[Encoding.UTF8.Preamble.Length..];
        }

        try
        {
            using var document = JsonDocument.Parse(body, Options);
            return Utf8.IsValid(body.Span) && HasWholeTexts(document.RootElement) ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            // What the old system sent, not a fault.
            return null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, escaped (\ud800): no text.
            return null;
        }
    }

    /// <exception cref="InvalidOperationException">It has not.</exception>
    private static bool HasWholeTexts(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().All(m => m.Name is not null && HasWholeTexts(m.Value)),
        JsonValueKind.Array => json.EnumerateArray().All(HasWholeTexts),
        JsonValueKind.String => json.GetString() is not null,
        _ => true,
    };

    /// <param name="Json">The body, where it is JSON.</param>
    private sealed record Reply(int Status, JsonElement? Json, ReadOnlyMemory<byte> Body, string? Location);
}
