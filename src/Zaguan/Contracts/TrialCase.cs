using System.Globalization;
using Zaguan.Login;
using Zaguan.Reading;

namespace Zaguan.Contracts;

/// <summary>
/// One file of requests and answers: comments and facts; behind an empty line the request as it travels; behind three hyphens the answer.
/// A text in angle brackets stands for what nobody can foretell.
/// </summary>
/// <param name="Outcome">What becomes of the login; null: the file does not say.</param>
internal sealed record TrialCase(string Name, Outcome? Outcome, string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, string Body, int Status, IReadOnlyList<(string Name, string Value)> AnswerHeaders, string AnswerBody)
{
    private const string Separator = "\n--- ";

    /// <returns>Null after a problem was added.</returns>
    public static TrialCase? Read(string file, Problems problems)
    {
        try
        {
            if (new FileInfo(file).Length > JsonSource.MostBytes)
            {
                problems.Add(file, $"The file is larger than {JsonSource.MostBytes:N0} bytes; no request is.");
                return null;
            }

            return Parse(file, File.ReadAllText(file).ReplaceLineEndings("\n"), problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(file, $"The file cannot be read: {e.Message}");
            return null;
        }
    }

    private static TrialCase? Parse(string file, string text, Problems problems)
    {
        var parts = text.Split(Separator);
        var (facts, message) = Halves(parts[0]);
        var (head, body) = Halves(message);
        var requestLine = head.Split('\n')[0].Split(' ');
        var (answerHead, answerBody) = parts.Length > 1 ? Halves(parts[1]) : ("", "");
        if (requestLine.Length != 2 || !int.TryParse(answerHead.Split('\n')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            problems.Add(file, "Here belong facts, an empty line, a request (\"POST /api/login\", headers, an empty line, its body), and behind a line that begins with \"--- \" the answer's status, headers, an empty line and its body.");
            return null;
        }

        Outcome? outcome = null;
        if (Array.Find(facts.Split('\n'), l => l.StartsWith("outcome: ", StringComparison.Ordinal)) is { } said)
        {
            if (!Enum.TryParse<Outcome>(said["outcome: ".Length..], out var named))
            {
                problems.Add(file, $"\"{said["outcome: ".Length..]}\" is no outcome of a login.{Nearest.Suggestion(said["outcome: ".Length..], Enum.GetNames<Outcome>())}");
                return null;
            }

            outcome = named;
        }

        return new(Path.GetFileNameWithoutExtension(file), outcome, requestLine[0], requestLine[1], HeadersIn(head), body.TrimEnd('\n'), status, HeadersIn(answerHead), answerBody.Trim('\n'));
    }

    private static (string Head, string Tail) Halves(string text)
    {
        var empty = text.IndexOf("\n\n", StringComparison.Ordinal);
        return empty < 0 ? (text.TrimEnd('\n'), "") : (text[..empty], text[(empty + 2)..]);
    }

    private static List<(string, string)> HeadersIn(string head) =>
        [.. head.Split('\n').Skip(1).Select(l => l.Split(": ", 2)).Where(l => l.Length == 2).Select(l => (l[0], l[1]))];
}
