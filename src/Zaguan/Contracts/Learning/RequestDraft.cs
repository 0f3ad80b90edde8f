using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zaguan.Contracts.Requests;
using Zaguan.Login;
using Zaguan.Reading;

namespace Zaguan.Contracts.Learning;

/// <summary>What a contract says of its request, and where answers say it back.</summary>
internal sealed record DraftedRequest(JsonObject File, IReadOnlyList<Echo> Echoes);

/// <summary>A sketch of a request, and what answers told about its fields → what a contract says of its request.</summary>
internal sealed class RequestDraft(RequestSketch sketch, string path, string identifier, TrialUser user, Notes notes)
{
    private static readonly string[] TakenNames = ["identifier", "origin", "address"];

    private readonly JsonObject fields = [];
    private readonly JsonObject constants = [];
    private readonly List<Echo> echoes = [];

    public DraftedRequest Draft(IReadOnlyList<Exchange> exchanges)
    {
        var nobody = exchanges.FirstOrDefault(e => e.Question.Kind == QuestionKind.UnknownUser);
        foreach (var literal in sketch.Literals)
        {
            echoes.AddRange(exchanges.Any(e => e.IsWritten) ? EchoesWritten(literal, exchanges) : EchoesOf(literal, nobody, exchanges));
        }

        foreach (var literal in sketch.Literals)
        {
            Judge(literal, nobody, exchanges);
        }

        var request = new JsonObject { ["method"] = sketch.Method, ["path"] = path, ["from"] = sketch.IsForm ? "form" : "json" };
        if (!sketch.IsForm && !sketch.ContentType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            request["contentTypes"] = sketch.ContentType;
        }

        // {invalid} has the fields in the order in which they stand here.
        foreach (var field in sketch.Fields)
        {
            switch (field.Role)
            {
                case FieldRole.Identifier:
                    request["identifier"] = Identifier(nobody, exchanges);
                    AddMeaning(request, exchanges);
                    break;
                case FieldRole.Password:
                    request["password"] = field.Place;
                    break;
                case FieldRole.Directory:
                    request["directory"] = field.Place;
                    break;
                case FieldRole.Constant or FieldRole.Named:
                    AddOnce(request, "constants", constants);
                    AddOnce(request, "fields", fields);
                    break;
            }
        }

        if (nobody is not null && exchanges.FirstOrDefault(e => e.Question.Kind == QuestionKind.UnknownField) is { } unknown && !Alike.Are(nobody, unknown, echoes))
        {
            request["strict"] = true;
        }

        if (EmptyIsInvalid(exchanges))
        {
            request["empty"] = "invalid";
        }

        return new(request, echoes);
    }

    private static void AddOnce(JsonObject request, string name, JsonObject members)
    {
        if (members.Count > 0 && !request.ContainsKey(name))
        {
            request[name] = members;
        }
    }

    /// <summary>Where an answer has the literal, and the one to another literal that one.</summary>
    private static IEnumerable<Echo> EchoesOf(SketchField literal, Exchange? nobody, IReadOnlyList<Exchange> exchanges)
    {
        if (nobody is null || About(QuestionKind.LiteralOther, literal, exchanges) is not { } other || literal.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
        {
            yield break;
        }

        var (said, said2) = (literal.Value.ToString(), other.Question.Said[literal.Place].ToString());
        var first = nobody.Values.DistinctBy(v => v.At, StringComparer.Ordinal).ToDictionary(v => v.At, v => v.Value.ToString(), StringComparer.Ordinal);
        foreach (var (at, _, _) in other.Values.Where(v => string.Equals(v.Value.ToString(), said2, StringComparison.Ordinal) && string.Equals(first.GetValueOrDefault(v.At), said, StringComparison.Ordinal)))
        {
            var absent = About(QuestionKind.LiteralMissing, literal, exchanges)?.Values.FirstOrDefault(v => string.Equals(v.At, at, StringComparison.Ordinal)).Value;
            var made = absent is { ValueKind: JsonValueKind.String } text ? Candidates.MadeOf(text.GetString()!) : null;
            yield return new(at, literal.Place, $"{{{Vocabulary.RequestPrefix}{NameOf(literal.Place)}{(made is null ? "" : $"|else:{made}")}}}");
        }
    }

    /// <summary>Where every example's answer has what its request said, and that is not the same in all.</summary>
    private static IEnumerable<Echo> EchoesWritten(SketchField literal, IReadOnlyList<Exchange> exchanges)
    {
        var saying = exchanges.Where(e => e.Question.Said.TryGetValue(literal.Place, out var said) && said.ValueKind is JsonValueKind.String or JsonValueKind.Number)
            .Select(e => (Said: e.Question.Said[literal.Place], Values: e.Values.DistinctBy(v => v.At, StringComparer.Ordinal).ToDictionary(v => v.At, v => v.Value, StringComparer.Ordinal))).ToList();
        foreach (var at in saying.SelectMany(s => s.Values.Keys).Distinct(StringComparer.Ordinal))
        {
            var here = saying.Where(s => s.Values.ContainsKey(at)).ToList();
            if (here.TrueForAll(s => JsonElement.DeepEquals(s.Said, s.Values[at])) && here.Select(s => s.Said.GetRawText()).Distinct(StringComparer.Ordinal).Count() > 1)
            {
                yield return new(at, literal.Place, $"{{{Vocabulary.RequestPrefix}{NameOf(literal.Place)}}}");
            }
        }
    }

    private void Judge(SketchField literal, Exchange? nobody, IReadOnlyList<Exchange> exchanges)
    {
        var isEcho = echoes.Exists(e => string.Equals(e.Field, literal.Place, StringComparison.Ordinal));
        if (nobody is null || About(QuestionKind.LiteralMissing, literal, exchanges) is not { } missing || About(QuestionKind.LiteralOther, literal, exchanges) is not { } other)
        {
            JudgeUnasked(literal, isEcho, exchanges);
            return;
        }

        var (isOptional, isFree) = (Alike.Are(nobody, missing, echoes), Alike.Are(nobody, other, echoes));
        if (isOptional && isFree && !isEcho)
        {
            notes.Add($"{literal.Place} changes nothing in the answers to logins that fail: the file does not name it. With the right password it was not varied: whether it changes the granted answer (a longer session, another cookie), nobody asked.");
        }
        else if (isFree)
        {
            AddField(literal, isOptional, isEcho && !literal.IsHeader ? "any" : TypeOf(literal.Value));
        }
        else
        {
            constants[isOptional ? literal.Place + "?" : literal.Place] = JsonNode.Parse(literal.Value.GetRawText());
        }
    }

    /// <summary>Of what examples show, and of what there were too many of to ask about.</summary>
    private void JudgeUnasked(SketchField literal, bool isEcho, IReadOnlyList<Exchange> exchanges)
    {
        if (literal.IsHeader && !isEcho)
        {
            return;
        }

        var understood = exchanges.Where(e => e.Question is { IsOutcomeStated: true, Outcome: not (Outcome.Malformed or Outcome.Invalid) }).ToList();
        var said = understood.Select(e => (e.Question.Said.TryGetValue(literal.Place, out var value), value)).Where(s => s.Item1).Select(s => s.value).ToList();
        var isOptional = said.Count < understood.Count;
        if (!isEcho && said.Append(literal.Value).Any(v => v.ValueKind == JsonValueKind.String && Wildcards.AreInValue(v.GetString()!)))
        {
            notes.Add($"{literal.Place} of the request is {literal.Value.GetRawText()} in the examples, and nothing that is known: the file does not name it.");
        }
        else if (isEcho)
        {
            AddField(literal, isOptional, literal.IsHeader ? "text" : "any");
        }
        else if (said.Select(v => v.GetRawText()).Distinct(StringComparer.Ordinal).ToList() is { Count: > 1 } different)
        {
            notes.Add($"{literal.Place} of the request is {different[0]} in one example and {different[1]} in another, and both are understood: the file asks for no value.");
            AddField(literal, isOptional, said.Select(TypeOf).Distinct(StringComparer.Ordinal).Count() > 1 ? "any" : TypeOf(literal.Value));
        }
        else
        {
            var back = exchanges.SelectMany(e => e.Values).FirstOrDefault(v => v.At.StartsWith('/') && JsonElement.DeepEquals(v.Value, literal.Value)).At;
            notes.Add($"Whether {literal.Place} {(isOptional ? "" : "is needed, and ")}needs the value {literal.Value.GetRawText()}, was not asked: the file says so{(back is null ? "" : $", although answers have that value too, at {back}: if clients choose it, give an example with another one")}.");
            constants[isOptional ? literal.Place + "?" : literal.Place] = JsonNode.Parse(literal.Value.GetRawText());
        }
    }

    private void AddField(SketchField literal, bool isOptional, string type) =>
        fields[NameOf(literal.Place)] = new JsonObject { ["in"] = literal.Place, ["required"] = !isOptional, ["type"] = type };

    private static string TypeOf(JsonElement value) => value.ValueKind switch { JsonValueKind.Number => "number", JsonValueKind.True or JsonValueKind.False => "flag", _ => "text" };

    private JsonNode Identifier(Exchange? nobody, IReadOnlyList<Exchange> exchanges)
    {
        var place = sketch.Identifier.Place;
        var other = exchanges.FirstOrDefault(e => e.Question.Kind == QuestionKind.OtherForm);
        var format = nobody is not null && other is not null && !Alike.Are(nobody, other, echoes) ? Identifiers.FormatOf(identifier) : null;
        var normalise = AttributeOf() is { IsNormalised: true };
        if (format is null && !normalise)
        {
            return place;
        }

        var written = new JsonObject { ["in"] = place };
        if (normalise)
        {
            written["normalise"] = RecordReader.SpellingOf(Normalisation.Digits);
        }

        if (format is { } known)
        {
            written["format"] = RecordReader.SpellingOf(known);
        }

        return written;
    }

    private void AddMeaning(JsonObject request, IReadOnlyList<Exchange> exchanges)
    {
        var granted = exchanges.FirstOrDefault(e => e.Question.Kind == QuestionKind.RightLogin);
        if (granted is not null && exchanges.FirstOrDefault(e => e.Question.Kind == QuestionKind.OtherName) is { } other && Alike.HaveOneShape(granted, other))
        {
            request["identifies"] = "either";
        }
        else if (Is(user.Email))
        {
            request["identifies"] = "email";
        }
        else if (!Is(user.Username) && AttributeOf() is { } attribute)
        {
            request["identifies"] = "attribute";
            request["attribute"] = attribute.Name;
        }
        else if (!Is(user.Username))
        {
            notes.Add("What of the user the identifier is, is not known: the file says the user name. Give the user file a \"username\", an \"email\" or an attribute with that value.");
        }
    }

    private (string Name, bool IsNormalised)? AttributeOf()
    {
        foreach (var (name, node) in user.Attributes.Where(a => a.Value.Kind is NodeKind.Text or NodeKind.Number))
        {
            if (Is(node.Text) || (node.Text.Length > 0 && string.Equals(node.Text, FieldFormats.Normalise(Normalisation.Digits, identifier), StringComparison.Ordinal)))
            {
                return (name, !Is(node.Text));
            }
        }

        return null;
    }

    private bool Is(string? known) => string.Equals(known, identifier, StringComparison.OrdinalIgnoreCase);

    private bool EmptyIsInvalid(IReadOnlyList<Exchange> exchanges)
    {
        var (none, empty) = (Of(QuestionKind.NoBody), Of(QuestionKind.EmptyBody));
        if (none is not null && empty is not null && !Alike.Are(none, empty))
        {
            notes.Add("No body and an empty object are answered differently, and the file has the answer to the empty object alone. Where that is \"invalid\" and no body is \"malformed\", write \"empty\": \"object\".");
        }

        if ((empty ?? none)?.Question.Outcome is { } told && told is Outcome.Invalid or Outcome.Malformed)
        {
            return told == Outcome.Invalid;
        }

        return (empty ?? none) is { } asked && (Of(QuestionKind.Malformed) is { } malformed
            ? !Alike.Are(asked, malformed)
            : exchanges.FirstOrDefault(e => e.Question.Name is "both-missing") is { } both && Alike.Are(asked, both));

        Exchange? Of(QuestionKind kind) => exchanges.FirstOrDefault(e => e.Question.Kind == kind);
    }

    private static Exchange? About(QuestionKind kind, SketchField field, IReadOnlyList<Exchange> exchanges) =>
        exchanges.FirstOrDefault(e => e.Question.Kind == kind && string.Equals(e.Question.Field, field.Place, StringComparison.Ordinal));

    /// <summary>"header:x-correlation-id" is called correlationId.</summary>
    private static string NameOf(string place)
    {
        var words = place.Split(':')[^1].Split('.')[^1].Split('-', '_').Where(w => w.Length > 0 && w is not ("x" or "X")).Select(w => string.Concat(w.Where(char.IsAsciiLetterOrDigit))).Where(w => w.Length > 0).ToList();
        var name = string.Concat(words.Select((w, i) => (i == 0 ? char.ToLower(w[0], CultureInfo.InvariantCulture) : char.ToUpper(w[0], CultureInfo.InvariantCulture)) + w[1..]));
        name = name.Length == 0 || !char.IsAsciiLetterLower(name[0]) ? $"field{name}" : name;
        return TakenNames.Contains(name, StringComparer.Ordinal) ? $"{name}Said" : name[..Math.Min(32, name.Length)];
    }
}
