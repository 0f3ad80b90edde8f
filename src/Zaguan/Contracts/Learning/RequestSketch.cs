using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Zaguan.Comparison;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;

namespace Zaguan.Contracts.Learning;

/// <summary>One field of a request, as somebody has seen clients send it.</summary>
/// <param name="Place">As contracts write places: "params.user", "header:X-Device".</param>
/// <param name="Value">What clients send there; of identifier and password nothing.</param>
internal sealed record SketchField(FieldRole Role, string Place, JsonElement Value)
{
    public bool IsHeader => Place.StartsWith(RequestSketch.HeaderPrefix, StringComparison.Ordinal);
}

/// <summary>A login request as clients send it, with {identifier} and {password} where those stand, and perhaps {directory}.</summary>
internal sealed partial record RequestSketch(string Method, bool IsForm, string ContentType, IReadOnlyList<SketchField> Fields)
{
    public const string HeaderPrefix = "header:";

    /// <summary>What every request has, whatever it is.</summary>
    private static readonly string[] OfTransport = ["Accept", "Accept-Encoding", "Accept-Language", "Connection", "Content-Length", "Content-Type", "Host", "Origin", "User-Agent"];

    private const string Json = "application/json";
    private const string Form = "application/x-www-form-urlencoded";

    public SketchField Identifier => Fields.First(f => f.Role == FieldRole.Identifier);

    public SketchField Password => Fields.First(f => f.Role == FieldRole.Password);

    /// <summary>What is the same in every request, as far as is known.</summary>
    public IEnumerable<SketchField> Literals => Fields.Where(f => f.Role == FieldRole.Constant);

    /// <summary>A POST of two fields in JSON.</summary>
    public static RequestSketch OfFields(string identifier, string password) => new("POST", false, Json, [new(FieldRole.Identifier, identifier, default), new(FieldRole.Password, password, default)]);

    /// <summary>Of a file: a body alone, or a request with its line and its headers.</summary>
    /// <returns>Null after a problem was added.</returns>
    public static RequestSketch? Read(string file, string text, Problems problems)
    {
        var bytes = Encoding.UTF8.GetBytes(text.Trim());
        return (RequestLine().IsMatch(text) ? new TrialReader(file, problems).ReadRequest(bytes) : new("POST", "/", [], bytes)) is { } request ? Of(file, request, problems) : null;
    }

    /// <returns>Null after a problem was added.</returns>
    public static RequestSketch? Of(string file, TrialRequest request, Problems problems)
    {
        var before = problems.Count;
        var (isForm, contentType, all) = Parts(file, request, problems);
        foreach (var (role, name) in new[] { (FieldRole.Identifier, "{identifier}"), (FieldRole.Password, "{password}") })
        {
            if (problems.Count == before && all.Count(f => f.Role == role) != 1)
            {
                problems.Add(file, $"\"{name}\" stands in the request once, alone in its field: where clients send it.");
            }
        }

        return problems.Count > before ? null : new(request.Method, isForm, contentType, all);
    }

    /// <summary>Of a request that somebody has sent.</summary>
    /// <param name="identifier">The field that says who logs in; null: one that holds a name of the user's, or the first one that is no password.</param>
    /// <param name="password">The field of the password; null: the one that is called so.</param>
    /// <returns>Null after a problem was added.</returns>
    public static RequestSketch? OfExample(string file, TrialRequest request, string? identifier, string? password, TrialUser user, Problems problems)
    {
        var before = problems.Count;
        var (isForm, contentType, all) = Parts(file, request, problems);
        var secret = all.Find(f => password is null ? SecretNames.Has(f.Place) && !f.IsHeader : string.Equals(f.Place, password, StringComparison.Ordinal));
        var texts = all.Where(f => f != secret && f.Value.ValueKind == JsonValueKind.String && !f.IsHeader).ToList();
        var names = new[] { user.Username, user.Email }.Concat(user.Attributes.Values.Select(a => a.Text)).OfType<string>().ToList();
        var who = identifier is not null ? all.Find(f => string.Equals(f.Place, identifier, StringComparison.Ordinal))
            : texts.Find(f => names.Contains(f.Value.GetString()!, StringComparer.OrdinalIgnoreCase)) ?? texts.FirstOrDefault();
        if (problems.Count == before && (secret is null || who is null))
        {
            problems.Add(file, $"Which field holds {(secret is null ? "the password" : "the identifier")} is not known: name both, --fields IDENTIFIER,PASSWORD.{(request.Target.Contains('?', StringComparison.Ordinal) ? " What stands in the address behind the question mark this command does not read: a contract for that is written by hand (\"query:NAME\")." : "")}");
        }

        return problems.Count > before ? null : new(request.Method, isForm, contentType, [.. all.Select(f => f == who ? f with { Role = FieldRole.Identifier } : f == secret ? f with { Role = FieldRole.Password } : f)]);
    }

    /// <summary>What a request says in each of its fields; nothing where it cannot be read.</summary>
    public IReadOnlyDictionary<string, JsonElement> Said(TrialRequest request) =>
        Parts("", request, []).Fields.Where(f => !string.Equals(f.Place, Password.Place, StringComparison.Ordinal)).DistinctBy(f => f.Place, StringComparer.Ordinal).ToDictionary(f => f.Place, f => f.Value, StringComparer.Ordinal);

    private static (bool IsForm, string ContentType, List<SketchField> Fields) Parts(string file, TrialRequest request, Problems problems)
    {
        if (request.Method.Equals("GET", StringComparison.OrdinalIgnoreCase))
        {
            problems.Add(file, "A GET, whose fields stand in the address, is read neither by new nor by learn: they make contracts of requests with a body in JSON or a form. Write it by hand: \"method\": \"GET\", \"from\": \"query\".");
            return (false, Json, []);
        }

        var contentType = request.Headers.FirstOrDefault(h => h.Name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value?.Split(';')[0].Trim() ?? (request.Text.StartsWith('{') ? Json : Form);
        var isForm = contentType.Equals(Form, StringComparison.OrdinalIgnoreCase);
        var fields = isForm ? OfPairs(request.Text) : OfJson(file, request.Text, problems);
        var headers = request.Headers.Where(h => !OfTransport.Contains(h.Name, StringComparer.OrdinalIgnoreCase)).Select(h => FieldOf(HeaderPrefix + h.Name, JsonSerializer.SerializeToElement(h.Value)));
        var all = fields.Concat(headers).ToList();
        if (all.Select(f => Places.ObjectionTo(f.Place)).FirstOrDefault(o => o is not null) is { } objection)
        {
            problems.Add(file, objection);
        }

        if (all.GroupBy(f => f.Place, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { Key: { } twice })
        {
            problems.Add(file, $"The field \"{twice}\" stands in the request twice; keep one of them.");
        }

        return (isForm, contentType, all);
    }

    /// <summary>The body and the headers of a request in which the fields have these values; what has none is left out.</summary>
    public (byte[] Body, IReadOnlyList<(string Name, string Value)> Headers) Write(IEnumerable<(string Place, JsonElement Value)> values)
    {
        var headers = new List<(string, string)>();
        var pairs = new List<string>();
        var body = new JsonObject();
        foreach (var (place, value) in values)
        {
            if (place.StartsWith(HeaderPrefix, StringComparison.Ordinal))
            {
                headers.Add((place[HeaderPrefix.Length..], value.ToString()));
            }
            else if (IsForm)
            {
                pairs.Add($"{Uri.EscapeDataString(NameInForm(place))}={Uri.EscapeDataString(value.ToString())}");
            }
            else
            {
                Put(body, place.Split('.'), value);
            }
        }

        return (Encoding.UTF8.GetBytes(IsForm ? string.Join('&', pairs) : body.ToJsonString(LearnedContract.AsWritten)), headers);
    }

    private static void Put(JsonObject body, ReadOnlySpan<string> path, JsonElement value)
    {
        foreach (var step in path[..^1])
        {
            body[step] ??= new JsonObject();
            body = body[step]!.AsObject();
        }

        body[path[^1]] = JsonNode.Parse(value.GetRawText());
    }

    private static string NameInForm(string place) => place.Split('.') is [var first, .. var rest] ? first + string.Concat(rest.Select(r => $"[{r}]")) : place;

    private static IEnumerable<SketchField> OfPairs(string body) => body.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
    {
        var (name, value) = pair.Split('=', 2) is [var left, var right] ? (left, right) : (pair, "");
        return FieldOf(Decoded(name).Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal), JsonSerializer.SerializeToElement(Decoded(value)));
    });

    private static string Decoded(string written) => Uri.UnescapeDataString(written.Replace('+', ' '));

    private static List<SketchField> OfJson(string file, string body, Problems problems)
    {
        try
        {
            var json = JsonElement.Parse(body);
            if (json.ValueKind == JsonValueKind.Object && OfObject(json, "").ToList() is var fields && fields.TrueForAll(f => f.Value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null)))
            {
                return fields;
            }

            problems.Add(file, "The body of a login is an object of texts, numbers, true, false, and objects of these: no list, and no null.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            problems.Add(file, $"The body is not JSON: {e.Message}");
        }

        return [];
    }

    private static IEnumerable<SketchField> OfObject(JsonElement json, string path) => json.EnumerateObject().SelectMany(m =>
        m.Value.ValueKind == JsonValueKind.Object ? OfObject(m.Value, $"{path}{m.Name}.") : [FieldOf(path + m.Name, m.Value)]);

    private static SketchField FieldOf(string place, JsonElement value) => new(
        value.ValueKind != JsonValueKind.String ? FieldRole.Constant : value.GetString() switch
        {
            "{identifier}" => FieldRole.Identifier,
            "{password}" => FieldRole.Password,
            "{directory}" => FieldRole.Directory,
            _ => FieldRole.Constant,
        },
        place,
        value.Clone());

    [GeneratedRegex(@"^[A-Z]+ /\S*\s*$", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex RequestLine();
}
