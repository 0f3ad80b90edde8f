using System.Text.Json;
using System.Text.RegularExpressions;
using Zaguan.Reading;

namespace Zaguan.Contracts.Requests;

/// <summary>What an author writes of a request → <see cref="RequestRules"/>, or every problem with it.</summary>
internal sealed partial class RequestCompiler(Problems problems)
{
    /// <summary>Names that {request.…} has already.</summary>
    private static readonly string[] OwnNames = ["identifier", "origin", "address"];

    /// <summary>In characters: what is said back is short.</summary>
    private const int LongestNamed = 256;

    /// <summary>More than any login has.</summary>
    private const int MostFields = 64;

    private readonly List<(FieldRule Rule, SourceNode At)> rules = [];

    /// <returns>Null: its parts are not there, which was told.</returns>
    public RequestRules? Compile(RequestFile? request)
    {
        if (request?.Node is not { Kind: NodeKind.Object } node)
        {
            return null;
        }

        // In the order in which they are written: {invalid} lists them so.
        foreach (var member in node.Members)
        {
            Add(member, request);
        }

        CheckPlaces(request);
        CheckSource(request, node);
        if (rules.All(r => r.Rule.Role != FieldRole.Identifier) || rules.All(r => r.Rule.Role != FieldRole.Password))
        {
            return null;
        }

        var fields = rules.Select((r, i) => r.Rule with { Index = i }).ToList();
        return new()
        {
            Fields = fields,
            From = request.From,
            ContentTypes = request.ContentTypes,
            Strict = request.Strict,
            Empty = request.Empty,
            Directory = fields.Find(f => f.Role == FieldRole.Directory),
        };
    }

    private void Add(SourceMember member, RequestFile request)
    {
        switch (member.Name)
        {
            case "identifier" when request.Identifier is { In.Count: > 0 } identifier:
                Add(new(FieldRole.Identifier, "identifier", 0, PlacesOf(identifier.In)) { Normalise = identifier.Normalise, Format = identifier.Format, Pattern = CompilePattern(identifier.Pattern, identifier.Node!), Least = identifier.Least ?? 0, Most = identifier.Most ?? int.MaxValue }, member.Value);
                break;
            case "password" when request.Password is { In.Count: > 0 } password:
                Add(new(FieldRole.Password, "", 0, PlacesOf(password.In)) { Least = password.Least ?? 0, Most = password.Most ?? int.MaxValue }, member.Value);
                break;
            case "directory" when request.Directory is { } directory:
                Add(new(FieldRole.Directory, "", 0, PlacesOf([directory])), member.Value);
                break;
            case "fields":
                foreach (var (name, field) in request.Fields)
                {
                    AddNamed(name, field, member.Value.At(name));
                }

                break;
            case "constants":
                foreach (var (name, value) in request.Constants)
                {
                    AddConstant(name, value);
                }

                break;
        }
    }

    private void Add(FieldRule rule, SourceNode at)
    {
        if (rule.Least > rule.Most)
        {
            problems.Add(at.At("least"), $"No text has at least {rule.Least} characters and at most {rule.Most}.");
        }

        if (rule is { Role: FieldRole.Identifier or FieldRole.Password or FieldRole.Directory } && rule.Places.Any(p => p.Kind == PlaceKind.Basic))
        {
            problems.Add(at, "\"basic:user\" and \"basic:password\" are a client's, beside those of who logs in: of constants and \"fields\". Where a user's own stand in the Authorization header, it is \"from\": \"basic\".");
        }

        rules.Add((rule, at));
    }

    private void AddNamed(string name, FieldFile field, SourceNode at)
    {
        if (!FieldName().IsMatch(name) || OwnNames.Contains(name, StringComparer.Ordinal))
        {
            problems.Add(at, $"A field of the request is called by letters and digits, the first one small, and not {string.Join(", ", OwnNames[..^1])} or {OwnNames[^1]}; not \"{name}\".");
        }

        if (field.Type != FieldType.Text && (field.Format is not null || field.Pattern is not null))
        {
            problems.Add(at, "Only a text has a format or a pattern.");
        }

        if (field is { Least: not null, Type: FieldType.Number or FieldType.Flag })
        {
            problems.Add(at.At("least"), "Only a text has a length; leave \"least\" out.");
        }

        if (field.In is { Count: > 0 } places)
        {
            Add(new(FieldRole.Named, name, 0, PlacesOf(places)) { Required = field.Required, Type = field.Type, Format = field.Format, Pattern = CompilePattern(field.Pattern, at), Least = field.Least ?? 0, Most = field.Most ?? LongestNamed }, at);
        }
    }

    private void AddConstant(string name, SourceNode value)
    {
        var isOptional = name.EndsWith('?');
        var place = isOptional ? name[..^1] : name;
        if (Places.ObjectionTo(place) is { } objection)
        {
            problems.Add(value, objection);
        }
        else if (value.Kind is NodeKind.Object or NodeKind.List or NodeKind.Null)
        {
            problems.Add(value, $"What a field must be is a text, a number, true or false, not {value.KindInWords}.");
        }
        else if (FieldPlace.Of(place) is { Kind: PlaceKind.Basic, IsSecret: false } && value.Text.Contains(':', StringComparison.Ordinal))
        {
            problems.Add(value, "A name in Basic credentials has no colon in it (RFC 7617 §2): this could never be sent.");
        }
        else
        {
            var json = value.Kind == NodeKind.Text ? JsonSerializer.Serialize(value.Text) : value.Text;
            Add(new(FieldRole.Constant, "", 0, PlacesOf([place])) { Required = !isOptional, Constant = JsonElement.Parse(json) }, value);
        }
    }

    private static IReadOnlyList<FieldPlace> PlacesOf(IReadOnlyList<string> written) => [.. written.Select(FieldPlace.Of)];

    private Regex? CompilePattern(string? pattern, SourceNode at)
    {
        if (pattern is null)
        {
            return null;
        }

        try
        {
            // Takes a time that grows with the text and with nothing else.
            return new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            problems.Add(at.At("pattern"), "This is no regular expression that can be used here: without look-around, back-references and atomic groups.");
            return null;
        }
    }

    /// <summary>No place is two fields', and none lies in another.</summary>
    private void CheckPlaces(RequestFile request)
    {
        var isQuery = request.From.Contains(RequestSource.Query);
        if (rules.Count > MostFields)
        {
            problems.Add(rules[^1].At, $"These are {rules.Count} fields; at most {MostFields}.");
        }

        var seen = new List<(FieldRule Rule, FieldPlace Place)>();
        foreach (var (rule, at) in rules)
        {
            foreach (var place in rule.Places)
            {
                if (place.Kind == PlaceKind.Header && ObjectionToHeader(place.Path[0]) is { } objection)
                {
                    problems.Add(at, objection);
                }

                // What is "p" in a query is "query:p" too. One field may stand in both: in a body, or else in the query.
                if (seen.Find(s => (s.Place.Kind == place.Kind || (isQuery && !ReferenceEquals(s.Rule, rule) && s.Place.Kind is PlaceKind.Source or PlaceKind.Query && place.Kind is PlaceKind.Source or PlaceKind.Query)) && Overlap(s.Place.Path, place.Path)) is { Rule: { } earlier, Place: { } taken })
                {
                    problems.Add(at, taken.Path.Count == place.Path.Count ? $"The field \"{taken.Written}\" is already {InWords(earlier)}." : $"\"{taken.Written}\" and \"{place.Written}\" lie in each other; a field is a value or an object of fields.");
                }

                seen.Add((rule, place));
            }
        }
    }

    private static string? ObjectionToHeader(string header)
    {
        if (header.Equals("Authorization", StringComparison.OrdinalIgnoreCase) || header.Equals("Cookie", StringComparison.OrdinalIgnoreCase))
        {
            return $"The header {header} holds credentials; \"from\": \"basic\" reads those of the Basic scheme, or \"basic:user\" and \"basic:password\" where they are the client's.";
        }

        return HandedOnHeaders.IsOfOneConnection(header) || !HandedOnHeaders.IsSaidThere(header)
            ? $"The header {header} is the connection's, or says where a request comes from; no field stands in it."
            : null;
    }

    private static bool Overlap(IReadOnlyList<string> one, IReadOnlyList<string> other) => one.Zip(other).All(s => string.Equals(s.First, s.Second, StringComparison.OrdinalIgnoreCase));

    private static string InWords(FieldRule rule) => rule.Role switch
    {
        FieldRole.Identifier => "the identifier",
        FieldRole.Password => "the password",
        FieldRole.Directory => "the directory",
        FieldRole.Named => $"{{request.{rule.Name}}}",
        FieldRole.Constant => "a constant",
    };

    private void CheckSource(RequestFile request, SourceNode node)
    {
        if (request.From.Distinct().Count() != request.From.Count)
        {
            problems.Add(node.At("from"), "Each source is named once.");
        }

        if (request.Method == RequestMethod.Get && request.From.Any(f => f is RequestSource.Json or RequestSource.Form or RequestSource.Multipart))
        {
            problems.Add(node.At("method"), "A GET has no body; its fields stand in the query, in headers or in Basic credentials.");
        }

        if (request.ContentTypes is not null && !request.From.Any(f => f is RequestSource.Json or RequestSource.Form))
        {
            problems.Add(node.At("contentTypes"), "Only a body in JSON or a form has another content type.");
        }
        else if (request.ContentTypes is not null && request.From.Contains(RequestSource.Json) && request.From.Contains(RequestSource.Form))
        {
            problems.Add(node.At("contentTypes"), "Where a body may be JSON or a form its content type tells which; leave \"contentTypes\" out.");
        }

        if (request.Empty == EmptyBody.Object && !request.From.Contains(RequestSource.Json))
        {
            problems.Add(node.At("empty"), "Only a body in JSON is an empty object; \"malformed\" or \"invalid\".");
        }

        if (request.From.Contains(RequestSource.Basic) && rules.Find(r => r.Rule.Places.Any(p => p.Kind == PlaceKind.Basic)) is { At: { } beside })
        {
            problems.Add(beside, "\"from\": \"basic\" reads identifier and password there; a client's credentials cannot stand there too.");
        }

        if (request.Strict && request.From.Contains(RequestSource.Basic))
        {
            problems.Add(node.At("strict"), "Basic credentials have no fields that could be unknown; leave \"strict\" out.");
        }

        if (request.Identifies == Identifies.Attribute != request.Attribute is not null)
        {
            problems.Add(node.At(request.Attribute is null ? "identifies" : "attribute"), request.Attribute is null ? "Which attribute the identifier is, \"attribute\" says: { \"identifies\": \"attribute\", \"attribute\": \"cpf\" }." : "\"attribute\" belongs to \"identifies\": \"attribute\".");
        }
    }

    [GeneratedRegex(@"^[a-z][A-Za-z0-9]{0,31}\z", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex FieldName();
}
