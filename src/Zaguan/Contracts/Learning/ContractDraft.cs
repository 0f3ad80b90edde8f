using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Login;
using Zaguan.Reading;

namespace Zaguan.Contracts.Learning;

/// <summary>Requests and answers → a contract, and what could not be told. Every request is read by the contract's own rules, so that the two agree on what is missing.</summary>
/// <param name="identifier">As the user typed it.</param>
/// <param name="endpoint">Where it was asked; of examples only the path is known.</param>
internal sealed class ContractDraft(string name, RequestSketch sketch, Uri endpoint, string identifier, TrialUser user, Notes notes)
{
    /// <summary>What an endpoint may read more kindly than a contract: then it is left aside, and told.</summary>
    private static readonly (InvalidRule Rule, string Words)[] Kindly =
    [
        (InvalidRule.Type, "A number in the place of a text is answered in a way that no contract says together with the rest; it is left aside."),
        (InvalidRule.Empty, "An empty text is answered in a way that no contract says together with the rest; it is left aside."),
    ];

    private readonly AnswerDraft answers = new(notes);
    private readonly IReadOnlyList<Fact> known = Fact.OfUser(user);

    /// <summary>Whether a contract can say such a request at all: to be asked before anybody else is.</summary>
    public bool CanSayRequest(Problems problems) => Compile(FileOf(new RequestDraft(sketch, endpoint.AbsolutePath, identifier, user, new()).Draft([]).File, Placeholders(), null), problems) is not null;

    /// <returns>Null after problems were added.</returns>
    public LearnedContract? Draft(IReadOnlyList<Exchange> exchanges, Problems problems)
    {
        var request = new RequestDraft(sketch, endpoint.AbsolutePath, identifier, user, notes).Draft(exchanges);
        if (Compile(FileOf(request.File, Placeholders(), null), problems) is not { } reader)
        {
            return null;
        }

        var read = exchanges.Where(e => Counts(e, exchanges))
            .Select(e => (Exchange: e, Outcome: OutcomeOf(e, reader, out var invalid), Invalid: invalid)).ToList();
        var granted = read.Where(r => r.Outcome == Outcome.Granted).Select(r => r.Exchange).ToList();
        if (granted.Count == 0)
        {
            problems.Add(name, "There is no answer to a granted login, without which there is no contract.");
            return null;
        }

        var found = GrantedFacts.Of(granted, request.Echoes, notes);
        var heard = granted.Select((e, i) => new Heard(e, FactsOfGranted(e, found, i, request.Echoes))).ToList();
        var drafted = new JsonObject { ["granted"] = Required(heard, "the granted login") };
        List<Heard> invalid = [];
        foreach (var outcome in new[] { Outcome.WrongPassword, Outcome.UnknownUser, Outcome.Invalid, Outcome.Malformed, Outcome.Inactive, Outcome.Locked, Outcome.Throttled, Outcome.Busy, Outcome.Unavailable, Outcome.Failed })
        {
            var those = read.Where(r => r.Outcome == outcome).Select(r => new Heard(r.Exchange, FactsOf(r.Exchange, r.Invalid, request.Echoes, outcome))).ToList();
            if (outcome == Outcome.Invalid)
            {
                invalid = those;
            }

            // Of a request that nobody can read identifier and password are missing: where that is said as of any other, nothing is left to say.
            if (those.Count > 0 && !(outcome == Outcome.Malformed && invalid.Count > 0 && IsSaidBy(drafted["invalid"], [.. invalid, .. those])))
            {
                drafted[RecordReader.SpellingOf(outcome == Outcome.WrongPassword ? AnswerName.Refused : AnswerNames.Of(outcome))] = outcome is Outcome.Invalid or Outcome.Malformed ? Invalid(those) : Required(those, Words(outcome));
            }
        }

        AddOtherMethod(drafted, exchanges);
        var tokens = new TokenDraft(notes);
        var token = tokens.Draft(found, [.. heard.Select(h => h.Facts)]) ?? (Says(drafted["granted"]!, Vocabulary.Token) ? tokens.OfUnseen(Says(drafted["granted"]!, Vocabulary.RefreshToken), isCookie: !Says(drafted["granted"]!["body"], Vocabulary.Token)) : null);
        new Verbatim(notes).Tell(drafted["granted"]!.AsObject(), token, [.. read.Where(r => r.Outcome != Outcome.Granted).Select(r => r.Exchange)]);
        var file = FileOf(request.File, Reduced(drafted), token);
        return Compile(file, problems) is { } contract ? new(file, contract, [.. read.Select(r => (r.Exchange, r.Outcome ?? WhenUnderstood(r.Exchange))), .. Refused(exchanges, contract)]) : null;
    }

    /// <summary>All requests but the right login's say a user of chance.</summary>
    private static Outcome? WhenUnderstood(Exchange exchange) => exchange.Question.Kind == QuestionKind.OtherMethod || exchange.IsWritten ? null : Outcome.UnknownUser;

    /// <summary>The other name, where it is none.</summary>
    private static IEnumerable<(Exchange Exchange, Outcome? Outcome)> Refused(IReadOnlyList<Exchange> exchanges, Contract contract) =>
        exchanges.Where(e => e.Question.Kind == QuestionKind.OtherName && !Counts(e, exchanges)).Select(e => (e, (Outcome?)(Read(e, contract).Refusal ?? Outcome.UnknownUser)));

    /// <summary>The other name may have been refused; and where no body is not an empty one, a contract says the empty one's answer.</summary>
    private static bool Counts(Exchange exchange, IReadOnlyList<Exchange> all)
    {
        var other = exchange.Question.Kind switch
        {
            QuestionKind.NoBody => all.FirstOrDefault(e => e.Question.Kind == QuestionKind.EmptyBody),
            QuestionKind.OtherName => all.FirstOrDefault(e => e.Question.Kind == QuestionKind.RightLogin),
            _ => null,
        };
        return other is null || (exchange.Question.Kind == QuestionKind.NoBody ? Alike.Are(exchange, other) : Alike.HaveOneShape(exchange, other));
    }

    private static bool Says(JsonNode? drafted, string name) => drafted?.ToJsonString().Contains($"{{{name}", StringComparison.Ordinal) == true;

    /// <summary>What becomes of a login: as an example states it, else by the contract's rules, else by what the question was; null: it is none.</summary>
    private Outcome? OutcomeOf(Exchange exchange, Contract reader, out IReadOnlyList<InvalidField> invalid)
    {
        invalid = [];
        var question = exchange.Question;
        if (question.Kind == QuestionKind.OtherMethod)
        {
            return null;
        }

        var decoded = Read(exchange, reader);
        if (question.IsOutcomeStated && question.Outcome != decoded.Refusal && (decoded.Refusal is not null || question.Outcome is Outcome.Malformed or Outcome.Invalid))
        {
            notes.Add($"The example {question.Name} states the outcome {question.Outcome}, and its request is {(decoded.Refusal is { } read ? $"read as {read} ({string.Join(", ", decoded.Invalid.Select(f => $"{f.Field}: {RecordReader.SpellingOf(f.Rule)}"))})" : "understood")}: its answer stands under {RecordReader.SpellingOf(AnswerNames.Of(question.Outcome))}, as it states. Look at the request.");
            invalid = question.Outcome is Outcome.Malformed or Outcome.Invalid ? decoded.Invalid : [];
            return question.Outcome;
        }

        invalid = decoded.Invalid;
        return decoded.Refusal ?? (question.Kind is QuestionKind.Example or QuestionKind.RightLogin or QuestionKind.WrongPassword or QuestionKind.OtherName ? question.Outcome
            : question.Kind is QuestionKind.UnknownUser or QuestionKind.LiteralOther or QuestionKind.LiteralMissing ? Outcome.UnknownUser
            : null);
    }

    private static DecodedRequest Read(Exchange exchange, Contract reader)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, value) in exchange.Question.Headers)
        {
            headers.Append(name, value);
        }

        var decoded = reader.Decoder.Decode(new RequestInput { Body = exchange.Question.Body.Span, ContentType = exchange.Question.ContentType, Headers = headers });
        decoded.Password?.Dispose();
        return decoded;
    }

    private Facts FactsOfGranted(Exchange exchange, GrantedFacts found, int i, IReadOnlyList<Echo> echoes)
    {
        var brought = new List<Fact>();
        if (found.Tokens[i] is { } token)
        {
            brought.Add(Fact.Of(Vocabulary.Token, token, "token"));
        }

        if (found.RefreshTokens[i] is { } refresh)
        {
            brought.Add(Fact.Of(Vocabulary.RefreshToken, refresh, "refresh"));
        }

        if (found.AccessIds[i] is { } record)
        {
            brought.Add(Fact.Of("access.id", record, "access", "acceso", "log"));
        }

        return FactsOf(exchange, [], echoes, Outcome.Granted) with { Known = [.. brought, .. Stand.Ins, .. known, Origin], ExpiresAt = found.Ends[i], Lifetime = found.Lifetime, HasUser = true };
    }

    private Facts FactsOf(Exchange exchange, IReadOnlyList<InvalidField> invalid, IReadOnlyList<Echo> echoes, Outcome outcome)
    {
        // What another user of chance was called stands in no answer for another reason.
        List<Fact> said = exchange.Question.Said.TryGetValue(sketch.Identifier.Place, out var typed) && typed.ValueKind == JsonValueKind.String && typed.GetString()!.Length > 2 && invalid.Count == 0 && !(exchange.IsWritten && Wildcards.AreInValue(typed.GetString()!))
            ? [new("request.identifier", typed, "\0")]
            : [];
        return new Facts
        {
            Known = [.. said, .. Stand.Ins.Where(s => s.Name is not (Vocabulary.Token or Vocabulary.RefreshToken or "access.id")), .. outcome == Outcome.Inactive ? known : [], Origin],
            At = exchange.At,
            IsWritten = exchange.IsWritten,
            Echoes = echoes,
            Said = exchange.Question.Kind == QuestionKind.Malformed ? exchange.Question.Said.Where(s => s.Key.StartsWith(RequestSketch.HeaderPrefix, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal) : exchange.Question.Said,
        }.WithInvalid(invalid);
    }

    /// <summary>There are answers that link to themselves.</summary>
    private Fact Origin => Fact.Of(Vocabulary.Origin, endpoint.GetLeftPart(UriPartial.Authority), "origin");

    private bool IsSaidBy(JsonNode? answer, List<Heard> all) => answers.Draft(all) is { } said && JsonNode.DeepEquals(said, answer);

    private JsonNode Required(List<Heard> heard, string what)
    {
        if (answers.Draft(heard) is { } answer)
        {
            return answer;
        }

        notes.Add($"The answers to {what} differ in what nothing is known of; the file has the first.");
        return answers.Draft([heard[0]])!;
    }

    private JsonNode Invalid(List<Heard> heard)
    {
        for (var i = 0; i <= Kindly.Length; i++)
        {
            if (heard.Count > 0 && answers.Draft(heard) is { } answer)
            {
                return answer;
            }

            if (i < Kindly.Length && heard.RemoveAll(h => h.Facts.Invalid.Any(f => f.Rule == Kindly[i].Rule)) > 0)
            {
                notes.Add(Kindly[i].Words);
            }
        }

        return Required(heard, "requests that lack a field");
    }

    /// <summary>Without what another answer stands in for.</summary>
    private JsonObject Reduced(JsonObject drafted)
    {
        if (!drafted.ContainsKey("refused"))
        {
            notes.Add("No answer to a wrong password is known: the file says status 401 without a body.");
            drafted["refused"] = new JsonObject { ["status"] = 401 };
        }

        if (!drafted.ContainsKey("failed"))
        {
            notes.Add("failed: nobody can bring it about from outside that the server fails. The file says status 500 without a body; write what the old system's documentation says.");
            drafted["failed"] = new JsonObject { ["status"] = 500 };
        }

        foreach (var own in AnswerNames.All.Reverse().Where(n => drafted.ContainsKey(RecordReader.SpellingOf(n))))
        {
            var stand = AnswerNames.Fallback(own);
            while (stand is { } other && !drafted.ContainsKey(RecordReader.SpellingOf(other)))
            {
                stand = AnswerNames.Fallback(other);
            }

            if (stand is { } found && JsonNode.DeepEquals(drafted[RecordReader.SpellingOf(own)], drafted[RecordReader.SpellingOf(found)]))
            {
                drafted.Remove(RecordReader.SpellingOf(own));
            }
        }

        return drafted;
    }

    private void AddOtherMethod(JsonObject drafted, IReadOnlyList<Exchange> exchanges)
    {
        if (exchanges.FirstOrDefault(e => e.Question.Kind == QuestionKind.OtherMethod) is not { } other || other is { Reply.Status: 405, Text.Length: 0 })
        {
            return;
        }

        if (other is { Json: not null, Reply.Status: not (404 or 205 or 304) } && answers.Draft([new(other, new() { Known = [], At = other.At })]) is { } answer)
        {
            drafted["wrongMethod"] = answer;
        }
        else
        {
            notes.Add($"Another method is answered {other.Reply.Status}, with a page; the file leaves it to Zaguan (405).");
        }
    }

    private JsonObject FileOf(JsonObject request, JsonObject written, JsonObject? token)
    {
        var file = new JsonObject { ["$schema"] = "./contract.schema.json", ["title"] = name, ["request"] = request.DeepClone(), ["answers"] = written };
        if (token is not null)
        {
            file["token"] = token;
        }

        return file;
    }

    private static JsonObject Placeholders() => new() { ["granted"] = new JsonObject(), ["refused"] = new JsonObject { ["status"] = 401 }, ["failed"] = new JsonObject { ["status"] = 500 } };

    private Contract? Compile(JsonObject file, Problems problems) => ContractCompiler.Compile(name, $"{name}.json", Encoding.UTF8.GetBytes(LearnedContract.TextOf(file)), problems);

    private static string Words(Outcome outcome) => $"the outcome {RecordReader.SpellingOf(outcome)}";
}
