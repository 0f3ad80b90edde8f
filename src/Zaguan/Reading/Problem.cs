using System.Collections;

namespace Zaguan.Reading;

/// <summary>One thing that is wrong with what somebody wrote: where it stands, and a sentence that says what to do.</summary>
/// <param name="Origin">The file, or the environment variable.</param>
/// <param name="Line">Counted from 1; null where the origin has no lines.</param>
/// <param name="Pointer">JSON pointer (RFC 6901); empty for the whole document.</param>
internal sealed record Problem(string Origin, int? Line, string Pointer, string Sentence)
{
    public override string ToString() =>
        $"{Origin}{(Line is { } line ? $":{line}" : "")}{(Pointer.Length > 0 ? $" at {Pointer}" : "")}: {Sentence}";
}

/// <summary>Collects problems, so that all of them are told at once.</summary>
internal sealed class Problems : IReadOnlyCollection<Problem>
{
    private readonly List<Problem> found = [];

    public int Count => found.Count;

    public void Add(SourceNode at, string sentence) => Add(at.Origin, at.Line, at.Pointer, sentence);

    public void Add(string origin, string sentence) => Add(origin, null, "", sentence);

    public void Add(string origin, int? line, string pointer, string sentence) => found.Add(new(origin, line, pointer, sentence));

    public IEnumerator<Problem> GetEnumerator() => found.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>What was read cannot be used. The message names every problem.</summary>
internal sealed class ProblemsException(IReadOnlyCollection<Problem> problems)
    : Exception(string.Join(Environment.NewLine, problems))
{
    public IReadOnlyCollection<Problem> Problems => problems;
}
