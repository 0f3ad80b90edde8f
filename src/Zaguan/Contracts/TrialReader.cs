using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Zaguan.Login;
using Zaguan.Reading;

namespace Zaguan.Contracts;

/// <summary>Reads a file of requests and answers; whatever is wrong with it is told with its line.</summary>
internal sealed partial class TrialReader(string file, Problems problems)
{
    private const string Mark = "--- ";
    private const string OutcomeFact = "outcome";

    /// <summary>The claims of a token, for who can verify it.</summary>
    private const string TokenMark = "--- token signed with ";

    /// <summary>"given" is for people: what was the matter before the request.</summary>
    private static readonly string[] KnownFacts = [OutcomeFact, "given"];

    /// <returns>Null after problems were added.</returns>
    public TrialCase? Read(ReadOnlySpan<byte> content)
    {
        if (content is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            problems.Add(file, 1, "", "The file is in UTF-16; save it as UTF-8.");
            return null;
        }

        var before = problems.Count;
        var lines = Lines(content);
        var marks = lines.Index().Where(l => l.Item.StartsWith(Mark, StringComparison.Ordinal)).Select(l => l.Index).ToList();
        if (marks.Count == 0)
        {
            problems.Add(file, lines.Length, "", "There is no answer: behind the request belongs a line with three hyphens and the status (\"--- 200\"), then the answer's headers, an empty line and its body.");
            return null;
        }

        if (marks.Count > 1 && !lines[marks[1]].StartsWith(TokenMark, StringComparison.Ordinal))
        {
            problems.Add(file, marks[1] + 1, "", "A file holds one request and one answer: a second line that begins with \"--- \" is none of them. Put another request into a file of its own.");
        }

        var start = Array.FindIndex(lines, 0, marks[0], l => l.Length == 0);
        var outcome = ReadFacts(lines, start < 0 ? marks[0] : start);
        var request = ReadRequest(lines, start < 0 ? marks[0] : start, marks[0]);
        var end = marks.Count > 1 ? marks[1] : lines.Length;
        var status = ReadStatus(lines[marks[0]], marks[0]);
        var (headers, body) = ReadMessage(lines, marks[0] + 1, end);
        var answer = ReadAnswer(lines[body..end], body, headers);
        return problems.Count > before || request is null ? null : new(Path.GetFileNameWithoutExtension(file), outcome, request, status, headers, answer);
    }

    /// <summary>A request alone.</summary>
    /// <returns>Null after problems were added.</returns>
    public TrialRequest? ReadRequest(ReadOnlySpan<byte> content)
    {
        var before = problems.Count;
        var lines = Lines(content);
        return ReadRequest(lines, 0, lines.Length) is { } request && problems.Count == before ? request : null;
    }

    /// <summary>In Latin 1 a character is a byte: bodies stay as they are.</summary>
    private static string[] Lines(ReadOnlySpan<byte> content) =>
        Encoding.Latin1.GetString(content.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content).Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');

    private static byte[] Bytes(IEnumerable<string> lines) => Encoding.Latin1.GetBytes(string.Join('\n', lines));

    private static string Text(string line) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(line));

    private Outcome? ReadFacts(string[] lines, int end)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        Outcome? outcome = null;
        foreach (var (i, line) in lines[..end].Index().Where(l => !l.Item.StartsWith('#')))
        {
            var text = Text(line);
            if (RequestLine().IsMatch(text))
            {
                problems.Add(file, i + 1, "", "An empty line belongs before the request, also where no facts stand before it.");
                return outcome;
            }

            if (text.Split(':', 2) is not [var name, var value] || !KnownFacts.Contains(name, StringComparer.Ordinal))
            {
                problems.Add(file, i + 1, "", $"\"{text}\" is no fact that is known: before the request stand comments (#), \"outcome: …\" and \"given: …\".{Nearest.Suggestion(text.Split(':')[0], KnownFacts)}");
            }
            else if (!facts.TryAdd(name, value.Trim()))
            {
                problems.Add(file, i + 1, "", $"\"{name}\" stands here a second time; keep one of them.");
            }
            else if (name is OutcomeFact)
            {
                outcome = ReadOutcome(value.Trim(), i);
            }
        }

        return outcome;
    }

    private Outcome? ReadOutcome(string said, int line)
    {
        if (Enum.GetNames<Outcome>().Contains(said, StringComparer.Ordinal))
        {
            return Enum.Parse<Outcome>(said);
        }

        problems.Add(file, line + 1, "", $"\"{said}\" is no outcome of a login.{Nearest.Suggestion(said, Enum.GetNames<Outcome>())}");
        return null;
    }

    private TrialRequest? ReadRequest(string[] lines, int start, int end)
    {
        if (lines[..start].Any(l => RequestLine().IsMatch(l)))
        {
            return null;
        }

        var first = Array.FindIndex(lines, start, end - start, l => l.Length > 0);
        if (first < 0)
        {
            problems.Add(file, end + 1, "", "There is no request before the answer: \"POST /api/login\", headers, an empty line, its body. An empty line stands before it.");
            return null;
        }

        var line = Text(lines[first]);
        if (!RequestLine().IsMatch(line) || line.TrimEnd().Split(' ') is not [var method, var target, ..])
        {
            problems.Add(file, first + 1, "", $"\"{line}\" is no first line of a request: \"POST /api/login\", the method and the path without a host.");
            return null;
        }

        var (headers, body) = ReadMessage(lines, first + 1, end);
        return new(method, target, headers, Bytes(lines[body..end].Reverse().SkipWhile(l => l.Length == 0).Reverse()));
    }

    private int ReadStatus(string mark, int line)
    {
        if (int.TryParse(mark[Mark.Length..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and < 600)
        {
            return status;
        }

        problems.Add(file, line + 1, "", $"\"{Text(mark)}\" says no status: \"--- 200\".");
        return 0;
    }

    /// <returns>Its headers, and the line with which its body begins.</returns>
    private (IReadOnlyList<(string Name, string Value)> Headers, int Body) ReadMessage(string[] lines, int start, int end)
    {
        var headers = new List<(string, string)>();
        for (var i = start; i < end; i++)
        {
            if (lines[i].Length == 0)
            {
                return (headers, i + 1);
            }

            if (!Header().IsMatch(lines[i]))
            {
                problems.Add(file, i + 1, "", $"\"{Text(lines[i])}\" is no header (\"Name: value\"). An empty line belongs before the body.");
                return (headers, end);
            }

            var (name, value) = Text(lines[i]).Split(':', 2) is [var left, var right] ? (left, right.Trim()) : (Text(lines[i]), "");
            headers.Add((name, value));
        }

        return (headers, end);
    }

    private string ReadAnswer(string[] lines, int first, IReadOnlyList<(string Name, string Value)> headers)
    {
        var bytes = Bytes(lines);
        if (!Utf8.IsValid(bytes))
        {
            problems.Add(file, first + 1, "", "The answer's body is not in UTF-8, in which Zaguan answers; save the file as UTF-8.");
            return "";
        }

        var text = Encoding.UTF8.GetString(bytes);
        var contentType = headers.FirstOrDefault(h => h.Name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value;
        if (text.AsSpan().TrimStart() is ['{' or '[', ..] && contentType?.Contains("json", StringComparison.OrdinalIgnoreCase) != false)
        {
            CheckJson(text, first);
        }

        return text.Trim('\n');
    }

    private void CheckJson(string text, int first)
    {
        try
        {
            JsonElement.Parse(text);
        }
        catch (JsonException e)
        {
            var fault = e.Message.Split(" Path: ")[0].Split(" LineNumber: ")[0];
            var wildcard = Wildcards.AreIn(text) ? " A wildcard stands in quotes, where a number belongs too." : "";
            problems.Add(file, first + (int)(e.LineNumber ?? 0) + 1, "", $"The answer's body is not JSON: {fault}{wildcard}");
            return;
        }

        // Of a name that stands twice every reader takes another value.
        var twice = new Problems();
        JsonSource.Parse(file, Encoding.UTF8.GetBytes(text), twice);
        foreach (var problem in twice)
        {
            problems.Add(file, first + problem.Line, problem.Pointer, $"In the answer's body: {problem.Sentence}");
        }
    }

    [GeneratedRegex(@"^[A-Za-z]+ /\S*( HTTP/[0-9.]+)?\s*$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex RequestLine();

    // RFC 9110 §5.6.2.
    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+.^_`|~-]+:", RegexOptions.NonBacktracking)]
    private static partial Regex Header();
}
