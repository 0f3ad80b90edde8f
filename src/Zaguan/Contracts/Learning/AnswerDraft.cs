using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Net.Http.Headers;
using Zaguan.Contracts.Answers;
using Zaguan.Reading;

namespace Zaguan.Contracts.Learning;

/// <summary>An answer that was heard, with what it may speak of.</summary>
internal sealed record Heard(Exchange Exchange, Facts Facts);

/// <summary>Answers of one outcome → what a contract says of it.</summary>
internal sealed partial class AnswerDraft(Notes notes)
{
    private static readonly int[] Redirections = [301, 302, 303, 307, 308];

    private readonly TemplateDraft templates = new(notes);

    /// <summary>One answer, or several under conditions; null: no contract says all of them.</summary>
    public JsonNode? Draft(IReadOnlyList<Heard> heard)
    {
        if (One(heard) is { } only)
        {
            return only;
        }

        if (heard.Any(h => h.Facts.Invalid.Count == 0))
        {
            return null;
        }

        foreach (var (name, of) in InvalidVariables.Of(isItem: false).OrderByDescending(v => v.Name is "invalid.field"))
        {
            var groups = heard.GroupBy(h => of(h.Facts), StringComparer.Ordinal).Select(g => (g.Key, Answer: One([.. g]))).ToList();
            if (groups.Count > 1 && groups.TrueForAll(g => g.Answer is not null))
            {
                return Conditional(name, [.. groups.Select(g => (g.Key, g.Answer!))]);
            }
        }

        return null;
    }

    private static JsonNode Conditional(string name, List<(string Key, JsonObject Answer)> groups)
    {
        var alike = groups.GroupBy(g => g.Answer.ToJsonString(), StringComparer.Ordinal).OrderBy(g => g.Count()).ToList();
        if (alike.Count == 1)
        {
            return groups[0].Answer;
        }

        var list = new JsonArray();
        foreach (var group in alike.Take(alike.Count - 1))
        {
            var keys = group.Select(g => (JsonNode?)(name is "invalid.more" && long.TryParse(g.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : g.Key is "null" ? null : JsonValue.Create(g.Key))).ToArray();
            var answer = new JsonObject { ["if"] = new JsonObject { [name] = keys.Length == 1 ? keys[0] : new JsonArray(keys) } };
            foreach (var (member, value) in group.First().Answer)
            {
                answer[member] = value?.DeepClone();
            }

            list.Add(answer);
        }

        list.Add(alike[^1].First().Answer.DeepClone());
        return list;
    }

    /// <summary>Null: no single answer says all of them.</summary>
    private JsonObject? One(IReadOnlyList<Heard> heard)
    {
        var first = heard[0].Exchange;
        if (heard.Any(h => h.Exchange.Reply.Status != first.Reply.Status || h.Exchange.Json is null != first.Json is null))
        {
            return null;
        }

        var answer = new JsonObject();
        if (first.Reply.Status is var status && status != 200)
        {
            answer["status"] = status;
        }

        if (Redirections.Contains(status) && first.Reply.Headers.Location.ToString() is { Length: > 0 } location)
        {
            answer["redirect"] = Redirect(location, heard);
        }

        AddHeaders(answer, heard);
        AddCookies(answer, heard);
        if (first.Json is not null)
        {
            if (!templates.TryDraft([.. heard.Select(h => new Sample(h.Exchange.Json!.Value, h.Facts))], "", "", out var body))
            {
                return null;
            }

            AddContentType(answer, first, Answer.Json);
            answer["body"] = body;
        }
        else if (heard.Any(h => h.Exchange.Text.Length > 0) && !AddText(answer, heard))
        {
            return null;
        }

        return answer;
    }

    private bool AddText(JsonObject answer, IReadOnlyList<Heard> heard)
    {
        var first = heard[0].Exchange;
        if (!Escaping.IsKnown(first.Reply.Headers.ContentType.ToString()))
        {
            notes.Add($"An answer says of itself that it is \"{first.Reply.MediaType}\", and is not JSON: the file has it as plain text.");
        }
        else
        {
            AddContentType(answer, first, Answer.PlainText);
        }

        if (!templates.TryDraft([.. heard.Select(h => new Sample(JsonSerializer.SerializeToElement(h.Exchange.Text), h.Facts))], "", "", out var text))
        {
            return false;
        }

        answer["text"] = text;
        return true;
    }

    private void AddContentType(JsonObject answer, Exchange first, string usual)
    {
        var written = first.Reply.Headers.ContentType.ToString();
        if (written.Equals(usual, StringComparison.OrdinalIgnoreCase) || written.Length == 0)
        {
            return;
        }

        if (ContentType().IsMatch(written))
        {
            answer["contentType"] = written;
        }
        else
        {
            notes.Add($"\"{written}\" is no content type that a contract could say; the file has the usual one.");
        }
    }

    private void AddHeaders(JsonObject answer, IReadOnlyList<Heard> heard)
    {
        var headers = new JsonObject();
        foreach (var (name, _) in heard[0].Exchange.Headers)
        {
            var values = heard.Select(h => (Sample: h, Value: h.Exchange.Headers.FirstOrDefault(o => o.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value)).ToList();
            if (values.TrueForAll(v => v.Value is not null && v.Value.All(c => c is >= ' ' and <= '~'))
                && templates.TryDraft([.. values.Select(v => new Sample(JsonSerializer.SerializeToElement(v.Value), v.Sample.Facts))], $"header:{name}", name, out var template) && template is JsonValue)
            {
                headers[name] = template;
            }
            else
            {
                notes.Add($"The header {name} is another in every answer, or not in all of them, and nothing that is known: the file leaves it out.");
            }
        }

        if (headers.Count > 0)
        {
            answer["headers"] = headers;
        }
    }

    private void AddCookies(JsonObject answer, IReadOnlyList<Heard> heard)
    {
        var cookies = new JsonObject();
        foreach (var cookie in heard[0].Exchange.Cookies)
        {
            var name = cookie.Name.ToString();
            var values = heard.Select(h => (h.Facts, Value: h.Exchange.Cookies.FirstOrDefault(c => string.Equals(c.Name.ToString(), name, StringComparison.Ordinal))?.Value.ToString())).ToList();
            if (!values.TrueForAll(v => v.Value is not null)
                || !templates.TryDraft([.. values.Select(v => new Sample(JsonSerializer.SerializeToElement(Uri.UnescapeDataString(v.Value!)), v.Facts))], $"cookie:{name}", name, out var template))
            {
                notes.Add($"The cookie {name} is another in every answer, or not in all of them, and nothing that is known: the file leaves it out.");
                continue;
            }

            cookies[name] = Cookie(cookie, template);
        }

        if (cookies.Count > 0)
        {
            answer["cookies"] = cookies;
        }
    }

    private static JsonObject Cookie(SetCookieHeaderValue cookie, JsonNode? value)
    {
        var written = new JsonObject { ["value"] = value };
        if (cookie.Path.Length > 0)
        {
            written["path"] = cookie.Path.ToString();
        }

        if (cookie.MaxAge is { } age && age > TimeSpan.Zero)
        {
            written["maxAge"] = string.Create(CultureInfo.InvariantCulture, $"{(long)age.TotalSeconds}s");
        }

        written["httpOnly"] = cookie.HttpOnly;
        written["secure"] = cookie.Secure;
        written["sameSite"] = cookie.SameSite switch
        {
            Microsoft.Net.Http.Headers.SameSiteMode.Lax => RecordReader.SpellingOf(SameSite.Lax),
            Microsoft.Net.Http.Headers.SameSiteMode.Strict => RecordReader.SpellingOf(SameSite.Strict),
            Microsoft.Net.Http.Headers.SameSiteMode.None => RecordReader.SpellingOf(SameSite.None),
            _ => RecordReader.SpellingOf(SameSite.Unsaid),
        };
        return written;
    }

    private string Redirect(string location, IReadOnlyList<Heard> heard)
    {
        var page = location.Split('?', '#')[0];
        if (heard[0].Facts.HasUser && page.Length > 0 && page.Length < location.Length && heard.Any(h => !string.Equals(h.Exchange.Reply.Headers.Location.ToString(), location, StringComparison.Ordinal)))
        {
            // It may be a token.
            notes.Add($"What stands behind {page} in the redirection is another in every answer: the file leaves it out.");
            return Candidates.Doubled(page);
        }

        if (location.Contains('?', StringComparison.Ordinal))
        {
            notes.Add($"What in {location.Split('?')[0]}?… depends on the login could not be told: the file has it as it came.");
        }

        return Candidates.Doubled(ReadToken.Without(location));
    }

    [GeneratedRegex("^[A-Za-z0-9.+-]{1,64}/[A-Za-z0-9.+-]{1,64}(; ?[a-z-]{1,32}=[A-Za-z0-9._-]{1,64}){0,4}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ContentType();
}
