using System.Globalization;
using Zaguan.Login;
using Zaguan.Reading;

namespace Zaguan.Contracts;

/// <summary>
/// One file of requests and answers: comments and facts; behind an empty line the request as it travels; behind three hyphens the answer.
/// A text in angle brackets stands for what nobody can foretell.
/// </summary>
/// <param name="Outcome">What becomes of the login; null: the file does not say.</param>
internal sealed record TrialCase(string Name, Outcome? Outcome, TrialRequest Request, int Status, IReadOnlyList<(string Name, string Value)> AnswerHeaders, string AnswerBody)
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
        var (facts, message) = TrialRequest.Halves(parts[0]);
        var request = TrialRequest.Parse(message);
        var (answerHead, answerBody) = parts.Length > 1 ? TrialRequest.Halves(parts[1]) : ("", "");
        if (request is null || !int.TryParse(answerHead.Split('\n')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
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

        return new(Path.GetFileNameWithoutExtension(file), outcome, request, status, TrialRequest.HeadersIn(answerHead), answerBody.Trim('\n'));
    }
}

/// <summary>A request as it travels.</summary>
internal sealed record TrialRequest(string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, string Body)
{
    /// <summary>Null: its first line is none.</summary>
    public static TrialRequest? Parse(string text)
    {
        var (head, body) = Halves(text);
        return head.Split('\n')[0].TrimEnd().Split(' ') is [{ Length: > 0 } method, ['/', ..] target] ? new(method, target, HeadersIn(head), body.TrimEnd('\n')) : null;
    }

    /// <summary>What stands before the first empty line, and behind it.</summary>
    public static (string Head, string Tail) Halves(string text)
    {
        var empty = text.IndexOf("\n\n", StringComparison.Ordinal);
        return empty < 0 ? (text.TrimEnd('\n'), "") : (text[..empty], text[(empty + 2)..]);
    }

    public static IReadOnlyList<(string Name, string Value)> HeadersIn(string head) =>
        [.. head.Split('\n').Skip(1).Select(l => l.Split(": ", 2)).Where(l => l.Length == 2).Select(l => (l[0], l[1]))];
}
