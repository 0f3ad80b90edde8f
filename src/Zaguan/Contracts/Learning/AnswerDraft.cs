using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
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
        var isElsewhere = !heard[0].Facts.HasUser && heard.Any(h => !string.Equals(h.Exchange.Location, first.Location, StringComparison.Ordinal));
        if (isElsewhere || heard.Any(h => h.Exchange.Reply.Status != first.Reply.Status || h.Exchange.Json is null != first.Json is null) || Content(heard) is not { } content)
        {
            return null;
        }

        var answer = new JsonObject();
        if (first.Reply.Status is var status && status != 200)
        {
            answer["status"] = status;
        }

        if (Redirections.Contains(status) && first.Location.Length > 0)
        {
            answer["redirect"] = Redirect(first.Location, heard);
        }

        AddHeaders(answer, heard);
        AddCookies(answer, heard);
        foreach (var (member, value) in content)
        {
            answer[member] = value?.DeepClone();
        }

        return answer;
    }

    /// <summary>The body and what it is; null: nothing says all of them.</summary>
    private JsonObject? Content(IReadOnlyList<Heard> heard)
    {
        var content = new JsonObject();
        if (heard[0].Exchange.Json is null)
        {
            return heard.All(h => h.Exchange.Text.Length == 0) || AddText(content, heard) ? content : null;
        }

        if (!templates.TryDraft([.. heard.Select(h => new Sample(h.Exchange.Json!.Value, h.Facts))], "", "", out var body))
        {
            return null;
        }

        AddContentType(content, heard[0].Exchange, Answer.Json);
        content["body"] = body;
        return content;
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

        var samples = heard.Select(h => new Sample(JsonSerializer.SerializeToElement(h.Facts.IsWritten ? WithoutWildcards(h.Exchange.Text) : h.Exchange.Text), h.Facts)).ToList();
        if (!templates.TryDraft(samples, "", "", out var text))
        {
            return false;
        }

        answer["text"] = text?.DeepClone() ?? "";
        return true;
    }

    private string WithoutWildcards(string text)
    {
        if (!Wildcards.AreIn(text))
        {
            return text;
        }

        notes.Add("In a text of the examples stand wildcards: the file has nothing in their places. Write what belongs there.");
        return Wildcards.WithoutInText(text);
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
        foreach (var name in heard.SelectMany(h => h.Exchange.Headers.Select(o => o.Name)).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var values = heard.Select(h => (Sample: h, Value: h.Exchange.Headers.FirstOrDefault(o => o.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value)).ToList();
            if (values.TrueForAll(v => v.Value is not null && (v.Sample.Facts.IsWritten || v.Value.All(c => c is >= ' ' and <= '~')))
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
        foreach (var name in heard.SelectMany(h => h.Exchange.Cookies.Select(c => c.Name)).Distinct(StringComparer.Ordinal))
        {
            var values = heard.Select(h => (h.Facts, Cookie: h.Exchange.Cookies.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal)))).ToList();
            if (!values.TrueForAll(v => v.Cookie is not null)
                || !templates.TryDraft([.. values.Select(v => new Sample(JsonSerializer.SerializeToElement(Uri.UnescapeDataString(v.Cookie!.Value)), v.Facts))], $"cookie:{name}", name, out var template))
            {
                notes.Add($"The cookie {name} is another in every answer, or not in all of them, and nothing that is known: the file leaves it out.");
                continue;
            }

            if (heard[0].Facts.HasUser && template?.ToString().Contains("{generated.", StringComparison.Ordinal) == true)
            {
                notes.Add($"The cookie {name} of the granted login is made of chance ({template}): Zaguan sets it, and knows no session by it. Where the application knows its sessions by it, it is the token: \"value\": \"{{token}}\", with a \"token\" of the algorithm \"opaque\".");
            }

            cookies[name] = Cookie(values[0].Cookie!, template);
        }

        if (cookies.Count > 0)
        {
            answer["cookies"] = cookies;
        }
    }

    private static JsonObject Cookie(HeardCookie cookie, JsonNode? value)
    {
        var written = new JsonObject { ["value"] = value };
        if (cookie.Path is { Length: > 0 } path && !Wildcards.AreInHeader(path))
        {
            written["path"] = path;
        }

        if (cookie.MaxAge is { } age)
        {
            written["maxAge"] = string.Create(CultureInfo.InvariantCulture, $"{(long)age.TotalSeconds}s");
        }

        written["httpOnly"] = cookie.IsHttpOnly;
        written["secure"] = cookie.IsSecure;
        written["sameSite"] = RecordReader.SpellingOf(Enum.TryParse<SameSite>(cookie.SameSite, ignoreCase: true, out var site) && Enum.IsDefined(site) ? site : SameSite.Unsaid);
        return written;
    }

    private string Redirect(string location, IReadOnlyList<Heard> heard)
    {
        if (heard[0].Facts.IsWritten && Wildcards.AreInHeader(location))
        {
            notes.Add($"The redirection goes to {location} in the examples: the file has it without what the wildcards stand for.");
            location = Wildcards.Without(location);
        }

        if (heard[0].Facts.HasUser && heard.Any(h => !string.Equals(h.Exchange.Location, heard[0].Exchange.Location, StringComparison.Ordinal)))
        {
            // It may be a token.
            var steady = Steady([.. heard.Select(h => h.Exchange.Location)]);
            notes.Add($"What stands behind {steady} in the redirection is another in every answer: the file leaves it out.");
            return Candidates.Doubled(steady);
        }

        if (location.Contains('?', StringComparison.Ordinal))
        {
            notes.Add($"What in {location.Split('?')[0]}?… depends on the login could not be told: the file has it as it came.");
        }

        return Candidates.Doubled(ReadToken.Without(location));
    }

    /// <summary>The page, or the folder, that several addresses have in common.</summary>
    public static string Steady(IReadOnlyList<string> locations)
    {
        var common = locations.Aggregate((one, other) => one[..one.Zip(other).TakeWhile(c => c.First == c.Second).Count()]);
        var page = common.Split('?', '#')[0];
        var folder = locations.All(l => string.Equals(l.Split('?', '#')[0], page, StringComparison.Ordinal)) ? page : page[..(page.LastIndexOf('/') + 1)];
        return folder is "" or "http://" or "https://" ? "/" : folder;
    }

    [GeneratedRegex("^[A-Za-z0-9.+-]{1,64}/[A-Za-z0-9.+-]{1,64}(; ?[a-z-]{1,32}=[A-Za-z0-9._-]{1,64}){0,4}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ContentType();
}
