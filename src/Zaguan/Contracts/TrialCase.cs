using System.Text;
using Zaguan.Login;
using Zaguan.Reading;

namespace Zaguan.Contracts;

/// <summary>
/// One file of requests and answers: comments and facts; behind an empty line the request as it travels; behind three hyphens the answer.
/// <see cref="Wildcards"/> stand for what nobody can foretell.
/// </summary>
/// <param name="Outcome">What becomes of the login; null: the file does not say.</param>
internal sealed record TrialCase(string Name, Outcome? Outcome, TrialRequest Request, int Status, IReadOnlyList<(string Name, string Value)> AnswerHeaders, string AnswerBody)
{
    /// <returns>Null after problems were added.</returns>
    public static TrialCase? Read(string file, Problems problems)
    {
        try
        {
            if (new FileInfo(file).Length > JsonSource.MostBytes)
            {
                problems.Add(file, $"The file is larger than {JsonSource.MostBytes:N0} bytes; no request is.");
                return null;
            }

            return Parse(file, File.ReadAllBytes(file), problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(file, $"The file cannot be read: {e.Message}");
            return null;
        }
    }

    /// <returns>Null after problems were added.</returns>
    public static TrialCase? Parse(string file, ReadOnlySpan<byte> content, Problems problems) => new TrialReader(file, problems).Read(content);
}

/// <summary>A request as it travels.</summary>
internal sealed record TrialRequest(string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, ReadOnlyMemory<byte> Body)
{
    public string Text => Encoding.UTF8.GetString(Body.Span);
}
