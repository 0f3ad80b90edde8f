using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Zaguan.Contracts.Requests;
using Zaguan.Login;

namespace Zaguan.Contracts.Learning;

/// <summary>All requests that an endpoint is asked, in their order. The right password is in the first and the third, and where the user has two names in one more; every other password is made of chance.</summary>
internal sealed class Questions(RequestSketch sketch, string identifier, string password, TrialUser user)
{
    /// <summary>Fields that all requests have and that two questions each are about; more would be asking too much.</summary>
    public const int MostLiterals = 6;

    private const string Letters = "abcdefghijkmnpqrstuvwxyz";

    /// <summary>What stands in examples where the password stood.</summary>
    private const string Hidden = "********";

    public IReadOnlyList<Question> All()
    {
        List<Question> all =
        [
            Login(QuestionKind.RightLogin, "granted", "The right login.", identifier, password, Outcome.Granted),
            Login(QuestionKind.WrongPassword, "wrong-password", "A password of chance.", identifier, Chance(14), Outcome.WrongPassword),
            Login(QuestionKind.RightLogin, "granted-again", "The right login once more.", identifier, password, Outcome.Granted),
            Login(QuestionKind.UnknownUser, "unknown-user", "A user of chance.", Identifiers.Unknown(identifier), Chance(14), Outcome.UnknownUser),
            Login(QuestionKind.UnknownUser, "another-unknown-user", "Another user of chance.", Identifiers.Unknown(identifier), Chance(14), Outcome.UnknownUser),
        ];
        if (OtherName() is { } other)
        {
            all.Add(Login(QuestionKind.OtherName, "other-name", "The same user by the other name.", other, password, Outcome.Granted));
        }

        all.AddRange(BrokenFields());
        if (Identifiers.OfAnotherForm(identifier) is { } misshapen)
        {
            all.Add(Login(QuestionKind.OtherForm, "invalid-form", "An identifier that cannot be one.", misshapen, Chance(14), Outcome.UnknownUser));
        }

        all.AddRange(Bodies());
        all.AddRange(sketch.Literals.Take(MostLiterals).SelectMany(OfLiteral));
        if (!sketch.Method.Equals("GET", StringComparison.OrdinalIgnoreCase))
        {
            all.Add(new(QuestionKind.OtherMethod, "other-method", "Another method.") { Method = "GET", Body = default, Shown = default });
        }

        return all;
    }

    private string? OtherName() => (user.Username, user.Email) switch
    {
        ({ } name, { } email) when Same(name, identifier) && !Same(email, identifier) => email,
        ({ } name, { } email) when Same(email, identifier) && !Same(name, identifier) => name,
        _ => null,
    };

    private IEnumerable<Question> BrokenFields()
    {
        var (who, what) = (Text(Identifiers.Unknown(identifier)), Text(Chance(14)));
        yield return Ask(QuestionKind.BrokenField, "identifier-missing", "Without the identifier.", Fields(null, what));
        yield return Ask(QuestionKind.BrokenField, "password-missing", "Without the password.", Fields(who, null));
        // Something is in it, so that it is no empty body.
        yield return Ask(QuestionKind.BrokenField, "both-missing", "Without identifier and password.", sketch.Literals.Any(l => !l.IsHeader) ? Fields(null, null) : [.. Fields(null, null), (Beside(), Text("x"))]);
        yield return Ask(QuestionKind.BrokenField, "identifier-empty", "With an empty identifier.", Fields(Text(""), what));
        yield return Ask(QuestionKind.BrokenField, "password-empty", "With an empty password.", Fields(who, Text("")));
        yield return Ask(QuestionKind.BrokenField, "both-empty", "With an empty identifier and an empty password.", Fields(Text(""), Text("")));
        if (!sketch.IsForm)
        {
            yield return Ask(QuestionKind.BrokenField, "identifier-number", "With a number for an identifier.", Fields(JsonElement.Parse("12345"), what));
            yield return Ask(QuestionKind.BrokenField, "password-number", "With a number for a password.", Fields(who, JsonElement.Parse("12345")));
        }

        yield return Ask(QuestionKind.UnknownField, "unknown-field", "With a field that nobody knows.", [.. Fields(who, what), (Beside(), Text("x"))]) with { Field = Beside() };
    }

    private IEnumerable<Question> Bodies()
    {
        var headers = sketch.Write(Fields(null, null).Where(f => f.Place.StartsWith(RequestSketch.HeaderPrefix, StringComparison.Ordinal)));
        yield return Raw(QuestionKind.NoBody, "no-body", "Without a body.", "", headers.Headers);
        if (!sketch.IsForm)
        {
            yield return Raw(QuestionKind.EmptyBody, "empty-body", "With an empty object.", "{}", headers.Headers);
            yield return Raw(QuestionKind.Malformed, "malformed", "With what is no JSON.", "{\"", headers.Headers);
            yield return Raw(QuestionKind.Malformed, "malformed-again", "With what is no JSON, once more.", "{\"", headers.Headers);
        }
    }

    private IEnumerable<Question> OfLiteral(SketchField literal)
    {
        var name = string.Concat(literal.Place.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-'));
        var (who, what) = (Text(Identifiers.Unknown(identifier)), Text(Chance(14)));
        yield return Ask(QuestionKind.LiteralMissing, $"{name}-missing", $"Without {literal.Place}.", Fields(who, what).Where(f => !Same(f.Place, literal.Place))) with { Field = literal.Place };
        var other = literal.Value.ValueKind switch
        {
            JsonValueKind.Number => JsonSerializer.SerializeToElement(RandomNumberGenerator.GetInt32(100_000, 1_000_000)),
            JsonValueKind.True => JsonElement.Parse("false"),
            JsonValueKind.False => JsonElement.Parse("true"),
            _ => Text(Chance(12)),
        };
        yield return Ask(QuestionKind.LiteralOther, $"{name}-other", $"With another {literal.Place}.", Fields(who, what).Select(f => Same(f.Place, literal.Place) ? (f.Place, other) : f)) with { Field = literal.Place };
    }

    private Question Login(QuestionKind kind, string name, string about, string who, string what, Outcome outcome) => Ask(kind, name, about, Fields(Text(who), Text(what))) with { Outcome = outcome };

    private Question Ask(QuestionKind kind, string name, string about, IEnumerable<(string Place, JsonElement Value)> fields)
    {
        var all = fields.ToList();
        var (body, headers) = sketch.Write(all);
        var (shown, _) = sketch.Write(all.Select(f => Same(f.Place, sketch.Password.Place) && f.Value.ValueKind == JsonValueKind.String && f.Value.GetString()!.Length > 0 ? (f.Place, Text(Hidden)) : f));
        return new(kind, name, about)
        {
            Method = sketch.Method,
            Body = body,
            ContentType = sketch.ContentType,
            Headers = headers,
            Shown = shown,
            Said = all.Where(f => !Same(f.Place, sketch.Password.Place)).ToDictionary(f => f.Place, f => f.Value, StringComparer.Ordinal),
        };
    }

    private Question Raw(QuestionKind kind, string name, string about, string body, IReadOnlyList<(string Name, string Value)> headers) => new(kind, name, about)
    {
        Method = sketch.Method,
        Body = Encoding.UTF8.GetBytes(body),
        Shown = Encoding.UTF8.GetBytes(body),
        ContentType = sketch.ContentType,
        Headers = headers,
        Said = headers.ToDictionary(h => RequestSketch.HeaderPrefix + h.Name, h => Text(h.Value), StringComparer.Ordinal),
    };

    /// <summary>The request's fields in their order; null: without it.</summary>
    private IEnumerable<(string Place, JsonElement Value)> Fields(JsonElement? who, JsonElement? what)
    {
        foreach (var field in sketch.Fields)
        {
            var value = field.Role switch
            {
                FieldRole.Identifier => who,
                FieldRole.Password => what,
                FieldRole.Directory => JsonElement.Parse("false"),
                FieldRole.Constant or FieldRole.Named => field.Value,
            };
            if (value is { } said)
            {
                yield return (field.Place, said);
            }
        }
    }

    /// <summary>A field that nobody knows, where the identifier lies.</summary>
    private string Beside() => sketch.Identifier.Place.LastIndexOf('.') is >= 0 and var dot ? $"{sketch.Identifier.Place[..dot]}.zaguan" : "zaguan";

    private static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text);

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.Ordinal);

    private static string Chance(int length) => string.Create(CultureInfo.InvariantCulture, $"{RandomNumberGenerator.GetString(Letters, length - 2)}{RandomNumberGenerator.GetInt32(10, 100)}");
}
