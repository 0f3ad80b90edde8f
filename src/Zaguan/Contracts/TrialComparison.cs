using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Learning;
using Zaguan.Contracts.Requests;
using Zaguan.Login;
using Zaguan.Reading;

namespace Zaguan.Contracts;

/// <summary>What a contract answers to the request of an example, and in what that differs from the answer there.</summary>
internal sealed class TrialComparison(Contract contract, Trial trial)
{
    /// <summary>Headers that contracts say by members of their own.</summary>
    private static readonly string[] Said = [HeaderNames.ContentType, HeaderNames.Location, HeaderNames.SetCookie];

    private static readonly AnswerName[] Waiting = [AnswerName.Locked, AnswerName.Throttled, AnswerName.Busy, AnswerName.Unavailable];

    /// <summary>In characters, of a body that differs.</summary>
    private const int LongestExcerpt = 60;

    /// <summary>How many of them stand before the difference.</summary>
    private const int Before = 20;

    /// <summary>Headers of an example that say what Zaguan decides for every answer; nobody compares them.</summary>
    public static IReadOnlyList<string> NotCompared(TrialCase @case) => [.. @case.AnswerHeaders.Select(h => h.Name).Where(n => !IsCompared(n)).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>In sentences; none: it is as written.</summary>
    public IEnumerable<string> Differences(TrialCase @case)
    {
        var (path, query) = @case.Request.Target.Split('?', 2) is [var before, var behind] ? (before, "?" + behind) : (@case.Request.Target, "");
        if (!string.Equals(path.TrimEnd('/'), contract.Path.TrimEnd('/'), StringComparison.OrdinalIgnoreCase))
        {
            return [$"The contract's path is {contract.Path}, not {path}."];
        }

        if (!string.Equals(@case.Request.Method, contract.Method, StringComparison.OrdinalIgnoreCase))
        {
            return contract.Answers.ContainsKey(AnswerName.WrongMethod) ? Compare(AnswerName.WrongMethod, null, @case)
                : @case.Status != StatusCodes.Status405MethodNotAllowed ? [$"Another method is answered 405, not {@case.Status}."]
                : @case.AnswerBody.Length > 0 ? ["Another method is answered 405 without a body; the contract has no \"wrongMethod\"."]
                : [];
        }

        var headers = new HeaderDictionary();
        foreach (var (name, value) in @case.Request.Headers)
        {
            headers.Append(name, value);
        }

        var request = contract.Decoder.Decode(new RequestInput { Body = @case.Request.Body.Span, ContentType = headers[HeaderNames.ContentType], Headers = headers, Query = query });
        using var password = request.Password;
        var isTold = @case.Outcome is Outcome.Malformed or Outcome.Invalid;
        if (request.Refusal is { } refusal && @case.Outcome is { } expected && expected != refusal)
        {
            return [$"The request is read as {refusal}, not as {expected}."];
        }

        if (request.Refusal is null && (isTold || @case.Outcome is null))
        {
            return [isTold ? $"The request is understood, and not {@case.Outcome}." : "The request is understood; the file lacks its \"outcome\"."];
        }

        return Compare(AnswerNames.Of(request.Refusal ?? @case.Outcome!.Value), request, @case);
    }

    private IEnumerable<string> Compare(AnswerName name, DecodedRequest? request, TrialCase @case)
    {
        var answer = trial.Answer(name, request);
        if (answer.Status != @case.Status)
        {
            yield return $"The status is {answer.Status}, not {@case.Status}.";
        }

        foreach (var difference in CompareHeaders(answer.Headers(), @case).Concat(CompareWaiting(name, @case)).Concat(CompareBodies(Encoding.UTF8.GetString(answer.Body.Span), @case.AnswerBody)))
        {
            yield return difference;
        }
    }

    private static bool IsCompared(string name) => Said.Contains(name, StringComparer.OrdinalIgnoreCase) || !AnswerCompiler.IsReserved(name);

    private static IEnumerable<string> CompareHeaders(IHeaderDictionary headers, TrialCase @case)
    {
        foreach (var expected in @case.AnswerHeaders.Where(h => IsCompared(h.Name)).GroupBy(h => h.Name, h => h.Value, StringComparer.OrdinalIgnoreCase))
        {
            if (!expected.All(e => headers[expected.Key].Any(h => IsLike(expected.Key, h ?? "", e))))
            {
                yield return $"The header {expected.Key} is {(headers.TryGetValue(expected.Key, out var said) ? $"\"{said}\"" : "not there")}, not \"{string.Join(", ", expected)}\".";
            }
        }
    }

    private static bool IsLike(string name, string actual, string expected) => name.ToUpperInvariant() switch
    {
        "SET-COOKIE" => IsCookie(Pieces(actual), Pieces(expected)),
        "CONTENT-TYPE" => Wildcards.IsHeader(string.Join(';', Pieces(actual)), string.Join(';', Pieces(expected)), StringComparison.OrdinalIgnoreCase),
        _ => Wildcards.IsHeader(actual, expected),
    };

    private static string[] Pieces(string header) => header.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Name and value as written; attributes in any order, their names in any case (RFC 6265 §5.2).</summary>
    private static bool IsCookie(string[] actual, string[] expected)
    {
        var (actualAttributes, expectedAttributes) = (Attributes(actual), Attributes(expected));
        return actual.Length > 0 && expected.Length > 0 && Wildcards.IsHeader(actual[0], expected[0]) && actualAttributes.Count == expectedAttributes.Count
            && expectedAttributes.All(e => actualAttributes.TryGetValue(e.Key, out var value) && Wildcards.IsHeader(value, e.Value, e.Key is "path" or "domain" ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase));
    }

    private static Dictionary<string, string> Attributes(string[] pieces)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var piece in pieces.Skip(1))
        {
            attributes[piece.Split('=')[0].Trim().ToLowerInvariant()] = piece.Split('=', 2) is [_, var value] ? value.Trim() : "";
        }

        // RFC 6265 §4.1.2.2: beside Max-Age it says nothing.
        if (attributes.ContainsKey("max-age"))
        {
            attributes.Remove("expires");
        }

        return attributes;
    }

    /// <summary>Zaguan adds the header itself, with as many seconds as its budgets say.</summary>
    private static IEnumerable<string> CompareWaiting(AnswerName name, TrialCase @case)
    {
        foreach (var (header, value) in @case.AnswerHeaders.Where(h => h.Name.Equals(HeaderNames.RetryAfter, StringComparison.OrdinalIgnoreCase)))
        {
            if (!Waiting.Contains(name))
            {
                yield return $"The header {header} is not there: Zaguan adds it to {string.Join(", ", Waiting.Select(w => RecordReader.SpellingOf(w)))}.";
            }
            else if (!Wildcards.IsWhole(value) && !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                yield return $"The header {header} is a number of seconds, not \"{value}\".";
            }
        }
    }

    private static IEnumerable<string> CompareBodies(string body, string expected)
    {
        if (Exchange.Parse(Encoding.UTF8.GetBytes(expected)) is { } should && Exchange.Parse(Encoding.UTF8.GetBytes(body)) is { } actual)
        {
            return Compare(actual, should, "");
        }

        // An editor ends files with a line break, and each system breaks lines in its own way.
        var (said, written) = (WithoutBreaks(body), WithoutBreaks(expected));
        return Wildcards.IsText(said, written) ? [] : [$"The body is another one: {Excerpts(said, written)}."];
    }

    private static string WithoutBreaks(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Trim('\n');

    private static string Excerpts(string actual, string expected)
    {
        var same = actual.Zip(expected).TakeWhile(c => c.First == c.Second).Count();
        return $"{Excerpt(actual, same)}, not {Excerpt(expected, same)}";
    }

    private static string Excerpt(string text, int at)
    {
        if (text.Length == 0)
        {
            return "empty";
        }

        var start = text.Length <= LongestExcerpt ? 0 : Math.Clamp(at - Before, 0, text.Length);
        var end = Math.Min(text.Length, start + LongestExcerpt);
        var shown = text[start..end].Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);
        return $"\"{(start > 0 ? "…" : "")}{shown}{(end < text.Length ? "…" : "")}\"";
    }

    private static IEnumerable<string> Compare(JsonElement actual, JsonElement expected, string pointer)
    {
        if (expected.ValueKind == JsonValueKind.String && expected.GetString() is { } text && Wildcards.AreInValue(text))
        {
            return Wildcards.IsWhole(text) ? actual.ValueKind == JsonValueKind.Null ? [$"At {Root(pointer)} there is null."] : []
                : actual.ValueKind == JsonValueKind.String && Wildcards.IsText(actual.GetString()!, text) ? []
                : [Other(actual, expected, pointer)];
        }

        if (actual.ValueKind != expected.ValueKind)
        {
            return [Other(actual, expected, pointer)];
        }

        return expected.ValueKind switch
        {
            JsonValueKind.Object => CompareMembers(actual, expected, pointer),
            JsonValueKind.Array when actual.GetArrayLength() == expected.GetArrayLength() => actual.EnumerateArray().Zip(expected.EnumerateArray()).SelectMany((e, i) => Compare(e.First, e.Second, $"{pointer}/{i.ToString(CultureInfo.InvariantCulture)}")),
            _ => JsonElement.DeepEquals(actual, expected) ? [] : [Other(actual, expected, pointer)],
        };
    }

    private static string Other(JsonElement actual, JsonElement expected, string pointer) => $"At {Root(pointer)} there is {actual.GetRawText()}, not {expected.GetRawText()}.";

    private static IEnumerable<string> CompareMembers(JsonElement actual, JsonElement expected, string pointer)
    {
        foreach (var member in expected.EnumerateObject())
        {
            foreach (var difference in actual.TryGetProperty(member.Name, out var value) ? Compare(value, member.Value, SourceNode.Step(pointer, member.Name)) : [$"{SourceNode.Step(pointer, member.Name)} is missing."])
            {
                yield return difference;
            }
        }

        foreach (var extra in actual.EnumerateObject().Where(m => !expected.TryGetProperty(m.Name, out _)))
        {
            yield return $"{SourceNode.Step(pointer, extra.Name)} is too much.";
        }
    }

    private static string Root(string pointer) => pointer.Length == 0 ? "the root" : pointer;
}
