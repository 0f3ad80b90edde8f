using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Zaguan.Reading;

namespace Zaguan.Admin.Api;

/// <summary>How bodies are read and answers written. Strict: what is not known, or stands there twice, is refused.</summary>
internal static class ApiJson
{
    /// <summary>Told at once; whoever has more has misunderstood the route.</summary>
    public const int MostFaults = 20;

    /// <summary>No body has a list of lists.</summary>
    private const int Deepest = 8;

    private const int LongestName = 64;

    public static readonly JsonSerializerOptions Options = Make();

    /// <summary>The body, or everything that is wrong with it.</summary>
    public static async Task<(T? Body, ApiProblem? Problem)> ReadAsync<T>(HttpRequest request)
        where T : class
    {
        if (!request.HasJsonContentType())
        {
            return (null, ApiProblem.Of(StatusCodes.Status415UnsupportedMediaType, "Send the body as JSON: \"Content-Type: application/json\". Nothing was changed."));
        }

        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, new() { MaxDepth = Deepest, AllowDuplicateProperties = false }, request.HttpContext.RequestAborted);
            var faults = Faults(document.RootElement, Options.GetTypeInfo(typeof(T))).Take(MostFaults).ToList();
            return faults.Count == 0
                ? (document.RootElement.Deserialize<T>(Options), null)
                : (null, ApiProblem.Of(StatusCodes.Status400BadRequest, "The body cannot be understood and nothing was changed; \"errors\" says what is wrong.", faults));
        }
        catch (JsonException e)
        {
            return (null, ApiProblem.Of(StatusCodes.Status400BadRequest, e.LineNumber is { } line
                ? FormattableString.Invariant($"The body is no JSON: line {line + 1}, byte {e.BytePositionInLine + 1}. Nothing was changed.")
                : "The body is no JSON that can be understood: it says something twice, say. Nothing was changed."));
        }
        catch (InvalidOperationException)
        {
            // A text that is no UTF-8.
            return (null, ApiProblem.Of(StatusCodes.Status400BadRequest, "The body holds a text that is no UTF-8. Nothing was changed."));
        }
    }

    private static IEnumerable<ApiFault> Faults(JsonElement body, JsonTypeInfo type)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            yield return new("Here belongs an object.", Pointer: "#");
            yield break;
        }

        var known = type.Properties.ToDictionary(p => p.Name, StringComparer.Ordinal);
        var sent = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in body.EnumerateObject())
        {
            sent.Add(member.Name);
            if (!known.TryGetValue(member.Name, out var property))
            {
                yield return ApiFault.At(member.Name, $"There is no such field here.{(member.Name.Length > LongestName ? "" : Nearest.Suggestion(member.Name, known.Keys))}");
            }
            else if (!Fits(member.Value, property))
            {
                yield return ApiFault.At(member.Name, $"Here belongs {InWords(property.PropertyType)}{(property.IsSetNullable ? ", or null" : "")}.");
            }
        }

        foreach (var missing in type.Properties.Where(p => p.IsRequired && !sent.Contains(p.Name)))
        {
            yield return ApiFault.At(missing.Name, $"It is missing: {InWords(missing.PropertyType)}.");
        }
    }

    private static bool Fits(JsonElement value, JsonPropertyInfo property)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return property.IsSetNullable;
        }

        if ((Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) is { IsEnum: true } choices)
        {
            // The serializer would take "auditor, operator" too, and add the two up.
            return value.ValueKind == JsonValueKind.String && Spellings(choices).Contains(value.GetString(), StringComparer.Ordinal);
        }

        try
        {
            // Of what a list holds the serializer does not look whether it may be null.
            return value.Deserialize(property.PropertyType, Options) is not IReadOnlyList<string?> texts || texts.All(t => t is not null);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string InWords(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(string) => "a text",
        var t when t == typeof(bool) => "true or false",
        var t when t == typeof(DateTimeOffset) => "an instant, like \"2027-03-01T08:00:00Z\"",
        { IsEnum: true } t => $"one of {string.Join(", ", Spellings(t).Select(s => $"\"{s}\""))}",
        var t when t.IsAssignableTo(typeof(IEnumerable<string>)) => "a list of texts",
        _ => "a whole number",
    };

    private static IEnumerable<string> Spellings(Type choices) => Enum.GetValues(choices).Cast<Enum>().Select(RecordReader.SpellingOf);

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            AllowDuplicateProperties = false,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        };
        options.MakeReadOnly();
        return options;
    }

    /// <summary>What is said of a field; null: it has no attribute.</summary>
    public static ApiFieldAttribute? FieldOf(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(ApiFieldAttribute), inherit: false).OfType<ApiFieldAttribute>().FirstOrDefault()
        ?? property.AssociatedParameter?.AttributeProvider?.GetCustomAttributes(typeof(ApiFieldAttribute), inherit: false).OfType<ApiFieldAttribute>().FirstOrDefault();
}
