using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Zaguan.Contracts;
using Zaguan.Reading;
using Zaguan.Sources;

namespace Zaguan.Comparison;

/// <summary>Two bodies, key by key. The order of keys, white space and escapes make no difference: no reader of JSON sees them.</summary>
internal sealed class BodyComparison(Disclosure disclosure)
{
    /// <summary>Longer than any place of an answer that people wrote; a key of 60 KiB does not stand in every pointer below it.</summary>
    private const int LongestPointer = 500;

    private readonly List<Difference> found = [];

    public IReadOnlyList<Difference> Compare(Contract contract, Reply old, Reply zaguan)
    {
        if (TryReadJson(old.Body.Span) is { } before && TryReadJson(zaguan.Body.Span) is { } after)
        {
            Compare("", Place.Of(contract, (old.Status, before), (zaguan.Status, after)), before, after);
        }
        else if (!old.Body.Span.SequenceEqual(zaguan.Body.Span))
        {
            found.Add(new(DifferenceKind.Body, "", InWords(old.Body.Span), InWords(zaguan.Body.Span)));
        }

        return found;
    }

    private void Compare(string pointer, Place place, JsonElement old, JsonElement zaguan)
    {
        var (before, after) = (Disclosure.KindInWords(old), Disclosure.KindInWords(zaguan));
        if (old.ValueKind == JsonValueKind.Null != (zaguan.ValueKind == JsonValueKind.Null))
        {
            Add(place.IsLiteral ? DifferenceKind.Message : DifferenceKind.Value, pointer, disclosure.Show(old, place), disclosure.Show(zaguan, place));
        }
        else if (!string.Equals(before, after, StringComparison.Ordinal))
        {
            Add(DifferenceKind.Type, pointer, disclosure.ShowWithKind(old, place), disclosure.ShowWithKind(zaguan, place));
        }
        else if (old.ValueKind == JsonValueKind.Object)
        {
            CompareMembers(pointer, place, old, zaguan);
        }
        else if (old.ValueKind == JsonValueKind.Array)
        {
            CompareElements(pointer, place, old, zaguan);
        }
        else if (!place.IsVolatile && !IsSame(old, zaguan))
        {
            Add(place.IsLiteral ? DifferenceKind.Message : DifferenceKind.Value, pointer, disclosure.Show(old, place), disclosure.Show(zaguan, place));
        }
    }

    private void CompareMembers(string pointer, Place place, JsonElement old, JsonElement zaguan)
    {
        var (before, after) = (Members(old), Members(zaguan));
        var onlyAfter = after.Keys.Where(k => !before.ContainsKey(k)).ToList();
        var spelledOtherwise = onlyAfter.GroupBy(k => k, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.First(), StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in before)
        {
            var at = Step(pointer, place, name);
            if (after.TryGetValue(name, out var same))
            {
                Compare(at, place.Member(name), value, same);
            }
            else if (spelledOtherwise.Remove(name, out var other))
            {
                onlyAfter.Remove(other);
                Add(DifferenceKind.KeyCase, at, disclosure.Show(name), disclosure.Show(other));
                Compare(at, place.Member(name), value, after[other]);
            }
            else
            {
                Add(DifferenceKind.MissingKey, at, Disclosure.KindInWords(value), Difference.Nothing);
            }
        }

        foreach (var name in onlyAfter)
        {
            Add(DifferenceKind.ExtraKey, Step(pointer, place, name), Difference.Nothing, Disclosure.KindInWords(after[name]));
        }
    }

    private void CompareElements(string pointer, Place place, JsonElement old, JsonElement zaguan)
    {
        var (before, after) = (old.GetArrayLength(), zaguan.GetArrayLength());
        if (before != after)
        {
            Add(DifferenceKind.Length, pointer, Elements(before), Elements(after));
        }

        var element = place.Element();
        foreach (var (index, (one, other)) in old.EnumerateArray().Zip(zaguan.EnumerateArray()).Index())
        {
            Compare(SourceNode.Step(pointer, index.ToString(CultureInfo.InvariantCulture)), element, one, other);
        }
    }

    private void Add(DifferenceKind kind, string pointer, string old, string zaguan)
    {
        if (found.Count < ReplyComparer.MostDifferences)
        {
            found.Add(new(kind, pointer, old, zaguan));
        }
    }

    /// <summary>A key that the contract does not know could be anything, a token too.</summary>
    private string Step(string pointer, Place place, string name) =>
        pointer.Length > LongestPointer ? pointer : SourceNode.Step(pointer, place.Member(name).IsKnown ? name : disclosure.Show(name));

    /// <summary>As written: a client that reads whole numbers does not take 1.0 for one.</summary>
    private static bool IsSame(JsonElement old, JsonElement zaguan) => old.ValueKind == JsonValueKind.String
        ? string.Equals(old.GetString(), zaguan.GetString(), StringComparison.Ordinal)
        : string.Equals(old.GetRawText(), zaguan.GetRawText(), StringComparison.Ordinal);

    /// <summary>A key that comes twice counts as it comes last, as for most readers.</summary>
    private static OrderedDictionary<string, JsonElement> Members(JsonElement value)
    {
        var members = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            members[member.Name] = member.Value;
        }

        return members;
    }

    private static string Elements(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "element" : "elements")}");

    private static string InWords(ReadOnlySpan<byte> body) => body.Length == 0 ? "no body"
        : TryReadJson(body) is { } json ? $"JSON ({Disclosure.KindInWords(json)})"
        : string.Create(CultureInfo.InvariantCulture, $"no JSON ({(Utf8.IsValid(body) ? "text" : "not in UTF-8")} of {body.Length} bytes)");

    /// <summary>Null: it is no JSON, or none that every reader would take.</summary>
    private static JsonElement? TryReadJson(ReadOnlySpan<byte> body)
    {
        if (body.StartsWith(Encoding.UTF8.Preamble))
        {
            body = body[Encoding.UTF8.Preamble.Length..];
        }

        try
        {
            return Utf8.IsValid(body) && EveryTextCanBeRead(body) ? JsonElement.Parse(body) : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, escaped (\ud800): no text.
            return null;
        }
    }

    private static bool EveryTextCanBeRead(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                _ = reader.GetString();
            }
        }

        return true;
    }
}
